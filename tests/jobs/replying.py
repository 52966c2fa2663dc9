"""A case that waits for its reviewer, and short words for what reviewers do with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email.message import EmailMessage

from mailagent.domain.case import CaseId
from mailagent.domain.escalation import Escalation
from mailagent.domain.policy import ReviewPolicy
from tests.fakes.mails import DANA, QUEUE, TOM, text_of
from tests.fakes.model import ANGRY
from tests.jobs.office import Office, Outside, open_office

WINDOW = timedelta(minutes=2)
POLICY = ReviewPolicy(undo_window=WINDOW)
OWN = "MODIFY\nHello Tom, it was a reservation and is gone by now."


async def ask(outside: Outside) -> None:
    """The reviewers are asked about Tom's angry mail; see `Lived`."""
    async with asked(outside):
        pass


@asynccontextmanager
async def asked(outside: Outside) -> AsyncIterator[Office]:
    """An office in which the reviewers were asked about Tom's angry mail."""
    outside.model.mood = ANGRY
    async with open_office(outside, policy=POLICY) as office:
        outside.customer_writes("You charged me twice!", subject="Charged twice")
        await office.work()
        yield office


async def reply(
    office: Office, text: str, *, to: EmailMessage | None = None, sender: str = DANA, authenticated: bool = True
) -> None:
    """A reviewer answers the first digest, or `to`, and what follows at once is done."""
    digest = to or digests(office.outside)[0]
    office.outside.reviewer_replies(text, to=digest, sender=sender, authenticated=authenticated)
    await office.work()


async def later(office: Office, length: timedelta = WINDOW) -> None:
    """Time passes, and what is due leaves."""
    office.outside.clock.passes(length)
    await office.work()


def digests(outside: Outside, reader: str = QUEUE) -> list[EmailMessage]:
    """The mails that put the question, oldest first."""
    return [mail for mail in outside.mails_to(reader) if mail["X-Mailagent-Kind"] == "digest"]


def answers(outside: Outside, customer: str = TOM) -> list[str]:
    """What a customer got after the acknowledgment."""
    return [text_of(mail) for mail in outside.mails_to(customer)[1:]]


def codes(outside: Outside, reader: str = DANA) -> list[str]:
    """Of the receipts that said "Nothing was sent", oldest first."""
    lines = [line for mail in outside.mails_to(reader) for line in text_of(mail).splitlines()]
    return [line.split()[1].strip(",") for line in lines if line.startswith("Code REVIEW-")]


async def question(office: Office, revision: int = 1) -> Escalation:
    """One question of the case."""
    found = await office.resume_reviews.cases.escalation(CaseId(1), revision)
    assert found is not None
    return found


async def state(office: Office) -> str:
    """Of the case."""
    return (await office.resume_reviews.cases.get(CaseId(1))).state
