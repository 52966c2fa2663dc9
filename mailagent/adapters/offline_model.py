"""A model without key or network: labelled examples, word lists and the articles' own words, in four languages.

Its quality is lower than that of a language model and it does not hide that: the category is that of the most similar
examples in ``categories.toml``, with a confidence that is about the share of right ones, the mood is read from words
and phrases, an answer is an article as it stands, and nothing is ever rephrased or translated. The same mail always
gives the same result.
"""

import asyncio
from collections.abc import Sequence

from mailagent.domain.category import Category
from mailagent.domain.facts import names_code
from mailagent.domain.signals import Sentiment
from mailagent.errors import ConfigurationError, PermanentError
from mailagent.language.asks import asks_of, complexity_of, is_grave, wants_act
from mailagent.language.claims import CLAIM_WORDS
from mailagent.language.examples import Examples
from mailagent.language.files import FALLBACK
from mailagent.language.identification import language_of
from mailagent.language.mood import mood_of, wants_human
from mailagent.language.summary import excerpt_of, first_steps, summary_of
from mailagent.language.words import stems
from mailagent.mail.phrases import REPLY_PREFIXES, prefix_of
from mailagent.ports import LONGEST_MAIL, Answer, Article, Asked, Brief, Classification, CustomerMail, Revision, Usage

LONGEST_ANSWER = 2_400
LEAST_SHARED = 2
"""Words that an article shares with a question that it answers: one, such as "shop", proves nothing."""
LONGEST_QUERY = 2_000
LEAST_COVERED = 0.8
"""How much of a question an article must cover to be its answer. Below, two of nine mails of the gold set's first part
were answered from a wrong article; above, none of seventeen was.
"""


