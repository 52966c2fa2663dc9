"""Mail that leaves: once, or a person is told."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from mailagent.domain.outgoing import MOST_TRIES, NewOutboxEntry, OutboxEntry
from mailagent.errors import ConfigurationError, PermanentError, TemporaryError, UncertainError
from mailagent.letters.notices import Notices
from mailagent.store.sending import StoredSending
from tests.fakes.health import FakeHealth
from tests.fakes.mails import ADMIN, TOM, text_of
from tests.jobs.office import Office, Outside

MINUTE = timedelta(minutes=1)


async def until_due(outside: Outside, office: Office) -> timedelta:
    """Let the time pass until the oldest mail is due; returns how much it was."""
    start = outside.clock.now()
    waiting = await office.deliver_outbox.sending.due(at=start + timedelta(days=9), limit=1)
    for entry in waiting:
        outside.clock.time = entry.due_at
    return outside.clock.now() - start


@pytest.fixture(autouse=True)
async def _answer_waits(outside: Outside, office: Office) -> None:
    """An answer in the outbox."""
    outside.customer_writes()
    await office.receive()
    await office.decide()


async def test_an_answer_is_sent_once(outside: Outside, office: Office) -> None:
    """However often the outbox is looked at."""
    for _ in range(3):
        await office.deliver()

    assert len(outside.mails_to(TOM)) == 1
    assert await office.mails_of() == [("answer", "sent")]
    assert office.health.state["smtp:support"] == ""


async def test_a_busy_server_is_asked_again_ever_less_often(outside: Outside, office: Office) -> None:
    """A minute, two, four ... an hour at most: greylisting is over soon, an outage is not hammered. Up to a quarter
    less, so that mails that failed together do not come back together.
    """
    waits = []
    for _ in range(9):
        outside.sender.errors.append(TemporaryError("450 try later"))
        await office.deliver()
        waits.append(await until_due(outside, office) / MINUTE)

    longest = (1, 2, 4, 8, 16, 32, 60, 60, 60)
    assert all(0.75 * most <= waited <= most for waited, most in zip(waits, longest, strict=True)), waits
    assert len({wait / most for wait, most in zip(waits, longest, strict=True)}) > 5
    assert outside.sender.calls == 9
    assert "450" in office.health.state["smtp:support"]

    await office.deliver()
    assert len(outside.mails_to(TOM)) == 1
    assert office.health.state["smtp:support"] == ""


async def test_a_refused_login_is_no_fault_of_the_mail(outside: Outside, office: Office) -> None:
    """An expired password must not turn every answer into a failure."""
    outside.sender.errors += [ConfigurationError("535 login refused")] * 2
    await office.deliver()

    assert await office.mails_of() == [("answer", "ready")]
    assert "535" in office.health.state["smtp:support"]


async def test_a_login_that_stays_refused_ends_like_any_other_fault(outside: Outside, office: Office) -> None:
    """Nobody may wait for ever for an answer that is not sent; and the admin hears of the login once a day."""
    outside.sender.errors += [ConfigurationError("535 login refused")] * MOST_TRIES * 4
    while (await office.mails_of())[0][1] == "ready":
        await office.deliver()
        await until_due(outside, office)
    outside.sender.errors.clear()
    outside.clock.passes(timedelta(hours=2))
    await office.deliver()

    headings = [str(notice["Subject"]) for notice in outside.mails_to(ADMIN)]
    assert headings.count("[Support] A mail could not be sent") == 1
    assert headings.count("[Support] Mail cannot be sent") <= 3, "one a day"


async def test_a_refusal_for_good_is_told_to_a_person(outside: Outside, office: Office) -> None:
    """The customer waits for an answer that will never come, unless somebody knows."""
    outside.sender.errors.append(PermanentError("550 no such user"))
    await office.deliver()

    assert await office.mails_of() == [("answer", "failed")]
    (notice,) = outside.mails_to(ADMIN)
    assert "could not be sent" in str(notice["Subject"])
    assert "550 no such user" in text_of(notice)


async def test_one_refused_address_does_not_worry_whoever_watches_for_ever(outside: Outside, office: Office) -> None:
    """``status`` says for a day that a mail was not sent; a monitor that stays red is one that nobody looks at."""
    outside.sender.errors.append(PermanentError("550 no such user"))
    await office.deliver()
    now = outside.clock.now()

    (told,) = await office.views.not_sent(since=now - timedelta(hours=1))
    assert told == {"case": "C-1", "kind": "answer", "state": "failed", "error": "550 no such user"}
    assert await office.views.not_sent(since=now + timedelta(hours=23)) == []


async def test_what_may_have_gone_is_never_sent_again(outside: Outside, office: Office) -> None:
    """The connection broke after the final dot: a second answer would be worse than a look by a person."""
    outside.sender.late_errors.append(UncertainError("no reply to the final dot"))
    await office.deliver()
    outside.clock.passes(timedelta(days=3))
    await office.deliver()

    assert len(outside.mails_to(TOM)) == 1
    assert await office.mails_of() == [("answer", "uncertain")]
    assert "may not have been sent" in str(outside.mails_to(ADMIN)[0]["Subject"])


async def test_it_is_given_up_after_about_two_days(outside: Outside, office: Office) -> None:
    """By then the customer is better written to by hand."""
    start = outside.clock.now()
    outside.sender.errors += [TemporaryError("421 down")] * MOST_TRIES
    while (await office.mails_of())[0][1] == "ready":
        await office.deliver()
        await until_due(outside, office)

    assert timedelta(days=1.5) < outside.clock.now() - start < timedelta(days=2.5)
    assert await office.mails_of() == [("answer", "failed")]
    outside.sender.errors.clear()
    await office.deliver()
    assert "421 down" in text_of(outside.mails_to(ADMIN)[0])
    assert outside.mails_to(TOM) == []


async def test_a_notice_that_is_refused_is_tried_again(outside: Outside, office: Office) -> None:
    """A filter that refuses it once must not keep from everybody that a customer has no answer."""
    outside.sender.errors += [PermanentError("550 no such user"), PermanentError("554 looks like spam")]
    await office.deliver()
    assert outside.mails_to(ADMIN) == []

    outside.clock.passes(MINUTE)
    await office.deliver()

    assert len(outside.mails_to(ADMIN)) == 1


async def test_a_notice_that_fails_makes_no_notice(outside: Outside, office: Office) -> None:
    """A wrong admin address would otherwise fill the outbox for ever."""
    outside.sender.errors.append(PermanentError("550 no such user"))
    outside.sender.errors += [PermanentError("550 no such admin")] * MOST_TRIES * 2
    for _ in range(MOST_TRIES + 1):
        await office.deliver()
        await until_due(outside, office)

    status = await office.views.status()
    assert status["outbox"] == {"ready": 0, "held": 0, "sending": 0, "sent": 0, "failed": 2, "uncertain": 0}
    assert outside.sender.calls == 1 + MOST_TRIES


async def test_one_mail_that_fails_does_not_hold_the_others(outside: Outside, office: Office) -> None:
    """One wrong address, forty customers behind it."""
    outside.customer_writes(sender="Ann <ann@ann.example>")
    await office.receive()
    await office.decide()
    outside.sender.errors.append(TemporaryError("450 mailbox busy"))

    await office.deliver()

    assert len(outside.mails_to("ann@ann.example")) == 1
    assert outside.mails_to(TOM) == []


async def test_a_mail_that_another_claimed_is_left_alone(outside: Outside, office: Office) -> None:
    """Two rounds that saw the same entry as due: one sends."""
    (entry,) = await office.deliver_outbox.due()
    assert await office.deliver_outbox.sending.claim(entry)

    await office.deliver_outbox.handle(entry)

    assert outside.sender.calls == 0


async def test_a_mail_whose_process_died_before_the_final_dot_is_sent(outside: Outside, office: Office) -> None:
    """No server accepts a mail without its dot: the customer need not wait for a person."""
    (entry,) = await office.deliver_outbox.due()
    await office.deliver_outbox.sending.claim(entry)

    await office.deliver()
    await office.deliver()

    assert len(outside.mails_to(TOM)) == 1
    assert await office.mails_of() == [("answer", "sent")]
    assert outside.mails_to(ADMIN) == []


async def test_a_mail_whose_process_died_after_the_final_dot_is_told_to_a_person(
    outside: Outside, office: Office
) -> None:
    """Nobody knows whether it went; sending it again could answer twice."""
    (entry,) = await office.deliver_outbox.due()
    await office.deliver_outbox.sending.claim(entry)
    await office.deliver_outbox.sending.eod(entry)

    await office.deliver()
    await office.deliver()

    assert outside.mails_to(TOM) == []
    assert await office.mails_of() == [("answer", "uncertain")]
    assert len(outside.mails_to(ADMIN)) == 1


async def test_fault_16_a_mail_that_left_is_not_sent_again_when_that_cannot_be_written_down(
    outside: Outside, office: Office
) -> None:
    """The disk is full in the moment after the server said 250: a person is asked, the customer gets one answer."""
    job = replace(office.deliver_outbox, sending=ForgetfulSending(sessions=office.sessions))
    for _ in range(3):
        await office.runner.run_due(job)
        outside.clock.passes(timedelta(hours=2))

    assert len(outside.mails_to(TOM)) == 1
    assert ("answer", "uncertain") in await office.mails_of()


async def test_fault_16_a_mail_leaves_later_when_its_end_cannot_be_written_down(
    outside: Outside, office: Office
) -> None:
    """The disk is full before the dot: nothing left, and nothing is uncertain."""
    full = FullSending(sessions=office.sessions)
    await office.runner.run_due(replace(office.deliver_outbox, sending=full))
    assert outside.mails_to(TOM) == []
    assert await office.mails_of() == [("answer", "ready")]

    outside.clock.passes(MINUTE)
    await office.deliver()
    assert len(outside.mails_to(TOM)) == 1


async def test_an_error_after_the_sending_does_not_send_again(outside: Outside, office: Office) -> None:
    """What is sent stays sent, whatever else fails."""
    job = replace(office.deliver_outbox, health=BrokenHealth())
    for _ in range(3):
        await office.runner.run_due(job)
        outside.clock.passes(timedelta(hours=2))

    assert len(outside.mails_to(TOM)) == 1
    assert await office.mails_of() == [("answer", "sent")]


async def test_a_notice_that_cannot_be_written_does_not_hold_other_mail(outside: Outside, office: Office) -> None:
    """A template is broken while a server refuses one address: forty customers behind it get their answers, and the
    refused mail is tried again later, so that it is told of once the template is mended.
    """
    outside.customer_writes(sender="Ann <ann@ann.example>")
    await office.receive()
    await office.decide()
    outside.sender.errors.append(PermanentError("550 no such user"))

    await office.runner.run_due(replace(office.deliver_outbox, notices=BrokenNotices(paper=office.paper, admin=ADMIN)))

    assert len(outside.mails_to("ann@ann.example")) == 1
    assert await office.mails_of() == [("answer", "ready")]
    outside.clock.passes(MINUTE)
    outside.sender.errors.append(PermanentError("550 no such user"))
    await office.deliver()
    assert len(outside.mails_to(ADMIN)) == 1


@dataclass(frozen=True, kw_only=True)
class ForgetfulSending(StoredSending):
    """A store whose disk is full when it should remember that a mail went."""

    async def sent(self, entry: OutboxEntry, *, at: datetime) -> None:  # noqa: ARG002 - it fails whatever it is given
        """Fails."""
        raise OSError(f"no space left for {entry.id}")


@dataclass(frozen=True, kw_only=True)
class FullSending(StoredSending):
    """A store whose disk is full when the dot is about to be written."""

    async def eod(self, entry: OutboxEntry) -> bool:
        """Fails."""
        raise OSError(f"no space left for {entry.id}")


class BrokenHealth(FakeHealth):
    """A store that fails when the server's health is written."""

    async def worked(self, name: str, *, at: datetime) -> None:  # noqa: ARG002
        """Fails."""
        raise OSError(f"no space left for {name}")


@dataclass(frozen=True, kw_only=True)
class BrokenNotices(Notices):
    """An admin has broken the template of notices."""

    def not_sent(self, entry: OutboxEntry, reason: str) -> NewOutboxEntry:  # noqa: ARG002
        """Fails."""
        raise ConfigurationError(f"templates/review/notice.txt.j2: no such value for {entry.id}")
