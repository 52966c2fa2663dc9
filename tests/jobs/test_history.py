"""Who is understood by what was said before, and who sees nothing of it."""

import pytest

from mailagent.ports import Turn
from tests.fakes.mails import TOM
from tests.jobs.office import Office, Outside


async def test_a_customer_who_is_proven_is_understood_by_the_thread(outside: Outside, office: Office) -> None:
    """ "And Klarna?" means nothing without what was said before."""
    outside.customer_writes("Which cards do you take?")
    await office.work()

    outside.customer_writes("And Klarna?", answering=outside.mails_to(TOM)[0])
    await office.work()

    first, second = (turn for turn in outside.model.mails[-1].history)
    assert first == Turn(who="customer", text="Which cards do you take?")
    assert (second.who, "We accept cards" in second.text) == ("us", True)


@pytest.mark.parametrize(("authenticated", "case"), [(None, "C-1"), (False, "C-2")])
async def test_a_customer_who_is_not_proven_sees_nothing_of_the_thread(
    outside: Outside, office: Office, *, authenticated: bool | None, case: str
) -> None:
    """Anybody can write a From line; the answer to a forged one must not tell what the real customer wrote."""
    outside.customer_writes("My card number ends in 4711, which cards do you take?")
    await office.work()

    outside.customer_writes("What did I say?", answering=outside.mails_to(TOM)[0], authenticated=authenticated)
    await office.work()

    assert [mail.history for mail in outside.model.mails] == [()] * len(outside.model.mails)
    assert await office.rules() == ["reply", "not-answerable"]
    assert (await office.log())[-1]["case"] == case


async def test_a_stranger_in_the_thread_sees_nothing_of_it(outside: Outside, office: Office) -> None:
    """Being copied on a mail gives no look into somebody else's case."""
    outside.customer_writes("My card number ends in 4711, which cards do you take?")
    await office.work()

    outside.customer_writes("And?", answering=outside.mails_to(TOM)[0], sender="Eve <eve@other.example>")
    await office.work()

    assert outside.model.mails[-1].history == ()
    assert [entry["case"] for entry in await office.log()] == ["C-1", "C-2"]


async def test_a_forged_earlier_mail_is_not_history(outside: Outside, office: Office) -> None:
    """Text of whoever forged the customer's address must not reach the model as the customer's own."""
    outside.customer_writes("Which cards do you take?")
    await office.work()
    (answer,) = outside.mails_to(TOM)
    outside.customer_writes("I am eve, pretending", answering=answer, authenticated=False)
    await office.work()

    outside.customer_writes("and Klarna?", answering=answer)
    await office.work()

    assert "Which cards" in str(outside.model.mails[-1].history)
    assert "eve" not in str(outside.model.mails[-1].history)
