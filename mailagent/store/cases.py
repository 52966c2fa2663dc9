"""Cases, their escalations and the log. See `ports.Cases`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select

from mailagent.domain.budget import Spent
from mailagent.domain.caps import DAY
from mailagent.domain.case import Case, CaseId, CaseState
from mailagent.domain.commands import Verb
from mailagent.domain.decision import UnclearCode
from mailagent.domain.escalation import Escalation, EscalationState, Waiting
from mailagent.domain.message import Message, MessageId
from mailagent.domain.outgoing import NewOutboxEntry
from mailagent.domain.placement import Asker
from mailagent.domain.routing import Priority
from mailagent.ports import Handled
from mailagent.store.database import Sessions
from mailagent.store.handled import write_handled
from mailagent.store.messages import remember_id
from mailagent.store.meter import spent_in_day
from mailagent.store.outbox import enqueue
from mailagent.store.tables import CaseRow, EscalationRow, MessageRow, OutboxRow, SpamSenderRow, SpendingRow
from mailagent.store.waiting import read_owners, read_waiting


@dataclass(frozen=True, kw_only=True)
class StoredCases:
    """See `ports.Cases`. `page` questions that wait are read at a time."""

    sessions: Sessions
    page: int = 1_000

    async def get(self, case_id: CaseId) -> Case:
        """See `ports.Cases`."""
        async with self.sessions.read() as session:
            row = await session.get(CaseRow, case_id)
            if row is None:
                raise KeyError(case_id)
            return read_case(row)

    async def people(self, case_id: CaseId) -> frozenset[str]:
        """See `ports.Cases`."""
        async with self.sessions.read() as session:
            case = await session.get_one(CaseRow, case_id)
            copied = await session.exec(
                select(MessageRow.copied).where(
                    MessageRow.case_id == case_id,
                    MessageRow.intake == "person",
                    col(MessageRow.authenticated).is_(True),
                )
            )
            return frozenset({case.customer}.union(*copied) - {""})

    async def asker(self, case_id: CaseId) -> Asker | None:
        """See `ports.Cases`."""
        async with self.sessions.read() as session:
            row = (
                await session.exec(
                    select(MessageRow)
                    .join(EscalationRow, col(EscalationRow.message_id) == MessageRow.id)
                    .where(EscalationRow.case_id == case_id, EscalationRow.state == "open")
                )
            ).first() or (
                await session.exec(
                    select(MessageRow)
                    .where(MessageRow.case_id == case_id, MessageRow.state == "ready", MessageRow.intake == "person")
                    .order_by(col(MessageRow.id).desc())
                )
            ).first()
            return None if row is None else Asker(address=row.sender, authenticated=row.authenticated)

    async def open_escalation(self, case_id: CaseId) -> Escalation | None:
        """See `ports.Cases`."""
        async with self.sessions.read() as session:
            row = (
                await session.exec(
                    select(EscalationRow).where(EscalationRow.case_id == case_id, EscalationRow.state == "open")
                )
            ).first()
            return None if row is None else read_escalation(row)

    async def escalation(self, case_id: CaseId, revision: int) -> Escalation | None:
        """See `ports.Cases`."""
        async with self.sessions.read() as session:
            row = await session.get(EscalationRow, (case_id, revision))
            return None if row is None else read_escalation(row)

    async def waiting(self, *, after: Waiting | None = None) -> list[Waiting]:
        """See `ports.Cases`."""
        async with self.sessions.read() as session:
            return await read_waiting(session, after=after, limit=self.page)

    async def was_told(self, reply: Message, code: UnclearCode, *, above: int = 0) -> bool:
        """See `ports.Cases`."""
        found = (
            select(OutboxRow.id)
            .join(MessageRow, col(MessageRow.id) == OutboxRow.cause_id)
            .where(
                MessageRow.case_id == reply.case_id,
                MessageRow.review_revision == reply.review_revision,
                col(MessageRow.id) > above,
                OutboxRow.kind == "receipt",
                OutboxRow.recipient == reply.sender,
                col(OutboxRow.key).contains(f":{code}:"),
                OutboxRow.state == "sent",
                col(OutboxRow.sent_at) <= reply.received_at,
            )
        )
        async with self.sessions.read() as session:
            return (await session.exec(found)).first() is not None

    async def latest_revision(self, case_id: CaseId) -> int:
        """See `ports.Cases`."""
        async with self.sessions.read() as session:
            latest: int | None = (
                await session.exec(select(func.max(EscalationRow.revision)).where(EscalationRow.case_id == case_id))
            ).first()
            return latest or 0

    async def is_spam(self, address: str) -> bool:
        """See `ports.Cases`."""
        async with self.sessions.read() as session:
            return await session.get(SpamSenderRow, address) is not None

    async def spent(self, sender: str | None, case_id: CaseId, *, at: datetime) -> Spent:
        """See `ports.Cases`."""
        in_day = col(SpendingRow.at) > at - DAY
        async with self.sessions.read() as session:

            async def tokens(*where: ColumnElement[bool]) -> int:
                return (await session.exec(select(func.sum(SpendingRow.tokens)).where(in_day, *where))).one() or 0

            overall, money = await spent_in_day(session, at=at)
            return Spent(
                sender_day=await tokens(col(SpendingRow.sender) == sender) if sender else 0,
                case_day=await tokens(col(SpendingRow.case_id) == case_id),
                overall_day=overall,
                money_day=money,
            )

    async def commit(self, handled: Handled) -> bool:
        """See `ports.Cases`."""
        async with self.sessions.begin() as session:
            return await write_handled(session, handled)

    async def remind(self, question: Waiting, mails: Sequence[NewOutboxEntry], *, at: datetime) -> bool:
        """See `ports.Cases`."""
        async with self.sessions.begin() as session:
            row = await session.get(EscalationRow, (question.case_id, question.revision))
            if row is None or row.state != "open":
                return False
            for mail in mails:
                await remember_id(session, mail.message_id, question.case_id)
            await enqueue(session, mails, at=at)
            return True


def read_case(row: CaseRow) -> Case:
    """The value that a row holds."""
    return Case(
        id=CaseId(cast("int", row.id)),
        mailbox=row.mailbox,
        customer=row.customer,
        customer_name=row.customer_name,
        subject=row.subject,
        state=cast("CaseState", row.state),
        opened_at=row.opened_at,
        automatic_answers=row.automatic_answers,
        acknowledged=row.acknowledged,
        escalated=row.escalated,
        settled_at=row.settled_at,
    )


def read_escalation(row: EscalationRow) -> Escalation:
    """The value that a row holds."""
    return Escalation(
        case_id=CaseId(row.case_id),
        revision=row.revision,
        message_id=MessageId(row.message_id),
        interrupt_id=row.interrupt_id,
        priority=cast("Priority", row.priority),
        reason=row.reason,
        draft=row.draft,
        due_at=row.due_at,
        graph_state=row.graph_state,
        state=cast("EscalationState", row.state),
        opened_at=row.opened_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        verb=cast("Verb | None", row.verb),
        decision_id=None if row.decision_id is None else MessageId(row.decision_id),
        assigned_to=read_owners(row.assigned_to),
        snoozed_until=row.snoozed_until,
        nonce=row.nonce,
    )
