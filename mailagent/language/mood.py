"""The mood of a mail, read from its words without a model: feelings, negation, emphasis, insults and threats.

The words of a language are in ``moods/<language>.toml``; to add a language, translate such a file. Its keys:
`worth` is what a phrase says, from -4 (worst) to 4, where less than 1 either way is a plain report or courtesy and 0
says nothing; `insults`, `threats` (lawyers, police, the press), `demands` and `attempts` (to be heard, again and
again) are the phrases that make a mail angry; `negations`, `boosters`, `dampers` and `contrasts` are single words that
turn or weigh what stands beside them; `person.wanted` asks for a person, `person.mentioned` only looks so.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from mailagent.domain.signals import Sentiment
from mailagent.language.files import table_of
from mailagent.language.phrases import Hit, Phrases, Word, plain, words_of
from mailagent.language.words import sentences

NEGATION_REACH = 3
"""A negation turns the words up to this many places after it in its clause."""
NEGATED_PRAISE = -0.75
NEGATED_BLAME = -0.4
BOOSTED = 1.3
DAMPED = 0.8
SHOUTED = 1.4
EXCLAIMED = 1.25
BEFORE_CONTRAST = 0.5
PRAISE_BESIDE_BLAME = 0.3
IRONY = -0.75
LONGEST_EXCLAMATION = 2
"""Words of a clause that is an exclamation: "Brilliant work." """
MILD = 1.0
"""Worth less than this either way is a report or a courtesy ..."""
MOST_MILD = 0.75
"""... and many of them are no more than one: two faults in a row are still a plain report."""
SCALE = 4.0
"""The sum of worths that is a score of 0.76 (tanh 1)."""
NEUTRAL_BELOW = 0.2
ANGRY_SCORE = -0.9
HEATED_SCORE = -0.35
HEAT_OF_ANGER = 2
MOST_SHOUTS = 2
MOST_WORDS = 5
LOUD = re.compile(r"[!?]\s?!|!\s?\?|\?\?\?")
SHORTEST_SHOUT = 4
ABBREVIATIONS = frozenset(
    {"VISA", "SEPA", "IBAN", "ASAP", "HTML", "HTTP", "HTTPS", "JSON", "IMAP", "SMTP", "DHL", "PDF"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """`score` from -1.0 (worst) to 1.0; `words` as they stand in the mail are what drove it, strongest first, at most
    five of them, none where it is neutral.
    """

    sentiment: Sentiment
    score: float
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Says:
    """What a phrase says: `worth` from -4.0 to 4.0, `heat` from 0 to 2 (two are anger), counted once a mail."""

    worth: float
    heat: int = 0


_HEATED = {
    "insults": _Says(worth=-3.0, heat=2),
    "threats": _Says(worth=-2.0, heat=2),
    "demands": _Says(worth=-2.0, heat=1),
    "attempts": _Says(worth=-1.0, heat=1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Feeling:
    """What stands in the mail and its worth; `exclaimed` where it is about the whole clause."""

    words: str
    worth: float
    exclaimed: bool


class _Lexicon:
    """The words of one language."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.negations = frozenset(map(plain, table["negations"]))
        self.boosters = frozenset(map(plain, table["boosters"]))
        self.dampers = frozenset(map(plain, table["dampers"]))
        self.contrasts = frozenset(map(plain, table["contrasts"]))
        said = [(phrase, says) for key, says in _HEATED.items() for phrase in table[key]]
        said += [(phrase, _Says(worth=float(worth))) for worth, group in table["worth"].items() for phrase in group]
        self.feelings = Phrases(said)
        person = table["person"]
        self.person = Phrases(
            [(phrase, False) for phrase in person["mentioned"]] + [(phrase, True) for phrase in person["wanted"]]
        )


def mood_of(text: str, language: str) -> Mood:
    """The mood of `text`; neutral with score 0.0 where no word of the lexicon stands in it."""
    lexicon = _lexicon(language)
    felt: list[_Feeling] = []
    said: set[_Says] = set()
    noise = 0
    for part in sentences(text):
        words = words_of(part, language)
        hits = lexicon.feelings.hits(words)
        found = _felt(part, words, hits, lexicon)
        felt += found
        said |= {hit.value for hit in hits}
        if any(feeling.worth < 0 for feeling in found):
            noise += min(_shouts(part), MOST_SHOUTS) + bool(LOUD.search(part))
    felt = _without_irony(felt)
    heat = noise + sum(says.heat for says in said)
    score = round(math.tanh(_total([feeling.worth for feeling in felt]) / SCALE), 3)
    sentiment = _sentiment(score, heat)
    return Mood(sentiment=sentiment, score=score, words=() if sentiment == "neutral" else _strongest(felt, score))


