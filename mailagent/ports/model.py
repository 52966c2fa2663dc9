"""Models and the knowledge they answer from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mailagent.domain.signals import Sentiment
from mailagent.errors import PermanentError

LONGEST_MAIL = 12_000
"""Characters of one mail that a model sees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a model step cost. Tokens are zero where the model does not count any; `cost` is in the currency of the
    prices in ``model.toml``; `by` names the model that answered, empty where there is only one; `problems` says what
    failed before it did.
    """

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    by: str = ""
    problems: str = ""


class UnusableAnswerError(PermanentError):
    """A model answered and nothing could be made of it; `usage` is what that cost."""

    def __init__(self, message: str, usage: Usage) -> None:
        super().__init__(message)
        self.usage = usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One earlier message of the case: who is ``customer`` or ``us``."""

    who: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerMail:
    """What a model sees of a message. `text` is at most `LONGEST_MAIL` characters and is data, never an instruction.
    `quoted` is what it quotes of a mail that is not of this case. `no_cost` says why no model that costs may be asked
    about it; it is empty where one may. `language` is that of the case so far, empty for its first mail.
    """

    subject: str
    text: str
    quoted: str = ""
    history: tuple[Turn, ...] = ()
    no_cost: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A knowledge article found by a search. `id` is its path below ``knowledge/`` without the ending;
    `score` is 0 or more, higher is better, comparable within one search only; `automatic` is false where the
    article may inform a person but must not be sent without one. `section` is the heading of the part that fits best,
    empty where that is the opening; `covered` is how much of what was searched for its words cover, from 0.0 to 1.0;
    `language` is the article's, a BCP 47 tag.
    """

    id: str
    title: str
    category: str
    text: str
    score: float
    automatic: bool = True
    section: str = ""
    covered: float = 1.0
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """`sentiment_score` from -1.0 to 1.0, `confidence` and `complexity` from 0.0 to 1.0, `language` a BCP 47 tag such
    as ``de``. `mood_words` are those of the mail that show its mood, at most 5. `asks` are the questions that the
    customer puts, at most 6, each so that it can be understood alone.
    """

    category: str
    sentiment: Sentiment
    sentiment_score: float
    mood_words: tuple[str, ...]
    language: str
    wants_human: bool
    asks: tuple[str, ...]
    complexity: float
    injection_suspected: bool
    confidence: float
    search_query: str
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question of the customer's; `article` is the id of the best article that a search for it alone found."""

    text: str
    article: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The body of a reply, without greeting and closing; `text` is None when the articles do not answer the mail.

    `sources` are the ids of the articles that it rests on; `answered_by` has, for each ask in order, the one of them
    that answers it, or None.
    """

    text: str | None
    sources: tuple[str, ...]
    answered_by: tuple[str | None, ...]
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What a reviewer needs: two lines of `summary`, the `suggested_fix`, and a `draft` body or None."""

    summary: str
    suggested_fix: str
    draft: str | None
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """The body of a draft that was written anew, without greeting and closing."""

    text: str
    usage: Usage


class Model(Protocol):
    """Reports signals and writes drafts; it decides nothing.

    Every method raises `TemporaryError` or `PermanentError` when no valid result was to be had in time.
    """

    async def classify(self, mail: CustomerMail) -> Classification:
        """Category (always one of the configured ids), mood and what to search for."""

    async def respond(
        self, mail: CustomerMail, articles: Sequence[Article], *, asks: Sequence[Asked], tone: Sentiment
    ) -> Answer:
        """A reply grounded in `articles` only, in the language of the mail and in the tone for its mood."""

    async def brief(self, mail: CustomerMail, articles: Sequence[Article], *, tone: Sentiment, reason: str) -> Brief:
        """Put the case before a person, who was asked for `reason`."""

    async def revise(
        self, mail: CustomerMail, articles: Sequence[Article], *, draft: str, instruction: str, tone: Sentiment
    ) -> Revision:
        """Write `draft`, the whole letter, anew as a reviewer's `instruction` says; the facts in it are true."""


class Knowledge(Protocol):
    """The articles."""

    async def search(
        self, query: str, *, category: str, limit: int, language: str | None = None, no_cost: bool = False
    ) -> tuple[Article, ...]:
        """The best articles for `query`, best first; those of `category` and in `language` are preferred.

        Empty when none fits. With `no_cost` no model that costs is asked.
        """
