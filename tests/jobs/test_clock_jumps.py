"""A clock that jumps, forward or back, by hours or years: mail is neither late nor twice, and nobody is flooded."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import time, timedelta

import psycopg
import pytest

from mailagent.domain.caps import Caps
from mailagent.errors import TemporaryError, UncertainError
from mailagent.jobs.receive_mail import FEW, REFUSED_AFTER
from tests.fakes.journal import FakeJournal
from tests.fakes.mails import ADMIN, BEN, QUEUE, TOM, mail, words
from tests.fakes.model import ANGRY
from tests.jobs.office import Office, Outside, open_office
from tests.jobs.replying import POLICY
from tests.jobs.test_bounces import answered, report

JUMPS = [timedelta(hours=3), timedelta(days=400)]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ANN, MIRA = "ann@ann.example", "mira@mira.example"


async def minutes(office: Office, number: int = 2) -> None:
    """What the daemon does meanwhile."""
    for _ in range(number):
        await office.remind()
        await office.work()
        office.outside.clock.passes(MINUTE)


@pytest.mark.parametrize(("ahead", "restarts"), [(JUMPS[0], False), (timedelta(days=5), True), (JUMPS[1], True)])
async def test_fault_46_what_a_clock_that_was_ahead_wrote_is_done_when_it_is_right(
    outside: Outside, ahead: timedelta, *, restarts: bool
) -> None:
    """The machine started before it knew the time. One answer waits for a busy server, one may have left, one mail is
    not sorted yet: none of them may wait until that time comes.
    """
    async with open_office(outside) as office:
        await office.remind()
        outside.clock.passes(ahead)
        for sender, fault in ((TOM, TemporaryError("450 busy")), (ANN, UncertainError("no reply to the dot"))):
            outside.customer_writes(sender=sender)
            (outside.sender.errors if sender == TOM else outside.sender.late_errors).append(fault)
            await office.work()
        outside.customer_writes(sender=MIRA)
        await office.receive_mail.visit()
        await office.remind()
        outside.clock.passes(-ahead)
        if not restarts:
            await minutes(office)
    async with open_office(outside) as office:
        await minutes(office)

        assert [len(outside.mails_to(of)) for of in (TOM, ANN, MIRA)] == [1, 1, 1]
        assert ["may not have been sent" in str(notice["Subject"]) for notice in outside.mails_to(ADMIN)] == [True]
        assert await office.broken() == []


async def test_fault_46_a_mail_that_may_have_left_is_told_of_in_time(outside: Outside) -> None:
    """A quarter of an hour is promised, by whatever clock: here one that is put back by half an hour meanwhile."""
    async with open_office(outside) as office:
        journals = {"support": FakeJournal()}
        office = replace(office, settle_uncertain=replace(office.settle_uncertain, journals=journals))  # noqa: PLW2901 - the same
        outside.customer_writes()
        await office.receive()
        await office.decide()
        outside.clock.passes(HOUR / 2)
        outside.sender.late_errors.append(UncertainError("no reply to the dot"))
        await office.remind()
        outside.clock.passes(-HOUR / 2)
        await minutes(office, 16)

        assert ["may not have been sent" in str(notice["Subject"]) for notice in outside.mails_to(ADMIN)] == [True]
        assert len(outside.mails_to(TOM)) == 1
        assert await office.broken() == []


async def test_fault_46_an_approved_answer_keeps_its_window_when_the_clock_is_put_back(outside: Outside) -> None:
    """It was to leave in two minutes: not in a month, nor before they are over, for the reviewer may take it back."""
    async with open_office(outside, policy=POLICY) as office:
        outside.model.mood = ANGRY
        outside.customer_writes()
        await office.work()
        await office.remind()
        outside.clock.passes(timedelta(days=20))
        outside.reviewer_replies("APPROVE")
        await office.receive()
        await office.decide()
        await office.follow_clock.look()
        outside.clock.passes(timedelta(days=-20))
        await minutes(office)
        assert len(outside.mails_to(TOM)) == 1

        await minutes(office)
        assert len(outside.mails_to(TOM)) == 2
        assert await office.broken() == []


@pytest.mark.parametrize("ahead", JUMPS, ids=str)
async def test_fault_46_a_question_put_by_a_clock_that_was_ahead_is_due_in_time(
    outside: Outside, ahead: timedelta
) -> None:
    """Four hours from when the clock is right: a reviewer who forgets it must be reminded, once at each stage."""
    async with open_office(outside, escalate_to=BEN) as office:
        await office.remind()
        outside.clock.passes(ahead)
        outside.model.mood = ANGRY
        outside.customer_writes()
        await office.work()
        await office.follow_clock.look()
        outside.clock.passes(-ahead)
        await minutes(office)
        assert (len(outside.mails_to(QUEUE)), len(outside.mails_to(BEN))) == (1, 0)

        outside.clock.passes(4 * HOUR)
        await minutes(office, 3)

        assert (len(outside.mails_to(QUEUE)), len(outside.mails_to(BEN))) == (1, 1)


async def test_fault_46_a_clock_that_jumps_about_reminds_of_a_question_once(outside: Outside) -> None:
    """A year ahead every question looks overdue. Each is put again once, however often the clock jumps."""
    async with open_office(outside, escalate_to=BEN, times=[time(9), time(14)]) as office:
        outside.model.mood = ANGRY
        for number in range(4):
            outside.customer_writes(sender=f"c{number}@c{number}.example")
        await minutes(office)
        before = len(outside.mails_to(QUEUE))
        for jump in (timedelta(days=400), timedelta(days=-400), timedelta(hours=30), timedelta(hours=-30)):
            outside.clock.passes(jump)
            await minutes(office, 3)

        assert len(outside.mails_to(BEN)) == 4
        lists = outside.mails_to(QUEUE)[before:]
        assert len({mail["Subject"] for mail in lists}) <= len(lists) <= 2, "a list a day that the clock showed"
        assert await office.broken() == []


async def test_fault_46_caps_hold_for_an_hour_and_not_until_the_time_that_was_shown(outside: Outside) -> None:
    """What left while the clock was ahead still counts, so that jumps let no loop run on; but not for a year."""
    caps = Caps(sender_hour=1, sender_day=50, domain_hour=50, case_day=50)
    async with open_office(outside, caps=caps) as office:
        await office.remind()
        outside.clock.passes(timedelta(days=400))
        outside.customer_writes("Which cards do you take?")
        await minutes(office)
        outside.clock.passes(timedelta(days=-400))
        await minutes(office)
        outside.customer_writes("Do you take checks?", subject="Checks")
        await minutes(office)
        assert len(outside.mails_to(QUEUE)) == 1, "the cap did not hold"

        outside.clock.passes(HOUR)
        answered = len(outside.mails_to(TOM))
        outside.customer_writes("Do you take gold?", subject="Gold")
        await minutes(office)

        assert (len(outside.mails_to(TOM)), len(outside.mails_to(QUEUE))) == (answered + 1, 1)


async def test_fault_46_new_mail_is_not_lost_to_a_clock_that_is_days_ahead(outside: Outside) -> None:
    """It looks old, so a person sees it; when the clock is right, mail is answered as ever."""
    arrives = outside.clock.now()
    async with open_office(outside) as office:
        await minutes(office)
        outside.clock.passes(timedelta(days=5))
        outside.mailbox.deliver(mail(sender=TOM), at=arrives)
        await minutes(office)
        outside.clock.passes(timedelta(days=-5))
        outside.mailbox.deliver(mail(sender=ANN), at=outside.clock.now())
        await minutes(office)

        assert "before it was read" in words(outside.mails_to(QUEUE)[0])
        assert len(outside.mails_to(ANN)) == 1
        assert await office.broken() == []


async def test_fault_46_a_folder_made_anew_after_a_first_start_ahead_of_time_is_read(outside: Outside) -> None:
    """Its mail is asked for by the day of the first start; a day that has not come would leave all of it out."""
    now = outside.clock.now()
    async with open_office(outside) as office:
        outside.clock.passes(timedelta(days=400))
        await minutes(office)
        outside.clock.passes(timedelta(days=-400))
        outside.mailbox.deliver(mail(sender=TOM), at=now)
        outside.mailbox.rebuild()
        await minutes(office)

        assert len(outside.mails_to(TOM)) == 1


async def test_fault_46_a_clock_put_back_while_a_storm_is_counted_lets_nothing_out(outside: Outside) -> None:
    """By some seconds, as time servers do: mail that seems to be of before the folder was made anew counts too."""
    async with open_office(outside) as office:
        await minutes(office)
        for number in range(FEW + 1):
            outside.mailbox.deliver(mail(f"Which cards do you take? {number}"), at=outside.clock.now())
        outside.mailbox.rebuild()
        outside.mailbox.errors["fetch"] = [TemporaryError("connection lost")]
        with pytest.raises(TemporaryError):
            await office.receive_mail.visit()
        outside.clock.passes(timedelta(seconds=-10))
        await minutes(office)

        assert outside.mails_to(TOM) == []
        assert "6 of its 6 mails were not known" in words(outside.mails_to(ADMIN)[0])


async def test_fault_46_no_mail_is_given_up_because_of_one_that_came_ahead_of_time(outside: Outside) -> None:
    """A server that hands out nothing is waited for. One mail that came while the clock was ahead does not show that
    others are handed out now: none may be set aside.
    """
    async with open_office(outside) as office:
        outside.clock.passes(timedelta(days=400))
        outside.customer_writes("first")
        await office.receive_mail.visit()
        outside.clock.passes(timedelta(days=-400))
        outside.mailbox.withheld = {outside.customer_writes("second", sender=ANN)}
        for _ in range(3):
            with pytest.raises(TemporaryError):
                await office.receive_mail.visit()
            outside.clock.passes(REFUSED_AFTER)

        assert await office.views.set_aside() == []


async def test_fault_46_a_whole_folder_is_compared_again_after_the_clock_was_put_back(outside: Outside) -> None:
    """Once an hour, to find mail below what was read; not once the time has come that was shown."""
    async with open_office(outside) as office:
        outside.clock.passes(timedelta(days=400))
        outside.customer_writes("first")
        early = outside.customer_writes("early", sender=ANN)
        outside.customer_writes("late", sender=MIRA)
        hidden = outside.mailbox.mails.pop(early)
        await minutes(office)
        outside.mailbox.mails[early] = hidden
        outside.clock.passes(timedelta(days=-400))
        await minutes(office)

        assert len(outside.mails_to(ANN)) == 1


async def test_fault_46_an_address_is_blocked_for_sixty_days_by_the_right_clock(outside: Outside) -> None:
    """The report came while the clock was ahead by a year: the customer would get no answer until that time comes."""
    async with open_office(outside) as office:
        answer = await answered(outside, office)
        outside.clock.passes(timedelta(days=400))
        await minutes(office)
        outside.mailbox.deliver(report(str(answer["Message-ID"])))
        await minutes(office)
        outside.clock.passes(timedelta(days=-400))
        await minutes(office)

        for days, answers in ((59, 1), (1, 2)):
            outside.clock.passes(timedelta(days=days))
            outside.customer_writes(f"And Klarna, on day {days}?")
            await office.work()
            assert len(outside.mails_to(TOM)) == answers


async def test_fault_46_a_pause_that_was_written_ahead_of_time_hides_no_newer_one(outside: Outside) -> None:
    """LangGraph takes the checkpoint with the highest id for the newest, and ids hold the time."""
    outside.model.mood = ANGRY
    outside.customer_writes("first")
    async with open_office(outside) as office:
        await office.work()
    _date_checkpoints(outside)
    for text in ("second", "third"):
        outside.customer_writes(text, answering=outside.mails_to(TOM)[0])
        async with open_office(outside) as office:
            await office.work()
    outside.reviewer_replies("APPROVE")
    async with open_office(outside) as office:
        await minutes(office)

        assert len(outside.mails_to(TOM)) == 2
        assert len(outside.mails_to(QUEUE)) == 3
        assert await office.broken() == []


def _date_checkpoints(outside: Outside) -> None:
    """As a clock that is centuries ahead writes them."""
    ahead = "'f' || substr(checkpoint_id, 2)"
    writes = "writes" if outside.server is None else "checkpoint_writes"
    statements = [f"UPDATE {table} SET checkpoint_id = {ahead}" for table in ("checkpoints", writes)]  # noqa: S608 - our own words
    if outside.server is None:
        with closing(sqlite3.connect(outside.folder / "checkpoints.db")) as file, file:
            file.executescript(";".join(statements))
    else:
        with psycopg.connect(outside.server) as connection:
            connection.execute(";".join(statements).encode())
