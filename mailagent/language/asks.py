"""What a customer asks for, sentence by sentence, and how much there is to answer."""

import re
from collections.abc import Sequence

from mailagent.language.phrases import Word
from mailagent.language.speech import Speech, speech_of
from mailagent.language.words import sentences, stems, tokens

MOST_ASKS = 6
MOST_READ = 6_000
"""Characters of a mail; what is asked behind a story longer than that, a person finds."""
BULLET = re.compile(r"^(?:[-*\u2022\u2013>]|\d{1,2}[.)])\s{1,4}")
MANY_ASKS = 4
MANY_WORDS = 250
MANY_FACTS = 10


def asks_of(text: str, language: str) -> tuple[str, ...]:
    """The distinct questions and requests of `text` as they stand there, in order, at most six.

    A sentence with two questions gives two. Greetings, courtesies and rhetorical questions are none; "Can you help me?"
    is one only where the mail asks for nothing else.
    """
    speech = speech_of(language)
    asks: dict[frozenset[str], str] = {}
    general: list[str] = []
    for sentence in sentences(text[:MOST_READ]):
        for part in _parts(BULLET.sub("", sentence), speech):
            kind = _kind(part, speech)
            if kind == "general":
                general.append(part)
            elif kind:
                asks.setdefault(_key(part, language), part)
    return tuple(asks.values())[:MOST_ASKS] or tuple(general[:1])


def wants_act(text: str, language: str) -> bool:
    """Whether the customer asks us to do something ("could you change it?") and not only to say something."""
    speech = speech_of(language)
    return any(True for _ in speech.acts.hits(speech.words(text[:MOST_READ])))


def is_grave(text: str, language: str) -> bool:
    """Whether `text` speaks of what a help article is no reply to: death, illness, injury, fraud, misuse of an account,
    lawyers, an order that was never placed, or advice that was followed and did not help.
    """
    speech = speech_of(language)
    return any(True for _ in speech.grave.hits(speech.words(text)))


def complexity_of(text: str, asks: Sequence[str]) -> float:
    """How much there is to answer, from 0.0 (one short question) to 1.0.

    Half is the number of `asks` above one (four or more are full), a quarter the length (250 words are full), a quarter
    the number of distinct facts: words with a digit, such as order numbers, dates and amounts (ten are full).
    """
    words = text.split()
    facts = {word.strip(".,;:!?()") for word in words if any(letter.isdigit() for letter in word)}
    return round(
        0.5 * _share(len(asks) - 1, MANY_ASKS - 1)
        + 0.25 * _share(len(words), MANY_WORDS)
        + 0.25 * _share(len(facts), MANY_FACTS),
        3,
    )


def _key(part: str, language: str) -> frozenset[str]:
    """What two ways to put the same ask have in common."""
    return frozenset(stems(part, language) or tokens(part))


def _share(count: int, full: int) -> float:
    return min(1.0, max(0, count) / full)


def _parts(sentence: str, speech: Speech) -> list[str]:
    """`sentence` cut before each question that a conjunction adds to it."""
    words = speech.words(sentence)
    cuts = [
        hit.start
        for hit in speech.asking.hits(words)
        if hit.value == "question" and hit.start > 1 and words[hit.start - 1].plain in speech.conjunctions
    ]
    starts = [0, *(words[cut].start for cut in cuts)]
    ends = [*(words[cut - 1].start for cut in cuts), len(sentence)]
    return [sentence[start:end].rstrip(" ,;") for start, end in zip(starts, ends, strict=True)]


def _kind(part: str, speech: Speech) -> str | None:
    """``ask``, ``general``, or None for what asks nothing."""
    words = speech.words(part)
    if not words or speech.is_frame(part):
        return None
    hits = speech.asking.hits(words)
    kinds = {hit.value for hit in hits if hit.value != "question" or _begins_clause(words, hit.start, speech)}
    if any(hit.value == "general" and len(words) - (hit.end - hit.start) <= 1 for hit in hits):
        return "general"
    if kinds & {"question", "request"} or ("?" in part and "not_asked" not in kinds):
        return "ask"
    return "ask" if "general" in kinds else None


def _begins_clause(words: Sequence[Word], at: int, speech: Speech) -> bool:
    before = words[at - 1]
    return at == 0 or before.clause != words[at].clause or before.plain in speech.conjunctions
