"""Every word that reviewers may use, and what it does to the case."""

from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage

import pytest

from mailagent.errors import TemporaryError
from mailagent.store.lessons import Lessons
from tests.fakes.mails import BEN, DANA, QUEUE, TOM, text_of
from tests.fakes.model import ANGRY, NEUTRAL
from tests.jobs.lived import Lived
from tests.jobs.office import Office, Outside, open_office
from tests.jobs.replying import POLICY, WINDOW, ask


@pytest.fixture(name="outside")
async def _outside(lived: Lived) -> Outside:
    """A case waits for its reviewer."""
    return await lived("asked", ask)


@pytest.fixture(name="office")
async def _office(outside: Outside) -> AsyncIterator[Office]:
    """Where decisions can be taken back."""
    async with open_office(outside, policy=POLICY) as office:
        yield office


def told(outside: Outside, reader: str = DANA) -> EmailMessage:
    """The newest mail to a reviewer."""
    return outside.mails_to(reader)[-1]


def kinds(outside: Outside, reader: str) -> list[str]:
    """Of all mails to somebody, oldest first."""
    return [str(mail["X-Mailagent-Kind"]) for mail in outside.mails_to(reader)]


async def reply(office: Office, text: str, **how: object) -> None:
    """A reviewer answers, and what follows at once is done."""
    office.outside.reviewer_replies(text, **how)  # type: ignore[arg-type]  # the names are those of reviewer_replies()
    await office.work()


async def later(office: Office, length: timedelta = WINDOW) -> None:
    """Time passes, and what is due leaves."""
    office.outside.clock.time += length
    await office.work()


# --- a decision can be taken back -------------------------------------------------------------------------------------


async def test_an_approved_answer_leaves_after_the_window(outside: Outside, office: Office) -> None:
    """Whoever approved by mistake has two minutes."""
    before = len(outside.mails_to(TOM))
    await reply(office, "APPROVE")
    assert len(outside.mails_to(TOM)) == before

    await later(office)

    assert "We are on it." in text_of(outside.mails_to(TOM)[-1])


async def test_undo_stops_the_answer_and_the_case_waits_again(outside: Outside, office: Office) -> None:
    """The customer never sees it, and the next decision counts as if it were the first."""
    before = len(outside.mails_to(TOM))
    await reply(office, "APPROVE")
    await reply(office, "UNDO", to=told(outside, QUEUE))
    await later(office)
    assert len(outside.mails_to(TOM)) == before
    assert "Taken back" in text_of(told(outside))

    await reply(office, "MODIFY\nHi Tom, it was a reservation and is gone by now.", to=outside.mails_to(QUEUE)[0])
    await later(office)

    assert "it was a reservation" in text_of(outside.mails_to(TOM)[-1])


async def test_undo_after_the_window_says_that_it_is_too_late(outside: Outside, office: Office) -> None:
    """What has left cannot be called back, and whoever tries must know it."""
    await reply(office, "APPROVE")
    await later(office)

    await reply(office, "UNDO", to=told(outside, QUEUE))

    assert "REVIEW-17" in text_of(told(outside))
    assert "We are on it." in text_of(outside.mails_to(TOM)[-1])


async def test_undo_of_what_was_not_decided_does_nothing(outside: Outside, office: Office) -> None:
    """There is nothing to take back."""
    await reply(office, "UNDO")

    assert "REVIEW-17" in text_of(told(outside))


async def test_everybody_who_got_the_digest_hears_what_was_decided(outside: Outside, office: Office) -> None:
    """Colleagues should not read a case that is settled."""
    await reply(office, "APPROVE")

    assert kinds(outside, QUEUE) == ["digest", "confirmation"]
    assert "You have 2 minutes to stop it" in text_of(told(outside, QUEUE))


# --- a new draft ------------------------------------------------------------------------------------------------------


async def test_revise_brings_a_new_draft_and_nothing_to_the_customer(outside: Outside, office: Office) -> None:
    """The reviewer says what to change, and sees the result before anybody else."""
    before = len(outside.mails_to(TOM))
    outside.model.revision = "The second payment was returned on 5 March."
    await reply(office, "REVISE we returned the money on 5 March, say so")

    digest = told(outside, QUEUE)
    assert "The second payment was returned on 5 March." in text_of(digest)
    assert "nothing proves" not in text_of(digest), "what the reviewer says is proven"
    assert outside.model.instructions == ["we returned the money on 5 March, say so"]
    assert len(outside.mails_to(TOM)) == before

    await reply(office, "APPROVE", to=digest)
    await later(office)
    assert "The second payment was returned on 5 March." in text_of(outside.mails_to(TOM)[-1])


