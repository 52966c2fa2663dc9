"""One daemon a data folder, and one a database."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from mailagent.errors import ConfigurationError
from mailagent.store.postgresql import libpq_address

READ_ONCE = frozenset({".toml", ".j2", ".txt"})
"""What configuration and templates end with; editors leave other files beside them."""


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


def changed_since_start(data_dir: Path, folders: Sequence[Path]) -> list[Path]:
    """Files of `folders` that are newer than the lock of `data_dir`: the daemon reads them once, as it starts, and
    works by what it read then. Empty where none was started yet.
    """
    lock = data_dir / "lock"
    if not lock.exists():
        return []
    started = lock.stat().st_mtime_ns
    files = (Path(path) / name for folder in folders for path, _, names in os.walk(folder) for name in names)
    return sorted(file for file in files if file.suffix in READ_ONCE and file.stat().st_mtime_ns > started)
