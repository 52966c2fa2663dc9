"""Shadow mode: what was asked before it must not mail a customer now."""

from tests.fakes.mails import DANA, TOM, text_of
from tests.fakes.model import ANGRY
from tests.jobs.office import Outside, open_office


async def test_a_decision_sends_nothing_in_shadow_mode(outside: Outside) -> None:
    """A question from before the mode was changed must not mail a customer now."""
    outside.model.mood = ANGRY
    outside.customer_writes()
    async with open_office(outside, mode="suggest") as office:
        await office.work()
    before = len(outside.mails_to(TOM))

    outside.reviewer_replies("APPROVE")
    async with open_office(outside, mode="shadow") as office:
        await office.work()

    assert len(outside.mails_to(TOM)) == before
    assert "REVIEW-14" in text_of(outside.mails_to(DANA)[0])


async def test_a_question_ends_when_the_customer_writes_in_shadow_mode(outside: Outside) -> None:
    """Its draft answers a message that is not the last one any more."""
    outside.model.mood = ANGRY
    outside.customer_writes()
    async with open_office(outside, mode="auto") as office:
        await office.work()
    outside.customer_writes("never mind", answering=outside.mails_to(TOM)[0])
    async with open_office(outside, mode="shadow") as office:
        await office.work()

    outside.reviewer_replies("APPROVE")
    async with open_office(outside, mode="auto") as office:
        await office.work()

    assert len(outside.mails_to(TOM)) == 1
