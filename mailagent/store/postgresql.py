"""PostgreSQL: what its sessions are set to, and the lock that makes writers wait for each other.

The store was written for SQLite, where a transaction that writes is alone. It is alone here too: each begins by taking
one lock of the database, which its end gives back. So what it has read is still so when it writes, nothing has to be
run again after a serialization failure, and there is no deadlock; the unique keys stay the last line. Writing one at a
time costs little here: a mail takes about ten short transactions, and a model's answer takes seconds.
"""

from sqlalchemy import URL, Connection, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from mailagent.errors import ConfigurationError
from mailagent.store.schema import expect_newest, migrate, newest, schema_of
from mailagent.store.storable import clean_values, to_json

DRIVER = "postgresql+psycopg"
WRITER = 7_310_597_160_482_947_681
"""The number of the writers' lock: any would do that no other program in the same database has."""
NETWORK = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""For every connection: seconds, but the last in milliseconds. A server that fell silent is given up."""
SESSION = {
    "synchronous_commit": "on",  # a commit survives a loss of power
    "lock_timeout": "10s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "30s",  # a writer that hangs gives the lock back
    "timezone": "UTC",
}
SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""Of a transaction that reads: what one on SQLite has anyway."""


def read_url(given: str) -> URL:
    """The address of a database, for our driver. Raises `ConfigurationError` for any other kind of address, and where
    the driver is not installed; never with the address, for a password may be in it.
    """
    try:
        url = make_url(given)
    except ArgumentError:
        url = None
    if url is None or url.drivername not in {"postgresql", "postgres", DRIVER} or not url.database:
        raise ConfigurationError(
            "database_url: error: not the address of a PostgreSQL database; write it as"
            " postgresql://USER@HOST:5432/DATABASE, or leave it out to keep data in data_dir"
        )
    try:
        import psycopg  # noqa: F401, PLC0415 (an optional extra)
    except ImportError as error:
        raise ConfigurationError(
            "database_url: error: PostgreSQL needs its driver: install mailagent[postgresql]"
        ) from error
    return url.set(drivername=DRIVER)


def libpq_address(given: str) -> str:
    """The same for programs that do not use SQLAlchemy; with the password. Raises as `read_url` does."""
    return read_url(given).set(drivername="postgresql").render_as_string(hide_password=False)


def make_engine(url: URL) -> AsyncEngine:
    """Connections to the database; one that broke while it was unused is replaced."""
    engine = create_async_engine(url, pool_pre_ping=True, connect_args=NETWORK, json_serializer=to_json)
    event.listen(engine.sync_engine, "before_cursor_execute", clean_values, retval=True)
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def migrate_server(url: URL) -> None:
    """Bring the database to the newest schema. One program at a time, and nobody writes meanwhile."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT", connect_args=NETWORK)
    try:
        with engine.connect() as connection:
            if schema_of(connection) == newest():
                return
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({WRITER})")
            migrate(url.render_as_string(hide_password=False))
    finally:
        engine.dispose()


def check_server(url: URL) -> None:
    """Raises `ConfigurationError` where the database would have to be migrated, or cannot be."""
    engine = create_engine(url, connect_args=NETWORK)
    try:
        with engine.connect() as connection:
            expect_newest(connection)
    finally:
        engine.dispose()


def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for name, value in SESSION.items():
        cursor.execute(f"SET {name} = '{value}'")
    cursor.close()
    connection.commit()


def _begin(connection: Connection) -> None:
    if not connection.get_execution_options().get("reads", False):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER})")
