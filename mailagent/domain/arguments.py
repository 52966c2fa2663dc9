"""What stands behind SNOOZE, SET and ASSIGN in a reviewer's reply."""

import re
from collections.abc import Iterable
from datetime import time, timedelta
from difflib import get_close_matches
from typing import cast, get_args

from mailagent.domain.commands import Verb, Vocabulary, folded
from mailagent.domain.decision import LONGEST_DETAIL, Decision, Known, SetKey, Unclear, Until, Weekday

MOST_NAME_WORDS = 3
LONGEST_SNOOZE = timedelta(days=90)

_SPAN = re.compile(r"(\d{1,3})\s{0,2}([^\W\d_]{1,12})\.?")
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2})?)?\s{0,2}(?:uhr|am|pm|h)?")
_PAIR = re.compile(r"([^\W\d_]{1,20})\s{0,2}[=:]\s{0,2}([^\s,;=:]{1,60})[\s,;]{0,4}")
_ADDRESS_END = " \t.,;:!"


def snooze(rest: str, words: Vocabulary) -> Decision | Unclear:
    """``4h``, ``2 days``, ``mon 9:00``, ``until Friday``; the clock is the caller's."""
    if not rest:
        return Unclear(code="REVIEW-04", detail="SNOOZE", verb="snooze")
    until = _until([word for word in folded(rest).strip(_ADDRESS_END).split() if word not in words.fillers], words)
    if until is None:
        return Unclear(
            code="REVIEW-16",
            detail=rest[:LONGEST_DETAIL],
            suggestion="4h, 2d, mon 9:00, at most 90 days",
            verb="snooze",
        )
    return Decision(verb="snooze", until=until)


def _until(parts: list[str], words: Vocabulary) -> Until | None:
    span = _SPAN.fullmatch(" ".join(parts))
    if span and span[2] in words.units:
        found = int(span[1]) * words.units[span[2]]
        return found if timedelta(0) < found <= LONGEST_SNOOZE else None
    day = words.weekdays.get(parts[0].strip(".,")) if parts else None
    if day is None:
        return None
    if len(parts) == 1:
        return Weekday(day=day)
    clock = _TIME.fullmatch(" ".join(parts[1:]))
    if clock is None:
        return None
    hour, minute = int(clock[1]), int(clock[2] or 0)
    hour += 12 if clock[0].endswith("pm") and hour < 12 else 0  # noqa: PLR2004 - a clock of twelve hours
    return Weekday(day=day, at=time(hour, minute)) if hour < 24 and minute < 60 else None  # noqa: PLR2004 - a clock


def corrections(rest: str, known: Known) -> Decision | Unclear:
    """``category=billing priority=high``; a key or value that is not known is named with those that are."""
    if not rest:
        return Unclear(code="REVIEW-04", detail="SET", verb="set")
    keys = get_args(SetKey)
    pairs: dict[SetKey, str] = {}
    at = 0
    while at < len(rest):
        pair = _PAIR.match(rest, at)
        if pair is None:
            return _unknown("set", rest[at:], [f"{key}=..." for key in keys])
        at = pair.end()
        key, value = folded(pair[1]), folded(pair[2]).strip(_ADDRESS_END)
        if key not in keys:
            return _unknown("set", pair[1], get_close_matches(key, keys, n=1) or keys)
        values = known.get(cast("SetKey", key))
        if values is not None and value not in values:
            return _unknown("set", f"{key}={value}", get_close_matches(value, values, n=1) or sorted(values))
        pairs[cast("SetKey", key)] = value
    return Decision(verb="set", corrections=tuple(pairs.items()))


def assign(rest: str, words: Vocabulary) -> Decision | Unclear:
    """A name, a group or an address, perhaps with a reason behind a comma."""
    name, _, reason = rest.partition(",")
    parts = name.split()
    while parts and folded(parts[0]) in words.fillers:
        parts.pop(0)
    if not parts:
        return Unclear(code="REVIEW-04", detail="ASSIGN", verb="assign")
    if len(parts) > MOST_NAME_WORDS:
        return _unknown("assign", " ".join(parts), [f"ASSIGN {parts[0]}"])
    return Decision(verb="assign", who=" ".join(parts).strip(_ADDRESS_END + "<>"), note=reason.strip())


def _unknown(verb: Verb, detail: str, known: Iterable[str]) -> Unclear:
    return Unclear(code="REVIEW-16", detail=detail[:LONGEST_DETAIL], suggestion=", ".join(known), verb=verb)
