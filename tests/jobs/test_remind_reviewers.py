"""A question that nobody decides is put again: in time, to the right person, and once."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, time, timedelta

import pytest

from mailagent.domain.policy import Mode
from mailagent.domain.routing import Priority, Rule
from mailagent.domain.working_time import WorkingTime
from mailagent.errors import PermanentError
from tests.fakes.mails import ADMIN, DANA, QUEUE, TOM, text_of, words
from tests.jobs.office import VIENNA, Office, Outside, open_office

LEAD = "lead@larkfield.example"
OFFICE_HOURS = WorkingTime(zone=VIENNA, week=(((9 * 60, 17 * 60),),) * 5 + ((), ()))
MORNINGS = WorkingTime(zone=VIENNA, week=(((9 * 60, 10 * 60),),) * 7)


def vienna(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026; the 16th is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=VIENNA)


@asynccontextmanager
async def opened(
    outside: Outside,
    *,
    priority: Priority = "normal",
    escalate_to: str | None = LEAD,
    mode: Mode = "auto",
    own_hours: bool = False,
    times: Sequence[time] = (),
) -> AsyncIterator[Office]:
    """An office from nine to five that asks a person about everything."""
    rules = [Rule(name="ask", then="escalate", priority=priority, why="a person decides")]
    personal = {LEAD: MORNINGS} if own_hours else {}
    async with open_office(
        outside, rules=rules, working=OFFICE_HOURS, personal=personal, escalate_to=escalate_to, mode=mode, times=times
    ) as office:
        yield office


async def asked(outside: Outside, office: Office, at: datetime) -> None:
    """Tom writes; the answer must be approved within four working hours."""
    outside.clock.time = at
    outside.customer_writes("You charged me twice!", subject="Charged twice")
    await office.work()


async def reminders(outside: Outside, office: Office, at: datetime) -> list[tuple[str, str]]:
    """Who was reminded at `at`, and what of, in the words of the mail."""
    before = len(outside.sender.accepted)
    outside.clock.time = at
    for _ in range(3):
        await office.remind()
    new = outside.sender.accepted[before:]
    mails = [(to, words(outside.mails_to(to)[-1])) for to, _ in new]
    return [
        (to, next(said for said in ("three quarters", "is over", "has read") if said in text)) for to, text in mails
    ]


async def test_the_queue_is_reminded_at_three_quarters_and_the_lead_at_the_end(outside: Outside) -> None:
    """Asked on Monday at nine, due at one."""
    async with opened(outside) as office:
        await asked(outside, office, vienna(16, 9))

        assert await reminders(outside, office, vienna(16, 11, 59)) == []
        assert await reminders(outside, office, vienna(16, 12)) == [(QUEUE, "three quarters")]
        assert await reminders(outside, office, vienna(16, 12, 59)) == []
        assert await reminders(outside, office, vienna(16, 13)) == [(LEAD, "is over")]
        assert await reminders(outside, office, vienna(17, 13)) == []


async def test_the_customer_is_promised_the_time_that_is_counted(outside: Outside) -> None:
    """Four hours from Friday at four are Monday at noon, for the reviewer and for the customer."""
    async with opened(outside) as office:
        await asked(outside, office, vienna(20, 16))

    assert "Mon 23 Nov, 12:00 CET" in words(outside.mails_to(QUEUE)[0])
    assert "by Monday, 23 November, 12:00 (CET)" in words(outside.mails_to(TOM)[0])


async def test_writing_again_does_not_move_what_was_promised(outside: Outside) -> None:
    """The customer was told a time once; the second question is due at it too, and is not put again when it is late."""
    async with opened(outside) as office:
        await asked(outside, office, vienna(16, 9))
        outside.clock.time = vienna(16, 12, 30)
        outside.customer_writes("Hello?", answering=outside.mails_to(TOM)[0])
        await office.work()
        assert "today 13:00 CET" in words(outside.mails_to(QUEUE)[-1])

        assert await reminders(outside, office, vienna(16, 13)) == [(LEAD, "is over")]
        outside.clock.time = vienna(16, 14)
        outside.customer_writes("Anybody?", answering=outside.mails_to(TOM)[0])
        await office.work()

        assert "overdue by 1 h" in words(outside.mails_to(QUEUE)[-1])
        assert await reminders(outside, office, vienna(17, 10)) == []


async def test_nobody_is_reminded_outside_working_hours(outside: Outside) -> None:
    """Three quarters are over at five on Monday; the reminder waits for Tuesday at nine."""
    async with opened(outside) as office:
        await asked(outside, office, vienna(16, 14))

        assert await reminders(outside, office, vienna(16, 17)) == []
        assert await reminders(outside, office, vienna(17, 0)) == []
        assert await reminders(outside, office, vienna(17, 8, 59)) == []
        assert await reminders(outside, office, vienna(17, 9)) == [(QUEUE, "three quarters")]


async def test_an_urgent_question_runs_around_the_clock(outside: Outside) -> None:
    """An angry customer on Saturday night is not told Monday."""
    async with opened(outside, priority="urgent") as office:
        await asked(outside, office, vienna(21, 22))

        assert await reminders(outside, office, vienna(22, 1)) == [(QUEUE, "three quarters")]
        assert await reminders(outside, office, vienna(22, 2)) == [(LEAD, "is over")]


async def test_a_reviewers_own_hours_count_for_mail_to_them_alone(outside: Outside) -> None:
    """Who works in the mornings finds it in the morning."""
    async with opened(outside, own_hours=True) as office:
        await asked(outside, office, vienna(16, 9))

        assert await reminders(outside, office, vienna(16, 13)) == []
        assert await reminders(outside, office, vienna(17, 9)) == [(LEAD, "is over")]


async def test_three_days_without_mailagent_lead_to_one_reminder(outside: Outside) -> None:
    """The latest stage counts, once, also over a restart; the stage that was passed is left out."""
    async with opened(outside) as office:
        await asked(outside, office, vienna(16, 9))

    async with opened(outside) as office:
        assert await reminders(outside, office, vienna(19, 11)) == [(LEAD, "is over")]
    async with opened(outside) as office:
        assert await reminders(outside, office, vienna(19, 12)) == []


async def test_without_escalate_to_the_queue_is_told_what_is_overdue(outside: Outside) -> None:
    """Somebody must be."""
    async with opened(outside, escalate_to=None) as office:
        await asked(outside, office, vienna(16, 9))

        assert await reminders(outside, office, vienna(16, 13)) == [(QUEUE, "is over")]


async def test_a_reply_to_the_reminder_decides(outside: Outside) -> None:
    """It carries the same right as the digest, stands in its thread, and begins with the line to write above."""
    async with opened(outside) as office:
        await asked(outside, office, vienna(16, 9))
        await reminders(outside, office, vienna(16, 12))
        digest, reminder = outside.mails_to(QUEUE)

        assert reminder["Subject"] == f"Re: {digest['Subject']}" == "Re: [C-1] Charged twice"
        assert reminder["Reply-To"] == digest["Reply-To"]
        assert str(reminder["From"]).startswith('"Reminder: Larkfield Support"')
        assert str(digest["References"]) in str(reminder["References"])
        assert text_of(reminder).startswith("Write your decision above this line · C-1")
        html = reminder.get_body(("html",))
        assert html is not None
        assert str(html.get_content()).count('href="mailto:support+r.c1.1.') == 3

        outside.reviewer_replies("APPROVE", to=reminder)
        await office.work()

        assert "We are on it." in text_of(outside.mails_to(TOM)[-1])
        assert await reminders(outside, office, vienna(16, 13)) == []


async def test_a_reminder_that_comes_back_as_a_quote_decides_nothing(outside: Outside) -> None:
    """A mail program that does not mark quotes must not approve."""
    async with opened(outside) as office:
        await asked(outside, office, vienna(16, 9))
        await reminders(outside, office, vienna(16, 12))
        outside.reviewer_replies(text_of(outside.mails_to(QUEUE)[-1]), to=outside.mails_to(QUEUE)[-1])
        await office.work()

    assert len(outside.mails_to(TOM)) == 1
    assert "REVIEW-0" in text_of(outside.mails_to(DANA)[0])


async def test_shadow_mode_reminds_nobody(outside: Outside) -> None:
    """A question from before the mode was changed stays, and nothing leaves."""
    async with opened(outside) as office:
        await asked(outside, office, vienna(16, 9))
    async with opened(outside, mode="shadow") as office:
        assert await reminders(outside, office, vienna(16, 13)) == []


@pytest.mark.parametrize("error", [PermanentError("no"), RuntimeError("a bug")])
async def test_a_reminder_that_cannot_be_written_is_told_to_the_admin(outside: Outside, error: Exception) -> None:
    """It is given up after some tries, and does not keep the others from going out."""
    async with opened(outside) as office:
        await asked(outside, office, vienna(16, 9))
        outside.clock.passes(timedelta(hours=3))
        (reminder,) = await office.remind_reviewers.due()
        await office.remind_reviewers.set_aside(reminder, error)
        await office.remind()

        assert [mail["Subject"] for mail in outside.mails_to(ADMIN)] == ["[Support] A reminder could not be written"]
        assert len(outside.mails_to(QUEUE)) == 1
