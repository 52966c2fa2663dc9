"""``mailagent run``."""

import asyncio
import ctypes
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path

from mailagent.cli.show import complain
from mailagent.errors import TRY_AGAIN, ConfigurationError
from mailagent.events import configure_logging, log
from mailagent.settings import load_settings
from mailagent.wiring.daemon import open_daemon

M_ARENA_MAX, ARENAS = -8, 2
"""An option of glibc, see mallopt(3)."""
GIVE_BACK_SECONDS = 30.0


def run_daemon(config: Path, *, once: bool) -> int:
    """Run until SIGTERM or SIGINT, or once. Returns the exit code."""
    settings = load_settings(config)
    libc = ctypes.CDLL(None)
    has_pools = hasattr(libc, "mallopt")  # glibc alone has one for each thread, which keeps what it once had
    if has_pools:
        libc.mallopt(M_ARENA_MAX, ARENAS)
    os.umask(0o077)  # whatever is written in the data folder is for its owner only
    configure_logging(json_lines=not sys.stderr.isatty())
    log("daemon.configured", mode=settings.modes().told())

    async def main() -> int:
        async with open_daemon(settings, once=once) as daemon:
            if once:
                errors = await daemon.run_once()
                for error in errors:
                    complain(str(error))
                return max((_exit_code(error) for error in errors), default=0)
            stop = asyncio.Event()
            for name in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(name, stop.set)
            giving_back = asyncio.create_task(_give_back(libc)) if has_pools else None
            await daemon.run(stop)
            if giving_back:
                giving_back.cancel()
            return 0

    try:
        code = asyncio.run(main())
    except ConfigurationError as error:
        complain(str(error))
        code = error.exit_code
    with suppress(OSError):  # its disk is full
        sys.stderr.flush()
    if threading.active_count() > 1:
        os._exit(code)  # a thread still waits for a silent server; all is committed, and the exit must not wait for it
    return code


async def _give_back(libc: ctypes.CDLL) -> None:
    """What is free between blocks in use would stay ours, more of it after each burst of work."""
    while True:
        await asyncio.sleep(GIVE_BACK_SECONDS)
        libc.malloc_trim(0)


def _exit_code(error: Exception) -> int:
    return error.exit_code if isinstance(error, ConfigurationError) else TRY_AGAIN
