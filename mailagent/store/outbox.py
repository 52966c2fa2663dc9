"""Mail to send, under a unique key made from its cause. See `ports.Outbox`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from mailagent.domain.caps import DAY, HOUR, AutomaticMail
from mailagent.domain.case import CaseId
from mailagent.domain.message import MessageId
from mailagent.domain.outgoing import ANSWERS, MailKind, NewOutboxEntry, OutboxEntry, OutboxId, OutboxState
from mailagent.domain.reminders import digest_key
from mailagent.store.chain import record
from mailagent.store.database import Sessions
from mailagent.store.tables import AddressBlockRow, OutboxRow

QUESTIONS: tuple[MailKind, ...] = ("digest", "reminder")
"""Mails whose reply decides."""
UNCLEAR = ":REVIEW-"
"""In the key of a receipt that says why nothing was done."""
CONFIRMS = ":REVIEW-07:"
"""In the key of one that shows a text to confirm: it puts a question, and must come however often."""
MAY_HAVE_LEFT = "it may have left after the backup was made that was put back"
"""Why mail is uncertain that no process had in hand."""
LOOKED_AFTER = f"{MAY_HAVE_LEFT}; 'mailagent resume' was given since"
"""The same, of mail that the operator was told of before they said go."""
KEYS_AT_ONCE = 10_000
"""Databases take so many values in a question, and not many more."""


async def enqueue(
    session: AsyncSession,
    entries: Sequence[NewOutboxEntry],
    *,
    at: datetime,
    cause: int | None = None,
    may_have_left: bool = False,
) -> None:
    """Add `entries` within the caller's transaction; a key that is there already stays as it is. `cause` is the message
    whose handling leads to them; where what it leads to `may_have_left` before, the customer's mail is not sent but
    looked for.
    """
    for entry in entries:
        is_doubtful = may_have_left and entry.kind in ANSWERS
        if (await session.exec(select(OutboxRow.id).where(OutboxRow.key == entry.key))).first() is not None:
            continue
        row = OutboxRow(
            key=entry.key,
            kind=entry.kind,
            mailbox=entry.mailbox,
            case_id=entry.case_id,
            recipient=entry.recipient,
            message_id=entry.message_id,
            automatic=entry.automatic,
            raw=entry.raw,
            state="eod" if is_doubtful else "held" if entry.held else "ready",
            error=MAY_HAVE_LEFT if is_doubtful else "",
            created_at=at,
            due_at=entry.not_before or at,
            cause_id=cause,
        )
        session.add(row)
        await session.flush()
        letter = (entry.recipient, entry.raw) if entry.raw else ()
        await record(
            session, "queued", message=cause, case=entry.case_id, mail=row.id, of=letter, facts={"kind": entry.kind}
        )


def given_up(*, since: datetime) -> ColumnElement[bool]:
    """Mail that failed, or became uncertain, after `since`: of older ones somebody was told long ago. Not what was
    looked after before sending went on.
    """
    is_new = col(OutboxRow.settled_at).is_(None) | (col(OutboxRow.settled_at) > since)
    return col(OutboxRow.state).in_(("failed", "uncertain")) & is_new & (col(OutboxRow.error) != LOOKED_AFTER)


async def withdraw(session: AsyncSession, *, cause: int, by: int) -> bool:
    """Within the caller's transaction: the customer's mails that message `cause` led to do not leave. False, and
    nothing is changed, when one of them may have left. Their keys are free again.
    """
    rows = [*await session.exec(select(OutboxRow).where(OutboxRow.cause_id == cause, col(OutboxRow.kind).in_(ANSWERS)))]
    if any(row.state != "ready" or row.uncertain_since is not None for row in rows):
        return False
    for row in rows:
        row.state, row.key = "withdrawn", f"{row.key}:withdrawn:{by}"
        session.add(row)
        await record(session, "withdrawn", message=by, case=row.case_id, mail=row.id)
    return True


async def show(session: AsyncSession, case_id: CaseId, revision: int, *, at: datetime) -> None:
    """Within the caller's transaction: the digest of a question leaves now, where a list came in its place."""
    await session.exec(
        update(OutboxRow)
        .where(col(OutboxRow.key) == digest_key(case_id, revision), col(OutboxRow.state).in_(("held", "listed")))
        .values(state="ready", due_at=at)
    )


