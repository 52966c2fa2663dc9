"""Numbers as people write them, as plain decimal digits; and how many of something there are, in words."""

import re
from decimal import Decimal

_BASE = {"hour": ("minute", 60), "week": ("day", 7), "year": ("month", 12)}
"""Units that another one measures too: "an hour" is "60 minutes". A day is no 24 hours, nor a working day a day."""
_HUNDRED = 100
_LARGEST = 1_000_000
_THOUSANDS = 3


def counted(number: int, one: str, many: str = "") -> str:
    """As in "1 mail" and "2 mails"; `many` where that is not `one` with an s."""
    return f"1 {one}" if number == 1 else f"{number} {many or f'{one}s'}"


def together(number: str, following: str) -> str:
    """One number of two words: "200" of "two" and "hundred", "25" of "20" and "5"; "" where they are two numbers."""
    if not number.replace(".", "", 1).isdigit() or not following.isdigit():
        return ""
    left, right = Decimal(number), int(following)
    if right >= _HUNDRED and 0 < left < right:
        return _plain(str(left * right))
    if left >= _LARGEST:
        return ""
    room = next((size for size in (1000, 100, 10) if left >= 2 * min(size, 10) and left % size == 0), 0)
    return str(left + right) if 0 < right < room else ""


def in_base(number: str, of: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """A number and its unit in the unit that `_BASE` gives: "14", "day" for "2", "week"; others as they are."""
    if not of or of[0] not in _BASE or not number.replace(".", "", 1).isdigit():
        return number, of
    unit, times = _BASE[of[0]]
    return _plain(str(Decimal(number) * times)), (unit,)


def canonical(text: str) -> str:
    """The number as "1234.5" for "1.234,50", "1,234.5" and "1 234,50".

    Three digits behind the only mark are thousands, except in "0.125".
    """
    if text.isdigit():
        return _plain(text)
    text = text.rstrip("-.,").replace(" ", "").replace("'", "")
    marks = re.sub(r"\d", "", text)
    whole, mark, part = text.rpartition(marks[-1]) if marks else (text, "", "")
    thousands = len(part) == _THOUSANDS and len(set(marks)) == 1 and whole.lstrip("0") != ""
    if mark and (thousands or marks.count(mark) > 1):
        whole, part = whole + part, ""
    return _plain(re.sub(r"[.,]", "", whole) + (f".{part}" if part else ""))


def _plain(number: str) -> str:
    """Without zeros that say nothing: "39.9" for "039.90"."""
    whole, _, part = number.partition(".")
    return (whole.lstrip("0") or "0") + (f".{part}" if (part := part.rstrip("0")) else "")
