"""A customer's rating of an automatic answer."""

import re

_RATING = re.compile(
    r"(?:Rating: ([1-5]) of|Bewertung: ([1-5]) von|Note : ([1-5]) sur|Valoración: ([1-5]) de) 5"
    r"\s{0,20}(?:\n\s{0,20}Ref [\w.-]{1,60}\s{0,20})?",
    re.ASCII,
)


def read_rating(text: str) -> int | None:
    """1 to 5 where the text is just what our rating button writes, ``Rating: 4 of 5`` in one of the shipped languages
    and a ``Ref`` line; else None.

    Whoever adds a word wants it read.
    """
    found = _RATING.fullmatch(text.strip())
    return int(found[found.lastindex or 0]) if found else None
