"""Lists of questions, and the answers to them. See `ports.Lists`.

A part of an answer is a row of the messages under a content key that names answer, case and line, so that a step done
twice makes no second part.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import aliased
from sqlmodel import col, exists, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from mailagent.domain.case import CaseId
from mailagent.domain.listed import ListId, NewList, Outcome, Part
from mailagent.domain.message import Message
from mailagent.domain.outgoing import NewOutboxEntry, OutboxEntry, OutboxId, OutboxState
from mailagent.store.chain import outcome, record
from mailagent.store.database import Sessions
from mailagent.store.messages import read_message
from mailagent.store.outbox import enqueue, read_entry
from mailagent.store.tables import ListedRow, LogRow, MessageRow, OutboxRow


@dataclass(frozen=True, kw_only=True)
class StoredLists:
    """See `ports.Lists`."""

    sessions: Sessions

    async def write(self, new: NewList, *, at: datetime, instead_of: Sequence[OutboxId] = ()) -> None:
        """See `ports.Lists`."""
        async with self.sessions.begin() as session:
            for case_id, revision in new.shows.items():
                await session.merge(ListedRow(list_id=new.id, case_id=case_id, revision=revision))
            await enqueue(session, [new.mail], at=at)
            await _end_hold(session, instead_of, "listed")

    async def held(self, *, at: datetime, limit: int) -> list[OutboxEntry]:
        """See `ports.Lists`."""
        async with self.sessions.read() as session:
            rows = await session.exec(
                select(OutboxRow)
                .where(OutboxRow.state == "held", OutboxRow.due_at <= at)
                .order_by(col(OutboxRow.id))
                .limit(limit)
            )
            return [read_entry(row) for row in rows]

    async def release(self, held: Sequence[OutboxId], *, to: Literal["ready", "listed"]) -> None:
        """See `ports.Lists`."""
        async with self.sessions.begin() as session:
            await _end_hold(session, held, to)

    async def shown(self, list_id: ListId) -> Mapping[CaseId, int]:
        """See `ports.Lists`."""
        async with self.sessions.read() as session:
            rows = await session.exec(select(ListedRow).where(ListedRow.list_id == list_id))
            return {CaseId(row.case_id): row.revision for row in rows}

    async def answers(self, *, at: datetime, limit: int) -> list[Message]:
        """See `ports.Lists`."""
        part = aliased(MessageRow)
        waits = exists().where(col(part.part_of) == MessageRow.id, col(part.state) == "ready")
        async with self.sessions.read() as session:
            rows = await session.exec(
                select(MessageRow)
                .where(
                    MessageRow.state == "ready", col(MessageRow.list_id).is_not(None), MessageRow.due_at <= at, ~waits
                )
                .order_by(col(MessageRow.id))
                .limit(limit)
            )
            return [read_message(row) for row in rows]

    async def split(self, answer: Message, parts: Mapping[Part, int]) -> None:
        """See `ports.Lists`."""
        async with self.sessions.begin() as session:
            for part, revision in parts.items():
                line = hashlib.sha256(part.text.encode()).hexdigest()
                key = f"part:{answer.id}:{part.case_id}:{line}"
                if (await session.exec(select(MessageRow.id).where(MessageRow.content_key == key))).first() is not None:
                    continue
                row = MessageRow(
                    content_key=key,
                    mailbox=answer.mailbox,
                    received_at=answer.received_at,
                    arrived_at=answer.arrived_at,
                    size=0,
                    state="ready",
                    due_at=answer.received_at,
                    case_id=part.case_id,
                    intake="review",
                    authenticated=answer.authenticated,
                    caution=answer.caution,
                    sender=answer.sender,
                    sender_name=answer.sender_name,
                    subject=answer.subject,
                    text=part.text,
                    review_revision=revision,
                    part_of=answer.id,
                )
                session.add(row)
                await session.flush()
                await record(session, "received", message=row.id, case=part.case_id, facts={"part_of": answer.id})

    async def outcomes(self, answer: Message) -> Mapping[Part, Outcome]:
        """See `ports.Lists`."""
        async with self.sessions.read() as session:
            rows = await session.exec(
                select(MessageRow, LogRow)
                .outerjoin(LogRow, col(LogRow.message_id) == MessageRow.id)
                .where(MessageRow.part_of == answer.id, MessageRow.state != "ready")
            )
            found = {}
            for row, entry in rows:
                part = Part(case_id=CaseId(row.case_id or 0), text=row.text)
                said = entry.entry if entry else {"rule": "set-aside"}
                found[part] = Outcome(
                    text=part.text,
                    case_id=part.case_id,
                    rule=str(said["rule"]),
                    detail=str(said.get("detail", "")),
                )
            return found

    async def settle(
        self, answer: Message, entry: Mapping[str, object], mails: Sequence[NewOutboxEntry], *, at: datetime
    ) -> None:
        """See `ports.Lists`."""
        async with self.sessions.begin() as session:
            row = await session.get_one(MessageRow, answer.id)
            row.state, row.reason = "handled", ""
            session.add(row)
            await session.merge(LogRow(message_id=answer.id, case_id=None, at=at, entry=dict(entry)))
            await record(session, "handled", message=answer.id, facts=outcome(entry))
            await enqueue(session, mails, at=at)


async def _end_hold(session: AsyncSession, held: Sequence[OutboxId], state: OutboxState) -> None:
    """Only of what is still held: a reviewer may have asked for it meanwhile."""
    await session.exec(
        update(OutboxRow).where(col(OutboxRow.id).in_(held), col(OutboxRow.state) == "held").values(state=state)
    )
