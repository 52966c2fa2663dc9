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
from mailagent.errors import ConfigurationError, PermanentError, TemporaryError
from mailagent.events import log
from mailagent.ports import Answer, Article, Asked, Brief, Classification, Clock, CustomerMail, Health, Model

FAILURES = 3
"""In a row, after which an endpoint rests."""
REST = 60.0
LONGEST_REST = 900.0
"""Seconds; the longer one where the server itself names a time."""

T = TypeVar("T", Classification, Answer, Brief)


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
        found, _ = await self._ask("classify", mail, lambda model: model.classify(mail))
        return found or _by(await self._offline.classify(mail), "offline")

    async def respond(
        self, mail: CustomerMail, articles: Sequence[Article], *, asks: Sequence[Asked], tone: Sentiment
    ) -> Answer:
        """See `Model`."""
        found, problems = await self._ask(
            "respond", mail, lambda model: model.respond(mail, articles, asks=asks, tone=tone)
        )
        if found is None and not self._offline_may_answer:
            raise TemporaryError("; ".join(problems))
        return found or _by(await self._offline.respond(mail, articles, asks=asks, tone=tone), "offline")

    async def brief(self, mail: CustomerMail, articles: Sequence[Article], *, tone: Sentiment, reason: str) -> Brief:
        """See `Model`."""
        found, _ = await self._ask(
            "escalate", mail, lambda model: model.brief(mail, articles, tone=tone, reason=reason)
        )
        return found or _by(await self._offline.brief(mail, articles, tone=tone, reason=reason), "offline")

    async def _ask(
        self, step: str, mail: CustomerMail, call: Callable[[Model], Awaitable[T]]
    ) -> tuple[T | None, list[str]]:
        """The result of the first endpoint that gives one, and what those before it said."""
        if mail.no_cost:
            return None, [mail.no_cost]
        problems: list[str] = []
        for endpoint in self._endpoints:
            now = self._monotonic()
            if endpoint.rests_until > now:
                problems.append(f"{endpoint.name}: it failed before and rests")
                continue
            if endpoint.failures >= FAILURES:
                endpoint.rests_until = now + REST  # one mail tries it; the others go on without waiting for that
            try:
                found = await call(endpoint.model)
            except (TemporaryError, ConfigurationError) as error:
                await self._failed(endpoint, error)
                problems.append(f"{endpoint.name}: {error}")
            except PermanentError as error:
                problems.append(f"{endpoint.name}: {error}")
            else:
                endpoint.failures, endpoint.rests_until = 0, 0.0
                await self._tell(endpoint, "")
                return _by(found, endpoint.name), problems
            log("model.failed", step=step, endpoint=endpoint.name, failures=endpoint.failures)
        return None, problems

    async def _failed(self, endpoint: Endpoint, error: TemporaryError | ConfigurationError) -> None:
        endpoint.failures += 1
        named = error.retry_after if isinstance(error, TemporaryError) else None
        if named is not None or endpoint.failures >= FAILURES:
            endpoint.rests_until = self._monotonic() + min(max(named or REST, 0.0), LONGEST_REST)
        await self._tell(endpoint, str(error))

    async def _tell(self, endpoint: Endpoint, said: str) -> None:
        """Only what is new: health is a row in the database."""
        if self._health is None or endpoint.said == said:
            return
        endpoint.said = said
        at = self._clock.now()
        if said:
            await self._health.failed(f"model:{endpoint.name}", said, at=at)
        else:
            await self._health.worked(f"model:{endpoint.name}", at=at)


def _by(found: T, name: str) -> T:
    return replace(found, usage=replace(found.usage, by=name))
