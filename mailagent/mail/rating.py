"""A customer's rating of an automatic answer."""

import re


def read_rating(text: str) -> int | None:
    """1 to 5 where the first line is exactly what our rating button writes, ``Rating: 4 of 5``; else None."""
    found = re.fullmatch(r"Rating: ([1-5]) of 5", text.partition("\n")[0].rstrip())
    return int(found[1]) if found else None
