"""What a person gets to see when a customer rates an answer."""

from tests.fakes.mails import QUEUE, TOM, words
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
