"""What is around the daemon: a mailbox, a mail server, a model, articles and a clock, all in memory."""

from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from tests.fakes.clock import FakeClock
from tests.fakes.knowledge import FakeKnowledge
from tests.fakes.mailbox import FakeMailbox
from tests.fakes.mails import DANA, QUEUE, mail, read, review
from tests.fakes.model import FakeModel
from tests.fakes.sender import FakeSender


@dataclass(kw_only=True)
class Outside:
    """Everything that a restart does not touch."""

    folder: Path
    clock: FakeClock = field(default_factory=FakeClock)
    mailbox: FakeMailbox = field(default_factory=FakeMailbox)
    sender: FakeSender = field(default_factory=FakeSender)
    model: FakeModel = field(default_factory=FakeModel)
    knowledge: FakeKnowledge = field(default_factory=FakeKnowledge)

    def mails_to(self, address: str) -> list[EmailMessage]:
        """What `address` got so far."""
        return [read(raw) for recipient, raw in self.sender.accepted if recipient == address]

    def customer_writes(self, text: str = "Which payment methods do you accept?", **how: object) -> int:
        """Put a customer's mail into the mailbox; see `mail`."""
        return self.mailbox.deliver(mail(text, **how))  # type: ignore[arg-type]  # the names are those of mail()

    def reviewer_replies(
        self, text: str, *, to: EmailMessage | None = None, sender: str = DANA, authenticated: bool = True
    ) -> int:
        """Answer the newest digest, or `to`."""
        digest = to or self.mails_to(QUEUE)[-1]
        return self.mailbox.deliver(review(digest, text, sender=sender, authenticated=authenticated))
