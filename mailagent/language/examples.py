"""Labelled examples: which category a text is most like, and how often that is right. The config teaches it."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from mailagent.domain.category import Category
from mailagent.language.words import contains_phrase, content_words, stem, stems, tokens

SATURATION = 1.2
LENGTH_COUNTS = 0.75
"""The `k1` and `b` of BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009)."""
SECOND_BEST = 0.3
"""What the next most similar example of a category adds to the best one."""
WORD_WEIGHT = 0.8
"""What one of a category's `words` adds, for each word of the phrase, in words that no example shares."""
MOST_WORDS = 2.0
MOST_TERMS = 250
"""Words of a mail that are read: who has not come to the matter by then, has many."""
SUBJECT_TIMES = 2
COMPOUNDING = frozenset({"de"})
SHORTEST_PART = 5
"""Letters of a known word that a compound is taken to begin or end with."""
SURE, PER_EVIDENCE, PER_LEAD = -3.60, 4.01, 0.41
"""The logistic curve from evidence and lead to the share of right categories. Fitted by bench/fit_confidence.py."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """The best category, the `evidence` for it (0 or more, in rare words that it shares with the mail) and its `lead`
    over the next (from 0.0, a draw, to 1.0, no other category shares anything).
    """

    category: str
    evidence: float
    lead: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The best category and the share of such mails for which it is right, from 0.0 to 1.0."""

    category: str
    confidence: float


class Examples:
    """The examples and words of the categories, weighed once a language.

    All of them are read with the stems of the mail's language: those in other languages then have few words in common
    with it, so nobody has to say which language an example is in.
    """

    def __init__(self, categories: Sequence[Category]) -> None:
        self._categories = categories
        self._fallback = next((one.id for one in categories if one.id == "general"), categories[-1].id)
        self._indexes: dict[str, _Index] = {}

    def nearest(self, subject: str, text: str, language: str) -> Nearest:
        """The category whose examples and words are most like the mail, and how often such a mail has it.

        The confidence is below 0.5 where little is alike or two categories are about equally so.
        """
        likeness = self.likeness(subject, text, language)
        strength = SURE + PER_EVIDENCE * math.log1p(likeness.evidence) + PER_LEAD * likeness.lead
        return Nearest(category=likeness.category, confidence=round(1 / (1 + math.exp(-strength)), 3))

    def likeness(self, subject: str, text: str, language: str) -> Likeness:
        """What `nearest` goes by; the subject counts twice.

        Without any likeness it is ``general``, or the last category where that is not configured.
        """
        if language not in self._indexes:
            self._indexes[language] = _Index(self._categories, language)
        scores = self._indexes[language].scores(subject, text)
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        if not ranked:
            return Likeness(category=self._fallback, evidence=0.0, lead=0.0)
        (category, best), *others = ranked
        return Likeness(category=category, evidence=best, lead=1 - others[0][1] / best if others else 1.0)


class _Index:
    """BM25 over the examples, as one language reads them. A score of 1.0 is about one word that no other shares."""

    def __init__(self, categories: Sequence[Category], language: str) -> None:
        self._language = language
        counted = [(one.id, Counter(stems(text, language))) for one in categories for text in (*one.examples, one.says)]
        self._category = [category for category, _ in counted]
        self._phrases = [(one.id, phrase) for one in categories for words in one.words if (phrase := self._all(words))]
        usual = sum(words.total() for _, words in counted) / len(counted) or 1.0
        found: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, (_, words) in enumerate(counted):
            damping = SATURATION * (1 - LENGTH_COUNTS + LENGTH_COUNTS * words.total() / usual)
            for word, times in words.items():
                found[word].append((place, times * (SATURATION + 1) / (times + damping)))
        full = _rarity(len(counted), 1)
        self._found = {
            word: [(place, weight * _rarity(len(counted), len(places)) / full) for place, weight in places]
            for word, places in found.items()
        }

    def scores(self, subject: str, text: str) -> dict[str, float]:
        """By category: its most similar example, a part of the next, and the words of the category that occur."""
        by_example: defaultdict[int, float] = defaultdict(float)
        for word, times in self._terms(subject, text).items():
            for place, weight in self._found.get(word, ()):
                by_example[place] += weight * min(times, SUBJECT_TIMES)
        by_category: defaultdict[str, list[float]] = defaultdict(list)
        for place, score in by_example.items():
            by_category[self._category[place]].append(score)
        scores = {category: _best_two(found) for category, found in by_category.items()}
        for category, said in self._said(f"{subject} | {text}").items():
            scores[category] = scores.get(category, 0.0) + min(MOST_WORDS, WORD_WEIGHT * said)
        return scores

    def _terms(self, subject: str, text: str) -> Counter[str]:
        words = content_words(subject, self._language) * SUBJECT_TIMES + content_words(text, self._language)
        return Counter(part for word in words[:MOST_TERMS] for part in self._parts(word))

    def _parts(self, word: str) -> list[str]:
        """The stem of `word`, or of a compound that no example has the known words that it begins and ends with."""
        whole = stem(word, self._language)
        if whole in self._found or self._language not in COMPOUNDING:
            return [whole]
        ends = range(len(word) - 1, SHORTEST_PART - 1, -1)
        first = next((word[:end] for end in ends if word[:end] in self._found), None)
        last = next((word[-end:] for end in ends if word[-end:] in self._found), None)
        return [part for part in (first, last) if part] or [whole]

    def _said(self, text: str) -> Counter[str]:
        """How many words the phrases have that occur in `text`, by category."""
        words = self._all(text)[: MOST_TERMS * 2]
        known = set(words)
        said: Counter[str] = Counter()
        for category, phrase in self._phrases:
            if phrase[0] in known and contains_phrase(words, phrase):
                said[category] += len(phrase)
        return said

    def _all(self, text: str) -> list[str]:
        return [stem(word, self._language) for word in tokens(text)[: MOST_TERMS * 2]]


def _rarity(examples: int, having: int) -> float:
    return math.log(1 + (examples - having + 0.5) / (having + 0.5))


def _best_two(scores: list[float]) -> float:
    best, *others = sorted(scores, reverse=True)
    return best + SECOND_BEST * (others[0] if others else 0.0)
