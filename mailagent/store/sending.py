"""What becomes of mail that is due. See `ports.Sending`.

The number of tries fences: whoever claimed an entry changes it only while no other has claimed it since.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from mailagent.domain.chain import ChainKind
from mailagent.domain.outgoing import NewOutboxEntry, OutboxEntry, OutboxState
from mailagent.store.chain import record
from mailagent.store.database import Sessions
from mailagent.store.outbox import MAY_HAVE_LEFT, enqueue, read_entry
from mailagent.store.tables import HoldRow, OutboxRow

IN_HAND: tuple[OutboxState, ...] = ("sending", "eod")


@dataclass(frozen=True, kw_only=True)
class StoredSending:
    """See `ports.Sending`."""

    sessions: Sessions

    async def recover(self, *, at: datetime) -> list[OutboxEntry]:
        """See `ports.Sending`."""
        async with self.sessions.begin() as session:
            in_hand = select(OutboxRow).where(col(OutboxRow.state).in_(IN_HAND)).order_by(col(OutboxRow.id))
            rows = [*await session.exec(in_hand)]
            entries = [read_entry(row) for row in rows]
            for row in rows:
                if row.state == "eod":
                    row.state, row.uncertain_since, row.due_at = "uncertain", at, at
                    if row.error != MAY_HAVE_LEFT:
                        row.error = "mailagent stopped before the server answered"
                    await record(session, "uncertain", case=row.case_id, mail=row.id)
                else:
                    row.state = "ready"
                session.add(row)
            return entries

    async def due(self, *, at: datetime, limit: int) -> list[OutboxEntry]:
        """See `ports.Sending`."""
        async with self.sessions.read() as session:
            holds = select(HoldRow.name).where(col(HoldRow.lifted).is_(False)).exists()
            rows = await session.exec(
                select(OutboxRow)
                .where(OutboxRow.state == "ready", OutboxRow.due_at <= at, ~holds | (col(OutboxRow.kind) == "notice"))
                .order_by(col(OutboxRow.id))
                .limit(limit)
            )
            return [read_entry(row) for row in rows]

    async def claim(self, entry: OutboxEntry) -> bool:
        """See `ports.Sending`."""
        async with self.sessions.begin() as session:
            return await _change(
                session, entry, ("ready",), tries=entry.attempts, state="sending", attempts=entry.attempts + 1
            )

    async def eod(self, entry: OutboxEntry) -> bool:
        """See `ports.Sending`."""
        async with self.sessions.begin() as session:
            return await _change(session, entry, ("sending",), tries=entry.attempts + 1, state="eod")

    async def sent(self, entry: OutboxEntry, *, at: datetime) -> None:
        """See `ports.Sending`."""
        await self._claimed(entry, "eod", "uncertain", told="sent", state="sent", sent_at=at, error="")

    async def postpone(self, entry: OutboxEntry, *, until: datetime, error: str) -> None:
        """See `ports.Sending`."""
        await self._claimed(entry, *IN_HAND, state="ready", due_at=until, error=error)

    async def fail(self, entry: OutboxEntry, *, at: datetime, error: str, notices: Sequence[NewOutboxEntry]) -> None:
        """See `ports.Sending`."""
        async with self.sessions.begin() as session:
            changes = {"state": "failed", "settled_at": at, "error": error}
            if await _change(session, entry, IN_HAND, tries=entry.attempts + 1, told="failed", **changes):
                await enqueue(session, notices, at=at)

    async def doubt(self, entry: OutboxEntry, *, at: datetime, error: str) -> None:
        """See `ports.Sending`."""
        changes = {"state": "uncertain", "uncertain_since": at, "due_at": at, "error": error}
        await self._claimed(entry, "eod", told="uncertain", **changes)

    async def doubtful(self, *, at: datetime, limit: int) -> list[OutboxEntry]:
        """See `ports.Sending`."""
        async with self.sessions.read() as session:
            rows = await session.exec(
                select(OutboxRow)
                .where(OutboxRow.state == "uncertain", col(OutboxRow.settled_at).is_(None), OutboxRow.due_at <= at)
                .order_by(col(OutboxRow.id))
                .limit(limit)
            )
            return [read_entry(row) for row in rows]

    async def look_again(self, entry: OutboxEntry, *, until: datetime) -> None:
        """See `ports.Sending`."""
        await self._doubted(entry, due_at=until)

    async def found(self, entry: OutboxEntry, *, at: datetime) -> None:
        """See `ports.Sending`."""
        await self._doubted(entry, told="sent", state="sent", sent_at=at, error="")

    async def resend(self, entry: OutboxEntry, *, at: datetime) -> None:
        """See `ports.Sending`."""
        await self._doubted(entry, told="resent", state="ready", due_at=at)

    async def settle(self, entry: OutboxEntry, *, at: datetime, notices: Sequence[NewOutboxEntry]) -> None:
        """See `ports.Sending`."""
        async with self.sessions.begin() as session:
            if await _change(session, entry, ("uncertain",), tries=entry.attempts, told="settled", settled_at=at):
                await enqueue(session, notices, at=at)

    async def _claimed(
        self, entry: OutboxEntry, *states: OutboxState, told: ChainKind | None = None, **values: object
    ) -> None:
        async with self.sessions.begin() as session:
            await _change(session, entry, states, tries=entry.attempts + 1, told=told, **values)

    async def _doubted(self, entry: OutboxEntry, *, told: ChainKind | None = None, **values: object) -> None:
        async with self.sessions.begin() as session:
            await _change(session, entry, ("uncertain",), tries=entry.attempts, told=told, **values)


async def _change(
    session: AsyncSession,
    entry: OutboxEntry,
    states: Sequence[OutboxState],
    *,
    tries: int,
    told: ChainKind | None = None,
    **values: object,
) -> bool:
    """Within the caller's transaction: whether it was in one of `states`, after so many `tries`. `told` is what the
    chain tells of it.
    """
    changed = await session.exec(
        update(OutboxRow)
        .where(col(OutboxRow.id) == entry.id, col(OutboxRow.state).in_(states), col(OutboxRow.attempts) == tries)
        .values(**values)
    )
    is_changed = changed.rowcount == 1
    if is_changed and told is not None:
        sent_at = values.get("sent_at")
        of = (sent_at,) if isinstance(sent_at, datetime) else ()
        await record(session, told, case=entry.case_id, mail=entry.id, of=of)
    return is_changed
