"""Until when a person must have decided, and how much of that time has passed.

An urgent question runs around the clock: its customer is angry or at risk, and does not wait for Monday. Every other
one is counted in working time, so that a time that is promised to a customer is one at which somebody works.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailagent.domain.routing import Priority
from mailagent.domain.working_time import WorkingTime, around_the_clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """How long a person may take, `by_category`; where there is none, the longest of them."""

    by_category: Mapping[str, timedelta]
    working: WorkingTime

    def due(self, category: str, priority: Priority, *, at: datetime) -> datetime:
        """Until when a question that is put at `at` must be decided."""
        counted = self._counted(priority)
        return counted.add(at, counted.length(self.by_category.get(category, max(self.by_category.values()))))

    def elapsed(self, priority: Priority, *, start: datetime, due: datetime, now: datetime) -> float:
        """The share of the time from `start` to `due` that has passed at `now`, 1.0 when it is over."""
        if now >= due:
            return 1.0
        counted = self._counted(priority)
        whole = counted.between(start, due)
        return counted.between(start, now) / whole if whole else 0.0

    def _counted(self, priority: Priority) -> WorkingTime:
        return around_the_clock(self.working.zone) if priority == "urgent" else self.working
