"""One daemon a data folder, and one a database."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from mailagent.errors import ConfigurationError
from mailagent.store.postgresql import libpq_address


@asynccontextmanager
async def only_daemon(data_dir: Path, where: Path | str) -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """Hold both locks. What it gives ends only by raising `ConfigurationError`: when another process has the database,
    whose server was away for a while.

    Raises `ConfigurationError` that names the process which holds one.
    """
    handle = hold(data_dir)
    try:
        if isinstance(where, Path):
            yield asyncio.Event().wait  # a file's lock is not lost
            return
        from mailagent.wiring.postgresql import OneDaemon  # noqa: PLC0415 (needs the extra)

        lock = OneDaemon(address=libpq_address(where))
        await lock.take()
        try:
            yield lock.keep
        finally:
            await lock.release()
    finally:
        os.close(handle)


def hold(data_dir: Path) -> int:
    """Lock `data_dir` and return the open handle: two daemons would answer the same mail.

    Raises `ConfigurationError` that names the process which holds it.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise ConfigurationError(
            f"{error.filename}: error: it cannot be written: {error.strerror}; data_dir in mailagent.toml must name a"
            " folder that mailagent may write to"
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.read(handle, 40).decode("ascii", "replace").strip()
        os.close(handle)
        raise ConfigurationError(
            f"{data_dir}: mailagent already runs on this data folder (process {holder or 'unknown'}); stop it first",
            exit_code=75,
        ) from None
    os.ftruncate(handle, 0)
    os.write(handle, f"{os.getpid()}\n".encode())
    return handle
