"""Working hours, holidays and times of day as admins write them."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, time
from typing import Annotated

from pydantic import BeforeValidator

from mailagent.domain.working_time import DAY_MINUTES, Span, Week

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FORM = 'write hours such as "mon-fri 9:00-17:00" or ["mon-thu 9:00-12:30 13:30-17:00", "fri 9:00-13:00"]'
CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
LINE = re.compile(r"([a-z]{3})(?:-([a-z]{3}))?((?: +\d{1,2}:\d{2}-\d{1,2}:\d{2})+) *")


def _week(value: object) -> object:
    lines = [value] if isinstance(value, str) else value
    if not isinstance(lines, Sequence) or not lines:
        raise ValueError(f"nobody would ever work, so no deadline would ever come; {FORM}")
    days: dict[int, tuple[Span, ...]] = {}
    for line in lines:
        found = LINE.fullmatch(line.casefold()) if isinstance(line, str) else None
        if found is None:
            raise ValueError(FORM)
        spans = tuple(_spans(found[3].split()))
        for day in _days(found[1], found[2] or found[1]):
            if day in days:
                raise ValueError(f"{DAYS[day]} is named twice; write all its hours behind one another")
            days[day] = spans
    return tuple(days.get(day, ()) for day in range(7))


def _days(first: str, last: str) -> Iterator[int]:
    for name in (first, last):
        if name not in DAYS:
            raise ValueError(f"'{name}' is no day; the days are {', '.join(DAYS)}")
    start = DAYS.index(first)
    for step in range((DAYS.index(last) - start) % 7 + 1):
        yield (start + step) % 7


def _spans(texts: Sequence[str]) -> Iterator[Span]:
    reached = 0
    for text in texts:
        begin, end = (_minutes(clock) for clock in text.split("-"))
        if end <= begin:
            raise ValueError(f"'{text}' ends before it begins; write a night as 22:00-24:00 and, a day on, 0:00-6:00")
        if begin < reached:
            raise ValueError(f"'{text}' begins before the hours in front of it end")
        reached = end
        yield begin, end


def _minutes(text: str) -> int:
    found = CLOCK.fullmatch(text)
    minutes = int(found[1]) * 60 + int(found[2]) if found else -1
    if found is None or int(found[2]) > 59 or minutes > DAY_MINUTES:  # noqa: PLR2004 - minutes of an hour
        raise ValueError(f"'{text}' is no time of day; write one such as 9:00")
    return minutes


def _time(value: object) -> object:
    minutes = _minutes(value if isinstance(value, str) else str(value))
    if minutes == DAY_MINUTES:
        raise ValueError("write midnight as 0:00")
    return time(*divmod(minutes, 60))


def _date(value: object) -> object:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"'{value}' is no day; write one such as 2026-12-25") from None


WorkingHours = Annotated[Week, BeforeValidator(_week)]
TimeOfDay = Annotated[time, BeforeValidator(_time)]
Holiday = Annotated[date, BeforeValidator(_date)]
