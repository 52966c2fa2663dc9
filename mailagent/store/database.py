"""Open the database: pragmas, migrations, sessions."""

import asyncio
import fcntl
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel.ext.asyncio.session import AsyncSession

from mailagent.errors import ConfigurationError

Sessions = async_sessionmaker[AsyncSession]
MIGRATIONS = Path(__file__).parent / "migrations"


async def open_database(path: Path) -> tuple[AsyncEngine, Sessions]:
    """The SQLite database at `path`, created and migrated to the newest schema as needed.

    WAL with ``synchronous=FULL``: a commit survives a loss of power. Every transaction begins IMMEDIATE, so that a
    read followed by a write cannot be overtaken by another process.

    Raises `ConfigurationError` for a file that is no database, or cannot be opened.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}")
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    try:
        await asyncio.to_thread(_migrate_alone, path)
    except (DatabaseError, OSError) as error:
        said = str(error.orig) if isinstance(error, DatabaseError) else error.strerror
        raise ConfigurationError(
            f"{path}: error: the database cannot be opened: {said}; look whether mailagent may write to its folder and"
            " the disk has room, or restore data_dir from a backup"
        ) from error
    return engine, async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)


def _migrate_alone(path: Path) -> None:
    """A command may be started in the moment in which the daemon makes the database."""
    with path.with_suffix(".migrating").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        migrate(f"sqlite:///{path}")


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest schema."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    command.upgrade(config, "head")


def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions are begun below
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
