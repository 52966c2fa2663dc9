"""Domains that a person takes for another one."""

import unicodedata
from collections.abc import Collection

import idna

from mailagent.domain.foreign_letters import LATIN

_LATIN = str.maketrans({**LATIN, "0": "o", "1": "l"})
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))


def looks_alike(domain: str, known: Collection[str]) -> str | None:
    """The one of `known` that `domain` looks like without being it or part of it; None if there is none.

    Both sides may be A-labels or as written.
    """
    shape = _shape(domain)
    for one in known:
        if _written(domain) == _written(one):
            continue
        if shape == _shape(one):
            return one
    return None


def _written(domain: str) -> str:
    """`domain` in lower case with its A-labels as the letters they stand for."""
    labels = []
    for label in domain.lower().rstrip(".").split("."):
        try:
            labels.append(idna.decode(label) if label.startswith("xn--") else label)
        except UnicodeError:
            labels.append(label)
    return ".".join(labels)


def _shape(domain: str) -> str:
    plain = unicodedata.normalize("NFKD", _written(domain)).casefold()
    plain = "".join(one for one in plain if not unicodedata.combining(one)).translate(_LATIN)
    for pair, looks in _PAIRS:
        plain = plain.replace(pair, looks)
    return plain
