"""Phrases as the data files write them, and where they stand in a text.

A phrase is words with a space between: ``fed up``. ``a|b`` is either word, ``[really]`` may be there or not,
``disappoint*`` is any word that starts so (three letters at least), and ``*`` alone is any one word. Case, accents and
punctuation do not count, so ``déçu`` meets "Decu". No pattern can take longer than its length times that of the text.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
CLAUSE_END = re.compile(r"[,;:.!?()\u2013\u2014]|\s-\s")
APOSTROPHE = re.compile(r"(?<=['\u2019])")
ELIDING = frozenset({"fr"})
"""Languages in which an apostrophe stands between two words: "n'est"."""
Value = TypeVar("Value")

INDEXED = 3
"""Letters of a phrase's first word by which it is looked up where only its start is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of a text: from `start` to `end` there, `plain` is its compared form, `clause` counts from 0."""

    plain: str
    start: int
    end: int
    clause: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit(Generic[Value]):
    """`value` is that of the phrase that stands in words `start` to `end` (exclusive)."""

    start: int
    end: int
    value: Value


def plain(word: str) -> str:
    """`word` casefolded, without accents, with straight apostrophes."""
    if word.isascii():
        return word.casefold()
    bare = unicodedata.normalize("NFKD", word.casefold().replace("\u2019", "'"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def words_of(text: str, language: str) -> list[Word]:
    """The words of `text` in order; in languages that elide, what stands before an apostrophe is a word."""
    found: list[Word] = []
    clause = last = 0
    for match in WORD.finditer(text):
        gap = text[last : match.start()]
        clause += gap != " " and CLAUSE_END.search(gap) is not None
        last = match.end()
        start = match.start()
        for part in APOSTROPHE.split(match[0]) if language in ELIDING else (match[0],):
            found.append(Word(plain=plain(part.rstrip("'\u2019")), start=start, end=start + len(part), clause=clause))
            start += len(part)
    return found


class Phrases(Generic[Value]):
    """Phrases, each with what it tells.

    Raises `ValueError` for one that begins with ``*`` or ``[``, or that no words fit.
    """

    def __init__(self, entries: Iterable[tuple[str, Value]]) -> None:
        self._by_start: dict[str, list[tuple[list[_Place], Value]]] = {}
        for phrase, value in entries:
            places = [_Place(element) for element in phrase.split()]
            if not places or phrase.startswith(("*", "[")):
                raise ValueError(f"a phrase must begin with a word that must be there: {phrase!r}")
            for key in _keys(places):
                self._by_start.setdefault(key, []).append((places, value))

    def hits(self, words: Sequence[Word]) -> list[Hit[Value]]:
        """Where phrases stand, in order: from the left, at each word the longest, none over another."""
        found: list[Hit[Value]] = []
        plains = [word.plain for word in words]
        at = 0
        while at < len(plains):
            first = plains[at]
            hits = [
                Hit(start=at, end=end, value=value)
                for key in (first, f"{first[:INDEXED]}*", " ".join(plains[at : at + 2]))
                for places, value in self._by_start.get(key, ())
                if places[0].fits(first) and (end := _end(places, plains, at)) > at
            ]
            longest = max(hits, key=lambda hit: hit.end, default=None)
            if longest:
                found.append(longest)
            at = longest.end if longest else at + 1
        return found


class _Place:
    """One place of a phrase: the words that fit there."""

    def __init__(self, element: str) -> None:
        self.optional = element.startswith("[")
        choices = [plain(choice) for choice in element.strip("[]").split("|")]
        whole = element.startswith("[") == element.endswith("]")
        if not whole or not all(choice == "*" or WORD.fullmatch(choice.rstrip("*")) for choice in choices):
            raise ValueError(f"no word stands in a text as {element!r} is written")
        self.whole = frozenset(choice for choice in choices if not choice.endswith("*"))
        self.starts = tuple(choice.rstrip("*") for choice in choices if choice.endswith("*"))

    def fits(self, word: str) -> bool:
        return word in self.whole or word.startswith(self.starts)


def _keys(places: Sequence[_Place]) -> set[str]:
    """What a phrase is looked up by: both first words where they are fixed, else the first or how it starts."""
    first, *others = places
    firsts = first.whole
    if others and not others[0].optional and not others[0].starts:
        firsts = frozenset(f"{one} {next_one}" for one in first.whole for next_one in others[0].whole)
    return {*firsts, *(f"{start[:INDEXED]}*" for start in first.starts)}


def _end(places: Sequence[_Place], words: Sequence[str], at: int) -> int:
    """Behind the longest stretch of words from `at` that `places` fit, the first of which does; else `at` itself."""
    reached = [at + 1]
    for place in places[1:]:
        onward = [end + 1 for end in reached if end < len(words) and place.fits(words[end])]
        if place.optional:
            reached = list(dict.fromkeys(onward + reached))
        elif onward:
            reached = onward
        else:
            return at
    return max(reached)
