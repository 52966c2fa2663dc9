"""The fence against a daemon that another has replaced: only the one whose term began last may write.

A lock can be lost without its holder's knowledge: a paused process or virtual machine, a network that was cut, a lock
file that was deleted. So each start begins a term, and each transaction of that daemon looks, before it writes, whether
a later one has begun. What would be sent is fenced with it, since no final dot is written without a commit before.
"""

import asyncio
import os
import secrets
import socket
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from mailagent.errors import TRY_AGAIN, ConfigurationError, TemporaryError, spoken
from mailagent.events import log
from mailagent.store.database import Sessions
from mailagent.store.tables import TermRow

ONLY = 1
"""The number of the only row."""
LOOK_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Who began a term, such as ``mailagent run, process 7 on host``, and when. One that is `scheduled` was to end by
    itself, until it is started again.
    """

    holder: str
    since: datetime
    scheduled: bool


@dataclass(kw_only=True)
class Term:
    """See `Fence`. `token` tells the term from one with its number in a restored database; `file` is the database's,
    None on a server, and `identity` says which file that was at the start. `error` is why it is over.
    """

    token: str
    file: Path | None
    identity: tuple[int, int]
    error: ConfigurationError | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def check(self, session: AsyncSession) -> None:
        """See `Fence`."""
        try:
            is_other = self.file is not None and _identity(self.file) != self.identity
        except OSError as error:
            raise TemporaryError(f"{self.file}: {error.strerror}") from error
        if is_other:
            raise self._ended(f"{self.file}: error: another file took the place of the database")
        row = (await session.exec(select(TermRow))).first()
        if row is None:
            raise self._ended("the database was emptied, or another took its place")
        if row.token != self.token:
            raise self._ended(f"{row.holder} took the data over at {row.since:%Y-%m-%d %H:%M:%S} UTC")

    async def watch(self, sessions: Sessions, *, every: float = LOOK_SECONDS) -> None:
        """Ends only by raising `ConfigurationError`, once the term is over; a daemon that has nothing to write hears of
        it within seconds too. While the database cannot be asked, whatever the reason, nothing can be written either.
        """
        while self.error is None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.over.wait(), every)
            try:
                async with sessions.read() as session:
                    await self.check(session)
            except Exception as error:  # noqa: BLE001 - any but the end of the term is met by all who write, too
                if self.error is None:
                    log("database.failed", reason=spoken(error))
        raise self.error

    def _ended(self, why: str) -> ConfigurationError:
        self.error = ConfigurationError(
            f"{why}; this process has ended, and wrote and sent nothing since", exit_code=TRY_AGAIN
        )
        self.over.set()
        return self.error


async def begin_term(
    sessions: Sessions, where: Path | str, *, program: str, daemon: Literal["run", "once"] | None = None
) -> tuple[Sessions, Term]:
    """End the term of whoever wrote before, and begin one: the `sessions` that write while it is the last. `daemon` is
    how that was started, None for a command.
    """
    file = where if isinstance(where, Path) else None
    term = Term(token=secrets.token_hex(8), file=file, identity=_identity(file) if file else (0, 0))
    async with sessions.begin() as session:
        row = await session.get(TermRow, ONLY) or TermRow(id=ONLY, number=0, token="", holder="", since=_now())
        row.number, row.token, row.since = row.number + 1, term.token, _now()
        row.holder = f"{program}, process {os.getpid()} on {socket.gethostname()[:60]}"
        if daemon is not None:
            row.started_by, row.started_at, row.scheduled = row.holder, row.since, daemon == "once"
        session.add(row)
    return replace(sessions, fence=term), term


async def last_term(sessions: Sessions) -> Begun | None:
    """Of whoever may write, a command too; None where nobody began one yet."""
    async with sessions.read() as session:
        row = await session.get(TermRow, ONLY)
        return None if row is None else Begun(holder=row.holder, since=row.since, scheduled=row.scheduled)


async def last_start(sessions: Sessions) -> Begun | None:
    """Of the last daemon, whatever command came after it; None before the first."""
    async with sessions.read() as session:
        row = await session.get(TermRow, ONLY)
        if row is None or row.started_at is None:
            return None
        return Begun(holder=row.started_by, since=row.started_at, scheduled=row.scheduled)


def _identity(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except FileNotFoundError:
        return (0, 0)
    return (found.st_dev, found.st_ino)


def _now() -> datetime:
    return datetime.now(UTC)
