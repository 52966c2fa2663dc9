"""Where the tables are not as the chain tells: a row without its entry, an entry without its row, another state."""

from collections.abc import Mapping

from sqlalchemy import Subquery
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import and_, case, col, func, not_, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from mailagent.domain.chain import OUTCOMES, ChainKind, facts_in
from mailagent.store.chain import outcome
from mailagent.store.tables import ChainRow, EscalationRow, LogRow, MessageRow, OutboxRow, RawMailRow

PENDING: tuple[ChainKind, ...] = ("received", "retried")
MESSAGES: Mapping[str, tuple[ChainKind, ...]] = {
    **dict.fromkeys(("received", "ready"), PENDING),
    "handled": OUTCOMES,
    "aside": ("aside",),
}
"""What the last entry about a message tells, by the state that it has."""
MAILS: Mapping[str, tuple[ChainKind, ...]] = {
    **dict.fromkeys(("ready", "sending", "eod", "held", "listed"), ("queued", "resent")),
    "sent": ("sent",),
    "failed": ("failed",),
    "uncertain": ("uncertain",),
    "settled": ("settled",),
    "withdrawn": ("withdrawn",),
    "returned": ("returned",),
}
"""The same of a mail of ours; an uncertain one is settled once it was left to a person."""
AT_ONCE = 500


async def differences(session: AsyncSession, *, at_most: int) -> list[str]:
    """Within the caller's transaction: in words, `at_most` so many of a kind. What was there before the chain began
    needs no entry.
    """
    facts = (await session.exec(select(ChainRow.facts).where(ChainRow.seq == 0))).first()
    before = {name: number for name, number in facts_in(facts or "").items() if isinstance(number, int)}
    found = []
    is_settled = (col(OutboxRow.state) == "uncertain") & col(OutboxRow.settled_at).is_not(None)
    mail_state = case((is_settled, "settled"), else_=col(OutboxRow.state))
    for noun, row, now, named, states, first in (
        ("message", MessageRow, col(MessageRow.state), col(ChainRow.message_id), MESSAGES, before.get("messages", 0)),
        ("mail", OutboxRow, mail_state, col(ChainRow.outbox_id), MAILS, before.get("mails", 0)),
    ):
        newest = _newest(named, [*{kind for kinds in states.values() for kind in kinds}, "refetched"])
        agrees = or_(*(and_(now == state, col(ChainRow.kind).in_(of)) for state, of in states.items()))
        told = col(ChainRow.kind).is_not(None)
        others = await session.exec(
            select(row.id, now, ChainRow.kind)
            .outerjoin(newest, newest.c.id == row.id)
            .outerjoin(ChainRow, col(ChainRow.seq) == newest.c.seq)
            .where(or_(and_(told, not_(agrees)), and_(not_(told), col(row.id) > first)))
            .order_by(col(row.id))
            .limit(at_most)
        )
        for number, state, kind in others:
            found.append(
                f"{noun} {number}: {state}, but {f'by the chain {kind}' if kind else 'the chain has no entry'}"
            )
        gone = await session.exec(
            select(newest.c.id)
            .join(ChainRow, col(ChainRow.seq) == newest.c.seq)
            .outerjoin(row, col(row.id) == newest.c.id)
            .where(col(row.id).is_(None), ChainRow.kind != "refetched")
            .order_by(newest.c.id)
            .limit(at_most)
        )
        found += [f"{noun} {number}: in the chain, but not in its table" for number in gone]
    decisions = await _decisions(session, at_most)
    return [*found, *decisions, *await _emptied(session, at_most), *await _outcomes(session, at_most)]


async def _decisions(session: AsyncSession, at_most: int) -> list[str]:
    """Questions that count as decided, and no entry says so. Those from before the chain have messages from before."""
    facts = (await session.exec(select(ChainRow.facts).where(ChainRow.seq == 0))).first()
    before = facts_in(facts or "").get("messages")
    entry = select(ChainRow.seq).where(
        ChainRow.kind == "decided",
        ChainRow.message_id == EscalationRow.decision_id,
        ChainRow.case_id == EscalationRow.case_id,
    )
    found = await session.exec(
        select(EscalationRow.case_id, EscalationRow.revision)
        .where(
            or_(col(EscalationRow.decided_by).is_not(None), EscalationRow.state == "decided"),
            EscalationRow.message_id > (before if isinstance(before, int) else 0),
            ~entry.exists(),
        )
        .limit(at_most)
    )
    return [f"case {case_id}: its question {revision} was decided by nobody" for case_id, revision in found]


def _newest(named: Mapped[int | None], kinds: list[str]) -> Subquery:
    """The last entry of such kinds about each row, by the row's `id`."""
    return (
        select(named.label("id"), func.max(ChainRow.seq).label("seq"))
        .where(named.is_not(None), col(ChainRow.kind).in_(kinds))
        .group_by(named)
        .subquery()
    )


async def _emptied(session: AsyncSession, at_most: int) -> list[str]:
    """What is empty as if it had been forgotten, and was not. Whoever is forgotten takes all lists and notices along,
    for they name people.
    """
    forgotten = aliased(ChainRow)
    cleared = select(forgotten.seq).where(forgotten.kind == "forgotten", forgotten.seq > ChainRow.seq)
    of_all = cleared.where(col(forgotten.message_id).is_(None), col(forgotten.outbox_id).is_(None)).exists()
    messages = await session.exec(
        select(ChainRow.message_id)
        .join(RawMailRow, col(RawMailRow.message_id) == ChainRow.message_id)
        .where(
            ChainRow.kind == "received",
            ChainRow.digest != "",
            func.length(RawMailRow.raw) == 0,
            ~cleared.where(forgotten.message_id == ChainRow.message_id).exists(),
        )
        .limit(at_most)
    )
    mails = await session.exec(
        select(ChainRow.outbox_id)
        .join(OutboxRow, col(OutboxRow.id) == ChainRow.outbox_id)
        .where(
            ChainRow.kind == "queued",
            ChainRow.digest != "",
            (func.length(OutboxRow.raw) == 0) | (OutboxRow.recipient == ""),
            ~cleared.where(forgotten.outbox_id == ChainRow.outbox_id).exists(),
            ~and_(col(ChainRow.case_id).is_(None), of_all),
        )
        .limit(at_most)
    )
    return [
        *(f"message {number}: its bytes were cleared, but by no 'mailagent forget'" for number in messages),
        *(f"mail {number}: it was cleared, but by no 'mailagent forget'" for number in mails),
    ]


async def _outcomes(session: AsyncSession, at_most: int) -> list[str]:
    """Entries of the log that are missing, or tell another outcome."""
    newest = _newest(col(ChainRow.message_id), [*OUTCOMES])
    found: list[str] = []
    last = 0
    while len(found) < at_most:
        rows = await session.exec(
            select(newest.c.id, LogRow.entry, ChainRow.facts)
            .join(ChainRow, col(ChainRow.seq) == newest.c.seq)
            .outerjoin(LogRow, col(LogRow.message_id) == newest.c.id)
            .where(newest.c.id > last)
            .order_by(newest.c.id)
            .limit(AT_ONCE)
        )
        some = [*rows]
        if not some:
            break
        last = some[-1][0]
        for number, entry, facts in some:
            told = facts_in(facts)
            for name, said in outcome(entry or {}).items():
                if said != told.get(name):
                    words = f"the log says {name} {said or 'nothing'}, the chain {told.get(name) or 'nothing'}"
                    found.append(f"message {number}: {words}")
    return found[:at_most]
