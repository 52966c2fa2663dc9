"""Mail that leaves: once, or a person is told."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from mailagent.domain.outgoing import OutboxEntry
from mailagent.errors import ConfigurationError, PermanentError, TemporaryError, UncertainError
from mailagent.jobs.deliver_outbox import GIVE_UP_AFTER
from mailagent.store.outbox import StoredOutbox
from tests.fakes.health import FakeHealth
from tests.fakes.mails import ADMIN, TOM, text_of
from tests.jobs.office import Office, Outside

MINUTE = timedelta(minutes=1)


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
    """A minute, two, four ... an hour at most: greylisting is over soon, an outage is not hammered."""
    waits = []
    for _ in range(9):
        outside.sender.errors.append(TemporaryError("450 try later"))
        await office.deliver()
        waited = 0
        while not await office.deliver_outbox.due():
            outside.clock.passes(MINUTE)
            waited += 1
        waits.append(waited)

    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert outside.sender.calls == 9
    assert "450" in office.health.state["smtp:support"]

    await office.deliver()
    assert len(outside.mails_to(TOM)) == 1
    assert office.health.state["smtp:support"] == ""


async def test_a_refused_login_is_no_fault_of_the_mail(outside: Outside, office: Office) -> None:
    """An expired password must not turn every answer into a failure."""
    outside.sender.errors.append(ConfigurationError("535 login refused"))
    await office.deliver()

    assert await office.mails_of() == [("answer", "ready")]
    assert "535" in office.health.state["smtp:support"]


async def test_a_refusal_for_good_is_told_to_a_person(outside: Outside, office: Office) -> None:
    """The customer waits for an answer that will never come, unless somebody knows."""
    outside.sender.errors.append(PermanentError("550 no such user"))
    await office.deliver()

    assert await office.mails_of() == [("answer", "failed")]
    (notice,) = outside.mails_to(ADMIN)
    assert "could not be sent" in str(notice["Subject"])
    assert "550 no such user" in text_of(notice)


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
    outside.sender.errors += [TemporaryError("421 down")] * GIVE_UP_AFTER
    while (await office.mails_of())[0][1] == "ready":
        await office.deliver()
        outside.clock.passes(MINUTE)

    assert timedelta(days=1.5) < outside.clock.now() - start < timedelta(days=2.5)
    assert await office.mails_of() == [("answer", "failed")]
    outside.sender.errors.clear()
    await office.deliver()
    assert "421 down" in text_of(outside.mails_to(ADMIN)[0])
    assert outside.mails_to(TOM) == []


async def test_a_notice_that_fails_makes_no_notice(outside: Outside, office: Office) -> None:
    """A wrong admin address would otherwise fill the outbox for ever."""
    outside.sender.errors += [PermanentError("550 no such user"), PermanentError("550 no such admin")]
    await office.deliver()
    await office.deliver()

    status = await office.views.status()
    assert status["outbox"] == {"ready": 0, "held": 0, "sending": 0, "sent": 0, "failed": 2, "uncertain": 0}
    assert outside.sender.calls == 2


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
    assert await office.deliver_outbox.outbox.claim(entry)

    await office.deliver_outbox.handle(entry)

    assert outside.sender.calls == 0


async def test_what_a_dead_process_was_sending_is_told_to_a_person(outside: Outside, office: Office) -> None:
    """Nobody knows whether it went; sending it again could answer twice."""
    (entry,) = await office.deliver_outbox.due()
    await office.deliver_outbox.outbox.claim(entry)

    await office.deliver_outbox.recover()
    await office.deliver()
    await office.deliver_outbox.recover()
    await office.deliver()

    assert outside.mails_to(TOM) == []
    assert await office.mails_of() == [("answer", "uncertain")]
    assert len(outside.mails_to(ADMIN)) == 1


async def test_a_mail_that_left_is_not_sent_again_when_that_cannot_be_written_down(
    outside: Outside, office: Office
) -> None:
    """The disk is full in the moment after the server said 250: a person is asked, the customer gets one answer."""
    job = replace(office.deliver_outbox, outbox=ForgetfulOutbox(sessions=office.sessions))
    for _ in range(3):
        await office.runner.run_due(job)
        outside.clock.passes(timedelta(hours=2))

    assert len(outside.mails_to(TOM)) == 1
    assert ("answer", "uncertain") in await office.mails_of()


async def test_an_error_after_the_sending_does_not_send_again(outside: Outside, office: Office) -> None:
    """What is sent stays sent, whatever else fails."""
    job = replace(office.deliver_outbox, health=BrokenHealth())
    for _ in range(3):
        await office.runner.run_due(job)
        outside.clock.passes(timedelta(hours=2))

    assert len(outside.mails_to(TOM)) == 1
    assert await office.mails_of() == [("answer", "sent")]


@dataclass(frozen=True, kw_only=True)
class ForgetfulOutbox(StoredOutbox):
    """A store whose disk is full when it should remember that a mail went."""

    async def sent(self, entry: OutboxEntry, *, at: datetime) -> None:  # noqa: ARG002 - it fails whatever it is given
        """Fails."""
        raise OSError(f"no space left for {entry.id}")


class BrokenHealth(FakeHealth):
    """A store that fails when the server's health is written."""

    async def worked(self, name: str, *, at: datetime) -> None:  # noqa: ARG002
        """Fails."""
        raise OSError(f"no space left for {name}")
