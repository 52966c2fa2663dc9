"""The whole daemon in a process of its own, which is quick to start and may be killed.

A server process that has imported everything forks them. Each runs what ``mailagent run`` runs, some minutes ahead of
the true time, so that nobody waits for what is tried again later.
"""

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from mailagent.events import configure_logging
from mailagent.settings import load_settings
from mailagent.wiring.daemon import open_daemon

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["mailagent.wiring.daemon", "tests.crash.process", "tests.crash.warm"])


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockAhead:
    """See `Clock`."""

    ahead: timedelta

    def now(self) -> datetime:
        """See `Clock`."""
        return datetime.now(UTC) + self.ahead


def start(
    config: Path, log: Path, environment: Mapping[str, str], *, ahead: timedelta, once: bool
) -> ForkServerProcess:
    """Start a daemon; with `once` it ends when all that is due is done."""
    process = CONTEXT.Process(
        target=_run, args=(config, log, dict(environment)), kwargs={"ahead": ahead, "once": once}, daemon=True
    )
    process.start()
    return process


def _run(config: Path, log: Path, environment: Mapping[str, str], *, ahead: timedelta, once: bool) -> None:
    """In the new process."""
    os.environ.update(environment)
    sys.stderr = log.open("a")
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
