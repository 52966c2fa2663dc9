"""What needs PostgreSQL's driver: paused cases in the database, and the lock that keeps a second daemon out of it."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import psycopg
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from mailagent.errors import TRY_AGAIN, ConfigurationError, TemporaryError
from mailagent.events import log
from mailagent.store.failures import first_line, told_apart
from mailagent.store.postgresql import NETWORK, libpq_address
from mailagent.triage.checkpoints import safe_serializer
from mailagent.wiring.saver_errors import ToldApart

DAEMON = 7_310_597_160_482_947_682
"""The number of the lock that a running daemon holds."""
LOOK_SECONDS = 5.0
CONNECTIONS = 4
HOLDER = """
SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid)
WHERE locktype = 'advisory' AND granted AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (classid::bigint << 32) | objid::bigint = %s
"""

logging.getLogger("psycopg.pool").addHandler(logging.NullHandler())  # what it says is raised too, and logged as ours


class PostgresSaver(ToldApart, AsyncPostgresSaver):
    """In tables beside the store's."""


@asynccontextmanager
async def open_postgres_saver(address: str) -> AsyncIterator[PostgresSaver]:
    """The saver in the database at `address`; its tables are made as needed. Raises `TemporaryError`."""
    pool: AsyncConnectionPool[psycopg.AsyncConnection[DictRow]] = AsyncConnectionPool(
        libpq_address(address),
        min_size=1,
        max_size=CONNECTIONS,
        timeout=NETWORK["connect_timeout"],
        open=False,
        check=AsyncConnectionPool.check_connection,
        kwargs={**NETWORK, "autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
    )
    with told_apart():
        await pool.open(wait=True, timeout=NETWORK["connect_timeout"])
    try:
        saver = PostgresSaver(pool, serde=safe_serializer())
        with told_apart():
            await saver.setup()
        yield saver
    finally:
        await pool.close()


async def is_locked(address: str) -> bool:
    """Whether a daemon works with the database, on whichever machine. Raises `TemporaryError`."""
    with told_apart():
        connection = await psycopg.AsyncConnection.connect(
            address,
            autocommit=True,
            **NETWORK,  # type: ignore[arg-type]  # numbers of libpq's own options
        )
        async with connection:
            return await (await connection.execute(HOLDER, [DAEMON])).fetchone() is not None


@dataclass(kw_only=True)
class OneDaemon:
    """A lock of the database, held by a connection of its own: two daemons would answer the same mail.

    It is the database's, not a mailbox's: a daemon works on every message that it finds there.
    """

    address: str
    _connection: psycopg.AsyncConnection = field(init=False)

    async def take(self) -> None:
        """Take the lock. Raises `ConfigurationError` that names the process which holds it, `TemporaryError`."""
        with told_apart():
            connection = await psycopg.AsyncConnection.connect(
                self.address,
                autocommit=True,
                application_name=f"mailagent on {socket.gethostname()[:30]}, process {os.getpid()}",
                **NETWORK,  # type: ignore[arg-type]  # numbers of libpq's own options
            )
            self._connection = connection
            found = await (await connection.execute("SELECT pg_try_advisory_lock(%s)", [DAEMON])).fetchone()
            if found == (True,):
                return
            holder = await (await connection.execute(HOLDER, [DAEMON])).fetchone()
        raise ConfigurationError(
            f"database_url: another daemon already works with this database"
            f" ({holder[0] if holder else 'it ended just now'}); stop it first",
            exit_code=TRY_AGAIN,
        )

    async def keep(self) -> None:
        """Look again and again whether we still have it. Ends only by raising `ConfigurationError`, see `look`."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Take it again when the server was away. Raises `ConfigurationError` when another process was quicker.

        A server that does not let us in for now, as one does that takes over from another, is away.
        """
        try:
            await self._connection.execute("SELECT 1")
        except psycopg.Error as lost:
            log("database.failed", reason=first_line(lost))
            await self.release()
            try:
                await self.take()
            except TemporaryError:
                return
            except ConfigurationError as refused:
                if refused.exit_code == TRY_AGAIN:
                    raise
                log("database.failed", reason=str(refused))

    async def release(self) -> None:
        """Give it back."""
        await self._connection.close()
