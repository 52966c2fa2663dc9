"""The words of a language that make a claim: numbers, units, months, and how its people promise something."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, Literal, TypeVar

from mailagent.domain.plain_text import Token, folded

Meaning = TypeVar("Meaning")

Marker = Literal["will", "done", "will_be", "done_be", "will_act", "done_act", "is", "subject", "none"]
"""How a promise or report starts: see `PromiseWords`."""

WORDS_KEPT = 4096
"""Words of which is remembered which phrases start with them."""
_PART = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*\*?|\d+|[^\s\w]")


class ClaimPhrases(Generic[Meaning]):
    """Phrases of claims and what they mean. A word that ends with ``*`` stands for every word that starts like it."""

    def __init__(self, phrases: Iterable[tuple[str, Meaning]]) -> None:
        self._by_start: dict[str, list[tuple[list[str], Meaning]]] = {}
        for phrase, meaning in phrases:
            start, *rest = _PART.findall(folded(phrase))
            self._by_start.setdefault(start, []).append((rest, meaning))
        self._sizes = sorted({len(start) - 1 for start in self._by_start if start.endswith("*")})
        self._starting_with = lru_cache(maxsize=WORDS_KEPT)(self._find)

    def starts(self, word: str) -> bool:
        """Whether any phrase may start with `word`."""
        return bool(self._starting_with(word))

    def at(self, tokens: Sequence[Token], place: int) -> tuple[Meaning, int] | None:
        """What the longest phrase that starts at `place` means, and the place behind it; None if none does."""
        if place >= len(tokens):
            return None
        for rest, meaning in self._starting_with(tokens[place].text):
            if not rest:
                return meaning, place + 1
            following = tokens[place + 1 : place + 1 + len(rest)]
            if len(following) == len(rest) and all(map(_fits, rest, following)):
                return meaning, place + 1 + len(rest)
        return None

    def everywhere(self, tokens: Sequence[Token]) -> list[tuple[Meaning, int, int]]:
        """Every place where a phrase starts: what it means, the place, and the place behind it."""
        starts = {word for word in {token.text for token in tokens} if self.starts(word)}
        if not starts:
            return []
        places = (place for place, token in enumerate(tokens) if token.text in starts)
        return [(found[0], place, found[1]) for place in places if (found := self.at(tokens, place))]

    def _find(self, word: str) -> list[tuple[list[str], Meaning]]:
        """What follows in the phrases that start with `word`, longest first; those with the whole word before."""
        starts = [word, *(f"{word[:size]}*" for size in reversed(self._sizes) if size <= len(word))]
        return sorted(
            (entry for start in starts for entry in self._by_start.get(start, ())), key=lambda one: -len(one[0])
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureWords:
    """What stands beside figures, in all languages together.

    `numbers` gives decimal digits, or "few"; `not_alone` are number words and months that mean something else too, and
    count beside a unit or a number only. `units` and `currencies` give a name that is the same in every language,
    `months` "1" to "12", `days` the name of a day ("tomorrow", "monday"). `ranges` stand between the ends of a range,
    `steps` before the number of a step, `clock` behind a time of day ("am", "pm" or ""), and `hours` too where one of
    `clock_after` goes before. `beside` holds all that may stand beside a number, to see at once where nothing does.
    """

    numbers: ClaimPhrases[str]
    not_alone: frozenset[str]
    percent: ClaimPhrases[bool]
    units: ClaimPhrases[str]
    currencies: ClaimPhrases[str]
    months: ClaimPhrases[str]
    days: ClaimPhrases[str]
    ranges: ClaimPhrases[bool]
    steps: ClaimPhrases[bool]
    clock: ClaimPhrases[str]
    hours: ClaimPhrases[str]
    clock_after: frozenset[str]
    beside: ClaimPhrases[bool]

    def starts(self, word: str) -> bool:
        """Whether a number word, a month or a day may start with `word`."""
        return self.numbers.starts(word) or self.months.starts(word) or self.days.starts(word)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseWords:
    """How one language promises or reports.

    Behind the `markers` "will" and "done" whatever verb follows counts ("we will"); with "will_be" and "done_be" an act
    before it too ("your refund has been"); with "will_act" and "done_act" ("was") only one of `acts`, before or behind;
    behind "is" and a "subject" ("we") one in the next words; a subject's is done if it is one of `participles`.
    Behind "none" it is not ours to act ("please write to us"). Verbs
    that need no subject are markers themselves: of `future` ones each counts, of other `finite` ones the acts. `acts`
    have a name that is the same in every language; those `alone` promise without a marker, `reports` say without
    one that something was done. `fillers` may stand between
    a marker and its verb, `nominal` words show that no verb follows at once, and `harmless` verbs promise nothing.
    """

    markers: ClaimPhrases[Marker]
    acts: ClaimPhrases[str]
    alone: ClaimPhrases[str]
    reports: ClaimPhrases[str]
    participles: re.Pattern[str]
    future: re.Pattern[str]
    finite: re.Pattern[str]
    conditions: ClaimPhrases[bool]
    negations: ClaimPhrases[bool]
    fillers: ClaimPhrases[bool]
    nominal: ClaimPhrases[bool]
    harmless: ClaimPhrases[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimWords:
    """All words by which claims are found."""

    figures: FigureWords
    promises: tuple[PromiseWords, ...]
    """One entry a language."""


def _fits(part: str, token: Token) -> bool:
    return token.text.startswith(part[:-1]) if part.endswith("*") else token.text == part
