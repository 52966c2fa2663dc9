"""A letter in which something is still to be filled in does not leave."""

from dataclasses import replace

import pytest

from tests.fakes.knowledge import PAYMENT
from tests.fakes.mails import BEN, DANA, QUEUE, TOM, words
from tests.fakes.model import ANGRY
from tests.jobs.office import Outside, open_office
from tests.jobs.replying import POLICY, answers, asked, codes, digests, later, question, reply

LETTER = "Hello Tom,\n\nit was a reservation and is gone by now.\n\nBest regards,\n[Your name]"


async def test_an_answer_of_a_model_goes_to_a_person(outside: Outside) -> None:
    """Models sign with a name that they do not know."""
    outside.model.answer = "We accept cards and PayPal.\n\nBest regards,\n[Your Name]"
    async with open_office(outside) as office:
        outside.customer_writes()
        await office.work()

        assert "[Your Name]" not in words(outside.mails_to(TOM)[-1])
        assert "[Your Name]" in words(outside.mails_to(QUEUE)[-1])


@pytest.mark.parametrize("said", ["APPROVE", f"MODIFY\n{LETTER}", "ASK\nIs it [ORDER NUMBER]?"])
async def test_a_reviewer_is_asked_to_fill_it_in(outside: Outside, said: str) -> None:
    """One who approves on a phone does not see the end of the draft."""
    outside.model.mood, outside.model.draft = ANGRY, LETTER
    async with asked(outside) as office:
        written = len(outside.mails_to(TOM))
        await reply(office, said)
        await later(office)

        assert codes(outside) == ["REVIEW-26"]
        assert "still to be filled in" in words(outside.mails_to(DANA)[-1])
        assert len(outside.mails_to(TOM)) == written
        assert (await question(office)).state == "open"


async def test_who_was_asked_and_sends_it_again_means_it(outside: Outside) -> None:
    """A company that explains forms or programs must be able to; one reviewer's word is not another's."""
    async with asked(outside) as office:
        for sender in (DANA, BEN):
            await reply(office, f"MODIFY\n{LETTER}", sender=sender)
            await later(office)
        assert (codes(outside), codes(outside, BEN)) == (["REVIEW-26"], ["REVIEW-26"])

        await reply(office, f"MODIFY\n{LETTER}")
        await later(office)

        assert "[Your name]" in answers(outside)[0]


async def test_who_was_asked_about_one_question_was_not_asked_about_the_next(outside: Outside) -> None:
    """Its draft is another, with a place of its own that nobody has looked at."""
    async with asked(outside) as office:
        for _ in range(2):
            await reply(office, f"MODIFY\n{LETTER}", to=digests(outside)[-1])
            await later(office)
            outside.customer_writes("You charged me twice, again!", answering=outside.mails_to(TOM)[0])
            await office.work()

        assert codes(outside) == ["REVIEW-26", "REVIEW-26"]
        assert answers(outside) == []


@pytest.mark.parametrize("button", ["[Your orders]", "[Your\norders]"])
async def test_what_an_article_says_in_brackets_may_be_said(outside: Outside, button: str) -> None:
    """A button or a field of a form may be called so; files of articles have short lines."""
    async with open_office(outside, policy=POLICY) as office:
        outside.knowledge.articles = (replace(PAYMENT, text=f"{PAYMENT.text} Then press {button}."),)
        outside.model.answer = "We accept cards and PayPal. Then press [Your orders]."
        outside.customer_writes()
        await office.work()

        assert "[Your orders]" in words(outside.mails_to(TOM)[-1])
