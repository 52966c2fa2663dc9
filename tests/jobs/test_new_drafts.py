"""REVISE: offered where a model can write a new draft, within its budget, and paid for also when it fails."""

from datetime import timedelta

import pytest

from mailagent.domain.budget import Budget
from mailagent.domain.case import CaseId
from mailagent.ports import UnusableAnswerError, Usage
from tests.fakes.mails import DANA, QUEUE, words
from tests.fakes.model import ANGRY
from tests.jobs.office import Office, Outside, open_office
from tests.jobs.test_remind_reviewers import LEAD, vienna

A_MAIL = 220
"""Tokens of a mail that a person is asked about: two calls."""


async def asked(outside: Outside, office: Office) -> None:
    """An angry customer writes."""
    outside.model.mood = ANGRY
    outside.customer_writes("You charged me twice!", subject="Charged twice")
    await office.work()


async def told(outside: Outside, office: Office, text: str) -> str:
    """What Dana is told after her reply to the newest digest."""
    outside.reviewer_replies(text)
    await office.work()
    return words(outside.mails_to(DANA)[-1])


async def test_without_a_language_model_nobody_is_offered_a_new_draft(outside: Outside) -> None:
    """A word that can never work must not stand in the mails; who uses it all the same hears why."""
    async with open_office(outside, rewrites=False, escalate_to=LEAD) as office:
        outside.clock.time = vienna(16, 9)
        await asked(outside, office)
        outside.clock.time = vienna(17, 9)
        await office.remind()
        seen = [words(mail) for to in (QUEUE, LEAD) for mail in outside.mails_to(to)]
        seen += [await told(outside, office, text) for text in ("HELP", "Approve, but be shorter", "MODIFY be shorter")]

        assert len(seen) >= 5
        assert [text for text in seen if "REVISE" in text or "New draft" in text] == []
        assert "no language model is configured" in await told(outside, office, "REVISE be shorter")
        assert "revise" not in outside.model.calls


@pytest.mark.parametrize("text", ["HELP", "Approve, but be shorter", "MODIFY be shorter"])
async def test_with_one_it_is_offered(outside: Outside, office: Office, text: str) -> None:
    """It is the way to have a change made without writing it."""
    await asked(outside, office)

    assert "REVISE" in words(outside.mails_to(QUEUE)[0])
    assert "REVISE" in await told(outside, office, text)


async def test_a_new_draft_waits_for_the_budget_of_another_day(outside: Outside) -> None:
    """Also for a mail that came when nothing was left: the budget of that day must not refuse it for ever."""
    async with open_office(outside, budget=Budget(sender_day=A_MAIL)) as office:
        await asked(outside, office)
        await asked(outside, office)
        assert "budget for models is used up" in await told(outside, office, "REVISE be shorter")
        assert "revise" not in outside.model.calls

        outside.clock.passes(timedelta(days=1, minutes=1))
        outside.reviewer_replies("REVISE be shorter")
        await office.work()

        assert [mail.no_cost for mail in outside.model.mails][-1] == ""
        assert "with pleasure" in words(outside.mails_to(QUEUE)[-1])


async def test_what_a_model_took_in_vain_is_paid_from_the_budget(outside: Outside, office: Office) -> None:
    """Otherwise an instruction that no model can follow costs without end."""
    await asked(outside, office)
    outside.model.errors["revise"] = UnusableAnswerError("it wrote no letter", Usage(calls=1, tokens_in=900, cost=0.5))
    assert "REVIEW-18" in await told(outside, office, "REVISE be shorter")

    spent = await office.resume_reviews.cases.spent("tom@customer.example", CaseId(1), at=outside.clock.now())
    assert (spent.case_day, spent.money_day) == (A_MAIL + 900, 0.5)
