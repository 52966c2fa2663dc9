"""When something outside last worked. See `ports.Health`."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import col, delete

from mailagent.store.database import Sessions
from mailagent.store.tables import HealthRow

WRITTEN_AGAIN = timedelta(minutes=1)
"""What goes on working is written down no more often: it is told for every mail."""


@dataclass(frozen=True, kw_only=True)
class StoredHealth:
    """See `ports.Health`. One a process."""

    sessions: Sessions
    _written: dict[str, datetime] = field(default_factory=dict)
    """When what works was last written down."""
    _worked: dict[str, datetime] = field(default_factory=dict)
    """When it last worked."""

    async def restarted(self) -> None:
        """A job that gave up before works again now, until it gives up anew."""
        gave_up = col(HealthRow.name).startswith("job:") & col(HealthRow.working).is_(False)
        async with self.sessions.begin() as session:
            await session.exec(delete(HealthRow).where(gave_up))

    async def worked(self, name: str, *, at: datetime) -> None:
        """See `ports.Health`."""
        self._worked[name] = at
        written = self._written.get(name)
        if written is not None and abs(at - written) < WRITTEN_AGAIN:
            return
        self._written[name] = at  # first, for many mails at once would each write it
        async with self.sessions.begin() as session:
            await session.merge(HealthRow(name=name, working=True, detail="", checked_at=at, worked_at=at))

    async def failed(self, name: str, detail: str, *, at: datetime) -> None:
        """See `ports.Health`."""
        self._written.pop(name, None)
        async with self.sessions.begin() as session:
            row = await session.get(HealthRow, name) or HealthRow(name=name, working=False, checked_at=at)
            row.working, row.detail, row.checked_at = False, detail[:500], at
            row.worked_at = self._worked.get(name, row.worked_at)
            session.add(row)
