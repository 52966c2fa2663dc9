"""A text as a model may read it: without the disguises that hide its words from a program.

Letters are brought to one form: compatibility forms to plain ones, lower case, no accents, nothing invisible, and
letters of other scripts as the Latin ones they look like (Unicode Technical Standard 39 section 4, a small table).
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_LOOKS = {
    "a": "\u0430\u03b1\u1d00", "b": "\u0432\u03b2\u0299", "c": "\u0441\u1d04", "d": "\u0501\u1d05",
    "e": "\u0435\u03b5\u1d07", "g": "\u0261\u0262", "h": "\u04bb\u043d\u029c",
    "i": "\u0456\u03b9\u0131\u0269\u026a", "j": "\u0458", "k": "\u043a\u03ba\u1d0b", "l": "\u04cf\u029f",
    "m": "\u043c\u1d0d", "n": "\u0578\u0274", "o": "\u043e\u03bf\u0585\u1d0f", "p": "\u0440\u03c1\u1d18",
    "q": "\u051b", "r": "\u0280", "s": "\u0455\ua731", "t": "\u0442\u03c4\u1d1b", "u": "\u057d\u03c5\u1d1c",
    "v": "\u03bd\u1d20", "w": "\u051d\u1d21", "x": "\u0445\u03c7", "y": "\u0443\u028f", "z": "\u1d22",
    "'": "\u2019\u02bc",
}  # fmt: skip
"""A Latin letter and the Cyrillic, Greek, Armenian and small capital letters that look like it."""
_LATIN = {look: letter for letter, looks in _LOOKS.items() for look in looks}
_DIGITS = str.maketrans("013457", "oieast")
"""Digits that stand for letters within a word."""
_WORD = re.compile(r"[^\W_]+|@")
_SENTENCE_END = re.compile(r"[.!?][\s\"')]|\n[ \t]*\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A text without its disguises; character `n` of `text` stood at `places[n]` of the original."""

    text: str
    places: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word of a plain text, or an "@". `start` and `end` are places in it; `opens` where it begins a sentence."""

    text: str
    start: int
    end: int
    opens: bool


def plain(text: str) -> Plain:
    """`text` without its disguises."""
    if text.isascii():
        return Plain(text=text.lower(), places=range(len(text)))
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for letter in _plain(character):
            letters.append(letter)
            places.append(place)
    return Plain(text="".join(letters), places=places)


def words_of(text: str) -> list[Word]:
    """The words of a plain text, in order; digits within words read as the letters they stand for."""
    ends = [match.start() for match in _SENTENCE_END.finditer(text)]
    found: list[Word] = []
    passed = 0
    for match in _WORD.finditer(text):
        opens = not found
        while passed < len(ends) and ends[passed] < match.start():
            passed += 1
            opens = True
        word = match[0]
        if not word.isalpha() and not word.isdigit():
            word = word.translate(_DIGITS)
        found.append(Word(text=word, start=match.start(), end=match.end(), opens=opens))
    return found


def run_together(text: str) -> Plain:
    """The letters and digits of a plain text with nothing between them: spaced out and cut up words are whole again."""
    places = [place for place, character in enumerate(text) if character.isalnum()]
    return Plain(text="".join([text[place] for place in places]), places=places)


@lru_cache(maxsize=8_192)
def _plain(character: str) -> str:
    """What one character reads as; "" for one that cannot be seen or that only changes the letter before."""
    parts = unicodedata.normalize("NFKD", character).casefold()
    return "".join(_LATIN.get(part, part) for part in parts if unicodedata.category(part) not in {"Cf", "Mn", "Me"})
