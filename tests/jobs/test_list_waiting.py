"""The list of all that waits comes at the times that the admin set, and only then."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, time, timedelta

from mailagent.domain.policy import Mode
from mailagent.domain.routing import Conditions, Rule
from tests.fakes.mails import ADMIN, DANA, QUEUE, SUPPORT, TOM, mail, text_of, words
from tests.jobs.office import Office, Outside, open_office
from tests.jobs.test_remind_reviewers import OFFICE_HOURS, vienna

RULES = (
    Rule(name="late", when=Conditions(subject_matches="Late"), then="escalate", priority="urgent", why="it is late"),
    Rule(name="ask", then="escalate", why="a person decides"),
)


@asynccontextmanager
async def opened(outside: Outside, *, mode: Mode = "auto", takes_plus: bool = True) -> AsyncIterator[Office]:
    """An office from nine to five that lists what waits at nine and at two."""
    times = (time(9), time(14))
    async with open_office(
        outside, rules=RULES, working=OFFICE_HOURS, times=times, mode=mode, takes_plus=takes_plus
    ) as office:
        yield office


async def asked(outside: Outside, office: Office, at: datetime, subject: str) -> None:
    """Somebody writes."""
    outside.clock.time = at
    outside.customer_writes(f"This is about {subject}.", subject=subject, sender=f"x{at:%d%H%M}@customer.example")
    await office.work()


async def lists(outside: Outside, office: Office, at: datetime) -> list[str]:
    """The subjects of the lists that were sent at `at`."""
    before = len(outside.mails_to(QUEUE))
    outside.clock.time = at
    for _ in range(3):
        await office.remind()
    return [str(sent["Subject"]) for sent in outside.mails_to(QUEUE)[before:] if "[Support]" in str(sent["Subject"])]


async def test_a_list_comes_at_its_time_if_something_waits(outside: Outside) -> None:
    """Nothing in the night, nothing twice, and nothing about what has just had a mail of its own."""
    async with opened(outside) as office:
        assert await lists(outside, office, vienna(16, 9)) == []
        await asked(outside, office, vienna(16, 10), "Mugs")

        assert await lists(outside, office, vienna(16, 10, 1)) == []
        assert await lists(outside, office, vienna(16, 13, 59)) == []
        assert await lists(outside, office, vienna(16, 14)) == ["[Support] 1 case waits for a decision"]
        assert await lists(outside, office, vienna(16, 15)) == []
        assert await lists(outside, office, vienna(17, 0)) == []
        assert await lists(outside, office, vienna(17, 9)) == ["[Support] 1 case waits for a decision"]
        assert await lists(outside, office, vienna(21, 9)) == []


async def test_what_is_overdue_stands_first(outside: Outside) -> None:
    """Each case with all that tells whether it can wait, and a button that writes to that case alone."""
    async with opened(outside) as office:
        await asked(outside, office, vienna(20, 15), "Mugs")
        await asked(outside, office, vienna(20, 16), "Towels")
        await asked(outside, office, vienna(21, 10), "Late parcel")
        assert await lists(outside, office, vienna(23, 9)) == ["[Support] 3 cases wait for a decision"]

    sent = next(sent for sent in outside.mails_to(QUEUE) if sent["X-Mailagent-Kind"] == "list")
    text = words(sent)
    assert text.index("C-3") < text.index("C-1") < text.index("C-2")
    assert "Overdue: 1" in text
    assert "C-3 Late parcel Due Sat 21 Nov, 14:00 CET, overdue by 1 d 19 h" in text
    assert "neutral, about: billing, priority: urgent" in text
    html = sent.get_body(("html",))
    assert html is not None
    content = str(html.get_content())
    assert [content.count(f"mailto:support+r.c{case}.1.") for case in (1, 2, 3)] == [1, 1, 1]
    assert "body=APPROVE" not in content
    assert "Ref C-" not in text


async def test_the_example_is_a_decision_that_can_be_carried_out(outside: Outside) -> None:
    """Whoever copies it from the mail is else told that there is no draft, or nobody to answer."""
    outside.clock.time = vienna(16, 9)
    async with opened(outside) as office:
        outside.customer_writes(sender=f"Tom <{TOM}>, Ann <ann@customer.example>")
        await office.work()
        outside.model.draft = None
        await asked(outside, office, vienna(16, 10), "Mugs")
        assert await lists(outside, office, vienna(16, 14)) == ["[Support] 2 cases wait for a decision"]
        outside.model.draft = "We are on it."
        await asked(outside, office, vienna(16, 15), "Towels")
        assert await lists(outside, office, vienna(17, 9)) == ["[Support] 3 cases wait for a decision"]

    before, after = (words(sent) for sent in outside.mails_to(QUEUE) if sent["X-Mailagent-Kind"] == "list")
    assert "For example: CLOSE C-1 " in before
    assert "For example: APPROVE C-3 " in after


async def test_a_time_that_was_missed_is_made_up_for_once(outside: Outside) -> None:
    """After days without mailagent one list tells it all; at night none does."""
    async with opened(outside) as office:
        await asked(outside, office, vienna(16, 10), "Mugs")
    async with opened(outside) as office:
        assert await lists(outside, office, vienna(18, 20)) == []
        assert await lists(outside, office, vienna(19, 11)) == ["[Support] 1 case waits for a decision"]
    async with opened(outside) as office:
        assert await lists(outside, office, vienna(19, 12)) == []


async def test_a_decided_case_is_not_listed(outside: Outside) -> None:
    """The list is of work that is left."""
    async with opened(outside) as office:
        await asked(outside, office, vienna(16, 10), "Mugs")
        outside.reviewer_replies("APPROVE")
        await office.work()

        assert await lists(outside, office, vienna(16, 14)) == []


async def test_shadow_mode_lists_nothing(outside: Outside) -> None:
    """Nothing leaves."""
    async with opened(outside) as office:
        await asked(outside, office, vienna(16, 10), "Mugs")
    async with opened(outside, mode="shadow") as office:
        assert await lists(outside, office, vienna(16, 14)) == []


async def test_a_reply_to_a_list_is_no_customers_mail(outside: Outside) -> None:
    """A reviewer who says thanks must not get an automatic answer, or a case; they hear that nothing was decided."""
    async with opened(outside) as office:
        await asked(outside, office, vienna(16, 10), "Mugs")
        await lists(outside, office, vienna(16, 14))
        sent = outside.mails_to(QUEUE)[-1]
        reply = mail("Thanks, I will look at them.", sender=f"Dana <{DANA}>", to=SUPPORT, answering=sent)
        outside.mailbox.deliver(reply)
        await office.work()

        assert len(await office.views.cases(to_decide=False, limit=10)) == 1
        assert "Nothing was carried out" in words(outside.mails_to(DANA)[0])


async def test_a_list_that_cannot_be_written_is_told_to_the_admin(outside: Outside) -> None:
    """Nobody misses a mail that did not come."""
    async with opened(outside) as office:
        await asked(outside, office, vienna(16, 10), "Mugs")
        outside.clock.time = vienna(16, 10) + timedelta(hours=4)
        (at,) = await office.list_waiting.due()
        await office.list_waiting.set_aside(at, RuntimeError("a bug"))
        await office.remind()

        assert "A reminder could not be written" in text_of(outside.mails_to(ADMIN)[0])
        assert await lists(outside, office, vienna(16, 15)) == []
