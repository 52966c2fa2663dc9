"""Several reviewers, late replies, and decisions about what has changed meanwhile: each customer has one answer."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from mailagent.domain.message import MessageId
from mailagent.ports import Handled
from mailagent.store.cases import StoredCases
from tests.fakes.mails import BEN, DANA, QUEUE, TOM, text_of, words
from tests.jobs.lived import Lived
from tests.jobs.office import Office, Outside, open_office
from tests.jobs.replying import OWN, POLICY, WINDOW, answers, ask, codes, digests, later, question, reply, state

LIMIT = 20.0
"""Seconds; it takes a small part of them."""


@pytest.fixture(name="outside")
async def _outside(lived: Lived) -> Outside:
    """A case waits for its reviewer."""
    return await lived("asked", ask)


@pytest.fixture(name="office")
async def _office(outside: Outside) -> AsyncIterator[Office]:
    """Where decisions can be taken back."""
    async with open_office(outside, policy=POLICY) as office:
        yield office


@dataclass(frozen=True, kw_only=True)
class MeetingCases(StoredCases):
    """Nobody writes before both have read, or one was turned away."""

    here: list[Handled] = field(default_factory=list)
    both: asyncio.Event = field(default_factory=asyncio.Event)

    async def commit(self, handled: Handled) -> bool:
        """See `Cases`."""
        self.here.append(handled)
        if len(self.here) > 1:
            self.both.set()
        await self.both.wait()
        return await super().commit(handled)


# --- two at once, and too late ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("words_of", [("APPROVE", OWN), (OWN, "APPROVE"), ("REJECT", "APPROVE"), ("CLOSE", OWN)])
async def test_fault_47_of_two_decisions_in_the_mailbox_the_first_counts(
    outside: Outside, office: Office, words_of: tuple[str, str]
) -> None:
    """Both reviewers answered before the daemon looked; the customer has one answer, and the second hears why."""
    outside.reviewer_replies(words_of[0], sender=BEN)
    outside.reviewer_replies(words_of[1], sender=DANA)
    await office.work()
    await later(office)

    assert (await question(office)).decided_by == "Ben Ode"
    assert codes(outside) == [{"CLOSE": "REVIEW-10"}.get(words_of[0], "REVIEW-08")]
    assert len(answers(outside)) == (words_of[0] != "CLOSE")


@pytest.mark.parametrize("others", ["a reviewer", "the customer"])
async def test_fault_47_of_two_that_are_worked_on_at_once_one_counts(
    outside: Outside, office: Office, others: str
) -> None:
    """Two daemons by mistake, or a lock that fails: the database lets one of them decide, and the other starts anew."""
    outside.reviewer_replies("APPROVE")
    await office.receive()
    if others == "a reviewer":
        outside.reviewer_replies(OWN, sender=BEN)
    else:
        outside.customer_writes("It was the bank, sorry.", answering=outside.mails_to(TOM)[0])
    await office.receive()
    messages = office.triage_cases.messages
    first, second = [await messages.get(MessageId(number)) for number in (2, 3)]
    job = office.resume_reviews if others == "a reviewer" else office.triage_cases

    cases = MeetingCases(sessions=office.sessions)
    resume, job = replace(office.resume_reviews, cases=cases), replace(job, cases=cases)

    async def work(on: Awaitable[bool]) -> None:
        await on
        cases.both.set()

    async with asyncio.timeout(LIMIT):
        await asyncio.gather(work(office.runner.run(resume, first)), work(office.runner.run(job, second)))
    for _ in range(2):
        await later(office)

    assert len(answers(outside)) <= 1
    assert (await office.views.status())["pending"] == 0
    assert answers(outside) or await state(office) == "waiting", "nobody answers"
    if others == "a reviewer":
        by_dana = (await question(office)).decided_by == "Dana Kim"
        assert ["We are on it." in answer for answer in answers(outside)] == [by_dana], "another's answer was sent"
        assert [*codes(outside, DANA), *codes(outside, BEN)] == ["REVIEW-08"], "one of them is told that it was late"
    assert await office.broken() == []


async def test_who_is_late_hears_who_when_and_whether_the_answer_left(outside: Outside, office: Office) -> None:
    """Whether there is still something to stop, or only something to put right."""
    await reply(office, "APPROVE")
    await reply(office, OWN, sender=BEN)
    told = words(outside.mails_to(BEN)[-1])
    assert "Dana Kim chose APPROVE, today 13:00 CET. The email to the customer leaves today 13:02 CET" in told

    await later(office)
    await reply(office, OWN + " Sorry.", sender=BEN)

    assert "The email to the customer left today 13:02 CET" in words(outside.mails_to(BEN)[-1])
    assert "Your MODIFY was not applied" in words(outside.mails_to(BEN)[-1])


async def test_a_decision_after_the_deadline_counts(outside: Outside, office: Office) -> None:
    """A late answer is better than none."""
    await later(office, timedelta(days=20))
    await reply(office, "APPROVE")
    await later(office)

    assert len(answers(outside)) == 1


async def test_fault_47_a_decision_about_an_older_draft_is_held(outside: Outside, office: Office) -> None:
    """The customer wrote meanwhile; the digest about that is in the inbox already when the reviewer is told."""
    outside.customer_writes("It was the bank, sorry.", answering=outside.mails_to(TOM)[0])
    await office.work()

    await reply(office, "APPROVE")
    await later(office)

    assert (codes(outside), answers(outside)) == (["REVIEW-09"], [])
    assert "It was the bank, sorry." in text_of(digests(outside)[-1])
    assert "about digest 1" in words(outside.mails_to(DANA)[-1])


@pytest.mark.parametrize("word", ["APPROVE", "REJECT", "CLOSE", "SPAM"])
async def test_the_same_word_from_the_same_person_is_silence(outside: Outside, office: Office, word: str) -> None:
    """Phones send twice, also a day later."""
    await reply(office, word)
    await later(office, timedelta(days=1))
    mails = len(outside.sender.accepted)

    await reply(office, word)

    assert len(outside.sender.accepted) == mails


# --- closed, and opened again -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["CLOSE", "SPAM"])
async def test_who_decides_about_a_closed_case_hears_how_to_open_it(
    outside: Outside, office: Office, word: str
) -> None:
    """The remedy works: the case is asked again, and the next decision sends."""
    await reply(office, word)
    await later(office)
    await reply(office, OWN, sender=BEN)
    told = words(outside.mails_to(BEN)[-1])
    assert codes(outside, BEN) == ["REVIEW-10"]
    assert "Dana Kim" in told
    assert "REOPEN" in told

    await reply(office, "REOPEN", sender=BEN, to=outside.mails_to(BEN)[-1])
    assert await state(office) == "waiting"
    await reply(office, OWN, sender=BEN, to=digests(outside)[-1])
    await later(office)

    assert len(answers(outside)) == 1


async def test_an_answered_case_that_is_opened_again_gets_a_second_answer(outside: Outside, office: Office) -> None:
    """The reviewer wants it: what they write must not be held back as a copy of the first."""
    await reply(office, "APPROVE")
    await later(office)
    await reply(office, "REOPEN")
    await reply(office, OWN, to=digests(outside)[-1])
    await later(office)

    assert len(answers(outside)) == 2
    assert "it was a reservation" in answers(outside)[-1]


async def test_a_case_is_opened_again_once(outside: Outside, office: Office) -> None:
    """Both saw that it was a mistake; the second is pointed to the digest that is there."""
    await reply(office, "CLOSE")
    await reply(office, "REOPEN")
    await reply(office, "REOPEN", sender=BEN)

    assert len(digests(outside)) == 2
    assert codes(outside, BEN) == ["REVIEW-09"]


async def test_the_next_mail_of_a_customer_is_read_after_a_reopen(outside: Outside, office: Office) -> None:
    """Called spam by mistake, and opened again: the customer's answer must not be ignored."""
    await reply(office, "SPAM")
    await later(office)
    await reply(office, "REOPEN")

    outside.customer_writes("And the box is broken!", subject="Broken")
    await office.work()

    assert "the box is broken" in text_of(digests(outside)[-1])