async def test_the_old_digest_decides_nothing_after_a_revision(outside: Outside, office: Office) -> None:
    """Approving it would send a text that was replaced."""
    first = told(outside, QUEUE)
    await reply(office, "REVISE be shorter")

    await reply(office, "APPROVE", to=first, sender=BEN)
    await later(office)

    assert "There is a newer draft" in text_of(told(outside, BEN))
    assert not any("We are on it." in text_of(mail) for mail in outside.mails_to(TOM))


async def test_a_model_that_cannot_rewrite_leaves_the_draft(outside: Outside, office: Office) -> None:
    """The reviewer is told to write it themselves, and can still approve the draft."""
    outside.model.errors["revise"] = TemporaryError("no answer")
    await reply(office, "REVISE be shorter")
    assert "REVIEW-18" in text_of(told(outside))

    await reply(office, "APPROVE", to=outside.mails_to(QUEUE)[0])
    await later(office)

    assert "We are on it." in text_of(outside.mails_to(TOM)[-1])


async def test_a_short_text_becomes_the_draft_and_waits(outside: Outside, office: Office) -> None:
    """It may be an instruction: nobody sends "make it shorter" to a customer."""
    before = len(outside.mails_to(TOM))
    await reply(office, "MODIFY\nWe refunded it yesterday.")
    assert "REVIEW-07" in text_of(told(outside))
    assert len(outside.mails_to(TOM)) == before

    await reply(office, "APPROVE", to=told(outside))
    await later(office)

    assert "We refunded it yesterday." in text_of(outside.mails_to(TOM)[-1])


# --- other ends -------------------------------------------------------------------------------------------------------


async def test_ask_sends_the_question_and_the_answer_brings_the_case_back(outside: Outside, office: Office) -> None:
    """The reviewer's words reach the customer, and the customer's answer reaches a person."""
    await reply(office, "ASK\nWhich card did you pay with?")
    await later(office)
    question = outside.mails_to(TOM)[-1]
    assert "Which card did you pay with?" in text_of(question)
    found = await office.views.cases(to_decide=False, limit=1)
    assert found[0]["state"] == "asked"

    outside.model.mood = NEUTRAL
    outside.customer_writes("With the blue one.", answering=question)
    await office.work()

    assert "With the blue one." in text_of(told(outside, QUEUE))


@pytest.mark.parametrize("word", ["CLOSE", "SPAM"])
async def test_a_closed_case_gets_no_answer(outside: Outside, office: Office, word: str) -> None:
    """Nothing goes to the customer, not even a word that we are on it."""
    before = len(outside.mails_to(TOM))
    await reply(office, f"{word} nothing to do")
    await later(office)

    found = await office.views.cases(to_decide=False, limit=1)
    assert found[0]["state"] == "closed"
    assert len(outside.mails_to(TOM)) == before


async def test_mail_of_a_listed_sender_ends_unanswered(outside: Outside, office: Office) -> None:
    """The reviewers do not want to see it again."""
    await reply(office, "SPAM")
    digests = kinds(outside, QUEUE).count("digest")

    outside.customer_writes("Buy our offer!", subject="Offer")
    await office.work()

    assert kinds(outside, QUEUE).count("digest") == digests
    assert (await office.log())[-1]["reason"] == "a reviewer called mail of this sender spam"


async def test_undo_takes_the_sender_off_the_list(outside: Outside, office: Office) -> None:
    """A slip of the thumb must not silence a customer for ever."""
    await reply(office, "SPAM")
    await reply(office, "UNDO", to=told(outside, QUEUE))
    digests = kinds(outside, QUEUE).count("digest")

    outside.customer_writes("And the box is broken!", subject="Broken")
    await office.work()

    assert kinds(outside, QUEUE).count("digest") == digests + 1


