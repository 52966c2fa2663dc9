"""Links that nobody can click: made of what came from outside, for reviewers, and found in what goes to a customer."""

import re
from collections.abc import Collection, Iterator

_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_BETWEEN = re.compile(r"([\s<>()\[\]{}\"]+)")
"""What seldom stands within a link."""
_AROUND = ".,;:!?"
_BRACKETS = '<>()[]{}"'
_BLANK = re.compile(r"[ \t\n\xa0]")
"""What every mail program takes for the end of a link; other blanks some do not."""
_SCHEME = r"([a-z][a-z0-9+.-]{1,20})://"
_LINK = re.compile(rf"{_SCHEME}([^/?#]*?)(?={_SCHEME}|[/?#]|$)", re.IGNORECASE)
"""With its host, and never with the beginning of a second link."""
_SCHEMES = "mailto|tel|sms|javascript|data"
_MAIL_LINK = re.compile(rf"\b({_SCHEMES}):", re.IGNORECASE)
_HOST = re.compile(r"(?<![\w-])(?<![\w-]\.)(?<!\S@)(?:[\w-]+\.)+[^\W\d_][\w-]+(?![\w-]|[\w.+-]{0,64}@\w)")
"""No part of an address: those are left."""
_FILE = re.compile(r".+\.(?:pdf|png|jpe?g|gif|heic|docx?|xlsx?|odt|csv|txt|eml|log|toml)", re.IGNORECASE)
_WORD = re.compile(r"[^\s<>()\"]+")
_DEAD = re.compile(rf"hxxps?://|\b(?:{_SCHEMES})\[:\]|\w\[:\]//|\w\[\.\]\w", re.IGNORECASE)


def defang(text: str, ours: Collection[str] = ()) -> str:
    """Text from outside, with nothing left that a mail program makes clickable or that hides what it says; but for
    `ours`, links of which we know better, where they end: "ours.example(x@evil.example" leads to evil.example.
    """
    shown, ends = [], True
    for piece in reversed(_BETWEEN.split(LINE_ENDS.sub("\n", _CONTROLS.sub("", text)))):
        shown.append(piece if ends and piece.strip(_AROUND) in ours else _dead(piece))
        ends = bool(_BLANK.search(piece)) or (ends and not piece.strip(_AROUND + _BRACKETS))
    return "".join(reversed(shown))


def links_from(text: str, ours: str) -> list[str]:
    """Those links of `text` that stand in `ours` as well, as they are written there."""
    known = frozenset(_pieces(ours))
    return list(dict.fromkeys(piece for piece in _pieces(text) if piece in known and _dead(piece) != piece))


def dead_links_in(text: str) -> tuple[str, ...]:
    """What `defang`, or a person who writes so, made of links."""
    return tuple(dict.fromkeys(word.strip(_AROUND) for word in _WORD.findall(text) if _DEAD.search(word)))


def _pieces(text: str) -> Iterator[str]:
    return (piece.strip(_AROUND) for piece in _BETWEEN.split(text))


def _dead(piece: str) -> str:
    piece = _LINK.sub(_dead_link, piece)
    piece = _MAIL_LINK.sub(r"\1[:]", piece)
    return _HOST.sub(_dead_host, piece)


def _dead_link(link: re.Match[str]) -> str:
    host = link[2].replace(".", "[.]")
    if link[1].lower().startswith(("http", "hxxp")):
        return f"hxxp{link[1][4:]}://{host}"
    return f"{link[1]}[:]//{host}"


def _dead_host(host: re.Match[str]) -> str:
    return host[0] if _FILE.fullmatch(host[0]) else host[0].replace(".", "[.]")
