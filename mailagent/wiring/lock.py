"""One daemon a data folder, and one a database."""

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from mailagent.adapters.signing_keys import FILE as KEYS
from mailagent.errors import TRY_AGAIN, ConfigurationError
from mailagent.store.backup import sweep
from mailagent.store.postgresql import libpq_address

LOCK = "lock"
LOOKS, BETWEEN_LOOKS = 10, 0.05
"""How often a lock is asked for, and seconds: `is_held` has it for a moment."""
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


async def is_running(data_dir: Path, where: Path | str) -> bool:
    """Whether a daemon works with the data, or a command that keeps one out; on a server, from any machine. Raises
    `TemporaryError`.
    """
    if is_held(data_dir):
        return True
    if isinstance(where, Path):
        return False
    from mailagent.wiring.postgresql import is_locked  # noqa: PLC0415 (needs the extra)

    return await is_locked(libpq_address(where))


def is_held(data_dir: Path) -> bool:
    """Whether a process has locked `data_dir`. Makes no file."""
    try:
        handle = os.open(data_dir / LOCK, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not _lock(handle, fcntl.LOCK_SH)
    finally:
        os.close(handle)


def hold(data_dir: Path, *, pause: Callable[[float], object] = time.sleep) -> int:
    """Lock `data_dir` and return the open handle: two daemons would answer the same mail. What a holder that was killed
    left there is removed.

    Raises `ConfigurationError` that names the process which holds it.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(data_dir / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise ConfigurationError(
            f"{error.filename}: error: it cannot be written: {error.strerror}; data_dir in mailagent.toml must name a"
            " folder that mailagent may write to"
        ) from error
    for look in range(LOOKS):
        if look:
            pause(BETWEEN_LOOKS)
        if _lock(handle, fcntl.LOCK_EX):
            break
    else:
        holder = os.read(handle, 40).decode("ascii", "replace").strip()
        os.close(handle)
        raise ConfigurationError(
            f"{data_dir}: mailagent already runs on this data folder (process {holder or 'unknown'}); stop it first",
            exit_code=TRY_AGAIN,
        )
    sweep(data_dir)
    os.ftruncate(handle, 0)
    os.write(handle, f"{os.getpid()}\n".encode())
    return handle


def _lock(handle: int, kind: int) -> bool:
    """At once, or not."""
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def changed_since_start(data_dir: Path, folders: Sequence[Path]) -> list[Path]:
    """The keys, and files of `folders`, that are newer than the lock of `data_dir`: the daemon reads them once, as it
    starts, and works by what it read then. Empty where none was started yet.
    """
    lock = data_dir / LOCK
    if not lock.exists():
        return []
    started = lock.stat().st_mtime_ns
    files = (Path(path) / name for folder in folders for path, _, names in os.walk(folder) for name in names)
    read = [*data_dir.glob(KEYS), *(file for file in files if file.suffix in READ_ONCE)]
    return sorted(file for file in read if file.stat().st_mtime_ns > started)
