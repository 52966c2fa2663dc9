"""Labelled examples: which category a text is most like, and how sure that is. No model; the config teaches it."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mailagent.domain.category import Category
from mailagent.language.words import contains_phrase, stem, stems, tokens

SECOND_BEST = 0.5
"""What the next most similar example of a category adds to the best one."""
WORD_WEIGHT = 0.35
"""What one of a category's `words` adds, for each word of the phrase; two are enough to decide."""
MOST_WORDS = 0.9
SURE = 0.6
"""The lead at which the confidence is no longer held down by a lack of evidence."""
DOUBT = 0.05
FALLBACK_CONFIDENCE = 0.1
SUBJECT_TIMES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The best category and a confidence from 0.0 to 1.0."""

    category: str
    confidence: float


class Examples:
    """The examples and words of the categories, weighed once: a word that few examples share says more."""

    def __init__(self, categories: Sequence[Category]) -> None:
        self._fallback = next((one.id for one in categories if one.id == "general"), categories[-1].id)
        self._words = [(one.id, phrase) for one in categories for words in one.words if (phrase := _phrase(words))]
        counted = [(one.id, Counter(stems(text))) for one in categories for text in (*one.examples, one.says)]
        spread = Counter(word for _, words in counted for word in words)
        self._rarity = {word: math.log(1 + len(counted) / times) for word, times in spread.items()}
        self._unknown = math.log(1 + len(counted))
        self._examples = [(category, self._vector(words)) for category, words in counted]

    def nearest(self, subject: str, text: str) -> Nearest:
        """The category whose examples and words are most like the mail; the subject counts twice.

        Without any likeness it is ``general``, or the last category where that is not configured, hardly sure.
        """
        vector = self._vector(Counter(stems(subject) * SUBJECT_TIMES + stems(text)))
        scores = self._likeness(vector)
        words = [stem(word) for word in tokens(f"{subject} | {text}")]
        hits: Counter[str] = Counter()
        for category, phrase in self._words:
            if contains_phrase(words, phrase):
                hits[category] += len(phrase)
        for category, times in hits.items():
            scores[category] = scores.get(category, 0.0) + min(MOST_WORDS, WORD_WEIGHT * times)
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        if not ranked or ranked[0][1] <= 0:
            return Nearest(category=self._fallback, confidence=FALLBACK_CONFIDENCE)
        best = ranked[0][1]
        rival = ranked[1][1] if len(ranked) > 1 else 0.0
        confidence = best / (best + rival + DOUBT) * min(1.0, 0.3 + best / SURE * 0.7)
        return Nearest(category=ranked[0][0], confidence=round(confidence, 3))

    def _likeness(self, vector: dict[str, float]) -> dict[str, float]:
        """By category: the cosine with its most similar example, and a part of that with the next."""
        alike: dict[str, list[float]] = {}
        for category, example in self._examples:
            alike.setdefault(category, []).append(sum(vector.get(word, 0.0) * part for word, part in example.items()))
        return {
            category: best[0] + SECOND_BEST * (best[1] if len(best) > 1 else 0.0)
            for category, found in alike.items()
            for best in (sorted(found, reverse=True),)
        }

    def _vector(self, counts: Counter[str]) -> dict[str, float]:
        """Weights of length 1 by word: rare words count more, repetition counts little."""
        weights = {word: (1 + math.log(n)) * self._rarity.get(word, self._unknown) for word, n in counts.items()}
        length = math.sqrt(sum(value * value for value in weights.values()))
        return {word: value / length for word, value in weights.items()} if length else {}


def _phrase(words: str) -> list[str]:
    return [stem(word) for word in tokens(words)]
