"""Links and email addresses in a text as a mail program follows them; a host that looks alike is another one."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A place to go to; `target` is comparable: without ``http(s)://`` and a last slash, the host in lower case."""

    kind: Literal["link", "address"]
    target: str
    start: int
    end: int


_PIECE = re.compile(r"[^\s<>\"'()\[\]{}|^`\u00ab\u00bb\u201c\u201d\u201e]{3,2000}")
_ENDING = re.compile(r"xn--[\w-]{2,59}|[^\W\d_]{2,24}")
_SPELLED = re.compile(
    r"(?<![\w.-])[\w.-]{1,64}\s?[(\[{]\s?(?:at|dot|punkt|point|punto|arroba|@|\.)\s?[)\]}]\s?[\w.-]{1,64}"
    r"|(?<![\w-])[\w-]{1,63}\s(?:dot|punkt|point|punto)\s(?:com|net|org|info|io|example|de|at|ch|fr|es|eu)\b",
    re.IGNORECASE,
)
"""An address written so that programs do not see it."""
_ENDINGS = frozenset("jpg jpeg png gif heic pdf doc docx txt csv xls xlsx ej".split())  # noqa: SIM905 (a table to read)
"""What stands behind the dot of a file name or an abbreviation."""
_AROUND = ".,;:!?*_~\u2026"
_SHORT_NUMBER = 2


def links_in(text: str) -> Iterator[Link]:
    """Every link, domain and email address of `text`; those spelled with "(at)" and "dot" as addresses."""
    for match in _SPELLED.finditer(text):
        yield Link(kind="address", target=" ".join(match[0].lower().split()), start=match.start(), end=match.end())
    for match in _PIECE.finditer(text):
        written = match[0].strip(_AROUND)
        piece = unicodedata.normalize("NFKC", written).replace("\u3002", ".")
        start = match.start() + match[0].index(written)
        kind = _kind(piece)
        if kind:
            yield Link(kind=kind, target=_target(piece), start=start, end=start + len(written))


def _kind(piece: str) -> Literal["link", "address"] | None:
    if "://" in piece or piece.lower().startswith("www."):
        return "link"
    before, at, behind = piece.partition("@")
    if at and behind and (before or behind.isidentifier()):
        return "address"
    if "." not in piece:
        return None
    names = [label for part in re.split(r"[/?#:\\=&,;]", piece) for label in ("", *part.split("."))]
    for name, ending in pairwise(names):
        if name and _ENDING.fullmatch(ending) and ("/" in piece or not _is_none(name, ending)):
            return "link"
    return None


def _is_none(name: str, ending: str) -> bool:
    """Whether this is a file name, an abbreviation or "3.Mai"."""
    return ending.lower() in _ENDINGS or (name.isdigit() and len(name) <= _SHORT_NUMBER)


def _target(piece: str) -> str:
    scheme, found, rest = piece.partition("://")
    if not found or scheme.lower() in {"http", "https"}:
        scheme, rest = "", rest if found else piece.removeprefix("mailto:")
    place = min((at for mark in "/?#" if (at := rest.find(mark)) >= 0), default=len(rest))
    return f"{scheme.lower()}{rest[:place].lower()}{rest[place:].rstrip('/')}"
