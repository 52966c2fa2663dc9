"""What models cost: that work for no message of their own, see `ports.Meter`, and all of them in a day."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from mailagent.domain.caps import DAY
from mailagent.ports import Clock
from mailagent.store.database import Sessions
from mailagent.store.tables import EmbeddingSpendingRow, SpendingRow


@dataclass(frozen=True, kw_only=True)
class StoredMeter:
    """See `ports.Meter`."""

    sessions: Sessions
    clock: Clock

    async def count(self, *, tokens: int, cost: float) -> None:
        """See `ports.Meter`."""
        async with self.sessions.begin() as session:
            session.add(EmbeddingSpendingRow(at=self.clock.now(), tokens=tokens, cost=cost))


async def spent_in_day(session: AsyncSession, *, at: datetime) -> tuple[int, float]:
    """Tokens and money of the day before `at`, for all mail and all vectors."""
    tokens, money = 0, 0.0
    for table in (SpendingRow, EmbeddingSpendingRow):
        total = select(func.sum(table.tokens), func.sum(table.cost)).where(col(table.at) > at - DAY)
        used, cost = (await session.exec(total)).one()
        tokens, money = tokens + (used or 0), money + (cost or 0.0)
    return tokens, money
