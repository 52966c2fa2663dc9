"""A question whose digest found nobody goes to somebody else, and everybody who looks can see it."""

from datetime import time

import pytest

from mailagent.domain.case import CaseId
from tests.fakes.mails import ADMIN, BEN, DANA, QUEUE, TOM, mail, text_of, words
from tests.jobs.office import Office, Outside
from tests.jobs.test_bounces import report
from tests.jobs.test_remind_reviewers import LEAD, asked, opened, reminders, vienna


def away(outside: Outside, *, of: str = DANA) -> None:
    """A reviewer's program answers the newest digest or list."""
    digest = outside.mails_to(QUEUE)[-1]
    outside.mailbox.deliver(
        mail(
            "I am away until Monday.",
            subject=f"Automatic reply: {digest['Subject']}",
            sender=of,
            to=str(digest["Reply-To"]),
            answering=digest,
            Auto_Submitted="auto-replied",
        )
    )


async def unreached(office: Office) -> object:
    """What `status` says of it."""
    return (await office.views.status())["unreached"]


async def test_a_question_goes_on_when_a_reviewer_is_away(outside: Outside) -> None:
    """The lead gets it with all that is needed to decide, once, and knows why; nobody is told that they decided."""
    async with opened(outside) as office:
        await asked(outside, office, vienna(16, 9))
        away(outside)
        away(outside, of=BEN)
        await office.work()

        assert await reminders(outside, office, vienna(16, 9, 1)) == [(LEAD, "has read")]
        (passed_on,) = outside.mails_to(LEAD)
        assert "answers by itself: Automatic reply: [C-1] Charged twice" in words(passed_on)
        assert outside.mails_to(DANA) == outside.mails_to(ADMIN) == []
        assert await unreached(office) == [
            {"case": "C-1", "why": f"{BEN} answers by itself: Automatic reply: [C-1] Charged twice"}
        ]
        case = await office.views.case(CaseId(1))
        assert case is not None
        assert f"{DANA} answers by itself" in str(case["messages"])

        outside.reviewer_replies("APPROVE", to=passed_on)
        await office.work()

        assert "We are on it." in text_of(outside.mails_to(TOM)[-1])
        assert await unreached(office) == []


async def test_the_questions_of_a_list_go_on_when_a_reviewer_is_away(outside: Outside) -> None:
    """One list stands for many digests; without this nobody would look at any of its cases."""
    async with opened(outside, times=(time(9), time(11))) as office:
        await asked(outside, office, vienna(16, 9))
        await asked(outside, office, vienna(16, 9, 10))
        outside.clock.time = vienna(16, 11)
        await office.remind()
        assert "[Support]" in str(outside.mails_to(QUEUE)[-1]["Subject"])
        away(outside)
        await office.work()

        assert await reminders(outside, office, vienna(16, 11, 1)) == [(LEAD, "has read"), (LEAD, "has read")]
        assert "answers by itself: Automatic reply: [Support]" in str(await unreached(office))


async def test_the_queue_is_still_reminded_after_that(outside: Outside) -> None:
    """Who was away for an hour may be back."""
    async with opened(outside) as office:
        await asked(outside, office, vienna(16, 9))
        away(outside)
        await office.work()

        assert await reminders(outside, office, vienna(16, 10)) == [(LEAD, "has read")]
        assert await reminders(outside, office, vienna(16, 12)) == [(QUEUE, "three quarters")]
        assert await reminders(outside, office, vienna(16, 13)) == [(LEAD, "is over")]


async def test_the_admin_is_told_once_where_nobody_else_can_be_asked(outside: Outside) -> None:
    """Without escalate_to somebody must see that the queue is empty; a holiday is not a mail a case."""
    async with opened(outside, escalate_to=None) as office:
        for hour in (9, 10):
            await asked(outside, office, vienna(16, hour))
            away(outside)
            await office.work()

        assert await reminders(outside, office, vienna(16, 10, 1)) == []
        (notice,) = outside.mails_to(ADMIN)
        assert "A reviewer is away" in str(notice["Subject"])
        assert f"Sender: {DANA}" in words(notice)


async def test_a_stranger_with_a_digest_does_not_flood_the_admin(outside: Outside) -> None:
    """A program can answer under as many names as it likes; Dana's absence is told all the same."""
    async with opened(outside, escalate_to=None) as office:
        await asked(outside, office, vienna(16, 9))
        for name in ("a", "b", "c"):
            away(outside, of=f"{name}@evil.example")
        away(outside)
        await office.work()

        told = [words(notice) for notice in outside.mails_to(ADMIN)]
        assert ["Sender: a@evil.example" in text or f"Sender: {DANA}" in text for text in told] == [True, True]


async def test_the_admin_is_told_when_the_last_person_is_away(outside: Outside) -> None:
    """There is nobody after the lead."""
    async with opened(outside) as office:
        await asked(outside, office, vienna(16, 9))
        away(outside, of=LEAD)
        await office.work()

        assert "A reviewer is away" in str(outside.mails_to(ADMIN)[0]["Subject"])


@pytest.mark.parametrize("status", ["5.1.1", "5.2.2"])
async def test_a_digest_that_came_back_goes_on(outside: Outside, status: str) -> None:
    """A queue that does not exist any more would keep every question for ever."""
    async with opened(outside) as office:
        await asked(outside, office, vienna(16, 9))
        digest = outside.mails_to(QUEUE)[0]
        outside.mailbox.deliver(report(str(digest["Message-ID"]), of=QUEUE, status=status))
        await office.work()

        assert await reminders(outside, office, vienna(16, 9, 1)) == [(LEAD, "has read")]
        assert f"the mail to {QUEUE} came back" in words(outside.mails_to(LEAD)[0])
        assert "A mail came back" in str(outside.mails_to(ADMIN)[0]["Subject"])


async def test_an_answer_by_a_program_without_the_right_changes_nothing(outside: Outside) -> None:
    """Anybody can write an absence note; only who got the digest has its token."""
    async with opened(outside) as office:
        await asked(outside, office, vienna(16, 9))
        outside.mailbox.deliver(
            mail("Away.", subject="Automatic reply: [C-1]", sender=DANA, Auto_Submitted="auto-replied")
        )
        await office.work()

        assert await reminders(outside, office, vienna(16, 9, 1)) == []
        assert await unreached(office) == []
