"""Where paused cases wait: a file of the data folder, or the PostgreSQL database that holds everything else.

They are a convenience: what is missing or cannot be read is made anew from the store. So they need no backup.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiosqlite
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
)
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from mailagent.store.failures import told_apart
from mailagent.triage.checkpoints import safe_serializer

CHECKPOINTS = "checkpoints.db"


class ToldApart(BaseCheckpointSaver[str]):
    """A saver whose class comes after it raises `TemporaryError` for what may pass."""

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """See `BaseCheckpointSaver`."""
        with told_apart():
            return await super().aget_tuple(config)

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """See `BaseCheckpointSaver`."""
        with told_apart():
            return await super().aput(config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """See `BaseCheckpointSaver`."""
        with told_apart():
            await super().aput_writes(config, writes, task_id, task_path)

    async def adelete_thread(self, thread_id: str) -> None:
        """See `BaseCheckpointSaver`."""
        with told_apart():
            await super().adelete_thread(thread_id)


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
