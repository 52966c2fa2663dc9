"""When something outside last worked. See `ports.Health`."""

from dataclasses import dataclass
from datetime import datetime

from mailagent.store.database import Sessions
from mailagent.store.tables import HealthRow


@dataclass(frozen=True, kw_only=True)
class StoredHealth:
    """See `ports.Health`."""

    sessions: Sessions

    async def worked(self, name: str, *, at: datetime) -> None:
        """See `ports.Health`."""
        async with self.sessions.begin() as session:
            await session.merge(HealthRow(name=name, working=True, detail="", checked_at=at, worked_at=at))

    async def failed(self, name: str, detail: str, *, at: datetime) -> None:
        """See `ports.Health`."""
        async with self.sessions.begin() as session:
            row = await session.get(HealthRow, name) or HealthRow(name=name, working=False, checked_at=at)
            row.working, row.detail, row.checked_at = False, detail[:500], at
            session.add(row)
