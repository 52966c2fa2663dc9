"""Times in the words of people, and how far they can be relied on."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from mailagent.domain.decision import Weekday

MORNING = time(9)
CLOCKS_APART = timedelta(minutes=5)
"""By so much may the clocks of two machines differ, such as a mail server's and this one's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Until when a customer hears from us, as its parts: each language puts them into its own words.

    `weekday` is 0 for Monday, `clock` such as ``14:00``, `zone` such as ``CET``.
    """

    when: Literal["today", "tomorrow", "later"]
    weekday: int
    day: int
    month: int
    clock: str
    zone: str


def due_time(at: datetime, *, now: datetime, zone: ZoneInfo) -> Due:
    """The parts of `at` in `zone`; a day that has passed is "later" too."""
    local = at.astimezone(zone)
    days = (local.date() - now.astimezone(zone).date()).days
    return Due(
        when="today" if days == 0 else "tomorrow" if days == 1 else "later",
        weekday=local.weekday(),
        day=local.day,
        month=local.month,
        clock=f"{local:%H:%M}",
        zone=f"{local:%Z}",
    )


def spoken_time(at: datetime, *, now: datetime, zone: ZoneInfo) -> str:
    """``today 14:00 CET``, ``tomorrow 09:30 CET`` or ``Thu 3 Dec, 14:00 CET``."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    clock = f"{local:%H:%M %Z}"
    if local.date() == today:
        return f"today {clock}"
    if local.date() == today + timedelta(days=1):
        return f"tomorrow {clock}"
    return f"{local:%a} {local.day} {local:%b}, {clock}"


def next_moment(until: timedelta | Weekday, *, now: datetime, zone: ZoneInfo) -> datetime:
    """When a snooze ends: so long from now, or the next time in `zone` that it is this day and hour."""
    if isinstance(until, timedelta):
        return now + until
    local = now.astimezone(zone)
    clock = until.at or MORNING
    day = local.date() + timedelta(days=(until.day - local.weekday()) % 7)
    found = datetime.combine(day, clock, zone)
    if found <= local:
        found = datetime.combine(day + timedelta(days=7), clock, zone)
    return found.astimezone(UTC)


def spoken_duration(length: timedelta) -> str:
    """``3 h 40 min``; ``overdue`` when nothing is left."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 0:
        return "overdue"
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [f"{days} d"] * bool(days) + [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes and not days)
    return " ".join(parts) or "0 min"


def spoken_minutes(length: timedelta) -> str:
    """``2 minutes``; rounded, and at least ``1 minute``."""
    minutes = max(1, round(length.total_seconds() / 60))
    return f"{minutes} minute{'' if minutes == 1 else 's'}"