async def test_an_unproven_sender_is_not_listed(outside: Outside) -> None:
    """Whoever forges a customer's address could have that customer ignored."""
    outside.model.mood = ANGRY
    async with open_office(outside, requires_auth=False) as office:
        outside.customer_writes("Buy our offer!", subject="Offer", authenticated=False)
        await office.work()
        await reply(office, "SPAM")

        outside.customer_writes("You charged me twice!", subject="Charged twice")
        await office.work()

        assert "You charged me twice!" in text_of(told(outside, QUEUE))


async def test_a_closed_case_can_be_opened_again(outside: Outside, office: Office) -> None:
    """With a digest of its own, whose approval sends the draft."""
    await reply(office, "CLOSE")
    await reply(office, "REOPEN", to=told(outside, QUEUE))
    digest = told(outside, QUEUE)
    assert digest["X-Mailagent-Kind"] == "digest"

    await reply(office, "APPROVE", to=digest)
    await later(office)

    assert "We are on it." in text_of(outside.mails_to(TOM)[-1])


# --- words that change nothing for the customer -----------------------------------------------------------------------


async def test_assign_brings_the_case_to_a_colleague(outside: Outside, office: Office) -> None:
    """Ben gets the digest, and his decision counts."""
    await reply(office, "ASSIGN ben")
    digest = told(outside, BEN)
    assert digest["X-Mailagent-Kind"] == "digest"
    assert BEN in text_of(told(outside, QUEUE))

    await reply(office, "APPROVE", to=digest, sender=BEN)
    await later(office)

    assert "We are on it." in text_of(outside.mails_to(TOM)[-1])


async def test_take_brings_the_case_to_whoever_says_it(outside: Outside, office: Office) -> None:
    """So that no two work on the same."""
    await reply(office, "TAKE")

    assert "digest" in kinds(outside, DANA)


async def test_a_name_that_nobody_has_is_answered_with_those_that_are_known(outside: Outside, office: Office) -> None:
    """The case must not end with nobody."""
    await reply(office, "ASSIGN benn")

    assert "REVIEW-16" in text_of(told(outside))
    assert "ben ode" in text_of(told(outside))


async def test_a_note_stands_in_the_timeline(office: Office) -> None:
    """For colleagues; the case waits as before."""
    await reply(office, "NOTE accounting looks at it")

    assert (await office.log())[-1]["note"] == "accounting looks at it"
    assert (await office.views.cases(to_decide=True, limit=5))[0]["case"] == "C-1"


async def test_set_corrects_the_case_and_is_kept_as_a_label(outside: Outside, office: Office) -> None:
    """What a person corrected is what to learn from."""
    await reply(office, "SET category=product priority=normal")
    await reply(office, "APPROVE", to=outside.mails_to(QUEUE)[0])

    assert (await office.log())[0]["category"] == "product"
    kept = [
        (row["message"], row["key"], row["value"], row["reviewer"])
        for row in await Lessons(sessions=office.sessions).corrections()
    ]
    assert kept == [(1, "category", "product", "Dana Kim"), (1, "priority", "normal", "Dana Kim")]


async def test_set_above_a_decision_is_kept_with_it(outside: Outside, office: Office) -> None:
    """One reply does both."""
    await reply(office, "SET category=product\nNOTE known customer\nAPPROVE")
    await later(office)

    assert "We are on it." in text_of(outside.mails_to(TOM)[-1])
    assert [row["value"] for row in await Lessons(sessions=office.sessions).corrections()] == ["product"]
    assert (await office.log())[-1]["note"] == "known customer"


async def test_snooze_says_until_when(outside: Outside, office: Office) -> None:
    """Nobody is reminded before."""
    await reply(office, "SNOOZE 2d")

    assert "Nobody is reminded before" in text_of(told(outside))


@pytest.mark.parametrize(("word", "says"), [("WHY", "angry"), ("STATUS", "Charged twice"), ("HELP", "Begin with ASK")])
async def test_a_question_is_answered_and_changes_nothing(
    outside: Outside, office: Office, word: str, says: str
) -> None:
    """Also after the case is decided."""
    await reply(office, word)
    assert says in text_of(told(outside))

    await reply(office, "CLOSE", to=outside.mails_to(QUEUE)[0])
    await reply(office, word, to=outside.mails_to(QUEUE)[0])

    assert says in text_of(told(outside))
