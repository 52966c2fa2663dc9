"""Where paused cases wait: a file of the data folder, or the PostgreSQL database that holds everything else.

They are a convenience: what is missing or cannot be read is made anew from the store. So they need no backup.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from mailagent.triage.checkpoints import safe_serializer
from mailagent.wiring.saver_errors import ToldApart

CHECKPOINTS = "checkpoints.db"


class SqliteSaver(ToldApart, AsyncSqliteSaver):
    """In a file of its own."""


@asynccontextmanager
async def open_saver(where: Path | str) -> AsyncIterator[BaseCheckpointSaver[str]]:
    """The saver that goes with the database `where`, see `open_database`."""
    if isinstance(where, Path):
        async with aiosqlite.connect(where.with_name(CHECKPOINTS)) as connection:
            await connection.execute("PRAGMA busy_timeout=10000")
            saver = SqliteSaver(connection, serde=safe_serializer())
            await saver.setup()
            yield saver
        return
    from mailagent.wiring.postgresql import open_postgres_saver  # noqa: PLC0415 (needs the extra)

    async with open_postgres_saver(where) as on_server:
        yield on_server
