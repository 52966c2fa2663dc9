"""How a person is addressed."""

import re

NAME = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")  # noqa: RUF001 - people write both apostrophes
TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof", "herr", "frau", "mme", "sr", "sra", "m"})
NOT_A_PERSON = frozenset({"info", "support", "sales", "team", "office", "admin", "mail", "contact", "service", "the"})
LONGEST = 30


def greeting_name(display_name: str) -> str:
    """The first name to greet with, or "" when the display name does not plainly hold one.

    Senders choose their display name, so nothing but letters passes: no address, no link, no second line.
    """
    name = display_name.strip().strip("\"'")
    if "@" in name or "://" in name:
        return ""
    if name.count(",") == 1:
        family, given = name.split(",")
        name = f"{given.strip()} {family.strip()}"
    words = [word.rstrip(".") for word in name.split()]
    if not words or any(not NAME.fullmatch(word) for word in words):
        return ""
    words = [word for word in words if word.casefold() not in TITLES]
    if not words or words[0].casefold() in NOT_A_PERSON or len(words[0]) > LONGEST:
        return ""
    first = words[0]
    return first.capitalize() if first.isupper() or first.islower() else first
