"""How the daemon's work goes, by what it wrote down. See `ports.Watched`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import case, col, func, select

from mailagent.domain.budget import Budget, Spent, used_up
from mailagent.domain.caps import DAY
from mailagent.domain.times import CLOCKS_APART
from mailagent.domain.vitals import Vitals
from mailagent.errors import without_addresses
from mailagent.ports import RESTORED
from mailagent.store.chain import is_sealed
from mailagent.store.database import Sessions
from mailagent.store.meter import spent_in_day
from mailagent.store.outbox import given_up
from mailagent.store.tables import HealthRow, HoldRow, MessageRow, OutboxRow


@dataclass(frozen=True, kw_only=True)
class StoredVitals:
    """See `ports.Watched`. `mailboxes` are those that should be read, with how often each is polled; `missing_keys`
    says what to do about keys that are not there.
    """

    sessions: Sessions
    mailboxes: Mapping[str, timedelta]
    budget: Budget
    missing_keys: Callable[[], str]

    async def vitals(self, *, at: datetime) -> Vitals:
        """See `ports.Watched`."""
        async with self.sessions.read() as session:
            health = {row.name: row for row in await session.exec(select(HealthRow))}
            pending = select(func.min(col(MessageRow.received_at))).where(
                col(MessageRow.state).in_(("received", "ready"))
            )
            due_at = case((col(OutboxRow.attempts) == 0, col(OutboxRow.due_at)), else_=col(OutboxRow.created_at))
            unsent = select(func.min(due_at)).where(OutboxRow.state == "ready", due_at <= at)
            aside = select(func.count()).select_from(MessageRow).where(MessageRow.state == "aside")
            not_sent = select(func.count()).select_from(OutboxRow).where(given_up(since=at - DAY))
            tokens, money = await spent_in_day(session, at=at)
            found = used_up(self.budget, Spent(overall_day=tokens, money_day=money))
            held = select(HoldRow.reason).where(col(HoldRow.lifted).is_(False)).order_by(col(HoldRow.since))
            restored = await session.get(HoldRow, RESTORED)
            missing = self.missing_keys()
            servers = {name: row for name, row in health.items() if name.partition(":")[2] in self.mailboxes}
            read = {name: health.get(f"imap:{name}") for name in self.mailboxes}
            return Vitals(
                read={name: row.worked_at if row else None for name, row in read.items()},
                polls=self.mailboxes,
                failing={name: without_addresses(row.detail) for name, row in servers.items() if not row.working},
                oldest_pending=(await session.exec(pending)).one(),
                oldest_unsent=(await session.exec(unsent)).one(),
                not_sent=(await session.exec(not_sent)).one(),
                aside=(await session.exec(aside)).one(),
                stopped={
                    name: row.detail for name, row in health.items() if name.startswith("job:") and not row.working
                },
                budget=found[1] if found else "",
                held=list(await session.exec(held)),
                lost_keys=missing if missing and await is_sealed(session) else "",
                # As long as a hold puts it ahead, and as machines' clocks may differ besides
                restored_ahead=restored.since if restored and restored.since > at + 2 * CLOCKS_APART else None,
            )
