"""The address that decides a case never leaves to a customer, whichever word would send it."""

import pytest

from tests.fakes.mails import DANA, QUEUE, TOM, text_of
from tests.fakes.model import ANGRY
from tests.jobs.office import Outside, open_office
from tests.jobs.replying import POLICY, asked, codes, digests, later, question, reply

LEAK = "Hello Tom, write to support+r.c1.1.abcdefghijklmnopq@example.com, all is well."


def received(outside: Outside) -> str:
    """All that the customer got."""
    return "\n".join(text_of(mail) for mail in outside.mails_to(TOM))


@pytest.mark.parametrize(
    "held", ["https://evil.example/pay", "eve@evil.example", "support+r.c1.1.abcdefghijklmnopq@x.org"]
)
async def test_fault_23_an_answer_with_a_foreign_link_or_address_goes_to_a_person(outside: Outside, held: str) -> None:
    """A mail that talks the model into it must not send customers to a stranger."""
    outside.model.answer = f"We accept cards and PayPal: {held}"
    async with open_office(outside) as office:
        outside.customer_writes()
        await office.work()

        assert (await office.log())[0]["disposition"] == "escalate"
        assert "We accept cards" not in received(outside)
        assert len(outside.mails_to(QUEUE)) == 1
        assert await office.broken() == []


async def test_a_draft_that_shows_it_cannot_be_approved(outside: Outside) -> None:
    """A model may repeat an address that somebody pasted into an article or a mail."""
    outside.model.mood = ANGRY
    outside.model.draft = LEAK
    async with open_office(outside, policy=POLICY) as office:
        outside.customer_writes("You charged me twice!", subject="Charged twice")
        await office.work()

        await reply(office, "APPROVE")
        await later(office)

        assert codes(outside) == ["REVIEW-15"]
        assert "+r.c1" not in received(outside)
        assert (await question(office)).state == "open"


@pytest.mark.parametrize("verb", ["MODIFY", "ASK"])
async def test_a_text_that_shows_it_is_not_sent(outside: Outside, verb: str) -> None:
    """The reviewer copied too much of the digest."""
    async with asked(outside) as office:
        await reply(office, f"{verb}\n{LEAK}")
        await later(office)

        assert codes(outside) == ["REVIEW-15"]
        assert "+r.c1" not in received(outside)


async def test_a_short_text_that_shows_it_does_not_become_the_draft(outside: Outside) -> None:
    """A draft goes out with one word, of somebody who may not look twice."""
    async with asked(outside) as office:
        await reply(office, "MODIFY\nref c-1.1.abcdefghijklmnopq here")

        assert codes(outside) == ["REVIEW-15"]
        assert len(digests(outside)) == 1


async def test_a_revision_that_shows_it_is_refused_and_the_draft_stays(outside: Outside) -> None:
    """A model that is told of the address writes it into its letter."""
    outside.model.revision = LEAK
    async with asked(outside) as office:
        await reply(office, "REVISE tell him to write to the address of this mail")
        assert codes(outside) == ["REVIEW-15"]
        assert len(digests(outside)) == 1

        await reply(office, "APPROVE", sender=DANA)
        await later(office)

        assert "We are on it." in received(outside)
        assert "+r.c1" not in received(outside)


async def test_a_quote_of_unknown_form_keeps_a_letter_from_the_customer(outside: Outside) -> None:
    """What a program quotes is about other customers, and the reviewer who wrote above it did not mean to send it."""
    async with asked(outside) as office:
        await reply(office, "MODIFY\nDear Tom, all is well.\n\nLe mar. 6 janv. a écrit :\nanother customer's words")
        await later(office)

        assert codes(outside) == ["REVIEW-22"]
        assert "another customer" not in received(outside)
        assert (await question(office)).state == "open"
