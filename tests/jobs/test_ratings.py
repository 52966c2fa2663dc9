"""A customer rates an answer: whether a person is told, and what they get to see."""

import pytest

from tests.fakes.mails import QUEUE, TOM, text_of, words
from tests.jobs.office import Outside, open_office


async def test_a_low_rating_shows_the_question_and_our_answer(outside: Outside) -> None:
    """A person who is to mend an answer must see it, and what it was made from."""
    async with open_office(outside) as office:
        outside.customer_writes("Which cards do you take?", subject="Cards")
        await office.work()
        before = (await office.log())[0]
        outside.customer_writes("Rating: 1 of 5", answering=outside.mails_to(TOM)[-1])
        await office.work()

        digest = words(outside.mails_to(QUEUE)[-1])
        asked, _, answered = digest.partition("WHAT THE CUSTOMER HAD ASKED")[2].partition("WHAT WE ANSWERED")
        assert "Which cards do you take?" in asked
        assert "We accept cards and PayPal." in answered
        assert f"Category: {before['category']}" in digest
        assert "there was no article that fits" not in digest
        assert "no article answers" not in digest
        assert (await office.log())[-1]["kb_results"] == before["kb_results"]


@pytest.mark.parametrize("rating", ["Rating: 1 of 5", "1"])
async def test_a_low_rating_brings_the_case_to_a_person(outside: Outside, rating: str) -> None:
    """Who was not helped should not have to write twice."""
    async with open_office(outside) as office:
        outside.customer_writes()
        await office.work()
        outside.customer_writes(rating, answering=outside.mails_to(TOM)[-1])
        await office.work()

        assert "the customer rated our answer 1 of 5" in text_of(outside.mails_to(QUEUE)[-1])
        assert (await office.log())[-1]["feedback_score"] == 1


async def test_a_good_rating_bothers_nobody(outside: Outside) -> None:
    """It is recorded, and that is all."""
    async with open_office(outside) as office:
        outside.customer_writes()
        await office.work()
        outside.customer_writes("Rating: 5 of 5", answering=outside.mails_to(TOM)[-1])
        await office.work()

        assert outside.mails_to(QUEUE) == []
        assert (await office.log())[-1]["feedback_score"] == 5
