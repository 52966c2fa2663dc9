"""How the daemon's work goes, by what it wrote down. See `ports.Watched`."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, func, select

from mailagent.domain.budget import Budget, Spent, used_up
from mailagent.domain.caps import DAY
from mailagent.domain.vitals import Vitals
from mailagent.store.database import Sessions
from mailagent.store.tables import HealthRow, HoldRow, MessageRow, OutboxRow, SpendingRow


@dataclass(frozen=True, kw_only=True)
class StoredVitals:
    """See `ports.Watched`. `mailboxes` are those that should be read."""

    sessions: Sessions
    mailboxes: tuple[str, ...]
    budget: Budget

    async def vitals(self, *, at: datetime) -> Vitals:
        """See `ports.Watched`."""
        async with self.sessions.read() as session:
            health = {row.name: row for row in await session.exec(select(HealthRow))}
            pending = select(func.min(col(MessageRow.received_at))).where(
                col(MessageRow.state).in_(("received", "ready"))
            )
            unsent = select(func.min(col(OutboxRow.created_at))).where(
                OutboxRow.state == "ready", (col(OutboxRow.due_at) <= at) | (col(OutboxRow.attempts) > 0)
            )
            aside = select(func.count()).select_from(MessageRow).where(MessageRow.state == "aside")
            uncertain = select(func.count()).select_from(OutboxRow).where(OutboxRow.state == "uncertain")
            spent = select(func.sum(SpendingRow.tokens), func.sum(SpendingRow.cost)).where(
                col(SpendingRow.at) > at - DAY
            )
            tokens, cost = (await session.exec(spent)).one()
            found = used_up(self.budget, Spent(overall_day=tokens or 0, money_day=cost or 0.0))
            held = select(HoldRow.reason).where(col(HoldRow.lifted).is_(False)).order_by(col(HoldRow.since))
            read = {name: health.get(f"imap:{name}") for name in self.mailboxes}
            return Vitals(
                read={name: row.worked_at if row else None for name, row in read.items()},
                oldest_pending=(await session.exec(pending)).one(),
                oldest_unsent=(await session.exec(unsent)).one(),
                uncertain=(await session.exec(uncertain)).one(),
                aside=(await session.exec(aside)).one(),
                stopped={
                    name: row.detail for name, row in health.items() if name.startswith("job:") and not row.working
                },
                budget=found[1] if found else "",
                held=list(await session.exec(held)),
            )
