"""A model that says what a test wrote down for it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from mailagent.domain.signals import Sentiment
from mailagent.ports import Answer, Article, Asked, Brief, Classification, CustomerMail, Revision, Usage

Step = Literal["classify", "respond", "brief", "revise"]
SPENT = Usage(calls=1, tokens_in=100, tokens_out=10)
NEUTRAL = Classification(
    category="billing",
    sentiment="neutral",
    sentiment_score=0.0,
    mood_words=(),
    language="en",
    wants_human=False,
    asks=(),
    complexity=0.1,
    injection_suspected=False,
    confidence=0.9,
    search_query="payment methods",
    usage=SPENT,
)
ANGRY = Classification(
    category="billing",
    sentiment="angry",
    sentiment_score=-0.9,
    mood_words=("TWICE",),
    language="en",
    wants_human=False,
    asks=(),
    complexity=0.1,
    injection_suspected=False,
    confidence=0.9,
    search_query="charged twice",
    usage=SPENT,
)


@dataclass(kw_only=True)
class FakeModel:
    """See `Model`. A step with an entry in `errors` raises it at every call; `mails` are all that it was shown."""

    mood: Classification = NEUTRAL
    answer: str | None = "We accept cards and PayPal."
    draft: str | None = "We are on it."
    fix: str = "Look at the order."
    revision: str = "We are on it, with pleasure."
    instructions: list[str] = field(default_factory=list)
    unanswered: frozenset[str] = frozenset()
    errors: dict[Step, BaseException] = field(default_factory=dict)
    mails: list[CustomerMail] = field(default_factory=list)
    calls: list[Step] = field(default_factory=list)

    @property
    def classified(self) -> list[str]:
        """The texts that were triaged, in order."""
        return [mail.text for step, mail in zip(self.calls, self.mails, strict=True) if step == "classify"]

    async def classify(self, mail: CustomerMail) -> Classification:
        """See `Model`."""
        await self._called("classify", mail)
        return self.mood

    async def respond(
        self,
        mail: CustomerMail,
        articles: Sequence[Article],
        *,
        asks: Sequence[Asked],
        tone: Sentiment,  # noqa: ARG002 - the port's
    ) -> Answer:
        """See `Model`. Every ask but those in `unanswered` is answered by the first article."""
        await self._called("respond", mail)
        first = tuple(article.id for article in articles[:1])
        answered_by = tuple(None if ask.text in self.unanswered else next(iter(first), None) for ask in asks)
        return Answer(text=self.answer, sources=first, answered_by=answered_by, usage=SPENT)

    async def brief(
        self,
        mail: CustomerMail,
        articles: Sequence[Article],  # noqa: ARG002 - the port's
        *,
        tone: Sentiment,  # noqa: ARG002
        reason: str,  # noqa: ARG002
    ) -> Brief:
        """See `Model`."""
        await self._called("brief", mail)
        return Brief(summary="A summary.", suggested_fix=self.fix, draft=self.draft, usage=SPENT)

    async def revise(
        self,
        mail: CustomerMail,
        articles: Sequence[Article],  # noqa: ARG002 - the port's
        *,
        draft: str,  # noqa: ARG002
        instruction: str,
        tone: Sentiment,  # noqa: ARG002
    ) -> Revision:
        """See `Model`."""
        await self._called("revise", mail)
        self.instructions.append(instruction)
        return Revision(text=self.revision, usage=SPENT)

    async def _called(self, step: Step, mail: CustomerMail) -> None:
        await asyncio.sleep(0)  # others run while a server is asked
        self.calls.append(step)
        self.mails.append(mail)
        if step in self.errors:
            raise self.errors[step]
