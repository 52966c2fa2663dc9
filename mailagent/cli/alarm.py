"""``mailagent alarm``: does an alarm reach anybody?"""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from mailagent.adapters.clock import SystemClock
from mailagent.cli.show import complain, say
from mailagent.errors import ConfigurationError, TemporaryError
from mailagent.settings import load_settings
from mailagent.wiring.alarms import build_alarms


def try_alarm(config: Path, text: str) -> int:
    """Tell `text` by every configured way; returns 1 when one of them failed."""
    settings = load_settings(config)

    async def main() -> int:
        failed = 0
        async with AsyncExitStack() as stack:
            alarms = build_alarms(settings, SystemClock(), stack)
            if not alarms:
                complain(f"{settings.file('alarm')}: there is no [alarm]; see the example in the file")
                return 1
            for alarm in alarms:
                try:
                    await alarm.sound(f"mailagent at {settings.name}: {text}")
                except (TemporaryError, ConfigurationError) as error:
                    failed = 1
                    complain(str(error))
                else:
                    say(f"alarm {alarm.name}: told.", "green")
        return failed

    return asyncio.run(main())