def wants_human(text: str, language: str) -> bool:
    """Whether `text` asks to speak with a person or to be called; a person that it only mentions is none."""
    person = _lexicon(language).person
    return any(hit.value for part in _whole_sentences(text) for hit in person.hits(words_of(part, language)))


def _whole_sentences(text: str) -> list[str]:
    """Sentences that may run over the end of a line, as mail programs wrap them."""
    return re.split(r"[.!?]\s|\n\s*\n", text)


def _felt(sentence: str, words: Sequence[Word], hits: Sequence[Hit[_Says]], lexicon: _Lexicon) -> list[_Feeling]:
    """What stands in `sentence`, its worth turned and weighed by what stands before it and how it is written."""
    turn = max((place for place, word in enumerate(words) if word.plain in lexicon.contrasts), default=-1)
    inside = {place for hit in hits if hit.end - hit.start > 1 for place in range(hit.start, hit.end)}
    clauses = Counter(word.clause for word in words)
    loud = EXCLAIMED if LOUD.search(sentence) else 1.0
    shouted = 1.0 if sentence.isupper() else SHOUTED
    found: list[_Feeling] = []
    for hit in hits:
        start, worth = _weighed(hit, words, inside, lexicon)
        own = " ".join(sentence[words[start].start : words[hit.end - 1].end].split())
        worth *= loud * (shouted if _shouts(own) else 1.0) * (BEFORE_CONTRAST if hit.start < turn else 1.0)
        if worth:
            short = clauses[words[hit.start].clause] <= LONGEST_EXCLAMATION
            found.append(_Feeling(words=own, worth=worth, exclaimed=short))
    return found


def _without_irony(felt: list[_Feeling]) -> list[_Feeling]:
    """Exclaimed praise in a mail that names a fault and thanks for nothing is meant the other way round."""
    if all(feeling.worth > 0 for feeling in felt) or any(0 < feeling.worth <= MILD for feeling in felt):
        return felt
    return [
        replace(feeling, worth=feeling.worth * IRONY) if feeling.exclaimed and feeling.worth > 0 else feeling
        for feeling in felt
    ]


def _weighed(hit: Hit[_Says], words: Sequence[Word], inside: set[int], lexicon: _Lexicon) -> tuple[int, float]:
    """From which word on a hit counts (that which negates it, or its own first) and its worth there."""
    before = [
        place
        for place in range(max(0, hit.start - NEGATION_REACH), hit.start)
        if place not in inside and words[place].clause == words[hit.start].clause
    ]
    worth = hit.value.worth
    for place in before[-2:]:
        word = words[place].plain
        worth *= BOOSTED if word in lexicon.boosters else DAMPED if word in lexicon.dampers else 1.0
    negation = next((place for place in before if words[place].plain in lexicon.negations), None)
    is_negative = any(words[place].plain in lexicon.negations for place in range(hit.start, hit.end))
    if hit.value.heat or negation is None or is_negative:
        return hit.start, worth
    return negation, worth * (NEGATED_PRAISE if worth > 0 else NEGATED_BLAME)


def _total(worths: Sequence[float]) -> float:
    """The sum, in which praise counts little beside blame: "Great, broken again" is no compliment."""
    blame = sum(_sides(-worth for worth in worths))
    praise = sum(_sides(worths))
    return (praise * PRAISE_BESIDE_BLAME if blame >= 1 else praise) - blame


def _sides(worths: Iterable[float]) -> tuple[float, float]:
    """Of those above 0: the strong ones together, and the mild ones together, which are held down."""
    above = [worth for worth in worths if worth > 0]
    mild = sum(worth for worth in above if worth < MILD)
    return sum(worth for worth in above if worth >= MILD), min(mild, MOST_MILD)


def _sentiment(score: float, heat: int) -> Sentiment:
    if score <= ANGRY_SCORE or (score <= HEATED_SCORE and heat >= HEAT_OF_ANGER):
        return "angry"
    if score <= -NEUTRAL_BELOW:
        return "negative"
    return "positive" if score >= NEUTRAL_BELOW else "neutral"


def _strongest(felt: Sequence[_Feeling], score: float) -> tuple[str, ...]:
    """The words that pull to the side of `score`."""
    pulling = sorted((feeling for feeling in felt if feeling.worth * score > 0), key=lambda one: -abs(one.worth))
    return tuple(dict.fromkeys(feeling.words for feeling in pulling))[:MOST_WORDS]


def _shouts(sentence: str) -> int:
    """How many words are written in capitals for emphasis."""
    return sum(
        len(word) >= SHORTEST_SHOUT and word.isupper() and word not in ABBREVIATIONS
        for word in re.findall(r"[^\W\d_]+", sentence)
    )


@cache
def _lexicon(language: str) -> _Lexicon:
    return _Lexicon(table_of("moods", language))
