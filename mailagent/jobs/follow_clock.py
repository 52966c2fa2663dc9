"""Put times right when the clock went back.

A machine that starts before it knows the time, or whose time somebody mistyped, writes down when mail is due by a clock
that is ahead. Once the clock is right that mail would wait for hours or years, and nothing would tell of it. A clock
that goes forward needs nothing: what is due by then is done, once.
"""

from dataclasses import dataclass
from datetime import datetime

from mailagent.events import log
from mailagent.ports import Clock, Times


@dataclass(kw_only=True)
class FollowClock:
    """`latest` is the time at the last look of this process."""

    times: Times
    clock: Clock
    latest: datetime | None = None

    async def look(self) -> None:
        """At first, and when it is earlier than it was: an earlier process may have had a clock that was ahead."""
        now = self.clock.now()
        if self.latest is None or now < self.latest:
            rows = await self.times.mend(at=now)
            if rows:
                log("clock.went_back", rows=rows)
        self.latest = now
