"""Forget a person: their words, their address and what was written to them. What is left says that a mail was handled,
and which: so none of them is taken for new mail later.

What they wrote is found before anything is changed, and cleared some hundred rows at a time: there may be more than a
database takes in one question. `erasure_shared` tells of the cases of others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement
from sqlmodel import col, delete, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from mailagent.domain.case import CaseId, case_number
from mailagent.domain.listed import listed_under
from mailagent.mail.compose import names
from mailagent.store.chain import last_entry, outcome, record
from mailagent.store.database import Sessions
from mailagent.store.erasure_shared import WAITS, clear_others, clear_questions, end_questions, find_shared, parts
from mailagent.store.outbox import show
from mailagent.store.people import SenderOf, unread
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
AboutThem = Callable[[ListedRow], bool]
"""Whether a question is about what they wrote, or stands in a case of theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """How much was cleared, and whether anything was there, if only a note of the address; `others` are mails of others
    that went to them too, or stand in a case with theirs, and `left` mails of ours to others that name them and wait:
    they leave as they are.
    """

    is_known: bool = False
    cases: int = 0
    messages: int = 0
    mails: int = 0
    others: int = 0
    left: int = 0


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """While no daemon runs: it could write down anew what it has in hand. `sender_of` tells who wrote a mail that was
    not read yet; `remember` is told an address, and the last entry of the chain, before it is forgotten.
    """

    sessions: Sessions
    sender_of: SenderOf
    remember: Callable[[str, str], None]

    async def cases_with(self, address: str) -> list[CaseId]:
        """Those whose paused graph may hold words of `address`: theirs, and others in which they wrote or are named."""
        async with self.sessions.read() as session:
            own = [*await session.exec(select(CaseRow.id).where(CaseRow.customer == address))]
            shared = (await find_shared(session, address)).cases
        return [CaseId(number) for number in (*own, *shared) if number is not None]

    async def forget(self, address: str, *, at: datetime) -> Forgotten:
        """Clear all of `address` (lower case) in one transaction: each mail that they wrote, and their cases whole.
        Nothing is written where nothing is known.
        """
        async with self.sessions.begin() as session:
            customer = col(CaseRow.customer) == address
            cases = select(CaseRow.id).where(customer)
            numbers = {*await session.exec(cases)}
            shared = await find_shared(session, address)
            wrote = (col(MessageRow.sender) == address) | col(MessageRow.case_id).in_(cases)
            messages = {*await session.exec(select(MessageRow.id).where(wrote)), *shared.messages}
            messages |= {number async for number, sender in unread(session, self.sender_of) if sender == address}
            is_to_them = (col(OutboxRow.recipient) == address) | col(OutboxRow.case_id).in_(cases)
            mails = {*await session.exec(select(OutboxRow.id).where(is_to_them)), *shared.mails}

            def is_about_them(question: ListedRow) -> bool:
                return question.case_id in numbers or (question.case_id, question.revision) in shared.questions

            waiting = await self._waiting_of_many(session, address, is_about_them)
            if not (numbers or messages or mails or waiting or shared.others or await _is_noted(session, address)):
                return Forgotten()
            await clear_others(session, shared, address)
            left = await clear_questions(session, shared, address)
            await _clear_messages(session, sorted(filter(None, messages)), at)
            await _clear_mails(session, sorted(filter(None, mails)))
            await _clear_of_many(session, waiting, is_about_them, at)
            await end_questions(session, shared, at)
            await _clear_cases(session, customer, at)
            await _clear_notes(session, address)
            self.remember(address, await last_entry(session))
            return Forgotten(
                is_known=True,
                cases=len(numbers),
                messages=len(messages),
                mails=len(mails),
                others=len(shared.others),
                left=left,
            )

    async def _waiting_of_many(self, session: AsyncSession, address: str, is_about_them: AboutThem) -> list[OutboxRow]:
        """The lists and notices that wait and name them; a list does where it puts a question about them."""
        of_many = select(OutboxRow).where(col(OutboxRow.case_id).is_(None), WAITS).order_by(col(OutboxRow.id))
        found = []
        for row in await session.exec(of_many):
            questions = [*await session.exec(_questions_of(row))]
            if any(map(is_about_them, questions)) or names(row.raw, address):
                found.append(row)
        return found


async def _is_noted(session: AsyncSession, address: str) -> bool:
    """Whether something is known of them beside mail."""
    for found in (
        select(AddressBlockRow.address).where(AddressBlockRow.address == address),
        select(SpamSenderRow.address).where(SpamSenderRow.address == address),
        select(HealthRow.name).where(col(HealthRow.detail).icontains(address, autoescape=True)),
    ):
        if (await session.exec(found)).first() is not None:
            return True
    return False


