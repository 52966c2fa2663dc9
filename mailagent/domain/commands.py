"""The words that reviewers decide with: the verbs, and what each language calls them.

The shipped words are in ``mailagent/language/command_words/``; ``review.toml`` adds an installation's own.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Literal

Verb = Literal[
    "approve", "modify", "revise", "reject", "ask", "close", "spam", "assign", "take", "note", "snooze", "set", "undo",
    "reopen", "why", "status", "help",
]  # fmt: skip

MOST_TYPOS = 2
LONG_WORD = 6
"""Letters from which a word may have `MOST_TYPOS` typing errors; below, one."""
SHORTEST_WORD = 4
"""Letters below which too many words are near to each other."""
LONGEST_WORD = 20

_INVISIBLE = dict.fromkeys([
    0x00AD, 0x034F, 0x061C, 0x180E, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, *range(0x202A, 0x202F),
    *range(0x2060, 0x2065), *range(0x2066, 0x206A), 0xFE0E, 0xFE0F, 0xFEFF, *range(0x1F3FB, 0x1F400),
])  # fmt: skip
"""Zero-width characters, marks of direction, and what only changes the look of an emoji."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageWords:
    """What one language calls things; every text may be written in any case and with or without accents.

    `verbs` are words that decide as the first of a reply, `weak` those that do as the whole of it. Of the verbs,
    `careful` ones begin ordinary sentences too ("no", "stop") and count only alone on their line or before a mark, and
    `reported` ones are what programs report in ("Approved. Your message was released."). `courtesy` may stand beside
    an approval; one of `conditions` anywhere in it holds it. A verb before one of `followers` ("deny that"), or in a
    sentence with one of `sentence` ("Spam filters are"), is prose. `closings` begin a signature, `salutations` a
    letter, and `orders` what is not for the customer's eyes ("tell her that"). `fillers` may stand before an argument
    ("assign to", "snooze until").
    """

    verbs: Mapping[Verb, Collection[str]]
    weak: Mapping[Verb, Collection[str]]
    careful: Collection[str] = ()
    reported: Collection[str] = ()
    courtesy: Collection[str] = ()
    conditions: Collection[str] = ()
    followers: Collection[str] = ()
    sentence: Collection[str] = ()
    closings: Collection[str] = ()
    salutations: Collection[str] = ()
    orders: Collection[str] = ()
    fillers: Collection[str] = ()
    weekdays: Mapping[str, int] = field(default_factory=dict)
    units: Mapping[str, timedelta] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The words of one reviewer in the form of `folded`; see `LanguageWords` and `combine`. `weekdays` count from 0,
    Monday.
    """

    verbs: Mapping[str, Verb]
    weak: Mapping[str, Verb]
    careful: frozenset[str]
    reported: frozenset[str]
    courtesy: frozenset[str]
    followers: Mapping[str, frozenset[str]]
    """By verb's word: those of the languages that have it."""
    sentence: Mapping[str, frozenset[str]]
    own: frozenset[str]
    """The verbs' words of the reviewer's own language."""
    closings: frozenset[str]
    fillers: frozenset[str]
    weekdays: Mapping[str, int]
    units: Mapping[str, timedelta]
    opening: re.Pattern[str]
    """A verb's word at the start of a folded text."""
    condition: re.Pattern[str]
    salutation: re.Pattern[str]
    order: re.Pattern[str]

    def nearest(self, word: str) -> str:
        """The verb's word that `word` was probably meant to be, in capitals; empty where none is near."""
        meant = folded(word)
        if not SHORTEST_WORD <= len(meant) <= LONGEST_WORD or meant in self.verbs:
            return ""
        most = MOST_TYPOS if len(meant) >= LONG_WORD else 1
        for words in (self.own, self.verbs):
            likely = (known for known in words if len(known) >= SHORTEST_WORD and _is_like(meant, known, most))
            near = ((_typos(meant, known), known) for known in likely)
            distance, found = min(near, default=(most + 1, ""))
            if distance <= most:
                return found.upper()
        return ""


