"""What the database's drivers raise, as our errors: which of them pass by themselves is decided here alone.

An error after COMMIT was sent does not say whether it was written. So no caller may take a `TemporaryError` for
"nothing happened": the next round asks the store, and unique keys and states make a step done twice change nothing.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, ENOSPC

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

from mailagent.errors import ConfigurationError, TemporaryError

SQLITE = frozenset({"BUSY", "LOCKED", "FULL", "IOERR", "READONLY", "CANTOPEN", "PROTOCOL", "NOMEM", "AUTH", "PERM"})
"""The second word of an error's name, such as ``SQLITE_IOERR_WRITE``: the disk, or another process."""
POSTGRESQL = frozenset({"08", "25006", "25P03", "40", "53", "55P03", "57", "58"})
"""Codes, or the classes they begin with: connection, a standby, a transaction that idled, serialization, no room, a
lock that was not to be had in time, stopped by an operator or a time limit, the disk.
Source: https://www.postgresql.org/docs/current/errcodes-appendix.html
"""
REFUSALS = ("authentication failed", "does not exist", "no pg_hba.conf entry", "permission denied", "not permitted")
"""Words of a server that turns us away at the door, where it gives no code. In another language they are not known, and
it is tried again.
"""


@contextmanager
def told_apart() -> Iterator[None]:
    """Raises `TemporaryError` for an error of a driver that may pass, `ConfigurationError` where the server lets us not
    in, and every other error as it is.

    Their words are the database's first line alone: further lines, and SQLAlchemy's own words, quote rows.
    """
    try:
        yield
    except NoConnection as error:
        raise TemporaryError("the database is busy: no connection was free in time") from error
    except Exception as error:
        cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
        if not is_temporary(cause):
            raise
        said = first_line(cause)
        if getattr(cause, "sqlstate", None) is None and any(words in said for words in REFUSALS):
            raise ConfigurationError(
                f"database_url: error: PostgreSQL refused: {said}; its user must be able to log in to the database"
            ) from error
        raise TemporaryError(f"the database: {said}") from error


def lacks_room(error: BaseException | None) -> bool:
    """Whether SQLite, or the system, could not write as a full disk has it: it says ``disk I/O error`` of that too."""
    return (isinstance(error, OSError) and error.errno in {ENOSPC, EDQUOT}) or _sqlite_name(error) in {"FULL", "IOERR"}


def is_temporary(error: BaseException) -> bool:
    """Whether the same call may work later. `error` is a driver's; of any other it is False."""
    if isinstance(error, sqlite3.Error):
        return _sqlite_name(error) in SQLITE
    if not _is_of_psycopg(error):
        return False
    code = getattr(error, "sqlstate", None)
    if code is None:  # the driver's own words: the connection could not be made, or is gone
        return type(error).__name__ in {"OperationalError", "InterfaceError", "PoolTimeout", "ConnectionTimeout"}
    return code in POSTGRESQL or code[:2] in POSTGRESQL


def first_line(error: BaseException) -> str:
    """What the database said, on one line. No statement and no value of a row is in it."""
    return next(iter(str(error).splitlines()), type(error).__name__)


def _sqlite_name(error: BaseException | None) -> str:
    """Such as ``IOERR`` for ``SQLITE_IOERR_WRITE``; empty for what is not SQLite's."""
    return getattr(error, "sqlite_errorname", "").removeprefix("SQLITE_").split("_")[0]


def _is_of_psycopg(error: BaseException) -> bool:
    """By its module: the driver is an optional extra, and is not imported where SQLite is used."""
    return any(kind.__module__.split(".")[0] in {"psycopg", "psycopg_pool"} for kind in type(error).__mro__)
