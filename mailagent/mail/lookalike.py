"""Domains that a person takes for another one."""

import unicodedata
from collections.abc import Collection

import idna

_LATIN = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u04bb\u051b\u051d\u043a\u043c\u0442\u043d\u0432"
    "\u03b1\u03bf\u03c1\u03bd\u03b9\u03ba\u03c5\u03c7\u0131\u0261\u026101",
    "aeopcyxijsdhqwkmthbaopvikuxiggol",
)
"""Letters of Cyrillic and Greek and digits -> the Latin letter that each looks like."""
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))


def looks_alike(domain: str, known: Collection[str]) -> str | None:
    """The one of `known` that `domain` looks like without being it or part of it; None if there is none.

    Both sides may be A-labels or as written (Unicode Technical Standard 39 section 4, with a small table).
    """
    shape = _shape(domain)
    for one in known:
        if domain.lower() == one.lower() or _written(domain) == _written(one):
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
