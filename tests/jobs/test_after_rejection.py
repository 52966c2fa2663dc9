"""What a rejection leaves open for a person, a person can end from the same mail."""

import pytest

from tests.fakes.mails import BEN, TOM, text_of
from tests.fakes.model import ANGRY
from tests.jobs.office import Outside, open_office
from tests.jobs.replying import OWN, POLICY, answers, asked, codes, digests, later, question, reply, state


@pytest.mark.parametrize(
    ("said", "becomes", "gets"),
    [
        (OWN, "answered", "it was a reservation"),
        ("ASK\nWhich card was it?", "asked", "Which card"),
        ("CLOSE", "closed", ""),
    ],
)
async def test_a_rejected_case_can_be_ended(outside: Outside, said: str, becomes: str, gets: str) -> None:
    """Whoever took the case over answers it from the mail that asked, and is not told that it is too late."""
    async with asked(outside) as office:
        await reply(office, "REJECT I write it myself")
        await later(office)
        assert await state(office) == "open"

        await reply(office, said, sender=BEN)
        await later(office)

        assert codes(outside, BEN) == []
        assert await state(office) == becomes
        assert gets in "".join(answers(outside))
        assert (await question(office)).decided_by == "Ben Ode"


async def test_a_rejected_draft_cannot_be_approved(outside: Outside) -> None:
    """It was refused by a colleague; only opening the case again brings it back."""
    async with asked(outside) as office:
        await reply(office, "REJECT")
        await later(office)
        await reply(office, "APPROVE", sender=BEN)
        await later(office)

        assert codes(outside, BEN) == ["REVIEW-08"]
        assert len(answers(outside)) == 1, "the holding reply of the rejection"


async def test_it_is_ended_once(outside: Outside) -> None:
    """Two people who both took it over must not send two answers."""
    async with asked(outside) as office:
        await reply(office, "REJECT")
        await reply(office, OWN)
        await reply(office, OWN.replace("reservation", "mistake"), sender=BEN)
        await later(office)

        assert codes(outside, BEN) == ["REVIEW-08"]
        assert len(answers(outside)) == 1


async def test_the_holding_reply_does_not_follow_the_answer(outside: Outside) -> None:
    """The customer must not read that a person answers later, beside that answer."""
    outside.model.mood = ANGRY
    async with open_office(outside, policy=POLICY) as office:
        outside.customer_writes("You charged me twice!", subject="Charged twice")
        await office.work()
        await reply(office, "REJECT")
        await reply(office, OWN)
        await later(office)

        assert len(outside.mails_to(TOM)) == 2
        assert "it was a reservation" in text_of(outside.mails_to(TOM)[-1])


async def test_a_short_text_after_a_rejection_waits_for_a_yes(outside: Outside) -> None:
    """It may be an instruction, as before a decision."""
    async with asked(outside) as office:
        await reply(office, "REJECT")
        await later(office)
        await reply(office, "MODIFY\nWe refunded it yesterday.")
        assert codes(outside) == ["REVIEW-07"]
        assert await state(office) == "waiting"

        await reply(office, "APPROVE", to=digests(outside)[-1])
        await later(office)

        assert "We refunded it yesterday." in "".join(answers(outside))


async def test_it_can_be_taken_back(outside: Outside) -> None:
    """As any decision, within the window."""
    async with asked(outside) as office:
        await reply(office, "REJECT")
        await later(office)
        await reply(office, OWN)
        await reply(office, "UNDO")
        await later(office)

        assert len(answers(outside)) == 1, "the holding reply of the rejection"
        assert await state(office) == "waiting"
