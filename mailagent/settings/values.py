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
    if _repeats_repeats(value):
        raise ValueError(
            "a repeated group that repeats something itself, as in (a+)+, could take hours; repeat only one of the two,"
            " as in a+"
        )
    return value


def _repeats_repeats(pattern: str) -> bool:
    """Whether a group in `pattern` is repeated and holds a repeat, as in ``(a+)+$``."""
    groups = [False]
    last_repeats = False
    for part in _PARTS.findall(_ESCAPES.sub("x", pattern)):
        if part == "(":
            groups.append(False)
        elif part == ")":
            last_repeats = groups.pop() if len(groups) > 1 else False
            groups[-1] |= last_repeats
            continue
        elif _REPEAT.fullmatch(part):
            if last_repeats:
                return True
            groups[-1] |= not _COUNT.fullmatch(part)
        last_repeats = False
    return False


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