async def test_a_reply_address_ends_after_thirty_days(outside: Outside, office: Office) -> None:
    """An old digest in an archive decides nothing; REOPEN asks again with one that does."""
    await later(office, timedelta(days=31))
    await reply(office, "APPROVE")
    await later(office)
    assert (codes(outside), answers(outside)) == (["REVIEW-10"], [])

    await reply(office, "REOPEN")
    await reply(office, "APPROVE", to=digests(outside)[-1])
    await later(office)

    assert len(answers(outside)) == 1


async def test_a_reply_address_lives_for_all_of_thirty_days(outside: Outside, office: Office) -> None:
    """People are on holiday for weeks."""
    outside.clock.passes(timedelta(days=30))
    await reply(office, "APPROVE")

    assert codes(outside) == []


# --- taken back -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["APPROVE", OWN, "REJECT", "ASK\nWhich card did you pay with?", "CLOSE", "SPAM"])
async def test_every_decision_can_be_taken_back_by_a_colleague(outside: Outside, office: Office, word: str) -> None:
    """Nothing has left, nothing is listed or told, and the next decision is carried out as the first would be."""
    before = (await office.log())[0]
    await reply(office, word)
    await reply(office, "UNDO", sender=BEN, to=outside.mails_to(QUEUE)[-1])
    await later(office)
    assert (await state(office), answers(outside)) == ("waiting", [])
    assert (await office.log())[0] == {**before, "time": (await office.log())[0]["time"]}

    await reply(office, word)
    await later(office)

    assert (await question(office)).decided_by == "Dana Kim"
    assert len(answers(outside)) == (word not in {"CLOSE", "SPAM"})


