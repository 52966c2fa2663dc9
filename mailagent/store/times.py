"""Rows that a clock which was ahead has written. See `ports.Times`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy.orm import QueryableAttribute, defer
from sqlmodel import and_, col, func, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from mailagent.domain.arguments import LONGEST_SNOOZE
from mailagent.domain.outgoing import BLOCKED_FOR, LONGEST_RETRY
from mailagent.ports import RESTORED
from mailagent.store.database import Sessions
from mailagent.store.tables import (
    AddressBlockRow,
    CaseRow,
    EmbeddingSpendingRow,
    EscalationRow,
    HealthRow,
    HoldRow,
    MessageRow,
    OutboxRow,
    SpendingRow,
)

POSTPONED = timedelta(minutes=1)
"""No message is postponed for so long."""
HAPPENED: Sequence[Any] = (
    MessageRow.received_at,
    OutboxRow.created_at,
    OutboxRow.uncertain_since,
    OutboxRow.settled_at,
    EscalationRow.opened_at,
    EscalationRow.decided_at,
    CaseRow.settled_at,
    SpendingRow.at,
    EmbeddingSpendingRow.at,
    HealthRow.worked_at,
)
"""What cannot lie ahead, and is counted from."""


async def newest(session: AsyncSession) -> datetime | None:
    """The latest time at which something happened that the database knows of; None for an empty one."""
    found = [(await session.exec(select(func.max(col(when))))).one() for when in HAPPENED]
    return max((when for when in found if when is not None), default=None)


@dataclass(frozen=True, kw_only=True)
class StoredTimes:
    """See `ports.Times`."""

    sessions: Sessions

    async def mend(self, *, at: datetime) -> int:
        """See `ports.Times`."""
        async with self.sessions.begin() as session:
            waiting = await _messages(session, at) + await _outbox(session, at) + await _questions(session, at)
            waiting += await _blocks(session, at)
            await session.flush()
            for when in HAPPENED:
                changed = await session.exec(update(when.class_).where(col(when) > at).values({when.key: at}))
                waiting += changed.rowcount
            waiting += await _holds(session, at)
            return waiting


async def _messages(session: AsyncSession, at: datetime) -> int:
    """They are due at once."""
    pending = col(MessageRow.state).in_(("received", "ready"))
    late = update(MessageRow).where(pending, col(MessageRow.due_at) > at + POSTPONED)
    return (await session.exec(late.values(due_at=at))).rowcount


async def _outbox(session: AsyncSession, at: datetime) -> int:
    """A mail that was written ahead leaves as long after now as it should have after it was written."""
    waits = col(OutboxRow.state).in_(("ready", "held", "uncertain"))
    ahead = or_(
        col(OutboxRow.created_at) > at,
        OutboxRow.state == "uncertain",
        and_(OutboxRow.attempts > 0, col(OutboxRow.due_at) > at + LONGEST_RETRY),
    )
    without_bytes = select(OutboxRow).options(defer(cast("QueryableAttribute[bytes]", OutboxRow.raw)))
    rows = await session.exec(without_bytes.where(waits, col(OutboxRow.due_at) > at, ahead))
    count = 0
    for row in rows:
        due_at = row.due_at - max(row.created_at - at, timedelta())
        if row.state == "uncertain" or (row.attempts and due_at > at + LONGEST_RETRY):
            due_at = at
        count += due_at != row.due_at
        row.due_at = due_at
        session.add(row)
    return count


async def _questions(session: AsyncSession, at: datetime) -> int:
    """Reviewers have as long from now on as they should have had."""
    ahead = or_(col(EscalationRow.opened_at) > at, col(EscalationRow.snoozed_until) > at + LONGEST_SNOOZE)
    rows = [*await session.exec(select(EscalationRow).where(EscalationRow.state == "open", ahead))]
    for row in rows:
        by = max(row.opened_at - at, timedelta())
        row.due_at -= by
        if row.snoozed_until is not None:
            row.snoozed_until -= by
            row.snoozed_until = row.snoozed_until if row.snoozed_until <= at + LONGEST_SNOOZE else at
        session.add(row)
    return len(rows)


async def _holds(session: AsyncSession, at: datetime) -> int:
    """But for the one after a restore: by a clock that is behind, mail of before would seem new, and be answered."""
    ahead = update(HoldRow).where(col(HoldRow.since) > at, col(HoldRow.name) != RESTORED)
    return (await session.exec(ahead.values(since=at))).rowcount


async def _blocks(session: AsyncSession, at: datetime) -> int:
    """None lasts longer than one that begins now."""
    until = at + BLOCKED_FOR
    late = update(AddressBlockRow).where(col(AddressBlockRow.until) > until)
    return (await session.exec(late.values(until=until))).rowcount
