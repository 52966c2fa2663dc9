"""The kinds of values that keys in ``config/*.toml`` take, and what is said about a wrong one."""

import re
from datetime import timedelta
from typing import Annotated, TypeVar
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field

from mailagent.mail.addresses import ascii_domain

DURATION = re.compile(r"(\d{1,5})([mhd])")
_ESCAPES = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
"""What holds no repeat: escaped characters and sets of characters."""
_PARTS = re.compile(r"\{\d*,?\d*\}|.", re.DOTALL)
_REPEAT = re.compile(r"[*+]|\{\d*,\d*\}|\{\d+\}")
_COUNT = re.compile(r"\{\d+\}")
MOST_CHOICES = 6
"""In a row, an open repeat counting two: at worst half a second for the part of a subject that is searched."""
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def _duration(value: object) -> object:
    found = DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('write a time such as "30m", "8h" or "2d"')
    return timedelta(**{UNITS[found.group(2)]: int(found.group(1))})


def _address(value: str) -> str:
    if not re.fullmatch(r"[^@\s<>,;:\"]+@[^@\s<>,;:\"]+\.[^@\s<>,;:\".]+", value):
        raise ValueError("write one address such as support@example.com")
    return value.lower()


def _timezone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("write a time zone such as Europe/Vienna")
    return value


def _domain(value: str) -> str:
    found = ascii_domain(value.lower().removeprefix("@"))
    if found is None or "." not in found:
        raise ValueError("write a domain such as example.com")
    return found


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    problem = _may_take_hours(value)
    if problem:
        raise ValueError(f"{problem}; a pattern is searched for anywhere in a subject, so leave out what may be there")
    return value


def _may_take_hours(pattern: str) -> str:
    """What in `pattern` could keep a search in a hostile subject going for years, or for seconds; empty for nothing.

    A repeated group that may match a text in several ways is tried in all of them: ``(a+)+``, ``(a|aa)+``,
    ``(a?){30}``. So are open parts in a row, each with each.
    """
    groups, choices = [False], [0]
    closed: bool | None = None
    follows = ""
    for part in _PARTS.findall(_ESCAPES.sub("x", pattern)):
        repeats = _REPEAT.fullmatch(part) is not None
        if repeats and closed:
            return (
                "a repeated group that holds a repeat, ? or |, as in (a+)+ or (a|aa)+, could take hours; repeat only"
                " one of the two, as in a+ or [ab]+"
            )
        optional = part == "?" and follows not in {"(", "repeat"}  # (?: begins a group, and +? is a lazy repeat
        if part == "(":
            groups.append(False)
        elif part == "|" and len(groups) == 1:
            choices.append(0)
        elif (repeats and not _COUNT.fullmatch(part)) or optional or part == "|":
            groups[-1] = True
            choices[-1] += 2 if repeats else 1
        closed = None
        if part == ")" and len(groups) > 1:
            closed = groups.pop()
            groups[-1] |= closed
        follows = "repeat" if repeats else part
    if max(choices) > MOST_CHOICES:
        return "more than three of *, + and {2,5}, of which ? and | count half, could take long over a hostile subject"
    return ""


def _several(value: object) -> object:
    """A list, or one value that stands for a list of it."""
    return value if isinstance(value, list | tuple) else (value,)


T = TypeVar("T")
Timezone = Annotated[str, AfterValidator(_timezone)]
Domain = Annotated[str, AfterValidator(_domain)]
Pattern = Annotated[str, AfterValidator(_pattern)]
OneOf = Annotated[tuple[T, ...], BeforeValidator(_several), Field(min_length=1)]
Address = Annotated[str, AfterValidator(_address)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
