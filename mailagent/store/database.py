"""Open the database, on SQLite or PostgreSQL, and the two kinds of transactions."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from mailagent.domain.chain import ChainKey, ChainKeys
from mailagent.errors import BAD_CONFIG, TRY_AGAIN, ConfigurationError, TemporaryError
from mailagent.events import log
from mailagent.store import postgresql, sqlite
from mailagent.store.chain import CHAIN, ChainEnd
from mailagent.store.failures import first_line, lacks_room, told_apart


class Fence(Protocol):
    """Who may still write."""

    async def check(self, session: AsyncSession) -> None:
        """Within a transaction, before it writes. Raises `ConfigurationError` where another has taken over."""


PATIENCE = 10.0
"""Seconds for which a writer waits for those before it; for another process it waits as long again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """Transactions; `keys` seal the chain, `fence` is there for a daemon. Each raises `TemporaryError` for what may
    pass; then nobody knows whether it was written.
    """

    writing: AsyncEngine
    reading: AsyncEngine
    keys: ChainKeys
    fence: Fence | None = None
    _turns: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Within this process writers queue here: where SQLite makes them wait, they ask again and again, and sleep longer
    each time."""

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """One that may write, while no other does: what it read is still so when it writes."""
        with told_apart():
            async with (
                self._turn(),
                AsyncSession(self.writing, expire_on_commit=False) as session,
                session.begin(),
            ):
                if self.fence is not None:
                    await self.fence.check(session)
                session.info[CHAIN] = ChainEnd(keys=self.keys)
                yield session

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._turns.acquire()
        except TimeoutError:
            raise TemporaryError(f"the database is busy: others write for {PATIENCE:.0f} seconds") from None
        try:
            yield
        finally:
            self._turns.release()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """One that sees the database as it was at its beginning, and waits for no writer."""
        with told_apart():
            async with AsyncSession(self.reading, expire_on_commit=False) as session, session.begin():
                yield session


def no_keys() -> Sequence[ChainKey]:
    """For whom writes nothing that the chain tells of."""
    raise LookupError("this database was opened without the keys of the chain")


def _log_saved(file: Path) -> None:
    log("database.saved", file=str(file))


async def open_database(
    where: Path | str,
    keys: ChainKeys = no_keys,
    *,
    migrates: bool = True,
    saved: Callable[[Path], object] = _log_saved,
) -> tuple[AsyncEngine, Sessions]:
    """The SQLite database in the file `where`, made when it is not there, or the PostgreSQL database at the address
    `where`; migrated to the newest schema, or refused without it where that is not wished. `keys` are asked for when
    the first entry of the chain is written; `saved` is told of the backup of a file of before its migration.

    Raises `ConfigurationError` when an admin must act, `TemporaryError` when the server is away.
    """
    engine = await (
        _open_file(where, migrates=migrates, saved=saved)
        if isinstance(where, Path)
        else _open_server(where, migrates=migrates)
    )
    options = {"reads": True} if isinstance(where, Path) else {"reads": True, **postgresql.SNAPSHOT}
    return engine, Sessions(writing=engine, reading=engine.execution_options(**options), keys=keys)


async def _open_file(path: Path, *, migrates: bool, saved: Callable[[Path], object]) -> AsyncEngine:
    try:
        before = await asyncio.to_thread(sqlite.migrate_file if migrates else sqlite.check_file, path)
    except (DatabaseError, sqlite3.Error, OSError) as error:
        cause = error.orig if isinstance(error, DatabaseError) else error
        raise ConfigurationError(
            f"{path}: error: the database cannot be opened: {getattr(cause, 'strerror', '') or cause}; look whether the"
            " disk has room and mailagent may write to its folder; restore data_dir from a backup where it is damaged",
            exit_code=TRY_AGAIN if lacks_room(cause) else BAD_CONFIG,
        ) from error
    if before is not None:
        saved(before)
    return sqlite.make_engine(path)


async def _open_server(address: str, *, migrates: bool) -> AsyncEngine:
    url = postgresql.read_url(address)
    try:
        with told_apart():
            await asyncio.to_thread(postgresql.migrate_server if migrates else postgresql.check_server, url)
    except DatabaseError as error:
        raise ConfigurationError(
            f"database_url: error: PostgreSQL refused: {first_line(error.orig or error)}; its user must be able to make"
            " tables in the database"
        ) from error
    return postgresql.make_engine(url)