@dataclass(frozen=True, kw_only=True)
class StoredOutbox:
    """See `ports.Outbox`."""

    sessions: Sessions

    async def write(self, mails: Sequence[NewOutboxEntry], *, at: datetime) -> None:
        """See `ports.Outbox`."""
        async with self.sessions.begin() as session:
            await enqueue(session, mails, at=at)

    async def written(self, keys: Sequence[str]) -> frozenset[str]:
        """See `ports.Outbox`."""
        async with self.sessions.read() as session:
            found: set[str] = set()
            for start in range(0, len(keys), KEYS_AT_ONCE):
                some = keys[start : start + KEYS_AT_ONCE]
                found.update(await session.exec(select(OutboxRow.key).where(col(OutboxRow.key).in_(some))))
            return frozenset(found)

    async def letter_of(self, decision: MessageId) -> OutboxEntry | None:
        """See `ports.Outbox`."""
        async with self.sessions.read() as session:
            row = (
                await session.exec(
                    select(OutboxRow).where(
                        OutboxRow.cause_id == decision,
                        col(OutboxRow.kind).in_(ANSWERS),
                        OutboxRow.state != "withdrawn",
                    )
                )
            ).first()
            return None if row is None else read_entry(row)

    async def asked(self, case_id: CaseId, *, since: datetime) -> frozenset[str]:
        """See `ports.Outbox`."""
        async with self.sessions.read() as session:
            rows = await session.exec(
                select(OutboxRow.recipient).where(
                    OutboxRow.case_id == case_id,
                    col(OutboxRow.kind).in_(QUESTIONS),
                    col(OutboxRow.state).not_in(("failed", "returned")),
                    OutboxRow.created_at >= since,
                )
            )
            return frozenset(rows)

    async def receipts(self, case_id: CaseId, recipient: str, *, since: datetime) -> int:
        """See `ports.Outbox`."""
        async with self.sessions.read() as session:
            return (
                await session.exec(
                    select(func.count())
                    .select_from(OutboxRow)
                    .where(
                        OutboxRow.case_id == case_id,
                        OutboxRow.recipient == recipient,
                        OutboxRow.kind == "receipt",
                        col(OutboxRow.key).contains(UNCLEAR),
                        col(OutboxRow.key).not_like(f"%{CONFIRMS}%"),
                        OutboxRow.created_at >= since,
                    )
                )
            ).one()

    async def find_sent(self, message_ids: Sequence[str], *, starting: str | None) -> OutboxEntry | None:
        """See `ports.Outbox`."""
        named: ColumnElement[bool] = col(OutboxRow.message_id).in_(message_ids)
        if starting is not None:
            named |= col(OutboxRow.message_id).startswith(starting, autoescape=True)
        async with self.sessions.read() as session:
            row = (
                await session.exec(
                    select(OutboxRow)
                    .where(named, OutboxRow.recipient != "", col(OutboxRow.state).in_(("eod", "sent", "uncertain")))
                    .order_by(col(OutboxRow.id).desc())
                    .limit(1)
                )
            ).first()
            return None if row is None else read_entry(row)

    async def burst(self, recipient: str, *, since: datetime) -> tuple[int, datetime | None]:
        """See `ports.Outbox`."""
        digests = select(func.count()).where(OutboxRow.kind == "digest", OutboxRow.recipient == recipient)
        until = select(func.min(col(OutboxRow.due_at))).where(
            OutboxRow.state == "held", OutboxRow.recipient == recipient
        )
        async with self.sessions.read() as session:
            count = (await session.exec(digests.where(col(OutboxRow.created_at) > since))).one()
            return count, (await session.exec(until)).first()

    async def unseen(self, case_id: CaseId, revision: int) -> bool:
        """See `ports.Outbox`."""
        key = digest_key(case_id, revision)
        about = col(OutboxRow.key).startswith(f"{case_id}:{revision}:", autoescape=True)
        async with self.sessions.read() as session:
            digest = await session.exec(select(OutboxRow.state).where(OutboxRow.key == key))
            if digest.first() not in {"held", "listed", "ready"}:
                return False
            shown = await session.exec(
                select(OutboxRow.id).where(
                    about,
                    col(OutboxRow.kind).in_(("digest", "reminder")),
                    col(OutboxRow.state).in_(("sending", "eod", "sent", "uncertain")),
                )
            )
            return shown.first() is None

    async def automatic_mail(self, recipient: str, case_id: CaseId, *, at: datetime) -> AutomaticMail:
        """See `ports.Outbox`."""
        in_hour, in_day = col(OutboxRow.created_at) > at - HOUR, col(OutboxRow.created_at) > at - DAY
        to_sender = col(OutboxRow.recipient) == recipient
        at_domain = col(OutboxRow.recipient).endswith(f"@{recipient.rpartition('@')[2]}", autoescape=True)
        async with self.sessions.read() as session:

            async def count(*where: ColumnElement[bool]) -> int:
                found = await session.exec(
                    select(func.count()).select_from(OutboxRow).where(col(OutboxRow.automatic).is_(True), *where)
                )
                return found.one()

            return AutomaticMail(
                sender_hour=await count(in_hour, to_sender),
                sender_day=await count(in_day, to_sender),
                domain_hour=await count(in_hour, at_domain),
                case_day=await count(in_day, col(OutboxRow.case_id) == case_id),
                overall_hour=await count(in_hour),
            )

    async def blocked(self, address: str, *, at: datetime) -> str:
        """See `ports.Outbox`."""
        async with self.sessions.read() as session:
            row = await session.get(AddressBlockRow, address)
            return row.reason if row is not None and row.until > at else ""


def read_entry(row: OutboxRow) -> OutboxEntry:
    """The value that a row holds."""
    return OutboxEntry(
        id=OutboxId(cast("int", row.id)),
        key=row.key,
        kind=cast("MailKind", row.kind),
        mailbox=row.mailbox,
        case_id=None if row.case_id is None else CaseId(row.case_id),
        recipient=row.recipient,
        message_id=row.message_id,
        raw=row.raw,
        automatic=row.automatic,
        state=cast("OutboxState", row.state),
        attempts=row.attempts,
        due_at=row.due_at,
        sent_at=row.sent_at,
        uncertain_since=row.uncertain_since,
        error=row.error,
    )