async def test_the_second_undo_says_that_the_case_waits(outside: Outside, office: Office) -> None:
    """It must not sound as if the answer had left."""
    await reply(office, "APPROVE")
    await reply(office, "UNDO")
    await reply(office, "UNDO", sender=BEN)
    await later(office)

    assert codes(outside, BEN) == ["REVIEW-17"]
    assert "nothing to take back" in words(outside.mails_to(BEN)[-1])
    assert answers(outside) == []


async def test_an_answer_that_is_being_sent_cannot_be_taken_back(outside: Outside, office: Office) -> None:
    """The server has it or not: nobody may believe that the customer gets nothing."""
    outside.reviewer_replies("APPROVE")
    await office.receive()
    await office.decide()
    outside.clock.passes(WINDOW)
    sending = office.deliver_outbox.sending
    (letter,) = [mail for mail in await sending.due(at=outside.clock.now(), limit=9) if mail.kind == "answer"]
    assert await sending.claim(letter)

    await reply(office, "UNDO", sender=BEN)

    assert codes(outside, BEN) == ["REVIEW-17"]
    assert (await question(office)).state == "decided"


async def test_an_answer_is_stopped_although_the_customer_wrote_meanwhile(outside: Outside, office: Office) -> None:
    """Within the window nothing has left, so the reviewer's UNDO holds; the newer digest is where to decide."""
    await reply(office, "APPROVE")
    outside.customer_writes("It was the bank, sorry.", answering=outside.mails_to(TOM)[0])
    await office.work()

    await reply(office, "UNDO")
    await later(office)

    assert (codes(outside), answers(outside)) == ([], [])
    assert await state(office) == "waiting"
    await reply(office, "APPROVE", to=digests(outside)[-1])
    await later(office)
    assert len(answers(outside)) == 1


async def test_spam_that_two_cases_named_stays_listed_when_one_is_taken_back(outside: Outside, office: Office) -> None:
    """The other reviewer's word still holds."""
    outside.customer_writes("Buy our offer!", subject="Offer")
    await office.work()
    await reply(office, "SPAM")
    await reply(office, "SPAM", to=digests(outside)[1], sender=BEN)
    await reply(office, "UNDO", to=digests(outside)[1], sender=BEN)
    asked_before = len(digests(outside))

    outside.customer_writes("Buy more!", subject="Offer")
    await office.work()

    assert len(digests(outside)) == asked_before


async def test_reopen_while_the_answer_waits_stops_it(outside: Outside, office: Office) -> None:
    """Whoever opens the case again wants to see it first; two answers would be the failure that everybody sees."""
    await reply(office, "APPROVE")
    await reply(office, "REOPEN", sender=BEN)
    await later(office)

    assert (await state(office), answers(outside)) == ("waiting", [])


# --- new drafts -------------------------------------------------------------------------------------------------------


async def test_two_revisions_of_one_draft_make_one_new_draft(outside: Outside, office: Office) -> None:
    """The second reviewer is pointed to the new draft, to revise that."""
    await reply(office, "REVISE be shorter")
    await reply(office, "REVISE be longer", sender=BEN)
    assert outside.model.instructions == ["be shorter"]
    assert codes(outside, BEN) == ["REVIEW-09"]

    outside.model.revision = "We are on it, with pleasure, from now on."
    await reply(office, "REVISE be longer", sender=BEN, to=digests(outside)[1])
    await reply(office, "APPROVE", to=digests(outside)[2])
    await later(office)

    assert outside.model.instructions == ["be shorter", "be longer"]
    assert len(answers(outside)) == 1


@pytest.mark.parametrize("digest", [0, 1])
async def test_a_revision_leaves_nothing_to_take_back(outside: Outside, office: Office, digest: int) -> None:
    """Nothing went out; the new draft waits, and counts."""
    await reply(office, "REVISE be shorter")
    await reply(office, "UNDO", to=digests(outside)[digest])
    assert codes(outside) == ["REVIEW-17"]

    await reply(office, "APPROVE", to=digests(outside)[1])
    await later(office)

    assert len(answers(outside)) == 1


async def test_set_and_assign_above_a_revision_hold_for_the_new_draft(outside: Outside, office: Office) -> None:
    """Half of a reply must not be lost."""
    await reply(office, "SET category=product priority=normal\nASSIGN ben\nREVISE be shorter")

    (digest,) = digests(outside, BEN)
    assert (digest["X-Mailagent-Category"], digest["X-Mailagent-Priority"]) == ("product", "normal")
    await reply(office, "APPROVE", to=digest, sender=BEN)
    assert (await office.log())[0]["category"] == "product"
