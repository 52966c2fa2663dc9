"""A customer's rating of an automatic answer."""

import re

from mailagent.mail.phrases import CLOSINGS

MOST_SIGNED = 3
"""Lines of a signature without dashes."""
MOST_NAME_WORDS = 3

_RATING = re.compile(
    r"(?:rating ?: ?([1-5]) ?(?:of|/)|bewertung ?: ?([1-5]) ?(?:von|/)|note ?: ?([1-5]) ?(?:sur|/)"
    r"|valoración ?: ?([1-5]) ?(?:de|/)) ?5\.?",
    re.ASCII | re.IGNORECASE,
)
_MARK = re.compile(r"([1-5])(?: ?/ ?5)?\.?", re.ASCII)
_REFERENCE = re.compile(r"Ref [\w.-]{1,60}", re.ASCII)


def read_rating(text: str, *, answers_us: bool = False) -> int | None:
    """1 to 5 where the text is just what our rating button writes, ``Rating: 4 of 5`` in one of the shipped languages,
    with a ``Ref`` line or a signature below; where it `answers_us`, an automatic answer, the number alone too. Else
    None.

    Whoever adds a word wants it read.
    """
    lines = [line.strip() for line in text.strip().split("\n") if line.strip()]
    signed = [line for line in lines[1:] if not _REFERENCE.fullmatch(line)]
    if not lines or len(signed) > MOST_SIGNED or not all(_signs(line) for line in signed):
        return None
    found = _RATING.fullmatch(lines[0]) or (_MARK.fullmatch(lines[0]) if answers_us else None)
    return int(found[found.lastindex or 0]) if found else None


def _signs(line: str) -> bool:
    """Whether the line is a closing or a name."""
    words = line.rstrip(",").split()
    is_name = len(words) <= MOST_NAME_WORDS and all(word.istitle() for word in words) and line[-1] not in ".!?:"
    return is_name or " ".join(words).casefold().rstrip("!. ") in CLOSINGS
