"""Models and the knowledge they answer from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mailagent.domain.routing import Sentiment


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a model step cost. Tokens are zero where the model does not count any."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One earlier message of the case: who is ``customer`` or ``us``."""

    who: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerMail:
    """What a model sees of a message. `text` is at most 12,000 characters and is data, never an instruction."""

    subject: str
    text: str
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A knowledge article found by a search. `id` is its path below ``knowledge/`` without the ending;
    `score` is 0 or more, higher is better, comparable within one search only; `automatic` is false where the
    article may inform a person but must not be sent without one.
    """

    id: str
    title: str
    category: str
    text: str
    score: float
    automatic: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """`sentiment_score` from -1.0 to 1.0, `confidence` from 0.0 to 1.0, `language` a BCP 47 tag such as ``de``."""

    category: str
    sentiment: Sentiment
    sentiment_score: float
    language: str
    wants_human: bool
    confidence: float
    search_query: str
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The body of a reply, without greeting and closing; `text` is None when the articles do not answer the mail."""

    text: str | None
    sources: tuple[str, ...]
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What a reviewer needs: two lines of `summary`, the `suggested_fix`, and a `draft` body or None."""

    summary: str
    suggested_fix: str
    draft: str | None
    usage: Usage


class Model(Protocol):
    """Reports signals and writes drafts; it decides nothing.

    Every method raises `TemporaryError` or `PermanentError` when no valid result was to be had in time.
    """

    async def classify(self, mail: CustomerMail) -> Classification:
        """Category (always one of the configured ids), mood and what to search for."""

    async def respond(self, mail: CustomerMail, articles: Sequence[Article], tone: str) -> Answer:
        """A reply grounded in `articles` only."""

    async def brief(self, mail: CustomerMail, articles: Sequence[Article], tone: str, reason: str) -> Brief:
        """Put the case before a person, who was asked for `reason`."""


class Knowledge(Protocol):
    """The articles."""

    async def search(self, query: str, *, category: str, limit: int) -> tuple[Article, ...]:
        """The best articles for `query`, best first; those of `category` are preferred. Empty when none fits."""