class OfflineModel:
    """See `Model`. Raises `ConfigurationError` when there is no category."""

    def __init__(self, categories: Sequence[Category]) -> None:
        if not categories:
            raise ConfigurationError("config/categories.toml: category: there is none; add at least one [[category]]")
        self._examples = Examples(categories)

    async def classify(self, mail: CustomerMail) -> Classification:
        """See `Model`. The first call loads the language data, about a second in a thread."""
        text = mail.text[:LONGEST_MAIL]
        language = await self._language(mail) or FALLBACK
        nearest = self._examples.nearest(_subject(mail), text, language)
        mood = mood_of(f"{mail.subject}\n{text}", language)
        asks = asks_of(text, language)
        return Classification(
            category=nearest.category,
            sentiment=mood.sentiment,
            sentiment_score=mood.score,
            mood_words=mood.words,
            language=language,
            wants_human=wants_human(f"{mail.subject}\n{text}", language),
            asks=asks,
            complexity=complexity_of(text, asks),
            injection_suspected=False,
            confidence=nearest.confidence,
            search_query=f"{_subject(mail)}\n{text}"[:LONGEST_QUERY],
            usage=Usage(calls=1),
        )

    async def respond(
        self,
        mail: CustomerMail,
        articles: Sequence[Article],
        *,
        asks: Sequence[Asked],
        tone: Sentiment,  # noqa: ARG002 (the port's)
    ) -> Answer:
        """See `Model`. For each ask the article that was found for it, in its own words, or the first that has half of
        its words, and two of them. The tone is left to the letter around it.

        `Answer.text` is None where words alone are no ground: nothing is asked, or that we do something; the mail
        speaks of something grave; an order or invoice is named, which somebody has to look at; the best article needs a
        person, leaves words of the question uncovered, is of another category than the mail, or in another language;
        or the mail's language is not clear.
        The runner-up of such a search would answer another question.
        """
        language = await self._language(mail)
        usable = [
            article for article in articles if article.automatic and article.language.partition("-")[0] == language
        ]
        text = mail.text[:LONGEST_MAIL]
        category = self._examples.nearest(_subject(mail), text, language).category
        if not (
            asks
            and usable
            and usable[0] == articles[0]
            and usable[0].category == category
            and usable[0].covered >= LEAST_COVERED
            and not wants_act(text, language)
            and not is_grave(f"{mail.subject}\n{text}", language)
            and not names_code(f"{mail.subject}\n{text}", CLAIM_WORDS)
        ):
            return Answer(text=None, sources=(), answered_by=(None,) * len(asks), usage=Usage(calls=1))
        answered_by = [_answering(ask, usable, language) for ask in asks]
        chosen = [article for article in usable if article in answered_by] or usable[:1]
        wanted = {
            article.id: " ".join(ask.text for ask, by in zip(asks, answered_by, strict=True) if by == article)
            for article in chosen
        }
        texts = [
            excerpt_of(article.text, wanted[article.id] or text, language, limit=LONGEST_ANSWER) for article in chosen
        ]
        return Answer(
            text="\n\n".join(texts),
            sources=tuple(article.id for article in chosen),
            answered_by=tuple(None if by is None else by.id for by in answered_by),
            usage=Usage(calls=1),
        )

    async def brief(
        self,
        mail: CustomerMail,
        articles: Sequence[Article],
        *,
        tone: Sentiment,  # noqa: ARG002
        reason: str,
    ) -> Brief:
        """See `Model`. The summary quotes the mail; fix and draft are those of the best article."""
        summary = summary_of(mail.subject, mail.text[:LONGEST_MAIL], await self._language(mail) or FALLBACK)
        if not articles:
            fix = f"No article covers this; please answer it yourself. It came to you because {_clause(reason)}."
            return Brief(summary=summary, suggested_fix=fix, draft=None, usage=Usage(calls=1))
        best = articles[0]
        caution = "" if best.automatic else "\nThe article asks for a person to check the facts first."
        fix = f'{first_steps(best.text)}\nSource: "{best.title}" ({best.id}){caution}'
        return Brief(summary=summary, suggested_fix=fix, draft=await self._excerpt(mail, best), usage=Usage(calls=1))

    async def revise(
        self,
        mail: CustomerMail,  # noqa: ARG002 (the port's)
        articles: Sequence[Article],  # noqa: ARG002
        *,
        draft: str,  # noqa: ARG002
        instruction: str,  # noqa: ARG002
        tone: Sentiment,  # noqa: ARG002
    ) -> Revision:
        """See `Model`. Raises `PermanentError`: to follow an instruction takes a language model."""
        raise PermanentError("the offline model rewrites nothing")

    async def _language(self, mail: CustomerMail) -> str:
        """Empty where it is not clear."""
        text = f"{_subject(mail)}\n{mail.text[:LONGEST_MAIL]}"
        return await asyncio.to_thread(language_of, text, so_far=mail.language)

    async def _excerpt(self, mail: CustomerMail, article: Article) -> str:
        wanted = f"{mail.subject} {mail.text[:LONGEST_MAIL]}"
        return excerpt_of(article.text, wanted, await self._language(mail) or FALLBACK, limit=LONGEST_ANSWER)


def _answering(ask: Asked, usable: Sequence[Article], language: str) -> Article | None:
    if ask.article is not None:
        return next((article for article in usable if article.id == ask.article), None)
    words = set(stems(ask.text, language))
    shared = ((article, words & set(stems(f"{article.title} {article.text}", language))) for article in usable)
    return next(
        (
            article
            for article, both in shared
            if len(both) * 2 >= len(words) > 0 and len(both) >= min(LEAST_SHARED, len(words))
        ),
        None,
    )


def _subject(mail: CustomerMail) -> str:
    """Nothing for a reply, which has the subject of the mail that it answers."""
    return "" if prefix_of(mail.subject) in REPLY_PREFIXES else mail.subject


def _clause(reason: str) -> str:
    plain = " ".join(reason.split()).rstrip(".")
    return plain or "no rule lets it be answered without a person"
