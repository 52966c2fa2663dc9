"""What was promised, looked for in the database: each question finds what breaks one promise."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import ColumnElement, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import aliased
from sqlmodel import col, func, select

from mailagent.domain.chain import ChainKey
from mailagent.domain.outgoing import ANSWERS, OutboxState
from mailagent.store.chain import has_entry
from mailagent.store.chain_audit import ChainPromise, check_chain
from mailagent.store.database import Sessions
from mailagent.store.failures import first_line
from mailagent.store.tables import EscalationRow, LogRow, MessageRow, OutboxRow, RawMailRow

Promise = Literal[
    "kept as it came",
    "one outcome",
    "one answer",
    "known state",
    "uncertain is told",
    "failed is told",
    "decided once",
    "one question",
    "nothing automatic to others",
]
TOLD_WITHIN = timedelta(minutes=16)
"""A quarter of an hour, and a round of the outbox."""
MOST_NAMED = 20
CUT_OFF = (
    "entry {}: not the one that was known: the chain was cut off there or before, or written anew, unless an older"
    " backup was put back since"
)
GONE = ("withdrawn", "failed")
"""The customer has not got it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A promise that is not kept: by which rows, as ``message 7`` or ``mail 12``, some of them where there are many."""

    promise: Promise | ChainPromise
    where: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chained:
    """What the chain came to: how many entries, the last of them as ``812:SEAL``, and which promises it breaks."""

    entries: int
    head: str
    broken: tuple[Broken, ...]


@dataclass(frozen=True, kw_only=True)
class Audit:
    """Looks, and changes nothing."""

    sessions: Sessions

    async def broken(self, *, at: datetime) -> list[Broken]:
        """Every promise that the database shows as broken, as of `at`; empty where all are kept."""
        found = []
        async with self.sessions.read() as session:
            for promise, noun, question in _questions(at):
                rows = [*await session.exec(question.limit(MOST_NAMED))]  # type: ignore[call-overload]  # a Select as well
                if rows:
                    found.append(Broken(promise=promise, where=tuple(f"{noun} {row}" for row in rows)))
        return found

    async def chain(self, keys: Sequence[ChainKey], *, known: str = "") -> Chained:
        """The chain, checked with `keys` from its first entry to its last, and the tables against it; `known` is what
        `Chained.head` was earlier.
        """
        try:
            async with self.sessions.read() as session:
                found = await check_chain(session, keys)
                if known and not await has_entry(session, known):
                    found.add("chain is whole", CUT_OFF.format(known.partition(":")[0]))
        except (ValueError, DBAPIError) as error:  # no time, no number, no table: nothing of ours writes such a row
            cause = (error.orig if isinstance(error, DBAPIError) else None) or error
            unread = f"it, or what it tells of, cannot be read: {first_line(cause)}"
            return Chained(entries=0, head="", broken=(Broken(promise="chain is whole", where=(unread,)),))
        broken = tuple(Broken(promise=promise, where=tuple(named)) for promise, named in found.wrong.items())
        return Chained(entries=found.entries, head=found.head, broken=broken)


def _questions(at: datetime) -> Sequence[tuple[Promise, str, Select[tuple[int | None]]]]:
    """Each promise, what its rows are called, and how to find those that break it."""
    notice, cause = aliased(OutboxRow), aliased(MessageRow)
    told = (
        select(notice.id)
        .where(
            col(notice.key).in_((col(OutboxRow.key) + ":not-sent", col(OutboxRow.key) + ":uncertain")),
            col(notice.state) != "failed",
        )
        .exists()
    )
    mail, message = select(OutboxRow.id), select(MessageRow.id)
    unlogged = ~select(LogRow.message_id).where(col(LogRow.message_id) == MessageRow.id).exists()
    unkept = ~select(RawMailRow.message_id).where(col(RawMailRow.message_id) == MessageRow.id).exists()
    reaches = col(OutboxRow.state).not_in(GONE)
    is_told_of = col(OutboxRow.kind) != "notice"
    return (
        ("kept as it came", "message", message.where(unkept, col(MessageRow.part_of).is_(None), _is_pending())),
        ("one outcome", "message", message.where(MessageRow.state == "handled", unlogged)),
        ("one outcome", "message", message.where(~unlogged, _is_pending())),
        (
            "one answer",
            "message",
            select(OutboxRow.cause_id)
            .where(OutboxRow.kind == "answer", col(OutboxRow.cause_id).is_not(None), reaches)
            .group_by(col(OutboxRow.cause_id))
            .having(func.count() > 1),
        ),
        (
            "one answer",
            "mail",
            select(func.max(OutboxRow.id))
            .where(col(OutboxRow.kind).in_(ANSWERS), reaches)
            .group_by(col(OutboxRow.message_id))
            .having(func.count() > 1),
        ),
        ("known state", "mail", mail.where(col(OutboxRow.state).not_in(get_args(OutboxState)))),
        (
            "uncertain is told",
            "mail",
            mail.where(
                OutboxRow.state == "uncertain",
                col(OutboxRow.settled_at).is_(None),
                col(OutboxRow.uncertain_since) < at - TOLD_WITHIN,
            ),
        ),
        (
            "uncertain is told",
            "mail",
            mail.where(OutboxRow.state == "uncertain", col(OutboxRow.settled_at).is_not(None), is_told_of, ~told),
        ),
        ("failed is told", "mail", mail.where(OutboxRow.state == "failed", is_told_of, ~told)),
        (
            "decided once",
            "message",
            select(EscalationRow.decision_id)
            .where(col(EscalationRow.decision_id).is_not(None))
            .group_by(col(EscalationRow.decision_id))
            .having(func.count() > 1),
        ),
        (
            "one question",
            "case",
            select(EscalationRow.case_id)
            .where(EscalationRow.state == "open")
            .group_by(col(EscalationRow.case_id))
            .having(func.count() > 1),
        ),
        (
            "nothing automatic to others",
            "mail",
            mail.join(cause, col(cause.id) == OutboxRow.cause_id).where(
                col(OutboxRow.automatic).is_(True),
                OutboxRow.recipient != "",  # a person who was forgotten
                (col(cause.intake) != "person")
                | (col(cause.caution) != "")
                | col(cause.sender).is_(None)
                | (col(cause.sender) != OutboxRow.recipient),
            ),
        ),
    )  # type: ignore[return-value]  # a Select of one id, whatever its class


def _is_pending() -> ColumnElement[bool]:
    return col(MessageRow.state).in_(("received", "ready"))
