"""Forget a person: their words, their address and what was written to them. What is left says that a mail was handled,
and which: so none of them is taken for new mail later.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import LargeBinary, String
from sqlalchemy import cast as sql_cast
from sqlmodel import col, delete, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from mailagent.domain.case import CaseId, case_number
from mailagent.domain.listed import listed_under
from mailagent.mail.limits import LARGEST_HEADER
from mailagent.store.chain import outcome, record
from mailagent.store.database import Sessions
from mailagent.store.outbox import show
from mailagent.store.tables import (
    AddressBlockRow,
    CaseRow,
    CorrectionRow,
    EscalationRow,
    HealthRow,
    KnownIdRow,
    ListedRow,
    LogRow,
    MessageRow,
    OutboxRow,
    RawMailRow,
    SpamSenderRow,
    SpendingRow,
)

KEPT = ("message", "case", "disposition", "category", "rule", "mode")
"""What stays of a log entry: what is counted."""
AT_ONCE = 10
"""Mails of which the header is in memory."""
WAITS = col(OutboxRow.state).in_(("ready", "held", "listed", "sending", "eod")) | (
    (col(OutboxRow.state) == "uncertain") & col(OutboxRow.settled_at).is_(None)
)
"""Mails of which something may still become."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """How much was cleared; the paused graphs of `threads` are still to be deleted: of these cases, and of those of a
    process that was killed before it did.
    """

    cases: int
    threads: tuple[CaseId, ...]
    messages: int
    mails: int


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """While no daemon runs: it could write down anew what it has in hand. `sender_of` tells who wrote a mail that was
    not read yet.
    """

    sessions: Sessions
    sender_of: Callable[[bytes], str | None]

    async def forget(self, address: str, *, at: datetime) -> Forgotten:
        """Clear all of `address` (lower case) in one transaction: each mail that they wrote, and their cases whole."""
        async with self.sessions.begin() as session:
            killed = list(await session.exec(select(CaseRow.id).where(CaseRow.customer == "")))
            cases = list(await session.exec(select(CaseRow).where(CaseRow.customer == address)))
            numbers = [cast("int", case.id) for case in cases]
            for case in cases:
                case.customer = case.customer_name = case.subject = ""
                case.state, case.settled_at = "closed", at
                session.add(case)
            messages = await self._messages(session, address, numbers, at)
            mails = await self._mails(session, address, numbers)
            await self._of_many(session, address, numbers, at)
            await session.exec(
                update(EscalationRow)
                .where(col(EscalationRow.case_id).in_(numbers))
                .values(draft=None, graph_state={}, reason="forgotten")
            )
            await session.exec(
                update(EscalationRow)
                .where(col(EscalationRow.case_id).in_(numbers), col(EscalationRow.state) == "open")
                .values(state="withdrawn")
            )
            await session.exec(update(SpendingRow).where(col(SpendingRow.sender) == address).values(sender=None))
            await session.exec(delete(KnownIdRow).where(col(KnownIdRow.case_id).in_(numbers)))
            await session.exec(delete(AddressBlockRow).where(col(AddressBlockRow.address) == address))
            await session.exec(delete(SpamSenderRow).where(col(SpamSenderRow.address) == address))
            said = col(HealthRow.detail).icontains(address, autoescape=True)  # what a server said of them
            await session.exec(update(HealthRow).where(said).values(detail=""))
            threads = tuple(CaseId(number) for number in (*killed, *numbers) if number is not None)
            return Forgotten(cases=len(cases), threads=threads, messages=messages, mails=mails)

    async def _messages(self, session: AsyncSession, address: str, cases: list[int], at: datetime) -> int:
        """Of an answer to a list with a line about them the whole goes, once all its lines are done: until then each
        is known by its words.
        """
        wrote = await self._unread(session, address)
        theirs = (
            (col(MessageRow.sender) == address) | col(MessageRow.case_id).in_(cases) | col(MessageRow.id).in_(wrote)
        )
        rows = list(await session.exec(select(MessageRow).where(theirs)))
        answers = {row.part_of for row in rows if row.part_of is not None}
        for answer in await session.exec(select(MessageRow).where(col(MessageRow.id).in_(answers))):
            if answer.state == "handled":
                answer.text = ""
                session.add(answer)
                answers.remove(cast("int", answer.id))
        for row in rows:
            if row.state != "handled":
                row.state = "handled"
                entry = {
                    "message": row.id,
                    "case": None if row.case_id is None else case_number(CaseId(row.case_id)),
                    "rule": "forgotten",
                }
                await session.merge(LogRow(message_id=cast("int", row.id), case_id=row.case_id, at=at, entry=entry))
                await record(session, "handled", message=row.id, case=row.case_id, facts=outcome(entry))
            row.text = row.text if row.part_of in answers else ""
            row.sender, row.answer = None, None
            row.sender_name = row.subject = row.message_id = row.id_hash = row.quoted = ""
            row.caution = row.reason = ""
            row.references, row.attachments, row.copied, row.defects = [], [], [], []
            session.add(row)
        ids = [cast("int", row.id) for row in rows]
        bytes_of = {*ids, *(row.part_of for row in rows if row.part_of is not None)}
        await session.exec(update(RawMailRow).where(col(RawMailRow.message_id).in_(bytes_of)).values(raw=b""))
        for message_id in sorted(bytes_of):
            await record(session, "forgotten", message=message_id)
        await self._of_reviewers(session)
        await session.exec(delete(CorrectionRow).where(col(CorrectionRow.message_id).in_(ids)))
        for log in await session.exec(select(LogRow).where(col(LogRow.message_id).in_(ids))):
            log.entry = {**{name: log.entry[name] for name in KEPT if name in log.entry}, "forgotten": True}
            session.add(log)
        named = sql_cast(col(MessageRow.copied), String).contains(address, autoescape=True)
        for row in await session.exec(select(MessageRow).where(named)):
            row.copied = [other for other in row.copied if other != address]
            session.add(row)
        return len(rows)

    async def _unread(self, session: AsyncSession, address: str) -> list[int]:
        """Which mails they wrote of those whose sender nobody has noted: there may be thousands, and large ones."""
        head = func.substr(RawMailRow.raw, 1, LARGEST_HEADER, type_=LargeBinary)
        unread = (
            select(RawMailRow.message_id, head)
            .join(MessageRow, col(RawMailRow.message_id) == MessageRow.id)
            .where(col(MessageRow.sender).is_(None), func.length(RawMailRow.raw) > 0)
            .order_by(col(RawMailRow.message_id))
            .limit(AT_ONCE)
        )
        wrote: list[int] = []
        last = 0
        while some := [*await session.exec(unread.where(col(RawMailRow.message_id) > last))]:
            wrote += [message_id for message_id, raw in some if self.sender_of(raw) == address]
            last = some[-1][0]
        return wrote

    async def _of_reviewers(self, session: AsyncSession) -> None:
        """Answers to lists, and replies that were refused, belong to no case, and quote below whom we wrote about. Once
        they are read nobody needs their bytes.
        """
        read = col(MessageRow.state).in_(("ready", "handled"))
        theirs = (col(MessageRow.intake) == "review", col(MessageRow.case_id).is_(None), read)
        kept = (func.length(RawMailRow.raw) > 0, col(RawMailRow.message_id).in_(select(MessageRow.id).where(*theirs)))
        ids = select(RawMailRow.message_id).where(*kept).order_by(col(RawMailRow.message_id))
        for message_id in [*await session.exec(ids)]:
            await record(session, "forgotten", message=message_id)
        await session.exec(update(RawMailRow).where(*kept).values(raw=b""))
        done = col(MessageRow.state) == "handled"
        await session.exec(update(MessageRow).where(*theirs, done).values(text="", subject=""))

    async def _mails(self, session: AsyncSession, address: str, cases: list[int]) -> int:
        """What had not left does not leave, and what may have is not looked for."""
        theirs = (col(OutboxRow.recipient) == address) | col(OutboxRow.case_id).in_(cases)
        for mail_id in [*await session.exec(select(OutboxRow.id).where(theirs, WAITS).order_by(col(OutboxRow.id)))]:
            await record(session, "withdrawn", mail=mail_id)
        await session.exec(update(OutboxRow).where(theirs, WAITS).values(state="withdrawn"))
        for mail_id in [*await session.exec(select(OutboxRow.id).where(theirs).order_by(col(OutboxRow.id)))]:
            await record(session, "forgotten", mail=mail_id)
        done = await session.exec(update(OutboxRow).where(theirs).values(raw=b"", recipient="", error=""))
        return done.rowcount

    async def _of_many(self, session: AsyncSession, address: str, cases: list[int], at: datetime) -> None:
        """Lists and notices name people in their words: of those that are done with, nobody needs the bytes. One that
        waits does not leave; in place of such a list the digests of the others do.
        """
        of_many = col(OutboxRow.case_id).is_(None)
        await session.exec(update(OutboxRow).where(of_many, ~WAITS).values(raw=b"", error=""))
        await record(session, "forgotten")  # for all of these
        for row in await session.exec(select(OutboxRow).where(of_many, WAITS)):
            shown = select(ListedRow).where(
                ListedRow.list_id == (listed_under(row.key) if row.kind == "list" else None)
            )
            questions = [*await session.exec(shown)]
            if address.encode() not in row.raw.lower() and not any(question.case_id in cases for question in questions):
                continue
            row.state, row.raw, row.error = "withdrawn", b"", ""
            session.add(row)
            await record(session, "withdrawn", mail=row.id)
            await record(session, "forgotten", mail=row.id)
            for question in questions:
                if question.case_id not in cases:
                    await show(session, CaseId(question.case_id), question.revision, at=at)
