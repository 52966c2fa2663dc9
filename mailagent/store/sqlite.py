"""SQLite: one file, one writer at a time."""

import fcntl
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from mailagent.store.backup import keep
from mailagent.store.schema import expect_newest, migrate, newest, schema_of
from mailagent.store.storable import clean_values, to_json

Answer = TypeVar("Answer")
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON", "cache_size=-512")
"""A commit survives a loss of power, readers do not wait for the writer, and a writer waits ten seconds for another. A
connection keeps half a megabyte of the file: the operating system has the rest.
"""


def make_engine(path: Path) -> AsyncEngine:
    """Connections to the file. A transaction that may write begins IMMEDIATE: a read followed by a write cannot be
    overtaken by another process.
    """
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", json_serializer=to_json)
    event.listen(engine.sync_engine, "before_cursor_execute", clean_values, retval=True)
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def migrate_file(path: Path) -> Path | None:
    """Bring the file to the newest schema, and make it where there is none; returns the backup that was taken before.

    One process at a time: a command may be started in the moment in which the daemon makes the database.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.with_suffix(".migrating").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = _ask(path, schema_of)
        if found == newest():
            return None
        saved = None if found is None else keep(path, f"schema-{found}")
        migrate(f"sqlite:///{path}")
        return saved


def check_file(path: Path) -> None:
    """Raises `ConfigurationError` where the file would have to be migrated, or cannot be."""
    _ask(path, expect_newest)


def _ask(path: Path, question: Callable[[Connection], Answer]) -> Answer:
    engine = create_engine(f"sqlite:///{path}")
    try:
        with engine.connect() as connection:
            return question(connection)
    finally:
        engine.dispose()


def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions are begun below
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
