"""What of the configuration only a look outside can tell: whether alarms and journals are to be reached, and the
database has its keys.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial

from mailagent.adapters.clock import SystemClock
from mailagent.errors import ConfigurationError, TemporaryError
from mailagent.settings import Settings
from mailagent.wiring.accounts import journals_of
from mailagent.wiring.alarms import build_alarms
from mailagent.wiring.opening import lost_keys

SECONDS = 20.0
"""What all looks together may take."""
NO_MAIL = "<no-mail-has-this-id@mailagent.invalid>"


async def look_outside(settings: Settings, *, seconds: float = SECONDS) -> list[TemporaryError | ConfigurationError]:
    """What was wrong, each look for itself and none with a word to anybody. Raises `ConfigurationError` for a secret
    that is not to be had.
    """
    async with AsyncExitStack() as stack:
        alarms = build_alarms(settings, SystemClock(), stack)
        looks: dict[str, Callable[[], Awaitable[object]]] = {
            "data_dir": partial(_look_for_keys, settings),
            **{f"alarm {alarm.name}": alarm.reach for alarm in alarms},
            **{
                f"mailbox {name}: journal": partial(journal.holds, NO_MAIL)
                for name, journal in journals_of(settings, timeout=seconds).items()
            },
        }
        found = await asyncio.gather(*(_look(name, look, seconds) for name, look in looks.items()))
    return [error for error in found if error is not None]


async def _look_for_keys(settings: Settings) -> None:
    if lost := await lost_keys(settings):
        raise ConfigurationError(lost)


async def _look(
    name: str, look: Callable[[], Awaitable[object]], seconds: float
) -> TemporaryError | ConfigurationError | None:
    try:
        async with asyncio.timeout(seconds):
            await look()
    except TimeoutError:
        return TemporaryError(f"{name}: no answer within {seconds:.0f} seconds")
    except (TemporaryError, ConfigurationError) as error:
        return error
    return None
