"""What reviewers are told of what they did is true."""

import pytest

from tests.fakes.mails import DANA, QUEUE, TOM, read, review, words
from tests.fakes.model import ANGRY
from tests.jobs.office import Outside, open_office
from tests.jobs.replying import OWN, POLICY, asked, later, reply


async def test_a_confirmation_that_can_be_undone_does_not_say_that_replies_change_nothing(outside: Outside) -> None:
    """A reviewer who believes it does not stop the mail."""
    async with asked(outside) as office:
        await reply(office, "APPROVE")

        assert "Later replies" not in words(outside.mails_to(QUEUE)[-1])


@pytest.mark.parametrize("said", ["APPROVE", OWN])
async def test_a_file_in_a_reply_is_not_sent_and_the_reviewer_is_told(outside: Outside, said: str) -> None:
    """Who attached the invoice would believe that the customer has it."""
    async with asked(outside) as office:
        written = read(review(outside.mails_to(QUEUE)[-1], said))
        written.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="invoice.pdf")
        outside.mailbox.deliver(bytes(written))
        await office.work()

        assert "Not sent: invoice.pdf (1 KB)." in words(outside.mails_to(QUEUE)[-1])
        await later(office)
        assert not [*outside.mails_to(TOM)[-1].iter_attachments()]


async def test_a_rejection_without_a_draft_speaks_of_none(outside: Outside) -> None:
    """There was none to reject."""
    outside.model.draft = None
    async with asked(outside) as office:
        await reply(office, "REJECT")

        told = words(outside.mails_to(QUEUE)[-1])
        assert "chose REJECT. There was no draft. The case stays open" in told
        assert "rejected the draft" not in told


async def test_spam_of_an_unproven_sender_promises_nothing(outside: Outside) -> None:
    """The address is not listed, and its mail comes again."""
    outside.model.mood = ANGRY
    async with open_office(outside, policy=POLICY, requires_auth=False) as office:
        outside.customer_writes("Buy our offer!", subject="Offer", authenticated=False)
        await office.work()
        await reply(office, "SPAM")

        assert "not answered any more" not in words(outside.mails_to(QUEUE)[-1])


@pytest.mark.parametrize("verb", ["CLOSE", "SPAM"])
async def test_undo_of_what_sent_nothing_speaks_of_no_email(outside: Outside, verb: str) -> None:
    """There was none to stop."""
    async with asked(outside) as office:
        await reply(office, verb)
        await reply(office, "UNDO", to=outside.mails_to(QUEUE)[-1])

        told = words(outside.mails_to(DANA)[-1])
        assert "has undone" in told
        assert "was stopped" not in told


@pytest.mark.parametrize(
    ("said", "told"), [("SNOOZE 400d", "at most 90 days"), ("SET priority=urgent", "waits for a decision, until today")]
)
async def test_a_limit_or_a_new_deadline_is_told(outside: Outside, said: str, told: str) -> None:
    """Nobody should have to try."""
    async with asked(outside) as office:
        await reply(office, said)

        assert told in words(outside.mails_to(DANA)[-1])