async def _clear_messages(session: AsyncSession, ids: Sequence[int], at: datetime) -> None:
    """Of an answer to a list with a line about them the whole goes, once all its lines are done: until then each is
    known by its words.
    """
    for some in parts(ids):
        rows = [*await session.exec(select(MessageRow).where(col(MessageRow.id).in_(some)))]
        answers = {row.part_of for row in rows if row.part_of is not None}
        for answer in await session.exec(select(MessageRow).where(col(MessageRow.id).in_(answers))):
            if answer.state == "handled":
                answer.text = ""
                session.add(answer)
                answers.remove(cast("int", answer.id))
        for row in rows:
            await _clear_message(session, row, at, keeps_text=row.part_of in answers)
        of_bytes = {*some, *(row.part_of for row in rows if row.part_of is not None)}
        await session.exec(update(RawMailRow).where(col(RawMailRow.message_id).in_(of_bytes)).values(raw=b""))
        for message_id in sorted(of_bytes):
            await record(session, "forgotten", message=message_id)
        await session.exec(delete(CorrectionRow).where(col(CorrectionRow.message_id).in_(some)))
        for log in await session.exec(select(LogRow).where(col(LogRow.message_id).in_(some))):
            log.entry = {**{name: log.entry[name] for name in KEPT if name in log.entry}, "forgotten": True}
            session.add(log)
    await _clear_of_reviewers(session)


async def _clear_message(session: AsyncSession, row: MessageRow, at: datetime, *, keeps_text: bool) -> None:
    if row.state != "handled":
        row.state = "handled"
        entry = {
            "message": row.id,
            "case": None if row.case_id is None else case_number(CaseId(row.case_id)),
            "rule": "forgotten",
        }
        await session.merge(LogRow(message_id=cast("int", row.id), case_id=row.case_id, at=at, entry=entry))
        await record(session, "handled", message=row.id, case=row.case_id, facts=outcome(entry))
    row.text = row.text if keeps_text else ""
    row.sender, row.answer = None, None
    row.sender_name = row.subject = row.message_id = row.id_hash = row.quoted = ""
    row.caution = row.reason = ""
    row.references, row.attachments, row.copied, row.defects = [], [], [], []
    session.add(row)


async def _clear_of_reviewers(session: AsyncSession) -> None:
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


async def _clear_mails(session: AsyncSession, ids: Sequence[int]) -> None:
    """What had not left does not leave, and what may have is not looked for."""
    for some in parts(ids):
        theirs = col(OutboxRow.id).in_(some)
        for mail_id in [*await session.exec(select(OutboxRow.id).where(theirs, WAITS).order_by(col(OutboxRow.id)))]:
            await record(session, "withdrawn", mail=mail_id)
        await session.exec(update(OutboxRow).where(theirs, WAITS).values(state="withdrawn"))
        for mail_id in some:
            await record(session, "forgotten", mail=mail_id)
        await session.exec(update(OutboxRow).where(theirs).values(raw=b"", recipient="", error=""))


async def _clear_of_many(
    session: AsyncSession, waiting: Sequence[OutboxRow], is_about_them: AboutThem, at: datetime
) -> None:
    """Lists and notices name people in their words: of those that are done with, nobody needs the bytes. Those that are
    `waiting` and name them do not leave; in place of such a list the digests of the others do.
    """
    of_many = col(OutboxRow.case_id).is_(None)
    await session.exec(update(OutboxRow).where(of_many, ~WAITS).values(raw=b"", error=""))
    await record(session, "forgotten")  # for all of these
    for row in waiting:
        row.state, row.raw, row.error = "withdrawn", b"", ""
        session.add(row)
        await record(session, "withdrawn", mail=row.id)
        await record(session, "forgotten", mail=row.id)
        for question in [*await session.exec(_questions_of(row))]:
            if not is_about_them(question):
                await show(session, CaseId(question.case_id), question.revision, at=at)


def _questions_of(row: OutboxRow) -> SelectOfScalar[ListedRow]:
    """Those that a list put; none where it is a notice."""
    return select(ListedRow).where(ListedRow.list_id == (listed_under(row.key) if row.kind == "list" else None))


async def _clear_cases(session: AsyncSession, customer: ColumnElement[bool], at: datetime) -> None:
    cases = select(CaseRow.id).where(customer)
    of_cases = col(EscalationRow.case_id).in_(cases)
    await session.exec(update(EscalationRow).where(of_cases).values(draft=None, graph_state={}, reason="forgotten"))
    await session.exec(
        update(EscalationRow).where(of_cases, col(EscalationRow.state) == "open").values(state="withdrawn")
    )
    await session.exec(delete(KnownIdRow).where(col(KnownIdRow.case_id).in_(cases)))
    await session.exec(
        update(CaseRow).where(customer).values(customer="", customer_name="", subject="", state="closed", settled_at=at)
    )


async def _clear_notes(session: AsyncSession, address: str) -> None:
    """What is known of them beside mail."""
    await session.exec(update(SpendingRow).where(col(SpendingRow.sender) == address).values(sender=None))
    await session.exec(delete(AddressBlockRow).where(col(AddressBlockRow.address) == address))
    await session.exec(delete(SpamSenderRow).where(col(SpamSenderRow.address) == address))
    said = col(HealthRow.detail).icontains(address, autoescape=True)  # what a server said of them
    await session.exec(update(HealthRow).where(said).values(detail=""))
