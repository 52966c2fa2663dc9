"""What customers ask again and again and no article answers: questions grouped by the words they share."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mailagent.adapters.knowledge.index import plain_language
from mailagent.language.words import stemmed_words

LONGEST_TEXT = 4_000
"""Characters of a question that are looked at."""
MOST_STEMS = 40
"""Different words of a question that are looked at."""
SHARED = 2
"""So many words a question shares with those of a group; one is enough where either has no more."""
COMMON = 0.5
"""A word in more than this part of many questions, such as "order", joins nothing."""
FEW = 8
"""Up to so many questions no word is common."""
TELLING = 5
"""So many common words in one question are what most people ask; without them only the signatures would differ."""
MOST_WORDS = 5
MOST_EXAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A message that no article answered."""

    case: str
    subject: str
    text: str
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Questions about one thing: how many, the words most of them share, and the first few."""

    size: int
    words: tuple[str, ...]
    examples: tuple[Question, ...]


def gaps_of(questions: Sequence[Question]) -> list[Gap]:
    """Groups of `questions`, the largest first; the same questions in the same order always give the same.

    A question joins the group of its language with whose questions it shares most words on the average, if it has at
    least `SHARED` of those words that half of them have; otherwise it begins one.
    """
    words = [_words(question) for question in questions]
    spread = Counter(one for found in words for one in found)
    common = {one for one, count in spread.items() if len(questions) > FEW and count > COMMON * len(questions)}
    groups: list[tuple[str, Counter[str], list[int]]] = []
    for place, question in enumerate(questions):
        said = words[place].keys() - common
        if len(words[place]) - len(said) >= TELLING:
            said = set(words[place])
        best, most = None, 0.0
        for group in groups:
            language, known, members = group
            core = {one for one, count in known.items() if 2 * count >= len(members)}
            shared = said & core
            weight = sum(known[one] for one in shared) / len(members)
            if (
                language == question.language
                and len(shared) >= min(SHARED, len(said), len(core))
                and shared
                and weight > most
            ):
                best, most = group, weight
        if best is None:
            best = (question.language, Counter(), [])
            groups.append(best)
        best[1].update(said)
        best[2].append(place)
    groups.sort(key=lambda group: (-len(group[2]), group[2][0]))
    return [
        Gap(
            size=len(members),
            words=_shown(known, [words[place] for place in members]),
            examples=tuple(questions[place] for place in members[:MOST_EXAMPLES]),
        )
        for _, known, members in groups
    ]


def _words(question: Question) -> dict[str, str]:
    """Stems, each with the word as it was written; those of the subject first."""
    found = stemmed_words(f"{question.subject} {question.text[:LONGEST_TEXT]}", plain_language(question.language))
    return dict(list(found.items())[:MOST_STEMS])


def _shown(known: Counter[str], members: Sequence[dict[str, str]]) -> tuple[str, ...]:
    """The words that most members share, as the first of them wrote each."""
    ranked = sorted(known, key=lambda one: (-known[one], one))[:MOST_WORDS]
    return tuple(next(words[one] for words in members if one in words) for one in ranked)
