"""A mail server and a model that do as a run of the machine says, and the people who write."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from mailagent.crash_points import passing
from mailagent.domain.signals import Sentiment
from mailagent.errors import ConfigurationError, PermanentError, TemporaryError, UncertainError
from mailagent.ports import Answer, Article, Asked, AtEnd, Brief, Classification, CustomerMail, Revision
from tests.fakes.journal import FakeJournal
from tests.fakes.mails import read
from tests.fakes.model import ANGRY, NEUTRAL, FakeModel
from tests.fakes.sender import FakeSender

Fate = Literal["250", "450 early", "550 early", "535", "lost early", "451", "554", "lost", "lost, accepted"]
"""What becomes of a mail: those before ``451`` are said before its final dot."""
Kind = Literal["answerable", "unanswerable", "angry", "praise"]
TEXTS: dict[Kind, str] = {
    "answerable": "Which payment methods do you accept?",
    "unanswerable": "How do I tune it?",
    "angry": "UNACCEPTABLE, I am furious!",
    "praise": "Thank you, that was lovely.",
}
ARTICLE, DRAFT = "We accept cards and PayPal.", "We are on it."
PRAISE = replace(NEUTRAL, sentiment="positive", sentiment_score=0.9)
WORDS = ("zither", "bassoon", "theremin")
"""One of each customer, which stands in all their mails and in nobody else's."""


@dataclass(kw_only=True)
class Customer:
    """A person who writes to us. Their word is another after they were forgotten; `is_named` in mails of others."""

    name: str
    address: str
    first_word: str
    times_forgotten: int = 0
    is_named: bool = False

    @property
    def word(self) -> str:
        """Such as ``zitherb``."""
        return f"{self.first_word}{chr(ord('a') + self.times_forgotten)}"


def customers() -> list[Customer]:
    """Three, at three providers."""
    names = ("Tom Weber", "Ann Lee", "Mia Sol")
    return [
        Customer(name=name, address="{0}@{0}.example".format(name.split()[0].lower()), first_word=word)
        for name, word in zip(names, WORDS, strict=True)
    ]


@dataclass(kw_only=True)
class MailServer(FakeSender):
    """See `MailSender`; it does with the next mails as `fates` say. Of what it accepts, `journal` gets a copy at once,
    `late` or never.
    """

    fates: list[Fate] = field(default_factory=list)
    keeps: Literal["at once", "late", "never"] = "at once"
    late: set[str] = field(default_factory=set)
    journal: FakeJournal = field(default_factory=FakeJournal)

    async def send(
        self, recipient: str, raw: bytes, *, return_path: str | None = None, at_end: AtEnd | None = None
    ) -> None:
        """See `MailSender`. It passes the same places as the real one."""
        fate = self.fates.pop(0) if self.fates else "250"
        self.return_paths.append(return_path)
        if fate == "535":
            raise ConfigurationError("535 the login was refused")
        if fate == "550 early":
            raise PermanentError(f"550 no such user {recipient}")
        if fate in ("450 early", "lost early"):
            raise TemporaryError(fate)
        passing("outbox.before_eod")
        if at_end is not None:
            await at_end()
        passing("outbox.before_dot")
        if fate in ("250", "lost, accepted"):
            self._accept(recipient, raw)
        passing("outbox.after_dot")
        if fate in ("lost", "lost, accepted"):
            raise UncertainError("no answer to the mail")
        passing("outbox.answered")
        if fate == "451":
            raise TemporaryError("451 later")
        if fate == "554":
            raise PermanentError(f"554 not for {recipient}")

    def copies_show_up(self) -> None:
        """Providers write them some moments later."""
        self.journal.ids |= self.late
        self.late.clear()

    def _accept(self, recipient: str, raw: bytes) -> None:
        self.accepted.append((recipient, raw))
        message_id = str(read(raw)["Message-ID"])
        if self.keeps != "never":
            (self.journal.ids if self.keeps == "at once" else self.late).add(message_id)


@dataclass(kw_only=True)
class ScriptedModel(FakeModel):
    """See `Model`. It knows the `TEXTS`, and tells whose words it was shown: a text of one customer in a prompt for
    another would be in their mail.
    """

    async def classify(self, mail: CustomerMail) -> Classification:
        """See `Model`."""
        self.mood = ANGRY if TEXTS["angry"] in mail.text else PRAISE if TEXTS["praise"] in mail.text else NEUTRAL
        return await super().classify(mail)

    async def respond(
        self, mail: CustomerMail, articles: Sequence[Article], *, asks: Sequence[Asked], tone: Sentiment
    ) -> Answer:
        """See `Model`."""
        known = TEXTS["unanswerable"] not in mail.text
        self.answer = f"{ARTICLE}\n\nYou spoke of: {shown_words(mail)}." if known else None
        return await super().respond(mail, articles, asks=asks, tone=tone)

    async def brief(self, mail: CustomerMail, articles: Sequence[Article], *, tone: Sentiment, reason: str) -> Brief:
        """See `Model`."""
        self.draft = f"{DRAFT}\n\nYou spoke of: {shown_words(mail)}."
        return await super().brief(mail, articles, tone=tone, reason=reason)

    async def revise(
        self, mail: CustomerMail, articles: Sequence[Article], *, draft: str, instruction: str, tone: Sentiment
    ) -> Revision:
        """See `Model`."""
        self.revision = f"In short: {DRAFT}\n\nYou spoke of: {shown_words(mail)}."
        return await super().revise(mail, articles, draft=draft, instruction=instruction, tone=tone)


def shown_words(mail: CustomerMail) -> str:
    """The customers' words in a prompt."""
    prompt = repr(mail)
    return ", ".join(word for word in WORDS if word in prompt)
