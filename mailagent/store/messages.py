"""Received mail, from raw bytes to its outcome. See `ports.Messages`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from mailagent.domain.case import CaseId
from mailagent.domain.listed import ListId
from mailagent.domain.message import Intake, Message, MessageId, MessageState
from mailagent.domain.outgoing import NewOutboxEntry
from mailagent.ports import LONGEST_MAIL, Sorted, Turn
from mailagent.store.chain import outcome, record
from mailagent.store.columns import id_hash
from mailagent.store.database import Sessions
from mailagent.store.outbox import enqueue
from mailagent.store.returns import record_return
from mailagent.store.tables import (
    CaseRow,
    CorrectionRow,
    KnownIdRow,
    LogRow,
    MessageRow,
    RawMailRow,
)

SAME_ID = 20
"""Messages under one Message-ID that are looked at: a sender may use the same one for ever."""
REMEMBERED = 40
"""Messages of a case that are read as its history: more than a model is shown of them."""


@dataclass(frozen=True, kw_only=True)
class StoredMessages:
    """See `ports.Messages`."""

    sessions: Sessions

    async def to_sort(self, *, at: datetime, limit: int) -> list[Message]:
        """See `ports.Messages`."""
        async with self.sessions.read() as session:
            rows = await session.exec(
                select(MessageRow)
                .where(MessageRow.state == "received", MessageRow.due_at <= at)
                .order_by(col(MessageRow.id))
                .limit(limit)
            )
            return [read_message(row) for row in rows]

    async def begin(self, message_id: MessageId) -> None:
        """See `ports.Messages`."""
        async with self.sessions.begin() as session:
            row = await session.get_one(MessageRow, message_id)
            row.begun += 1
            session.add(row)

    async def raw(self, message_id: MessageId) -> bytes:
        """See `ports.Messages`."""
        async with self.sessions.read() as session:
            return (await session.get_one(RawMailRow, message_id)).raw

    async def cases_of(self, message_ids: Sequence[str]) -> list[CaseId]:
        """See `ports.Messages`."""
        hashes = {id_hash(message_id): place for place, message_id in enumerate(message_ids)}
        async with self.sessions.read() as session:
            rows = await session.exec(select(KnownIdRow).where(col(KnownIdRow.hash).in_(hashes)))
            found = sorted(rows, key=lambda row: (hashes[row.hash], row.case_id))
        return [CaseId(case_id) for case_id in dict.fromkeys(row.case_id for row in found)]

    async def under_id(self, message_id: str, *, before: MessageId, intake: Intake) -> list[Message]:
        """See `ports.Messages`."""
        if not message_id:
            return []
        async with self.sessions.read() as session:
            rows = await session.exec(
                select(MessageRow)
                .where(
                    MessageRow.id_hash == id_hash(message_id),
                    MessageRow.intake == intake,
                    col(MessageRow.id) < before,
                )
                .order_by(col(MessageRow.id))
                .limit(SAME_ID)
            )
            return [read_message(row) for row in rows]

    async def sort(
        self, message_id: MessageId, found: Sorted, *, at: datetime, notices: Sequence[NewOutboxEntry] = ()
    ) -> CaseId | None:
        """See `ports.Messages`."""
        async with self.sessions.begin() as session:
            row = await session.get_one(MessageRow, message_id)
            case_id = found.case_id
            if case_id is None and found.intake == "person":
                case_id = await _open_case(session, row, found, at)
            row.case_id = case_id
            row.state = "ready" if found.log_entry is None else "handled"
            row.intake = found.intake
            row.caution = found.caution
            row.authenticated = found.authenticated
            row.sender = found.sender
            row.sender_name = found.sender_name
            row.subject = found.subject
            row.text = found.text
            row.message_id = found.message_id
            row.id_hash = id_hash(found.message_id) if found.message_id else ""
            row.references = list(found.references)
            row.attachments = list(found.attachments)
            row.copied = list(found.copied)
            row.quoted = found.quoted
            row.defects = list(found.defects)
            row.rating = found.rating
            row.review_revision = found.review_revision
            row.list_id = found.list_id
            row.attempts = row.begun = 0
            session.add(row)
            if found.message_id and case_id is not None and found.intake == "person":
                await remember_id(session, found.message_id, case_id)
            if found.returned is not None:
                await record_return(session, found.returned)
            if found.log_entry is not None:
                session.add(LogRow(message_id=message_id, case_id=case_id, at=at, entry=dict(found.log_entry)))
                await record(session, "handled", message=message_id, case=case_id, facts=outcome(found.log_entry))
            await enqueue(session, notices, at=at)
            return case_id

    async def due_cases(self, *, at: datetime, limit: int) -> list[CaseId]:
        """See `ports.Messages`."""
        waiting = (
            select(MessageRow.case_id, func.min(col(MessageRow.id)).label("oldest"))
            .where(MessageRow.state == "ready")
            .group_by(col(MessageRow.case_id))
            .subquery()
        )
        turn = func.row_number().over(partition_by=CaseRow.customer, order_by=waiting.c.oldest)
        async with self.sessions.read() as session:
            rows = await session.exec(
                select(CaseRow.id)
                .join(waiting, waiting.c.case_id == CaseRow.id)
                .join(MessageRow, col(MessageRow.id) == waiting.c.oldest)
                .where(MessageRow.due_at <= at)
                .order_by(turn, waiting.c.oldest)
                .limit(limit)
            )
            return [CaseId(case_id) for case_id in rows if case_id is not None]

    async def next_in_case(self, case_id: CaseId, *, at: datetime) -> Message | None:
        """See `ports.Messages`."""
        async with self.sessions.read() as session:
            row = (
                await session.exec(
                    select(MessageRow)
                    .where(MessageRow.case_id == case_id, MessageRow.state == "ready")
                    .order_by(col(MessageRow.id))
                    .limit(1)
                )
            ).first()
            return None if row is None or row.due_at > at else read_message(row)

    async def get(self, message_id: MessageId) -> Message:
        """See `ports.Messages`."""
        async with self.sessions.read() as session:
            return read_message(await session.get_one(MessageRow, message_id))

    async def history(self, case_id: CaseId, *, of: str, before: MessageId) -> tuple[list[Turn], int]:
        """See `ports.Messages`."""
        async with self.sessions.read() as session:
            theirs = (
                MessageRow.case_id == case_id,
                MessageRow.sender == of,
                col(MessageRow.authenticated).is_(True),
                MessageRow.intake == "person",
                col(MessageRow.id) < before,
            )
            written = (await session.exec(select(func.count()).select_from(MessageRow).where(*theirs))).one()
            text, answer = (
                func.substr(MessageRow.text, 1, LONGEST_MAIL),
                func.substr(MessageRow.answer, 1, LONGEST_MAIL),
            )
            newest = await session.exec(
                select(text, answer).where(*theirs).order_by(col(MessageRow.id).desc()).limit(REMEMBERED)
            )
            turns = []
            for asked, answered in reversed(newest.all()):
                turns.append(Turn(who="customer", text=asked))
                if answered:
                    turns.append(Turn(who="us", text=answered))
            return turns, written

    async def language(self, case_id: CaseId, *, before: MessageId) -> str:
        """See `ports.Messages`. A rating is not read, and its entry has no language of its own."""
        corrected = (col(CorrectionRow.message_id) == LogRow.message_id) & (col(CorrectionRow.key) == "language")
        async with self.sessions.read() as session:
            rows = await session.exec(
                select(LogRow.entry, CorrectionRow.value)
                .join(MessageRow, col(MessageRow.id) == LogRow.message_id)
                .join(CorrectionRow, corrected, isouter=True)
                .where(
                    LogRow.case_id == case_id,
                    MessageRow.intake == "person",
                    col(MessageRow.rating).is_(None),
                    LogRow.message_id < before,
                )
                .order_by(col(LogRow.message_id).desc())
                .limit(1)
            )
            found = rows.first()
            return str(found[1] or found[0].get("language") or "") if found else ""

    async def postpone(self, message_id: MessageId, *, until: datetime, reason: str) -> None:
        """See `ports.Messages`."""
        async with self.sessions.begin() as session:
            row = await session.get_one(MessageRow, message_id)
            row.attempts += 1
            row.begun = 0
            row.due_at = until
            row.reason = reason
            session.add(row)

    async def set_aside(self, message_id: MessageId, *, reason: str, notices: Sequence[NewOutboxEntry]) -> None:
        """See `ports.Messages`."""
        async with self.sessions.begin() as session:
            row = await session.get_one(MessageRow, message_id)
            row.state = "aside"
            row.reason = reason
            session.add(row)
            await record(session, "aside", message=message_id, case=row.case_id)
            await enqueue(session, notices, at=row.due_at)


async def remember_id(session: AsyncSession, message_id: str, case_id: int) -> None:
    """A Message-ID may lead to several cases: who used it first cannot keep it from its owner."""
    await session.merge(KnownIdRow(hash=id_hash(message_id), case_id=case_id))
    await session.flush()


async def _open_case(session: AsyncSession, row: MessageRow, found: Sorted, at: datetime) -> CaseId:
    case = CaseRow(
        mailbox=row.mailbox,
        customer=found.sender or "",
        customer_name=found.sender_name,
        subject=found.subject,
        state="new",
        opened_at=at,
        linked_case_id=found.linked_case_id,
    )
    session.add(case)
    await session.flush()
    return CaseId(cast("int", case.id))


def read_message(row: MessageRow) -> Message:
    """The value that a row holds."""
    return Message(
        id=MessageId(cast("int", row.id)),
        mailbox=row.mailbox,
        received_at=row.received_at,
        arrived_at=row.arrived_at,
        state=cast("MessageState", row.state),
        size=row.size,
        attempts=row.attempts,
        begun=row.begun,
        case_id=None if row.case_id is None else CaseId(row.case_id),
        intake=cast("Intake", row.intake),
        caution=row.caution,
        authenticated=row.authenticated,
        sender=row.sender,
        sender_name=row.sender_name,
        subject=row.subject,
        text=row.text,
        message_id=row.message_id,
        references=tuple(row.references),
        review_revision=row.review_revision,
        list_id=None if row.list_id is None else ListId(row.list_id),
        part_of=None if row.part_of is None else MessageId(row.part_of),
        rating=row.rating,
        attachments=tuple(row.attachments),
        copied=tuple(row.copied),
        quoted=row.quoted,
        reason=row.reason,
    )
