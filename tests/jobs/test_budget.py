"""What models may cost: counted in the store, over all cases and restarts."""

from datetime import timedelta

from mailagent.domain.budget import Budget
from tests.fakes.mails import ADMIN, TOM, words
from tests.jobs.office import Outside, open_office

A_MAIL = 220
"""Tokens of a mail that is answered: two calls."""


def asked_for_nothing(outside: Outside) -> list[bool]:
    """For each mail that was classified: whether no model that costs might be asked."""
    calls = zip(outside.model.calls, outside.model.mails, strict=True)
    return [bool(mail.no_cost) for step, mail in calls if step == "classify"]


async def test_a_sender_uses_up_a_budget_and_gets_a_new_one_the_next_day(outside: Outside) -> None:
    """One flood must not empty the account; the other customers are served as ever."""
    async with open_office(outside, budget=Budget(sender_day=2 * A_MAIL)) as office:
        for _ in range(3):
            outside.customer_writes()
            await office.work()
        outside.customer_writes(sender="Ann <ann@other.example>")
        await office.work()
        assert asked_for_nothing(outside) == [False, False, True, False]

        outside.clock.passes(timedelta(days=1, minutes=1))
        outside.customer_writes()
        await office.work()

    assert asked_for_nothing(outside)[-1] is False
    assert outside.mails_to(ADMIN) == []


async def test_the_budget_of_a_case_counts_its_mails_only(outside: Outside) -> None:
    """A long quarrel in one thread stops; the same customer's next matter does not."""
    async with open_office(outside, budget=Budget(case_day=A_MAIL)) as office:
        outside.customer_writes()
        await office.work()
        (answer,) = outside.mails_to(TOM)
        outside.customer_writes("And Klarna?", answering=answer)
        outside.customer_writes("Something new")
        await office.work()

    assert sorted(asked_for_nothing(outside)) == [False, False, True]


async def test_the_budget_for_all_is_told_before_it_ends_and_when_it_does(outside: Outside) -> None:
    """Once each a day: the admin can raise it in time, and knows why reviewers get everything."""
    async with open_office(outside, budget=Budget(overall_day=5 * A_MAIL)) as office:
        for number in range(7):
            outside.customer_writes(sender=f"Ann <ann@{number}.example>")
            await office.work()

    nearly, gone = outside.mails_to(ADMIN)
    assert "880 of 1,100 tokens were used in the last day" in words(nearly)
    assert nearly["Subject"].endswith("The budget for models will not last")
    assert gone["Subject"].endswith("The budget for models is used up")
    assert asked_for_nothing(outside) == [False] * 5 + [True] * 2


async def test_articles_are_found_by_words_alone_once_the_budget_is_gone(outside: Outside) -> None:
    """The vector of a mail costs too."""
    async with open_office(outside, budget=Budget(sender_day=A_MAIL)) as office:
        for _ in range(2):
            outside.customer_writes()
            await office.work()

    assert outside.knowledge.free == [False, True]
