"""The whole daemon in a process of its own, which is quick to start and may be killed.

Each runs what ``mailagent run`` runs, some minutes ahead of
the true time, so that nobody waits for what is tried again later.
"""

import asyncio
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailagent.events import configure_logging
from mailagent.settings import load_settings
from mailagent.wiring.daemon import open_daemon
from tests.servers.forked import Forked


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockAhead:
    """See `Clock`."""

    ahead: timedelta

    def now(self) -> datetime:
        """See `Clock`."""
        return datetime.now(UTC) + self.ahead


def start(config: Path, log: Path, environment: Mapping[str, str], *, ahead: timedelta, once: bool) -> Forked:
    """Start a daemon; with `once` it ends when all that is due is done."""
    return Forked.start(_run, config, ahead, once, out=log, errors=log, environment=environment)


def _run(config: Path, ahead: timedelta, once: bool) -> None:  # noqa: FBT001 - see `start`
    """In the new process."""
    configure_logging(json_lines=True, file=sys.stderr)

    async def main() -> None:
        async with open_daemon(load_settings(config), clock=ClockAhead(ahead=ahead)) as daemon:
            if once:
                await daemon.run_once()
                return
            stop = asyncio.Event()
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
            await daemon.run(stop)

    asyncio.run(main())
