"""A model without key or network: labelled examples, a lexicon and the articles' own words.

Its quality is lower than that of a language model and it does not hide that: the category is that of the most similar
examples in ``categories.toml`` (English; other languages get a low confidence, which the rules give to a person), the
mood is read from single words, an answer is an article as it stands, and nothing is ever rephrased or translated.
The same mail always gives the same result.
"""

import asyncio
import threading
from collections.abc import Sequence
from typing import Protocol

from mailagent.domain.category import Category
from mailagent.errors import ConfigurationError
from mailagent.language.examples import Examples
from mailagent.language.mood import mood_of, wants_human
from mailagent.language.summary import excerpt_of, first_steps, summary_of
from mailagent.ports import Answer, Article, Brief, Classification, CustomerMail, Usage

LANGUAGES = ("en", "de", "fr", "es")
SHORTEST_TEXT = 20
"""Letters; the language of a shorter text is a guess."""
SURE_LANGUAGE = 0.7
LONGEST_TEXT = 12_000
LONGEST_ANSWER = 2_400
LONGEST_QUERY = 2_000
FOREIGN_CONFIDENCE = 0.3
"""The examples are English, so the category of another language is at most this sure."""


class OfflineModel:
    """See `Model`. Raises `ConfigurationError` when there is no category."""

    def __init__(self, categories: Sequence[Category], *, default_language: str = "en") -> None:
        if not categories:
            raise ConfigurationError("config/categories.toml: category: there is none; add at least one [[category]]")
        self._examples = Examples(categories)
        self._languages = Languages(default_language)

    async def classify(self, mail: CustomerMail) -> Classification:
        """See `Model`. The first call loads the language data, about a second in a thread."""
        text = mail.text[:LONGEST_TEXT]
        language = await asyncio.to_thread(self._languages.of, f"{mail.subject}\n{text}")
        nearest = self._examples.nearest(mail.subject, text)
        mood = mood_of(f"{mail.subject}\n{text}")
        return Classification(
            category=nearest.category,
            sentiment=mood.sentiment,
            sentiment_score=mood.score,
            language=language,
            wants_human=wants_human(f"{mail.subject}\n{text}"),
            confidence=nearest.confidence if language == "en" else min(nearest.confidence, FOREIGN_CONFIDENCE),
            search_query=f"{mail.subject}\n{text}"[:LONGEST_QUERY],
            usage=Usage(calls=1),
        )

    async def respond(self, mail: CustomerMail, articles: Sequence[Article], tone: str) -> Answer:  # noqa: ARG002 (the port's)
        """See `Model`. The best article in its own words; `Answer.text` is None where that one needs a person, for
        the runner-up of such a search would answer another question. The tone is left to the letter around it.
        """
        if not articles or not articles[0].automatic:
            return Answer(text=None, sources=(), usage=Usage(calls=1))
        return Answer(text=_excerpt(mail, articles[0]), sources=(articles[0].id,), usage=Usage(calls=1))

    async def brief(self, mail: CustomerMail, articles: Sequence[Article], tone: str, reason: str) -> Brief:  # noqa: ARG002 (the port's)
        """See `Model`. The summary quotes the mail; fix and draft are those of the best article."""
        summary = summary_of(mail.subject, mail.text[:LONGEST_TEXT])
        if not articles:
            fix = f"No article covers this; please answer it yourself. It came to you because {_clause(reason)}."
            return Brief(summary=summary, suggested_fix=fix, draft=None, usage=Usage(calls=1))
        best = articles[0]
        caution = "" if best.automatic else "\nThe article asks for a person to check the facts first."
        fix = f'{first_steps(best.text)}\nSource: "{best.title}" ({best.id}){caution}'
        return Brief(summary=summary, suggested_fix=fix, draft=_excerpt(mail, best), usage=Usage(calls=1))


class _Identifier(Protocol):
    """What is used of py3langid, which has no types."""

    def classify(self, text: str) -> tuple[str, float]:
        """The language and its probability."""


class Languages:
    """Tells languages apart. Blocking and safe to use from several threads; the data is loaded when first used."""

    def __init__(self, default: str) -> None:
        self._default = default
        self._loading = threading.Lock()
        self._identifier: _Identifier | None = None

    def of(self, text: str) -> str:
        """A BCP 47 tag; the default where `text` is too short or its language not clear."""
        if sum(letter.isalpha() for letter in text) < SHORTEST_TEXT:
            return self._default
        with self._loading:
            if self._identifier is None:
                self._identifier = _load()
        language, probability = self._identifier.classify(text)
        return language if probability >= SURE_LANGUAGE else self._default


def _load() -> _Identifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 (a second and 100 MB, only if used)

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    found: _Identifier = identifier
    return found


def _excerpt(mail: CustomerMail, article: Article) -> str:
    return excerpt_of(article.text, f"{mail.subject} {mail.text}", limit=LONGEST_ANSWER)


def _clause(reason: str) -> str:
    plain = " ".join(reason.split()).rstrip(".")
    return plain or "no rule lets it be answered without a person"
