"""A case in which nobody can be written to: the reviewers are told, and offered what can be done."""

import pytest

from tests.fakes.mails import ADMIN, DANA, QUEUE, SUPPORT, TOM, words
from tests.fakes.model import ANGRY
from tests.jobs.office import Office, Outside
from tests.jobs.replying import codes, question, reply, state
from tests.jobs.test_list_waiting import lists, opened
from tests.jobs.test_remind_reviewers import vienna

TWO = f"Tom <{TOM}>, Ann <ann@customer.example>"
TO_THE_CUSTOMER = ("APPROVE", "MODIFY", "REVISE", "ASK", "REJECT")


async def nobody_known(outside: Outside, office: Office, sender: str = TWO, **headers: str) -> None:
    """The reviewers are asked about an angry mail of nobody in particular."""
    outside.model.mood = ANGRY
    outside.customer_writes("You charged me twice!", subject="Charged twice", sender=sender, **headers)
    await office.work()


async def test_a_digest_without_a_sender_offers_only_what_can_be_done(outside: Outside, office: Office) -> None:
    """Whoever writes a letter that cannot leave has lost half an hour; there is nobody to write it to."""
    await nobody_known(outside, office)

    digest = outside.mails_to(QUEUE)[0]
    html = digest.get_body(("html",))
    assert html is not None
    text, shown = words(digest), html.get_content()
    assert "NOBODY CAN BE ANSWERED: its From line does not name exactly one sender. If you know who wrote" in text
    assert "Nobody can be answered:</strong> its From line does not name exactly one sender" in shown
    assert "Customer: unknown, no address to answer" in text
    assert "for an email that you write yourself" in text
    assert not [word for word in TO_THE_CUSTOMER if word in text or word in shown]
    assert "Begin with CLOSE" in text
    assert "body=CLOSE" in shown


async def test_a_reminder_without_a_sender_offers_the_same(outside: Outside, office: Office) -> None:
    """It comes to somebody who may not have read the first."""
    await nobody_known(outside, office)
    outside.clock.passes((await question(office)).due_at - outside.clock.now())
    await office.remind()
    await office.work()

    reminder = next(mail for mail in outside.mails_to(QUEUE) if mail["X-Mailagent-Kind"] == "reminder")
    assert "NOBODY CAN BE ANSWERED" in words(reminder)
    assert not [word for word in TO_THE_CUSTOMER if word in words(reminder)]


async def test_a_sender_who_is_named_and_not_known_is_called_by_that_name(outside: Outside, office: Office) -> None:
    """A list that hides the address shows the name; the reviewer may know them."""
    rewritten = f"'Tom' via Support <{SUPPORT}>"
    of_the_list = {"List_Id": "<support.larkfield.example>", "X_Original_From": TOM, "Reply_To": TOM}
    await nobody_known(outside, office, rewritten, **of_the_list)

    assert "Customer: 'Tom' via Support, no address to answer" in words(outside.mails_to(QUEUE)[0])


@pytest.mark.parametrize("said", ["APPROVE", "APPROVE but sooner", "MODIFY\nGone.", "ASK\nWho are you?", "MODIFY"])
async def test_what_would_go_to_nobody_is_answered_at_once(outside: Outside, office: Office, said: str) -> None:
    """Also where the reply is unclear: asked for a better one, the reviewer would write it for nobody."""
    await nobody_known(outside, office)
    await reply(office, said)

    told = words(outside.mails_to(DANA)[-1])
    assert codes(outside) == ["REVIEW-13"]
    assert not [word for word in TO_THE_CUSTOMER if f"Begin with {word}" in told]
    assert "Begin with CLOSE" in told

    await reply(office, "CLOSE")
    assert await state(office) == "closed"
    assert outside.mails_to(ADMIN) == []


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("REJECT", "chose REJECT. The case stays open for a person. Its mail names nobody who could be answered"),
        ("SPAM", "called this spam. The case is closed. Its mail names nobody, so no sender is listed."),
    ],
)
async def test_a_confirmation_without_a_sender_speaks_of_none(
    outside: Outside, office: Office, said: str, told: str
) -> None:
    """A reviewer would wait for what never comes."""
    await nobody_known(outside, office)
    await reply(office, said)

    assert told in words(outside.mails_to(DANA)[-1])


async def test_the_status_of_a_case_without_a_sender_names_none(outside: Outside, office: Office) -> None:
    """An empty pair of brackets looks like a fault."""
    await nobody_known(outside, office)
    await reply(office, "STATUS")

    assert "Customer: unknown sender, since" in words(outside.mails_to(DANA)[-1])


async def test_a_list_names_an_unknown_sender_so(outside: Outside) -> None:
    """A name that is missing looks like a fault."""
    async with opened(outside) as office:
        outside.clock.time = vienna(16, 10)
        await nobody_known(outside, office)

        assert await lists(outside, office, vienna(16, 14))
        assert "Customer: unknown sender," in words(outside.mails_to(QUEUE)[-1])
