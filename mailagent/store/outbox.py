"""Mail to send, under a unique key made from its cause. See `ports.Outbox`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from mailagent.domain.case import CaseId
from mailagent.domain.outgoing import MailKind, NewOutboxEntry, OutboxEntry, OutboxId, OutboxState
from mailagent.store.database import Sessions
from mailagent.store.tables import OutboxRow


async def enqueue(session: AsyncSession, entries: Sequence[NewOutboxEntry], *, at: datetime) -> None:
    """Add `entries` within the caller's transaction; a key that is there already stays as it is."""
    for entry in entries:
        if (await session.exec(select(OutboxRow.id).where(OutboxRow.key == entry.key))).first() is not None:
            continue
        session.add(
            OutboxRow(
                key=entry.key,
                kind=entry.kind,
                mailbox=entry.mailbox,
                case_id=entry.case_id,
                recipient=entry.recipient,
                message_id=entry.message_id,
                raw=entry.raw,
                created_at=at,
                due_at=at,
            )
        )
        await session.flush()


@dataclass(frozen=True, kw_only=True)
class StoredOutbox:
    """See `ports.Outbox`."""

    sessions: Sessions

    async def due(self, *, at: datetime, limit: int) -> list[OutboxEntry]:
        """See `ports.Outbox`."""
        async with self.sessions.begin() as session:
            rows = await session.exec(
                select(OutboxRow)
                .where(OutboxRow.state == "ready", OutboxRow.due_at <= at)
                .order_by(col(OutboxRow.id))
                .limit(limit)
            )
            return [_read(row) for row in rows]

    async def claim(self, entry: OutboxEntry) -> bool:
        """See `ports.Outbox`."""
        async with self.sessions.begin() as session:
            changed = await session.exec(
                update(OutboxRow)
                .where(col(OutboxRow.id) == entry.id, col(OutboxRow.state) == "ready")
                .values(state="sending", attempts=OutboxRow.attempts + 1)
            )
            return changed.rowcount == 1

    async def sent(self, entry: OutboxEntry, *, at: datetime) -> None:
        """See `ports.Outbox`."""
        await self._set(entry, state="sent", sent_at=at, error="")

    async def postpone(self, entry: OutboxEntry, *, until: datetime, error: str) -> None:
        """See `ports.Outbox`."""
        await self._set(entry, state="ready", due_at=until, error=error)

    async def give_up(
        self, entry: OutboxEntry, *, uncertain: bool, error: str, notices: Sequence[NewOutboxEntry]
    ) -> None:
        """See `ports.Outbox`."""
        async with self.sessions.begin() as session:
            changed = await session.exec(
                update(OutboxRow)
                .where(col(OutboxRow.id) == entry.id, col(OutboxRow.state) == "sending")
                .values(state="uncertain" if uncertain else "failed", error=error)
            )
            if changed.rowcount:
                await enqueue(session, notices, at=entry.due_at)

    async def interrupted(self) -> list[OutboxEntry]:
        """See `ports.Outbox`."""
        async with self.sessions.begin() as session:
            rows = await session.exec(select(OutboxRow).where(OutboxRow.state == "sending"))
            return [_read(row) for row in rows]

    async def _set(self, entry: OutboxEntry, **values: object) -> None:
        """Only from ``sending``: what is sent stays sent, whatever fails after it."""
        async with self.sessions.begin() as session:
            await session.exec(
                update(OutboxRow)
                .where(col(OutboxRow.id) == entry.id, col(OutboxRow.state) == "sending")
                .values(**values)
            )


def _read(row: OutboxRow) -> OutboxEntry:
    return OutboxEntry(
        id=OutboxId(cast("int", row.id)),
        key=row.key,
        kind=cast("MailKind", row.kind),
        mailbox=row.mailbox,
        case_id=None if row.case_id is None else CaseId(row.case_id),
        recipient=row.recipient,
        message_id=row.message_id,
        raw=row.raw,
        state=cast("OutboxState", row.state),
        attempts=row.attempts,
        due_at=row.due_at,
        sent_at=row.sent_at,
        error=row.error,
    )
