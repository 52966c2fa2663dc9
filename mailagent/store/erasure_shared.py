"""What a forgotten person leaves in the cases of others: as a colleague in copy they may have written there, or were
only sent what others wrote. The others lose no word of theirs, but mails as they came, where the address and what is
quoted of the person stand too.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import String
from sqlalchemy import cast as sql_cast
from sqlmodel import col, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from mailagent.domain.case import WITH_A_PERSON
from mailagent.mail.compose import names
from mailagent.store.chain import record
from mailagent.store.tables import CaseRow, EscalationRow, LogRow, MessageRow, OutboxRow, RawMailRow

ERASED = "(erased)"
"""Stands for the address in the words of others."""
ROWS_AT_ONCE = 200
WAITS = col(OutboxRow.state).in_(("ready", "held", "listed", "sending", "eod")) | (
    (col(OutboxRow.state) == "uncertain") & col(OutboxRow.settled_at).is_(None)
)
"""Mails of which something may still become."""
WORDS = ("text", "quoted", "subject", "caution", "reason", "answer")
"""Of a message, where somebody else may name them."""
REPORTS = ("bounce", "auto_reply", "automatic")
"""What programs tell of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What there is in `cases` of other customers: `questions` about what they wrote, as case and revision; the
    `messages` and `mails` that are theirs, or about these; and messages of `others` that name them.
    """

    cases: Sequence[int]
    questions: frozenset[tuple[int, int]]
    messages: frozenset[int | None]
    mails: frozenset[int | None]
    others: Sequence[int]


def parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Two hundred at a time: databases take so many values in a question, and not many more."""
    return (ids[start : start + ROWS_AT_ONCE] for start in range(0, len(ids), ROWS_AT_ONCE))


async def find_shared(session: AsyncSession, address: str) -> Shared:
    """Before anything of theirs is cleared: it is found by their address."""
    reports = col(MessageRow.intake).in_(REPORTS) & col(MessageRow.text).icontains(address, autoescape=True)
    messages = {*await session.exec(select(MessageRow.id).where(reports))}
    named = select(MessageRow.id, MessageRow.case_id, MessageRow.copied).where(
        sql_cast(col(MessageRow.copied), String).contains(address, autoescape=True),
        col(MessageRow.sender).is_distinct_from(address),
    )
    own = {*await session.exec(select(CaseRow.id).where(CaseRow.customer == address))}
    copied = [(row, case) for row, case, to in await session.exec(named) if address in to and case not in own]
    wrote = await session.exec(select(MessageRow.case_id).where(MessageRow.sender == address).distinct())
    cases = sorted(case for case in {*wrote, *(case for _, case in copied)} - own if case is not None)
    others = {row for row, _ in copied}
    mails: set[int | None] = set()
    questions: set[tuple[int, int]] = set()
    for case in cases:
        in_case = select(MessageRow.id).where(MessageRow.case_id == case)
        about = (
            select(EscalationRow.revision)
            .join(MessageRow, col(MessageRow.id) == EscalationRow.message_id)
            .where(EscalationRow.case_id == case, MessageRow.sender == address)
        )
        revisions = {*await session.exec(about)}
        replies = in_case.where(MessageRow.intake == "review", col(MessageRow.review_revision).in_(about))
        theirs = {*await session.exec(in_case.where(MessageRow.sender == address)), *await session.exec(replies)}
        sent = select(OutboxRow.id, OutboxRow.key, OutboxRow.cause_id).where(OutboxRow.case_id == case)
        asked = tuple(f"{case}:{revision}:" for revision in revisions)
        mails |= {mail for mail, key, cause in await session.exec(sent) if cause in theirs or key.startswith(asked)}
        questions |= {(case, revision) for revision in revisions}
        messages |= theirs
        others |= {*await session.exec(in_case.where(MessageRow.state != "received"))}
    return Shared(
        cases=cases,
        questions=frozenset(questions),
        messages=frozenset(messages),
        mails=frozenset(mails),
        others=sorted(filter(None, others - messages)),
    )


async def clear_others(session: AsyncSession, shared: Shared, address: str) -> None:
    """What others wrote stays without the address; its bytes, which may quote the person, do not."""
    for some in parts(shared.others):
        kept = (func.length(RawMailRow.raw) > 0, col(RawMailRow.message_id).in_(some))
        for message_id in [*await session.exec(select(RawMailRow.message_id).where(*kept))]:
            await record(session, "forgotten", message=message_id)
        await session.exec(update(RawMailRow).where(*kept).values(raw=b""))
        for row in await session.exec(select(MessageRow).where(col(MessageRow.id).in_(some))):
            row.copied = [other for other in row.copied if other != address]
            for name in WORDS:
                setattr(row, name, _without(getattr(row, name), address))
            session.add(row)
        for log in await session.exec(select(LogRow).where(col(LogRow.message_id).in_(some))):
            log.entry = cast("dict[str, Any]", _without(log.entry, address))
            session.add(log)


async def clear_questions(session: AsyncSession, shared: Shared, address: str) -> int:
    """What mails of ours and questions about others say of them; how many of these mails still wait, and leave as they
    are.
    """
    left = 0
    for case in shared.cases:
        for question in await session.exec(select(EscalationRow).where(EscalationRow.case_id == case)):
            question.draft = cast("str | None", _without(question.draft, address))
            question.reason = str(_without(question.reason, address))
            question.graph_state = cast("dict[str, Any]", _without(question.graph_state, address))
            session.add(question)
        mails = select(OutboxRow.id, OutboxRow.raw, WAITS).where(OutboxRow.case_id == case)
        for mail, raw, waits in [*await session.exec(mails.order_by(col(OutboxRow.id)))]:
            if mail in shared.mails or not names(raw, address):
                continue
            left += waits
            if not waits:
                await session.exec(update(OutboxRow).where(col(OutboxRow.id) == mail).values(raw=b""))
                await record(session, "forgotten", mail=mail)
    return left


async def end_questions(session: AsyncSession, shared: Shared, at: datetime) -> None:
    """Nobody waits for an answer to what was erased. A case whose last question that was goes on as it stood before."""
    for case_id, revision in sorted(shared.questions):
        question = await session.get_one(EscalationRow, (case_id, revision))
        question.draft, question.graph_state, question.reason = None, {}, "forgotten"
        question.state = "withdrawn" if question.state == "open" else question.state
        session.add(question)
        latest = select(func.max(EscalationRow.revision)).where(EscalationRow.case_id == case_id)
        case = await session.get_one(CaseRow, case_id)
        if revision == (await session.exec(latest)).one() and case.state in WITH_A_PERSON:
            case.state, case.settled_at, case.escalated = "answered", at, False
            session.add(case)


def _without(value: object, address: str) -> object:
    """What others wrote, in whatever shape, without the address."""
    if isinstance(value, str):
        return re.sub(rf"(?<![\w.+-]){re.escape(address)}(?![\w-])", ERASED, value, flags=re.IGNORECASE)
    if isinstance(value, list):
        return [_without(inner, address) for inner in value]
    if isinstance(value, dict):
        return {name: _without(inner, address) for name, inner in value.items()}
    return value
