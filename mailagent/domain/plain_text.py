"""A text as its reader sees it, in plain letters and ASCII digits, cut into tokens that know where they stood."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from mailagent.domain.foreign_letters import LATIN

TokenKind = Literal["iso", "date", "time", "phone", "code", "number", "word", "mark", "stop"]

_LOOKS = str.maketrans(
    {
        **LATIN,
        **dict.fromkeys("\u2019\u2018\u02bc\u00b4`", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict(zip("\u0433\u0251\u00f8\u0142\u0111\u2044", "raold/", strict=True)),
    }
)
"""Letters of other scripts, quotes, dashes and slashes -> the plain ones that each looks like."""

_CURRENCIES = "eur|usd|gbp|chf|sek|nok|dkk|pln|czk|jpy"
_SUFFIXES = rf"(?:{_CURRENCIES}|euros?|h|hrs?|min|mins|s|am|pm|uhr|st|nd|rd|th|er|re|e|eme|k?g|[ckm]?m|m?l|x|[gm]b)"
"""What may stand at a number without a space and makes no code of it."""
_TOKEN = re.compile(
    rf"""(?P<iso>\d{{4}}-\d{{1,2}}-\d{{1,2}}(?![\d-]))
    |(?P<date>\d{{1,2}}[./-]\d{{1,2}}[./-](?:\d{{4}}|\d{{2}})(?!\d)
        |(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?!\d)|\d{{1,2}}/\d{{1,2}}(?![\d/]))
    |(?P<time>\d{{1,2}}:\d{{2}}(?!\d)|\d{{1,2}}\x20?h\x20?\d{{2}}(?!\w))
    |(?P<grouped>\d{{1,3}}(?:[.,']\d{{3}}){{1,4}}(?:[.,]\d{{1,2}})?(?![.,']?\d)
        |\d{{1,3}}(?:\x20\d{{3}}){{1,3}}[.,]\d{{1,2}}(?!\d)|[1-9]\d{{0,2}}\x20\d{{3}}(?!\x20?\d)
        |\d{{4}}(?=\x20?-\x20?\d{{4}}(?!\d)))
    |(?P<phone>(?=[+(]{{0,2}}(?:[\x20()/.-]{{0,3}}\d){{7}})
        (?>(?:\+\x20?)?\(?\d{{1,5}}\)?(?:[\x20()/.-]{{1,3}}\d{{1,9}}){{1,7}})(?!\w)|\+?\d{{7,15}}(?!\w))
    |(?P<currency>(?:{_CURRENCIES})(?=\d))
    |(?P<code>[^\W\d_]{{1,12}}[-_]?\d[\w-]{{0,40}}|\d{{1,20}}(?!{_SUFFIXES}(?!\w))[^\W\d_][\w-]{{0,40}})
    |(?P<digits>\d{{1,40}}(?:[.,]\d{{1,9}}){{0,6}}(?:[.,]-{{1,2}}(?!\d))?)
    |(?P<word>[^\W\d_]{{1,60}}(?:'[^\W\d_]{{1,20}}){{0,3}})
    |(?P<stop>[.!?]{{1,9}}(?=[\s"')\]]|\Z)|\n\x20*\n|\n(?=\x20*(?:[-*+\u2022]|\d{{1,2}}[.)])\x20))
    |(?P<mark>[^\s\w])""",
    re.VERBOSE,
)
_CODE_DIGITS = 5
_ABBREVIATIONS = frozenset(
    "nr no num ca bzw usw etc z b e g i d h p ej dr mr mrs st tel approx env incl inkl min max art abs bspw".split()  # noqa: SIM905 (a table to read)
)
_UNHEARD = frozenset("*~'\"|#\u00ab\u00bb\u201c\u201d\u201e")
"""Marks of emphasis and quotation: "5 *weeks*" is "5 weeks"."""
_LIST_MARKER = re.compile(r"(?:\A|\n)\x20*\(?(\d{1,2})[.)](?=\x20)")
_LONGEST_LIST = 40
_LONGEST_LETTER = 4
"""Single characters that stand for more letters are whole phrases of other scripts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A word, figure or mark; `text` is folded, `start` and `end` are its place in the text as written."""

    kind: TokenKind
    text: str
    start: int
    end: int


def folded(text: str) -> str:
    """`text` in lower-case letters without accents, look-alike letters as Latin ones, and ASCII digits.

    Characters that nobody sees are left out; every space but a line break is a plain one.
    """
    return "".join(map(_folded, unicodedata.normalize("NFC", text)))


def tokens_of(text: str) -> list[Token]:
    """The tokens of `text` in order, without the numbers that only count the items of a list."""
    pieces = [_folded(letter) for letter in text]
    places = [place for place, piece in enumerate(pieces) for _ in piece]
    places.append(len(text))
    plain = "".join(pieces)
    found = []
    for match in _TOKEN.finditer(_without_list_markers(plain)):
        kind = _kind(match)
        if kind and match[0] not in _UNHEARD:
            start, end = match.span()
            found.append(Token(kind=kind, text=match[0], start=places[start], end=places[end - 1] + 1))
    return found


@lru_cache(maxsize=4096)
def _folded(letter: str) -> str:
    if letter.isascii():
        return "\n" if letter in "\r\v\f" else " " if letter == "\t" else letter.lower()
    if unicodedata.category(letter) in {"Cf", "Mn", "Me"}:
        return ""
    if letter in "\u2028\u2029\x85":
        return "\n"
    digit = unicodedata.decimal(letter, None)
    if digit is not None:
        return str(digit)
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", letter).lower())
    if len(parts) > _LONGEST_LETTER:
        return letter
    plain = "".join(" " if one.isspace() else one for one in parts if unicodedata.category(one) not in {"Mn", "Cf"})
    raised = unicodedata.decomposition(letter).startswith(("<super>", "<sub>", "<fraction>"))
    return (" " * (raised and not letter.isalpha()) + plain.replace("\u00df", "ss")).translate(_LOOKS)


def _without_list_markers(plain: str) -> str:
    """`plain` with spaces for the "1." and "2)" at line starts that count on from 1; other numbers there are claims."""
    last = 0
    spans = []
    for match in _LIST_MARKER.finditer(plain):
        count = int(match[1])
        if count == 1 or (last and count == last + 1 <= _LONGEST_LIST):
            last = count
            spans.append(match.span(1))
    for start, end in spans:
        plain = plain[:start] + " " * (end - start) + plain[end:]
    return plain


def _kind(match: re.Match[str]) -> TokenKind | None:
    """What a match is; None for a dot behind an abbreviation or a number, which ends no sentence."""
    text = match[0]
    match match.lastgroup:
        case "phone" if text.isdigit() and not text.startswith("0"):
            return "code"
        case "digits":
            return "code" if len(text) >= _CODE_DIGITS and text.isdigit() else "number"
        case "grouped":
            return "number"
        case "currency":
            return "word"
        case "stop" if text == ".":
            before = match.string[max(0, match.start() - 12) : match.start()]
            word = re.split(r"[^a-z0-9]", before)[-1]
            return None if word in _ABBREVIATIONS or word.isdigit() else "stop"
        case kind:
            return kind  # type: ignore[return-value]  # the other groups are named after the kinds
