"""What is counted for monitoring, from the database alone: it survives restarts, and any process may ask."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from sqlmodel import col, func, select

from mailagent.store.database import Sessions
from mailagent.store.tables import (
    CaseRow,
    EmbeddingSpendingRow,
    EscalationRow,
    HealthRow,
    HoldRow,
    LogRow,
    MessageRow,
    OutboxRow,
    SpendingRow,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One metric: `rows` are the values of its `labels`, each with its number. No label holds an address."""

    name: str
    says: str
    kind: Literal["counter", "gauge"]
    labels: tuple[str, ...]
    rows: Sequence[tuple[tuple[str, ...], float]]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """See `Figure`."""

    sessions: Sessions

    async def all(self) -> list[Figure]:
        """Every figure as it is now."""
        entry = col(LogRow.entry)
        category, outcome, rule = (entry[name].as_string() for name in ("category", "disposition", "rule"))
        async with self.sessions.read() as session:
            received = await session.exec(
                select(MessageRow.mailbox, MessageRow.intake, func.count())
                .where(MessageRow.state != "received")
                .group_by(col(MessageRow.mailbox), col(MessageRow.intake))
            )
            triaged = await session.exec(
                select(category, outcome, func.count())
                .where(outcome.in_(("reply", "escalate", "ignore")), category.is_not(None))
                .group_by(category, outcome)
            )
            held = await session.exec(select(rule, func.count()).where(rule.startswith("REVIEW-")).group_by(rule))
            cases = await session.exec(select(CaseRow.state, func.count()).group_by(col(CaseRow.state)))
            decided = await session.exec(
                select(EscalationRow.verb, func.count())
                .where(col(EscalationRow.verb).is_not(None))
                .group_by(col(EscalationRow.verb))
            )
            states = await session.exec(select(MessageRow.state, func.count()).group_by(col(MessageRow.state)))
            outbox = await session.exec(
                select(OutboxRow.kind, OutboxRow.state, func.count()).group_by(
                    col(OutboxRow.kind), col(OutboxRow.state)
                )
            )
            spent = (await session.exec(select(func.sum(SpendingRow.tokens), func.sum(SpendingRow.cost)))).one()
            vectors = select(func.sum(EmbeddingSpendingRow.tokens), func.sum(EmbeddingSpendingRow.cost))
            of_vectors = (await session.exec(vectors)).one()
            in_force = select(func.count()).select_from(HoldRow).where(col(HoldRow.lifted).is_(False))
            holds = (await session.exec(in_force)).one()
            outside = list(await session.exec(select(HealthRow).order_by(col(HealthRow.name))))
        waiting = dict(states.all())
        used, cost = ((one or 0) + (other or 0) for one, other in zip(spent, of_vectors, strict=True))

        def counted(state: str) -> int:
            return waiting.get(state, 0)

        return [
            _figure("messages_received", "Mail by what it was taken for.", "counter", ("mailbox", "kind"), received),
            _figure("triaged", "Messages by what the rules decided.", "counter", ("category", "outcome"), triaged),
            _figure("cases", "Cases by their state now.", "gauge", ("state",), cases),
            _figure("review_decisions", "What reviewers decided.", "counter", ("verb",), decided),
            _figure("review_held", "Replies of reviewers that were not carried out.", "counter", ("code",), held),
            _figure("mails", "Mail of ours by kind and fate.", "gauge", ("kind", "state"), outbox),
            _one("messages_pending", "Mail that is not handled yet.", sum(map(counted, ("received", "ready")))),
            _one("set_aside", "Mail kept for a person.", counted("aside")),
            _one("holds", "Reasons why nothing but notices is sent.", holds),
            _one("llm_tokens", "Tokens that models used.", used, kind="counter"),
            _one("llm_cost", "What models cost, in the currency of the prices.", cost, kind="counter"),
            _figure("working", "1 where it worked when last used.", "gauge", ("name",), [
                (row.name, int(row.working)) for row in outside
            ]),
            _figure("last_success_timestamp_seconds", "When it last worked.", "gauge", ("name",), [
                (row.name, row.worked_at.timestamp()) for row in outside if row.worked_at is not None
            ]),
        ]  # fmt: skip


def _figure(
    name: str, says: str, kind: Literal["counter", "gauge"], labels: tuple[str, ...], rows: Iterable[Sequence[object]]
) -> Figure:
    """`rows` have the labels first and the number last."""
    found = [(tuple(str(value) for value in row[:-1]), float(cast("float", row[-1]))) for row in rows]
    return Figure(name=name, says=says, kind=kind, labels=labels, rows=found)


def _one(name: str, says: str, value: float, *, kind: Literal["counter", "gauge"] = "gauge") -> Figure:
    return Figure(name=name, says=says, kind=kind, labels=(), rows=[((), value)])
