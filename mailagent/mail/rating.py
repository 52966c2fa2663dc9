"""A customer's rating of an automatic answer."""

import re

_RATING = re.compile(r"Rating: ([1-5]) of 5\s{0,20}(?:\n\s{0,20}Ref [\w.-]{1,60}\s{0,20})?", re.ASCII)


def read_rating(text: str) -> int | None:
    """1 to 5 where the text is just what our rating button writes, ``Rating: 4 of 5`` and a ``Ref`` line; else None.

    Whoever adds a word wants it read.
    """
    found = _RATING.fullmatch(text.strip())
    return int(found[1]) if found else None
