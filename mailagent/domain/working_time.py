"""Working time: which moments count against a deadline, and which do not.

Hours are wall-clock times in one zone. A change to or from summer time makes a night shift an hour shorter or longer,
as it does for the people who work it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

Span = tuple[int, int]
"""From and until, in minutes after midnight; until may be 1440."""
Week = tuple[tuple[Span, ...], ...]
"""The spans of Monday to Sunday, each day's in order and apart from each other."""

DAY_MINUTES = 24 * 60
ALWAYS: Week = (((0, DAY_MINUTES),),) * 7
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingTime:
    """The hours of a week in `zone`, without the days in `holidays`. Raises `ValueError` for a week without hours, in
    which no deadline would ever come.

    Methods take and return aware times; what they return is in UTC.
    """

    zone: ZoneInfo
    week: Week
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        """Refuse what would never end."""
        if not week_length(self.week):
            raise ValueError("a week needs working hours")

    def is_open(self, at: datetime) -> bool:
        """Whether `at` is within working hours; their last moment is not."""
        return self.next_open(at) == at

    def next_open(self, at: datetime) -> datetime:
        """`at` if it is within working hours, else when they next begin."""
        start, _ = next(self._spans(at.astimezone(UTC)))
        return max(start, at.astimezone(UTC))

    def add(self, at: datetime, length: timedelta) -> datetime:
        """When `length` of working time has passed after `at`. Walks day by day, so `length` should be some months at
        most. No length at all ends within working hours too.
        """
        left, at = length, at.astimezone(UTC)
        spans = self._spans(at)
        while True:
            start, end = next(spans)
            start = max(start, at)
            if left <= end - start:
                return start + left
            left -= end - start

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from `start` until `end`; none where `end` is not later."""
        passed = timedelta()
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        for opens, closes in self._spans(start):
            if opens >= end:
                break
            passed += min(closes, end) - max(opens, start)
        return passed

    def length(self, deadline: timedelta) -> timedelta:
        """A deadline as working time: each full day of it is a working day of average length."""
        days = sum(1 for day in self.week if day)
        return week_length(self.week) / days * deadline.days + timedelta(seconds=deadline.seconds)

    def _spans(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The spans that end after `at`, in order, never empty, none overlapping another."""
        day = at.astimezone(self.zone).date()
        reached = at - DAY
        while True:
            for first, last in () if day in self.holidays else self.week[day.weekday()]:
                # A wall-clock time that summer time skips lies after the skip: it may not reach into the next span
                start, end = max(self._moment(day, first), reached), self._moment(day, last)
                if end > max(start, at):
                    reached = end
                    yield start, end
            day += DAY

    def _moment(self, day: date, minutes: int) -> datetime:
        """A wall-clock time; of one that the end of summer time repeats, the first."""
        midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the zone is put on below
        return (midnight + timedelta(minutes=minutes)).replace(tzinfo=self.zone).astimezone(UTC)


def week_length(week: Week) -> timedelta:
    """The hours of a whole week."""
    return timedelta(minutes=sum(until - begin for day in week for begin, until in day))


def around_the_clock(zone: ZoneInfo) -> WorkingTime:
    """Every moment counts."""
    return WorkingTime(zone=zone, week=ALWAYS)
