"""A text as a model may read it: without the disguises that hide its words from a program.

Letters are brought to one form: compatibility forms to plain ones, lower case, no accents, nothing invisible, and
letters of other scripts as the Latin ones they look like.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from mailagent.domain.foreign_letters import LATIN

_LATIN = {**LATIN, "\u2019": "'", "\u02bc": "'"}
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
class PlainWord:
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


def plain_words(text: str) -> list[PlainWord]:
    """The words of a plain text, in order; digits within words read as the letters they stand for."""
    ends = [match.start() for match in _SENTENCE_END.finditer(text)]
    found: list[PlainWord] = []
    passed = 0
    for match in _WORD.finditer(text):
        opens = not found
        while passed < len(ends) and ends[passed] < match.start():
            passed += 1
            opens = True
        word = match[0]
        if not word.isalpha() and not word.isdigit():
            word = word.translate(_DIGITS)
        found.append(PlainWord(text=word, start=match.start(), end=match.end(), opens=opens))
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
