"""A digest that does not reach its reviewers: the customer is not forgotten, and nobody is asked twice."""

from datetime import timedelta

import pytest

from mailagent.errors import PermanentError, TemporaryError, UncertainError
from tests.fakes.mails import ADMIN, BEN, QUEUE, TOM
from tests.fakes.model import ANGRY
from tests.jobs.office import Outside, open_office

ONCE, AGAIN = "[C-1] Charged twice", "Re: [C-1] Charged twice"
REFUSED, BUSY, UNSURE = (
    PermanentError("550 no such user"),
    TemporaryError("451 try later"),
    UncertainError("no reply to the dot"),
)


@pytest.mark.parametrize(
    ("fault", "told", "before", "after"),
    [
        (REFUSED, ["[Support] A mail could not be sent"], ([], [AGAIN]), ([], [AGAIN, AGAIN])),
        (BUSY, [], ([ONCE], []), ([ONCE], [AGAIN])),
        (UNSURE, ["[Support] A mail may not have been sent"], ([ONCE], []), ([ONCE], [AGAIN])),
    ],
    ids=["refused", "busy", "uncertain"],
)
async def test_fault_49_a_question_whose_digest_does_not_arrive_is_put_to_somebody(
    outside: Outside, fault: Exception, told: list[str], before: tuple[list[str], list[str]], after: object
) -> None:
    """Refused, it goes to the next person within minutes; from a busy server it leaves again; where nobody knows, the
    admin hears so. It is put once more when it is late, and whoever decides is obeyed.
    """
    outside.model.mood = ANGRY
    async with open_office(outside, escalate_to=BEN) as office:
        outside.customer_writes("You charged me twice!", subject="Charged twice")
        (outside.sender.late_errors if fault is UNSURE else outside.sender.errors).append(fault)
        await office.work()
        for _ in range(3):
            outside.clock.passes(timedelta(minutes=5))
            await office.work()
            await office.remind()
        assert (subjects(outside, QUEUE), subjects(outside, BEN)) == before
        assert subjects(outside, ADMIN) == told

        outside.clock.passes(timedelta(hours=4))
        for _ in range(3):
            await office.remind()
        assert (subjects(outside, QUEUE), subjects(outside, BEN)) == after

        outside.reviewer_replies("APPROVE", to=outside.mails_to(BEN)[-1], sender=BEN)
        await office.work()
        assert len(outside.mails_to(TOM)) == 2, "the acknowledgment and the answer"
        assert await office.broken() == []


async def test_fault_49_without_somebody_else_a_refused_digest_is_put_again_to_the_queue(outside: Outside) -> None:
    """Its mailbox was full for an hour; the admin was told at once."""
    outside.model.mood = ANGRY
    async with open_office(outside) as office:
        outside.customer_writes("You charged me twice!", subject="Charged twice")
        outside.sender.errors.append(REFUSED)
        await office.work()
        assert subjects(outside, ADMIN) == ["[Support] A mail could not be sent"]

        outside.clock.passes(timedelta(hours=3))
        for _ in range(3):
            await office.remind()

        assert subjects(outside, QUEUE) == [AGAIN]
        assert await office.broken() == []


def subjects(outside: Outside, reader: str) -> list[str]:
    """Of all that somebody got."""
    return [str(mail["Subject"]) for mail in outside.mails_to(reader)]
