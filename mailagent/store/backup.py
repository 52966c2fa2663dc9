"""Copies of an SQLite database, made while it may be in use, and put back.

The database alone is copied. Paused cases are made anew from it, and the keys that sign reply addresses are secrets
with a life of their own.
"""

import fcntl
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from datetime import UTC, datetime
from glob import escape
from pathlib import Path
from tempfile import NamedTemporaryFile

from mailagent.errors import FAILED, TRY_AGAIN, ConfigurationError

FOLDER = "backups"
"""Beside the database: what it was before a migration, and before a restore."""
READY = ".mailagent-restore-"
"""How folders begin in which a backup is made ready: nobody names one of their own so."""
READER_SECONDS = 5.0
ONCE_MORE = (
    "what was cleared is still in the file. Give the same command again later: it clears the file even where nothing is"
    " known any more"
)


def back_up(database: Path, target: Path) -> None:
    """Write what `database` holds between two transactions to the new file `target`, and to the disk.

    Raises `ConfigurationError` where that cannot be done; then there is no `target`.
    """
    if target.is_dir():
        raise ConfigurationError(f"{target}: error: this is a folder; name a new file in it", exit_code=FAILED)
    if target.exists():
        raise ConfigurationError(f"{target}: error: the file is there already; name a new one", exit_code=FAILED)
    if not target.parent.is_dir():
        raise ConfigurationError(
            f"{target}: error: there is no folder {target.parent.absolute()}; make it first", exit_code=FAILED
        )
    _remove_left(target.parent.glob(f"{escape(target.name)}.*.unfinished"))
    try:
        _write(database, target)
    except (sqlite3.Error, OSError) as error:
        raise ConfigurationError(f"{target}: error: the backup cannot be written: {error}", exit_code=FAILED) from error


def _write(database: Path, target: Path) -> None:
    """All of it, or no `target`."""
    with NamedTemporaryFile(prefix=f"{target.name}.", suffix=".unfinished", dir=target.parent, delete=False) as file:
        unfinished = Path(file.name)
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            _copy(database, unfinished)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)


def keep(database: Path, why: str) -> Path:
    """Back `database` up beside itself under a name with the time and `why`; returns the file. Raises `sqlite3.Error`
    and `OSError`.
    """
    target = _place(database, why)
    _write(database, target)
    return target


def _place(database: Path, why: str) -> Path:
    folder = database.parent / FOLDER
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder / f"{database.stem}-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{why}.db"


def _move_away(database: Path) -> Path:
    """With what SQLite has beside it."""
    target = _place(database, "damaged")
    for suffix in ("-shm", "-wal", ""):
        file = database.with_name(f"{database.name}{suffix}")
        if file.exists():
            file.replace(target.with_name(f"{target.name}{suffix}"))
    return target


def take(source: Path, target: Path) -> None:
    """Copy the backup `source` to the new file `target`, where it can be made ready.

    Raises `ConfigurationError` when `source` is no whole backup of mailagent.
    """
    if not source.is_file():
        raise ConfigurationError(f"{source}: error: there is no such file", exit_code=FAILED)
    try:
        with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as backup:
            (sound,) = backup.execute("PRAGMA quick_check").fetchone()
            backup.execute("SELECT version_num FROM alembic_version")
    except sqlite3.Error as error:
        raise ConfigurationError(
            f"{source}: error: this is no backup of mailagent: {error}", exit_code=FAILED
        ) from error
    if sound != "ok":
        raise ConfigurationError(f"{source}: error: the backup is damaged: {sound}", exit_code=FAILED)
    back_up(source, target)


def put_back(database: Path, ready: Path) -> Path | None:
    """Make `database` what the file `ready` holds, in one transaction, while no daemon runs; returns what it was
    before, kept in `FOLDER`. One that is damaged is moved there as it is.

    Raises `ConfigurationError` where that cannot be done; then a `database` that was sound is as it was.
    """
    before = None
    if database.exists():
        try:
            before = keep(database, "before-restore")
        except (sqlite3.Error, OSError):
            before = _move_away(database)
    try:
        _copy(ready, database)
    except (sqlite3.Error, OSError) as error:
        raise ConfigurationError(
            f"{database}: error: the backup cannot be put back: {error}", exit_code=FAILED
        ) from error
    return before


def rewrite(file: Path) -> None:
    """Without what was deleted: a database only marks it as free. A reader is waited for for some seconds.

    Raises `ConfigurationError` where one still has what was deleted; then the file has it too.
    """
    try:
        with closing(sqlite3.connect(file, timeout=READER_SECONDS, isolation_level=None)) as database:
            database.execute("VACUUM")
            (busy, *_) = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError as error:
        raise ConfigurationError(f"{file}: error: {error}; {ONCE_MORE}", exit_code=TRY_AGAIN) from error
    if busy:
        raise ConfigurationError(f"{file}: error: another command reads it; {ONCE_MORE}", exit_code=TRY_AGAIN)


def sweep(folder: Path) -> None:
    """Remove from the data folder what a killed restore or backup left: nobody would look for those copies of mail."""
    _remove_left((*folder.glob("*.unfinished"), *(folder / FOLDER).glob("*.unfinished")))
    for ready in folder.glob(f"{READY}*"):
        shutil.rmtree(ready, ignore_errors=True)


def _remove_left(unfinished: Iterable[Path]) -> None:
    """Not those that another process is writing: it has them locked."""
    for path in unfinished:
        with suppress(OSError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")  # one file, whole without any beside it
