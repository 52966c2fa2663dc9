"""Many questions at once: five digests, then one list in place of the others."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import cast

from mailagent.domain.policy import BURST
from tests.fakes.mails import BEN, DANA, QUEUE, words
from tests.jobs.office import AT_ONCE, Office, Outside, open_office
from tests.jobs.test_bounces import report
from tests.jobs.test_list_waiting import RULES

SECOND = timedelta(seconds=1)


@asynccontextmanager
async def office_of(outside: Outside) -> AsyncIterator[Office]:
    """An office that asks a person about everything, and bundles above five."""
    async with open_office(outside, rules=RULES, policy=replace(AT_ONCE, bundle_above=5)) as office:
        yield office


async def burst(outside: Outside, office: Office, count: int, *, subject: str = "Mugs", first: int = 1) -> None:
    """So many customers write within a minute."""
    for number in range(first, first + count):
        outside.customer_writes(
            f"Question {number}.", subject=f"{subject} {number}", sender=f"{number}@customer.example"
        )
    await office.work()


async def later(outside: Outside, office: Office, how_much: timedelta = BURST) -> list[EmailMessage]:
    """What the queue gets when so much time has gone by."""
    before = len(outside.mails_to(QUEUE))
    outside.clock.time += how_much
    await office.work()
    return outside.mails_to(QUEUE)[before:]


def subjects(mails: list[EmailMessage]) -> list[str]:
    """The subject of each."""
    return [str(mail["Subject"]) for mail in mails]


async def test_five_digests_come_at_once(outside: Outside) -> None:
    """A usual day is not slowed down."""
    async with office_of(outside) as office:
        await burst(outside, office, 5)

        assert subjects(outside.mails_to(QUEUE)) == [f"[C-{number}] Mugs {number}" for number in range(1, 6)]
        assert await later(outside, office) == []


async def test_the_sixth_and_later_come_as_one_list(outside: Outside) -> None:
    """Nobody opens forty emails to find the one that matters."""
    async with office_of(outside) as office:
        await burst(outside, office, 7)
        outside.clock.time += timedelta(minutes=1)
        await burst(outside, office, 1, first=8)

        assert len(outside.mails_to(QUEUE)) == 5
        assert cast("Mapping[str, int]", (await office.views.status())["outbox"])["held"] == 3
        assert await later(outside, office, timedelta(minutes=1) - SECOND) == []
        (sent,) = await later(outside, office, SECOND)
        assert sent["Subject"] == "[Support] 3 new cases wait for a decision"
        assert [f"C-{number} Mugs" in words(sent) for number in (5, 6, 7, 8)] == [False, True, True, True]
        assert await later(outside, office) == []


async def test_one_question_over_comes_as_itself(outside: Outside) -> None:
    """A list of one case would only hide its draft."""
    async with office_of(outside) as office:
        await burst(outside, office, 6)

        assert subjects(await later(outside, office)) == ["[C-6] Mugs 6"]


async def test_what_is_urgent_is_never_held(outside: Outside) -> None:
    """The clock of an urgent case does not stop for the others."""
    async with office_of(outside) as office:
        await burst(outside, office, 7)
        await burst(outside, office, 1, subject="Late parcel", first=8)

        assert subjects(outside.mails_to(QUEUE))[-1] == "[C-8] Late parcel 8"


async def test_a_question_after_the_burst_comes_at_once(outside: Outside) -> None:
    """The two minutes are counted from each question."""
    async with office_of(outside) as office:
        await burst(outside, office, 5)
        await later(outside, office, BURST + SECOND)
        await burst(outside, office, 1, first=6)

        assert subjects(outside.mails_to(QUEUE))[-1] == "[C-6] Mugs 6"


async def test_an_approval_from_the_list_waits_until_the_draft_was_seen(outside: Outside) -> None:
    """Nothing may go out that no person has read: the email of the case comes instead, and decides."""
    async with office_of(outside) as office:
        await burst(outside, office, 7)
        (sent,) = await later(outside, office)
        outside.sender.accepted.clear()
        outside.reviewer_replies("APPROVE C-6\nSPAM C-7", to=sent)
        await office.work()

        assert "Not done, C-6: you have not had its email yet" in words(outside.mails_to(DANA)[-1])
        assert outside.mails_to("6@customer.example") == []
        (digest,) = outside.mails_to(QUEUE)
        assert digest["Subject"] == "[C-6] Mugs 6"
        outside.reviewer_replies("APPROVE", to=digest)
        await office.work()
        assert len(outside.mails_to("6@customer.example")) == 1
        assert [row["state"] for row in await office.views.cases(to_decide=False, limit=2)] == ["closed", "answered"]


async def test_an_approval_by_the_button_waits_too(outside: Outside) -> None:
    """The address of the case gives the right to decide; what was not sent cannot have been read."""
    async with office_of(outside) as office:
        await burst(outside, office, 7)
        (sent,) = await later(outside, office)
        sent.replace_header("Reply-To", str(button(sent, case=6)))
        sent.replace_header("Subject", "[C-6] Mugs 6")
        outside.reviewer_replies("APPROVE", to=sent)
        await office.work()

        assert "REVIEW-19" in words(outside.mails_to(DANA)[-1])
        assert subjects(outside.mails_to(QUEUE))[-1] == "[C-6] Mugs 6"


async def test_the_button_asks_for_the_email_of_its_case(outside: Outside) -> None:
    """One press shows the draft."""
    async with office_of(outside) as office:
        await burst(outside, office, 7)
        (sent,) = await later(outside, office)
        html = sent.get_body(("html",))
        assert html is not None
        assert "body=STATUS" in html.get_content()
        sent.replace_header("Reply-To", str(button(sent, case=7)))
        outside.reviewer_replies("STATUS", to=sent)
        await office.work()

        assert subjects(outside.mails_to(QUEUE))[-1] == "[C-7] Mugs 7"


async def test_a_restart_neither_loses_nor_doubles_what_is_held(outside: Outside) -> None:
    """The process dies while digests are held."""
    async with office_of(outside) as office:
        await burst(outside, office, 7)
    async with office_of(outside) as office:
        assert subjects(await later(outside, office)) == ["[Support] 2 new cases wait for a decision"]
    async with office_of(outside) as office:
        assert await later(outside, office) == []


async def test_what_was_asked_again_is_listed_once(outside: Outside) -> None:
    """A customer who writes twice in a minute has one question, the newer one."""
    async with office_of(outside) as office:
        await burst(outside, office, 7)
        answer = outside.mails_to("7@customer.example")[0]
        outside.customer_writes("And in blue?", sender="7@customer.example", answering=answer)
        await office.work()

        (sent,) = await later(outside, office)
        assert sent["Subject"] == "[Support] 2 new cases wait for a decision"
        assert "r.c7.2." in str(button(sent, case=7))


async def test_a_list_that_cannot_be_made_lets_the_digests_go(outside: Outside) -> None:
    """Forty emails are better than none."""
    async with office_of(outside) as office:
        await burst(outside, office, 7)
        outside.clock.time += BURST
        (bundle,) = await office.bundle_digests.due()
        await office.bundle_digests.set_aside(bundle, RuntimeError("a bug"))
        await office.deliver()

        assert subjects(outside.mails_to(QUEUE))[5:] == ["[C-6] Mugs 6", "[C-7] Mugs 7"]


async def test_a_list_that_came_back_reached_nobody(outside: Outside) -> None:
    """Its questions go to whoever is next, with their drafts, as after a digest that came back."""
    async with open_office(outside, rules=RULES, policy=AT_ONCE, escalate_to=BEN) as office:
        await burst(outside, office, 7)
        (sent,) = await later(outside, office)
        outside.mailbox.deliver(report(str(sent["Message-ID"]), of=QUEUE))
        await office.work()
        await office.remind()

        assert sorted(subjects(outside.mails_to(BEN))) == ["Re: [C-6] Mugs 6", "Re: [C-7] Mugs 7"]
        outside.reviewer_replies("APPROVE", to=outside.mails_to(BEN)[0], sender=BEN)
        await office.work()
        assert "REVIEW-19" not in words(outside.mails_to(BEN)[-1])
        assert len(await office.views.cases(to_decide=True, limit=10)) == 6


def button(sent: EmailMessage, *, case: int) -> str:
    """The address that a case's button in a list writes to."""
    html = sent.get_body(("html",))
    assert html is not None
    links = (part.partition("?")[0] for part in str(html.get_content()).split("mailto:")[1:])
    return next(link for link in links if f"+r.c{case}." in link)
