"""Phrases with gaps and choices, found in the words of a text; the phrases themselves are data.

A phrase is a row of parts: a word, words to choose from (``a|b``), a list by its name (``<rules>``), a part that may be
repeated up to six times (``<which>+``, or ``<which>*`` where it may be missing), ``...`` for up to five words of the
same sentence, and ``!a|b`` where none of these may follow.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from mailagent.language.disguise import PlainWord, plain, plain_words

MOST_REPEATS = 6
LONGEST_GAP = 5
_LIST = re.compile(r"<([a-z_]{1,30})>")

Choices = Mapping[str, Sequence[tuple[str, ...]]]
"""What may stand at a place, by its first word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What may stand at one place of a phrase, and how often. Without `choices` any words of the sentence may."""

    choices: Choices
    least: int = 1
    most: int = 1
    forbidden: bool = False

    def is_possible(self, present: AbstractSet[str]) -> bool:
        """Whether a text of the words `present` may have this part."""
        return self.forbidden or not self.least or not self.choices.keys().isdisjoint(present)

    def ends(self, words: Sequence[PlainWord], starts: set[int]) -> set[int]:
        """After which words the part may end that begins at one of `starts`."""
        if self.forbidden:
            return {start for start in starts if not self._next(words, start)}
        found = set(starts) if self.least == 0 else set()
        reached = starts
        for times in range(1, self.most + 1):
            reached = {end for start in reached for end in self._next(words, start)}
            if not reached:
                break
            if times >= self.least:
                found |= reached
        return found

    def _next(self, words: Sequence[PlainWord], start: int) -> list[int]:
        if start >= len(words):
            return []
        if not self.choices:
            return [] if words[start].opens else [start + 1]
        return [
            start + len(choice)
            for choice in self.choices.get(words[start].text, ())
            if tuple(word.text for word in words[start : start + len(choice)]) == choice
        ]


class GappedPhrases:
    """Phrases ready to be found, by the word that each begins with."""

    def __init__(self) -> None:
        self._by_first: dict[str, list[list[_Part]]] = defaultdict(list)

    def add(self, phrases: Iterable[str], lists: Mapping[str, Sequence[str]]) -> None:
        """Raises ValueError for a list that does not exist, and for a phrase that could begin anywhere."""
        for phrase in phrases:
            parts = [_part(written, lists) for written in phrase.split()]
            if not parts[0].choices or parts[0].least == 0 or parts[0].forbidden:
                raise ValueError(f"{phrase!r} must begin with a word")
            for first in parts[0].choices:
                self._by_first[first].append(parts)

    def find(self, words: Sequence[PlainWord]) -> Iterator[tuple[int, int]]:
        """Where phrases stand in the plain text that has these words: start and end, one for each first word."""
        present = {word.text for word in words}
        possible = {
            first: [parts for parts in self._by_first[first] if all(part.is_possible(present) for part in parts)]
            for first in present & self._by_first.keys()
        }
        for at, word in enumerate(words):
            for parts in possible.get(word.text, ()):
                ends = {at}
                for part in parts:
                    ends = part.ends(words, ends)
                    if not ends:
                        break
                if ends:
                    yield word.start, words[min(ends) - 1].end
                    break


def _part(written: str, lists: Mapping[str, Sequence[str]]) -> _Part:
    if written == "...":
        return _Part(choices={}, least=0, most=LONGEST_GAP)
    names = written.removeprefix("!").rstrip("+*")
    choices: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for name in names.split("|"):
        listed = _LIST.fullmatch(name)
        if listed and listed[1] not in lists:
            raise ValueError(f"{written!r} names a list that does not exist")
        for one in lists[listed[1]] if listed else [name]:
            row = tuple(word.text for word in plain_words(plain(one).text))
            if not row:
                raise ValueError(f"{written!r} holds something that is no word")
            choices[row[0]].append(row)
    most = MOST_REPEATS if written[-1] in "+*" else 1
    return _Part(choices=choices, least=0 if written.endswith("*") else 1, most=most, forbidden=written.startswith("!"))
