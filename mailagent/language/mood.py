"""The mood of a mail, read from its words without a model: a lexicon, negation, emphasis and threats. English."""

import math
import re
from dataclasses import dataclass

from mailagent.domain.routing import Sentiment
from mailagent.language.lexicon import (
    BOOSTERS,
    CONTRASTS,
    COURTESIES,
    DAMPERS,
    HUMAN_WANTED,
    NEGATIONS,
    PHRASES,
    THREATS,
    VALENCES,
)
from mailagent.language.words import TOKEN, sentences

NEGATION_REACH = 3
"""A negation turns the words up to this many places after it."""
NEGATED = -0.75
SHOUTED = 1.4
EXCLAIMED = 1.25
BEFORE_CONTRAST = 0.5
PRAISE_BESIDE_BLAME = 0.3
SCALE = 4.0
"""The sum of valences that is a score of 0.76 (tanh 1)."""
NEUTRAL_BELOW = 0.2
ANGRY_SCORE = -0.85
HEATED_SCORE = -0.35
HEAT_OF_ANGER = 2
SHORTEST_SHOUT = 4
ABBREVIATIONS = frozenset(
    {"VISA", "SEPA", "IBAN", "ASAP", "HTML", "HTTP", "HTTPS", "JSON", "IMAP", "SMTP", "DHL", "PDF"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """`score` from -1.0 (worst) to 1.0."""

    sentiment: Sentiment
    score: float


def mood_of(text: str) -> Mood:
    """The mood of `text`; neutral with score 0.0 where no word of the lexicon stands in it."""
    parts = [part for part in sentences(text) if not COURTESIES.fullmatch(part.strip(" ,.!-"))]
    valences: list[float] = []
    heat = 0
    for part in parts:
        found = _valences(part)
        shouts = _shouts(part)
        loud = bool(re.search(r"[!?]\s?!|!\s?\?", part))
        valences += [value * (EXCLAIMED if loud else 1.0) for value in found]
        if any(value < 0 for value in found):
            heat += min(shouts, 2) + loud
        threats = len(THREATS.findall(part))
        heat += 2 * threats
        valences += [-2.0] * threats
    score = round(math.tanh(_total(valences) / SCALE), 3)
    return Mood(sentiment=_sentiment(score, heat), score=score)


def wants_human(text: str) -> bool:
    """Whether `text` asks to speak with a person or to be called."""
    return bool(HUMAN_WANTED.search(re.sub(r"\s+", " ", text.replace("\u2019", "'"))))


def _sentiment(score: float, heat: int) -> Sentiment:
    if score <= ANGRY_SCORE or (score <= HEATED_SCORE and heat >= HEAT_OF_ANGER):
        return "angry"
    if score <= -NEUTRAL_BELOW:
        return "negative"
    return "positive" if score >= NEUTRAL_BELOW else "neutral"


def _total(valences: list[float]) -> float:
    """The sum, in which praise counts little beside blame: "Great, broken again" is no compliment."""
    blame = sum(value for value in valences if value < 0)
    praise = sum(value for value in valences if value > 0)
    return blame + (praise * PRAISE_BESIDE_BLAME if blame <= -1 else praise)


def _valences(sentence: str) -> list[float]:
    """The valence of each word or phrase of the lexicon in `sentence`, turned and weighed by what stands before it."""
    plain = sentence.replace("\u2019", "'")
    found: list[float] = []
    for phrase, worth in PHRASES:
        plain, times = phrase.subn(" ", plain)
        found += [worth] * min(times, 2)
    words = TOKEN.findall(plain)
    weights: list[tuple[int, float]] = []
    for place, word in enumerate(words):
        if (known := VALENCES.get(word.casefold())) is not None:
            weights.append((place, _weighed(known, words, place)))
    turn = max((place for place, word in enumerate(words) if word.casefold() in CONTRASTS), default=-1)
    return found + [value * (BEFORE_CONTRAST if place < turn else 1.0) for place, value in weights]


def _weighed(value: float, words: list[str], place: int) -> float:
    before = [word.casefold() for word in words[max(0, place - NEGATION_REACH) : place]]
    for word in before[-2:]:
        value *= BOOSTERS.get(word, DAMPERS.get(word, 1.0))
    if any(word in NEGATIONS for word in before):
        value *= NEGATED if value > 0 else -0.4
    return value * SHOUTED if _is_shout(words[place]) and not all(map(_is_shout, words)) else value


def _shouts(sentence: str) -> int:
    """How many words are written in capitals for emphasis."""
    return sum(_is_shout(word) for word in TOKEN.findall(sentence))


def _is_shout(word: str) -> bool:
    return len(word) >= SHORTEST_SHOUT and word.isalpha() and word.isupper() and word not in ABBREVIATIONS
