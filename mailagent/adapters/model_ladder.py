"""The models in the order in which they are asked: the configured one, another one, and the one that needs no network.

The last never fails, so that no case is lost or waits for a server; it reports signals and prepares cases, and answers
customers only where the admin says that it may. An endpoint that failed several times in a row rests for a while, so
that the mail behind does not wait for its deadlines too.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from mailagent.domain.signals import Sentiment
from mailagent.errors import ConfigurationError, PermanentError, TemporaryError, spoken
from mailagent.events import log
from mailagent.ports import (
    Answer,
    Article,
    Asked,
    Brief,
    Classification,
    Clock,
    CustomerMail,
    Health,
    Model,
    Revision,
    UnusableAnswerError,
    Usage,
)

FAILURES = 3
"""In a row, after which an endpoint rests."""
REST = 60.0
LONGEST_REST = 900.0
"""Seconds; the longer one where the server itself names a time."""

REWRITES_NOTHING = "no language model is configured, and the offline model rewrites nothing"

T = TypeVar("T", Classification, Answer, Brief, Revision)


@dataclass(slots=True, kw_only=True)
class Endpoint:
    """A model behind a network. `name` is shown by ``mailagent status``."""

    name: str
    model: Model
    failures: int = 0
    rests_until: float = 0.0
    said: str | None = None
    """What was last told to `Health`: empty for "it works"."""


class Ladder:
    """See `Model`. Its methods raise only where `offline` may not answer; then the text says what failed before."""

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        offline: Model,
        *,
        offline_may_answer: bool,
        clock: Clock,
        health: Health | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._endpoints = endpoints
        self._offline = offline
        self._offline_may_answer = offline_may_answer
        self._clock = clock
        self._health = health
        self._monotonic = monotonic

    async def classify(self, mail: CustomerMail) -> Classification:
        """See `Model`."""
        found, before = await self._ask("classify", mail, lambda model: model.classify(mail))
        return found or _by(await self._offline.classify(mail), "offline", before)

    async def respond(
        self, mail: CustomerMail, articles: Sequence[Article], *, asks: Sequence[Asked], tone: Sentiment
    ) -> Answer:
        """See `Model`."""
        found, before = await self._ask(
            "respond", mail, lambda model: model.respond(mail, articles, asks=asks, tone=tone)
        )
        if found is None and not self._offline_may_answer:
            raise UnusableAnswerError(before.problems, before)
        return found or _by(await self._offline.respond(mail, articles, asks=asks, tone=tone), "offline", before)

    async def brief(self, mail: CustomerMail, articles: Sequence[Article], *, tone: Sentiment, reason: str) -> Brief:
        """See `Model`."""
        found, before = await self._ask(
            "escalate", mail, lambda model: model.brief(mail, articles, tone=tone, reason=reason)
        )
        return found or _by(await self._offline.brief(mail, articles, tone=tone, reason=reason), "offline", before)

    async def revise(
        self, mail: CustomerMail, articles: Sequence[Article], *, draft: str, instruction: str, tone: Sentiment
    ) -> Revision:
        """See `Model`. The offline model rewrites nothing."""
        found, before = await self._ask(
            "revise",
            mail,
            lambda model: model.revise(mail, articles, draft=draft, instruction=instruction, tone=tone),
        )
        if found is None:
            raise UnusableAnswerError(before.problems or REWRITES_NOTHING, before)
        return found

    async def _ask(
        self, step: str, mail: CustomerMail, call: Callable[[Model], Awaitable[T]]
    ) -> tuple[T | None, Usage]:
        """The result of the first endpoint that gives one; and what those before it cost and said."""
        before = Usage(problems=mail.no_cost)
        for endpoint in () if mail.no_cost else self._endpoints:
            now = self._monotonic()
            if endpoint.rests_until > now:
                before = _and(before, f"{endpoint.name}: it failed before and rests")
                continue
            if endpoint.failures >= FAILURES:
                endpoint.rests_until = now + REST  # one mail tries it; the others go on without waiting for that
            try:
                found = await call(endpoint.model)
            except (TemporaryError, ConfigurationError) as error:
                await self._failed(endpoint, error)
                before = _and(before, f"{endpoint.name}: {error}")
                log("model.endpoint_failed", step=step, endpoint=endpoint.name, reason=spoken(error))
            except PermanentError as error:
                await self._works(endpoint)
                before = _and(before, f"{endpoint.name}: {error}", getattr(error, "usage", Usage()))
                log("model.endpoint_failed", step=step, endpoint=endpoint.name, error=type(error).__name__)
            else:
                await self._works(endpoint)
                return _by(found, endpoint.name, before), before
        return None, before

    async def _works(self, endpoint: Endpoint) -> None:
        """It answered, be it that nothing could be made of the answer to this mail."""
        endpoint.failures, endpoint.rests_until = 0, 0.0
        await self._tell(endpoint, "")

    async def _failed(self, endpoint: Endpoint, error: TemporaryError | ConfigurationError) -> None:
        endpoint.failures += 1
        named = error.retry_after if isinstance(error, TemporaryError) else None
        if named is not None or endpoint.failures >= FAILURES:
            endpoint.rests_until = self._monotonic() + min(named or REST, LONGEST_REST)
        await self._tell(endpoint, str(error))

    async def _tell(self, endpoint: Endpoint, said: str) -> None:
        """Of failures only what is new: each is written to the database."""
        if self._health is None or (said and endpoint.said == said):
            return
        endpoint.said = said
        at = self._clock.now()
        if said:
            await self._health.failed(f"model:{endpoint.name}", said, at=at)
        else:
            await self._health.worked(f"model:{endpoint.name}", at=at)


def _by(found: T, name: str, before: Usage) -> T:
    """`found` with the name of its model, and with what the failures before it cost and said."""
    spent = _and(before, "", found.usage)
    return replace(found, usage=replace(spent, by=name))


def _and(before: Usage, problem: str, spent: Usage | None = None) -> Usage:
    more = spent or Usage()
    return Usage(
        calls=before.calls + more.calls,
        tokens_in=before.tokens_in + more.tokens_in,
        tokens_out=before.tokens_out + more.tokens_out,
        cost=before.cost + more.cost,
        problems="; ".join(filter(None, (before.problems, problem))),
    )
