"""A clock that stands until a test moves it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass(kw_only=True)
class FakeClock:
    """See `Clock`."""

    time: datetime = NOON

    def now(self) -> datetime:
        """See `Clock`."""
        return self.time

    def passes(self, length: timedelta) -> None:
        """Let time pass."""
        self.time += length