def combine(languages: Sequence[LanguageWords]) -> Vocabulary:
    """The words of all `languages`, the reviewer's own first: its words win. Of the others, a word that means two verbs
    means none.
    """
    verbs = _unambiguous([language.verbs for language in languages])
    salutations = _all(language.salutations for language in languages)
    courtesy = _all(language.courtesy for language in languages)
    orders = _all(language.orders for language in languages)
    return Vocabulary(
        verbs=verbs,
        weak=_unambiguous([language.weak for language in languages]),
        careful=_all(language.careful for language in languages),
        reported=_all(language.reported for language in languages),
        courtesy=courtesy,
        followers=_by_verb((language, language.followers) for language in languages),
        sentence=_by_verb((language, language.sentence) for language in languages),
        own=_all(languages[0].verbs.values()),
        closings=_all(language.closings for language in languages),
        fillers=_all(language.fillers for language in languages),
        weekdays={folded(word): day for language in languages for word, day in language.weekdays.items()},
        units={folded(word): unit for language in reversed(languages) for word, unit in language.units.items()},
        opening=re.compile(rf"(?:{_either(verbs)})(?!\w|['’-]\w)"),  # noqa: RUF001 - as people write it
        condition=re.compile(rf"(?<![\w.@-])(?:{_either(_conditions(languages, verbs))})(?![\w@-])"),
        salutation=re.compile(rf"(?:{_either(salutations)})(?!\w)"),
        order=re.compile(rf"(?:(?:{_either(courtesy)})[\s,:]{{1,3}}){{0,2}}(?:{_either(orders)})(?!\w)"),
    )


def folded(text: str) -> str:
    """`text` in the one spelling that words are compared in: NFKC, no invisible characters, no case, no accents."""
    return text.casefold() if text.isascii() else "".join(map(_bare, visible(text).casefold()))


def visible(text: str) -> str:
    """`text` in NFKC without characters that nobody sees."""
    return unicodedata.normalize("NFKC", text).translate(_INVISIBLE)


@lru_cache(maxsize=4_096)
def _bare(character: str) -> str:
    """A letter without its accent; any other character as it is."""
    base = unicodedata.normalize("NFD", character)[:1]
    return base if base.isascii() else character


def _all(parts: Iterable[Collection[str]]) -> frozenset[str]:
    return frozenset(folded(word) for words in parts for word in words)


def _by_verb(parts: Iterable[tuple[LanguageWords, Collection[str]]]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for language, words in parts:
        here = _all([words])
        for known in _all(language.verbs.values()):
            found[known] = found.get(known, frozenset()) | here
    return found


def _conditions(languages: Sequence[LanguageWords], verbs: Mapping[str, Verb]) -> frozenset[str]:
    """What holds an approval: to write of another text or of a refusal is one too."""
    others = {word for word, verb in verbs.items() if verb in ("modify", "revise", "reject")}
    return _all(language.conditions for language in languages) | others


def _unambiguous(languages: Sequence[Mapping[Verb, Collection[str]]]) -> dict[str, Verb]:
    meant: dict[str, set[Verb]] = {}
    for language in languages[1:]:
        for verb, words in language.items():
            for word in words:
                meant.setdefault(folded(word), set()).add(verb)
    found = {word: next(iter(verbs)) for word, verbs in meant.items() if len(verbs) == 1}
    for verb, words in languages[0].items():
        found |= {folded(word): verb for word in words}
    return found


def _either(words: Iterable[str]) -> str:
    """A pattern for any of `words`, the longest first, with any blanks inside."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(r"\s{1,3}".join(map(re.escape, word.split())) for word in ordered) or r"(?!)"


def _is_like(one: str, other: str, most: int) -> bool:
    """Whether length and letters allow for at most so many typing errors; quick to tell of most words."""
    return abs(len(one) - len(other)) <= most and len(set(one) ^ set(other)) <= 2 * most


def _typos(one: str, other: str) -> int:
    """Letters to add, leave out, exchange or swap with their neighbour to get from `one` to `other`."""
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        line = [row]
        for column, wanted in enumerate(other, start=1):
            cost = min(above[column] + 1, line[-1] + 1, above[column - 1] + (letter != wanted))
            swapped = row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == wanted
            line.append(min(cost, before[column - 2] + 1) if swapped else cost)
        before, above = above, line
    return above[-1]
