"""Times in the words of people."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


def spoken_time(at: datetime, *, now: datetime, zone: ZoneInfo) -> str:
    """``today 14:00 CET``, ``tomorrow 09:30 CET`` or ``Thu 3 Dec, 14:00 CET``."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    clock = f"{local:%H:%M %Z}"
    if local.date() == today:
        return f"today {clock}"
    if local.date() == today + timedelta(days=1):
        return f"tomorrow {clock}"
    return f"{local:%a} {local.day} {local:%b}, {clock}"


def promised_time(at: datetime, *, now: datetime, zone: ZoneInfo) -> str:
    """``today by 14:00 (CET)``: how a customer is told until when they hear from us."""
    day, _, clock = spoken_time(at, now=now, zone=zone).rpartition(", ")
    if day:
        return f"by {day} {clock}"
    day, hour, name = clock.split()
    return f"{day} by {hour} ({name})"


def spoken_duration(length: timedelta) -> str:
    """``3 h 40 min``; ``overdue`` when nothing is left."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 0:
        return "overdue"
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [f"{days} d"] * bool(days) + [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes and not days)
    return " ".join(parts) or "0 min"
