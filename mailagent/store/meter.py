"""What models cost that work for no message of their own. See `ports.Meter`."""

from dataclasses import dataclass

from mailagent.ports import Clock
from mailagent.store.database import Sessions
from mailagent.store.tables import EmbeddingSpendingRow


@dataclass(frozen=True, kw_only=True)
class StoredMeter:
    """See `ports.Meter`."""

    sessions: Sessions
    clock: Clock

    async def count(self, *, tokens: int, cost: float) -> None:
        """See `ports.Meter`."""
        async with self.sessions.begin() as session:
            session.add(EmbeddingSpendingRow(at=self.clock.now(), tokens=tokens, cost=cost))
