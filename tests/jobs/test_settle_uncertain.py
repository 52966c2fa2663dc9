"""A mail that may have left: its copy is looked for, and a person is told in time."""

from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from mailagent.errors import ConfigurationError, TemporaryError, UncertainError
from tests.fakes.journal import FakeJournal
from tests.fakes.mails import ADMIN, TOM
from tests.jobs.office import Office, Outside

MINUTE = timedelta(minutes=1)


@pytest.fixture(name="journal")
def _journal() -> FakeJournal:
    return FakeJournal()


@pytest.fixture(name="office")
async def _with_a_journal(outside: Outside, office: Office, journal: FakeJournal) -> Office:
    """The connection broke after the final dot of an answer; the mailbox has a journal."""
    outside.customer_writes()
    await office.receive()
    await office.decide()
    outside.sender.late_errors.append(UncertainError("no reply to the final dot"))
    return replace(office, settle_uncertain=replace(office.settle_uncertain, journals={"support": journal}))


def resending(office: Office) -> Office:
    """``on_uncertain = "resend"``."""
    return replace(office, settle_uncertain=replace(office.settle_uncertain, resends=frozenset({"support"})))


async def pass_by(outside: Outside, office: Office, minutes: int) -> None:
    """The outbox is looked at every minute."""
    for _ in range(minutes):
        outside.clock.passes(MINUTE)
        await office.deliver()


async def test_a_copy_in_the_journal_proves_that_it_left(
    outside: Outside, office: Office, journal: FakeJournal
) -> None:
    """Providers write it some moments later; nobody is bothered, and nothing is sent again."""
    await office.deliver()
    await pass_by(outside, office, 3)
    (answer,) = outside.mails_to(TOM)
    assert await office.mails_of() == [("answer", "uncertain")]

    journal.ids.add(str(answer["Message-ID"]))
    await pass_by(outside, office, 30)

    assert await office.mails_of() == [("answer", "sent")]
    assert outside.mails_to(ADMIN) == []
    assert len(outside.mails_to(TOM)) == 1


@pytest.mark.parametrize("error", [TemporaryError("no connection"), ConfigurationError("no folder Sent"), ValueError()])
async def test_a_person_is_told_within_a_quarter_of_an_hour(
    outside: Outside, office: Office, journal: FakeJournal, error: Exception
) -> None:
    """The customer may have got nothing. A journal that cannot be read keeps nobody from learning that."""
    journal.errors = [error] * 60
    await office.deliver()
    await pass_by(outside, office, 13)
    assert outside.mails_to(ADMIN) == []

    with capture_logs() as logged:
        await pass_by(outside, office, 2)
    assert [line["log_level"] for line in logged if line["event"] == "outbox.unsettled"] == ["error"]
    assert "may not have been sent" in str(outside.mails_to(ADMIN)[0]["Subject"])
    looks = journal.looks
    await pass_by(outside, office, 60)

    assert (len(outside.mails_to(ADMIN)), len(outside.mails_to(TOM)), journal.looks) == (1, 1, looks)
    assert await office.mails_of() == [("answer", "uncertain")]


async def test_it_is_sent_again_where_that_is_asked_for(outside: Outside, office: Office) -> None:
    """``on_uncertain = "resend"``: rather twice than not at all, and only after its copy was looked for."""
    office = resending(office)
    await office.deliver()
    await pass_by(outside, office, 13)
    assert len(outside.mails_to(TOM)) == 1

    await pass_by(outside, office, 60)

    first, second = outside.mails_to(TOM)
    assert first["Message-ID"] == second["Message-ID"]
    assert await office.mails_of() == [("answer", "sent")]


async def test_a_notice_is_sent_again(outside: Outside, office: Office) -> None:
    """It tells a person that a customer may have no answer: twice harms nobody, not at all would."""
    outside.sender.late_errors.append(UncertainError("no reply to the final dot"))
    await office.deliver()
    await pass_by(outside, office, 60)

    assert [str(mail["Subject"]) for mail in outside.mails_to(ADMIN)] == ["[Support] A mail may not have been sent"] * 2
    assert len(outside.mails_to(TOM)) == 1
