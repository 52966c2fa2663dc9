"""A reviewer's reply: applied once, only from who may decide, and never guessed."""

from datetime import timedelta

import pytest

from mailagent.domain.case import CaseId
from tests.fakes.mails import ADMIN, BEN, DANA, QUEUE, TOM, text_of, words
from tests.fakes.model import ANGRY, NEUTRAL
from tests.jobs.lived import Lived
from tests.jobs.office import Office, Outside, open_office


@pytest.fixture(name="outside")
async def _outside(lived: Lived) -> Outside:
    """A case that waits for its reviewer; the customer got an acknowledgment."""
    return await lived("asked where decisions are final", ask)


async def ask(outside: Outside) -> None:
    """The reviewers are asked about Tom's angry mail."""
    outside.model.mood = ANGRY
    outside.customer_writes("You charged me twice!", subject="Charged twice")
    async with open_office(outside) as office:
        await office.work()


async def question(office: Office, revision: int = 1) -> tuple[object, object, object]:
    """State, verb and reviewer of a question."""
    found = await office.resume_reviews.cases.escalation(CaseId(1), revision)
    assert found is not None
    return found.state, found.verb, found.decided_by


async def test_an_approval_sends_the_draft(outside: Outside, office: Office) -> None:
    """Exactly what the reviewer read goes out, and they are told so."""
    outside.reviewer_replies("APPROVE")
    await office.work()

    answer = outside.mails_to(TOM)[-1]
    assert "We are on it." in text_of(answer)
    assert "Automatic answer" not in text_of(answer)
    (confirmation,) = outside.mails_to(DANA)
    assert "We are on it." in words(confirmation)
    assert await question(office) == ("decided", "approve", "Dana Kim")
    assert (await office.resume_reviews.cases.get(CaseId(1))).state == "answered"


async def test_a_modify_sends_the_reviewers_own_text(outside: Outside, office: Office) -> None:
    """Nothing of the draft is left, nothing of the text is changed."""
    outside.reviewer_replies("MODIFY\nHello Tom,\n\n- first\n  - second\n\nDana")
    await office.work()

    answer = text_of(outside.mails_to(TOM)[-1])
    assert "Hello Tom,\n\n- first\n  - second\n\nDana" in answer
    assert "We are on it." not in answer
    assert (await office.log())[0]["decision"] == "modify"


async def test_a_rejection_keeps_the_draft_and_holds_the_customer(outside: Outside, office: Office) -> None:
    """A person writes by other means; the customer is told that we are on it."""
    outside.reviewer_replies("REJECT\nI call him.")
    await office.work()

    assert await office.mails_of() == [
        ("digest", "sent"),
        ("acknowledgment", "sent"),
        ("holding", "sent"),
        ("confirmation", "sent"),
    ]
    assert "We are on it." not in text_of(outside.mails_to(TOM)[-1])
    assert "I call him." not in text_of(outside.mails_to(TOM)[-1])
    assert "I call him." in words(outside.mails_to(DANA)[0])
    case = await office.resume_reviews.cases.get(CaseId(1))
    assert (case.state, case.escalated) == ("open", False)


async def test_an_internal_note_never_reaches_the_customer(outside: Outside, office: Office) -> None:
    """Reviewers write to colleagues there."""
    outside.reviewer_replies("APPROVE\n\nHe is a difficult one.")
    await office.work()

    assert "difficult" not in words(outside.mails_to(TOM)[-1])
    assert "difficult" in words(outside.mails_to(DANA)[0])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "REVIEW-01"),
        ("Looks good to me", "REVIEW-02"),
        ("Approve, but change the amount", "REVIEW-03"),
        ("MODIFY", "REVIEW-04"),
        ("APPROVE\nREJECT", "REVIEW-05"),
        ("MODIFY shorter please", "REVIEW-06"),
        ("APPROVE C-99", "REVIEW-03"),
        ("SET category=biling", "REVIEW-16"),
    ],
)
async def test_an_unclear_reply_is_answered_and_changes_nothing(
    outside: Outside, office: Office, text: str, code: str
) -> None:
    """The reviewer hears at once that nothing was sent, and can decide by answering that."""
    outside.reviewer_replies(text)
    await office.work()

    (receipt,) = outside.mails_to(DANA)
    assert code in text_of(receipt)
    assert len(outside.mails_to(TOM)) == 1
    assert await question(office) == ("open", None, None)

    outside.reviewer_replies("APPROVE", to=receipt)
    await office.work()
    assert len(outside.mails_to(TOM)) == 2


async def test_the_second_reviewer_is_told_who_was_first(outside: Outside, office: Office) -> None:
    """Two answer the same digest; the customer gets one answer."""
    outside.reviewer_replies("APPROVE")
    outside.reviewer_replies("REJECT", sender=BEN)
    await office.work()

    (receipt,) = outside.mails_to(BEN)
    assert "REVIEW-08" in text_of(receipt)
    assert "Dana Kim chose APPROVE" in words(receipt)
    assert len(outside.mails_to(TOM)) == 2
    assert await question(office) == ("decided", "approve", "Dana Kim")


async def test_the_same_decision_again_is_not_worth_a_mail(outside: Outside, office: Office) -> None:
    """Phones send twice."""
    outside.reviewer_replies("APPROVE")
    outside.reviewer_replies("approve")
    await office.work()

    assert await office.rules() == ["angry", "approve", "repeated"]
    assert (len(outside.mails_to(TOM)), len(outside.mails_to(DANA))) == (2, 1)


async def test_the_same_decision_of_another_reviewer_is_told_that_it_was_late(outside: Outside, office: Office) -> None:
    """They cannot know that a colleague was quicker."""
    outside.reviewer_replies("APPROVE")
    outside.reviewer_replies("APPROVE", sender=BEN)
    await office.work()

    assert "REVIEW-08" in text_of(outside.mails_to(BEN)[0])


async def test_a_decision_about_an_overtaken_question_changes_nothing(outside: Outside, office: Office) -> None:
    """The customer wrote again; the old draft answers what is no longer asked."""
    first = outside.mails_to(QUEUE)[0]
    outside.customer_writes("It was the bank, sorry.", answering=outside.mails_to(TOM)[0])
    await office.work()

    outside.reviewer_replies("APPROVE", to=first)
    await office.work()

    assert "REVIEW-09" in text_of(outside.mails_to(DANA)[0])
    assert len(outside.mails_to(TOM)) == 1
    assert await question(office) == ("superseded", None, None)
    assert await question(office, 2) == ("open", None, None)

    outside.reviewer_replies("APPROVE", to=outside.mails_to(QUEUE)[1])
    await office.work()
    assert len(outside.mails_to(TOM)) == 2


async def test_a_stranger_with_the_digest_cannot_decide(outside: Outside, office: Office) -> None:
    """The digest was forwarded, its token is known: the sender must be listed as well."""
    outside.reviewer_replies("APPROVE", sender="mallory@evil.example")
    await office.work()

    assert await question(office) == ("open", None, None)
    assert (len(outside.mails_to(TOM)), outside.mails_to("mallory@evil.example")) == (1, [])
    assert "not in reviewers.toml" in words(outside.mails_to(ADMIN)[0]).replace("[.]", ".")
    assert await office.rules() == ["angry", "refused"]


async def test_a_forged_reviewer_cannot_decide(outside: Outside, office: Office) -> None:
    """Anybody can write a From line; the provider must vouch for it."""
    outside.reviewer_replies("APPROVE", authenticated=False)
    await office.work()

    assert await question(office) == ("open", None, None)
    assert (len(outside.mails_to(TOM)), outside.mails_to(DANA)) == (1, [])
    assert "did not vouch" in words(outside.mails_to(ADMIN)[0])

    outside.reviewer_replies("APPROVE")
    await office.work()
    assert len(outside.mails_to(TOM)) == 2


async def test_the_customer_cannot_decide_their_own_case(outside: Outside, office: Office) -> None:
    """Even with the token: they would approve their own refund."""
    outside.reviewer_replies("APPROVE", sender=TOM)
    await office.work()

    assert await question(office) == ("open", None, None)
    assert len(outside.mails_to(TOM)) == 1


async def test_many_refusals_are_one_notice(outside: Outside, office: Office) -> None:
    """A loop at a stranger's end must not flood the admin."""
    for number in range(5):
        outside.reviewer_replies(f"APPROVE\n{number}", sender="mallory@evil.example")
    await office.work()

    assert len(outside.mails_to(ADMIN)) == 1


async def test_a_question_without_a_draft_cannot_be_approved(outside: Outside, office: Office) -> None:
    """There is nothing to send; the reviewer is told what to do instead."""
    outside.model.draft = None
    outside.customer_writes("Another matter!", sender="Ann <ann@ann.example>")
    await office.work()

    outside.reviewer_replies("APPROVE")
    await office.work()
    assert "REVIEW-12" in text_of(outside.mails_to(DANA)[0])

    outside.reviewer_replies("SET colour=red")
    await office.work()
    assert "Begin with MODIFY" in text_of(outside.mails_to(DANA)[1])
    assert "Begin with APPROVE" not in text_of(outside.mails_to(DANA)[1])

    outside.reviewer_replies("MODIFY\nHello Ann.")
    await office.work()
    assert "Hello Ann." in text_of(outside.mails_to("ann@ann.example")[-1])


async def test_a_case_goes_on_after_its_decision(outside: Outside, office: Office) -> None:
    """The next question of the customer is an ordinary one, with what was said before."""
    outside.reviewer_replies("MODIFY\nHi Tom, the second payment is a reservation.")
    await office.work()
    outside.model.mood = NEUTRAL

    outside.customer_writes("And which cards do you take?", answering=outside.mails_to(TOM)[-1])
    await office.work()

    assert await office.rules() == ["angry", "modify", "reply"]
    history = [(turn.who, turn.text.strip()) for turn in outside.model.mails[-1].history]
    assert history == [("customer", "You charged me twice!"), ("us", "Hi Tom, the second payment is a reservation.")]
    assert (await office.log())[-1]["decision"] is None


async def test_a_second_text_is_not_dropped_in_silence(outside: Outside, office: Office) -> None:
    """Its author believes that it corrects the first one."""
    outside.model.mood = ANGRY
    outside.customer_writes()
    await office.work()
    outside.reviewer_replies("MODIFY\nHi Tom, you get 89 euro.")
    await office.work()

    outside.reviewer_replies("MODIFY\nHi Tom, you get 98 euro.")
    await office.work()

    assert "REVIEW-08" in text_of(outside.mails_to(DANA)[1])


@pytest.mark.parametrize("leak", ["{to}", "Ref {ref}"])
async def test_a_text_that_shows_the_right_to_decide_is_not_sent(outside: Outside, office: Office, leak: str) -> None:
    """A quote that we do not know would carry our token to the customer."""
    (digest,) = outside.mails_to(QUEUE)
    ref = words(digest).rpartition("Ref ")[2].split()[0]

    outside.reviewer_replies("MODIFY\n\nDear Tom, all is well.\nSee " + leak.format(to=digest["Reply-To"], ref=ref))
    await office.work()

    assert len(outside.mails_to(TOM)) == 1
    assert "REVIEW-15" in text_of(outside.mails_to(DANA)[-1])


@pytest.mark.parametrize(
    "text", ["No, I am out of the office.", "Rejected: out of office until Monday", "No.\nI'm away"]
)
async def test_the_absence_note_of_a_reviewer_decides_nothing(outside: Outside, office: Office, text: str) -> None:
    """Sent without any header, by the program of a reviewer who never saw the question."""
    outside.reviewer_replies(text)
    await office.work()

    assert "REVIEW-02" in words(outside.mails_to(DANA)[-1])
    assert await office.rules() == ["angry", "REVIEW-02"]


async def test_a_program_that_answers_each_receipt_stops(outside: Outside, office: Office) -> None:
    """Marked with no header, it would answer every receipt with the same words."""
    for _ in range(3):
        outside.reviewer_replies("Thank you for your mail. Ben stands in for me.")
        await office.work()
        outside.clock.passes(timedelta(minutes=1))
    assert len(outside.mails_to(DANA)) == 1

    outside.reviewer_replies("Ben is away too, I decide: approve it")
    await office.work()
    outside.clock.passes(timedelta(hours=1))
    outside.reviewer_replies("Thank you for your mail. Ben stands in for me.")
    await office.work()
    assert len(outside.mails_to(DANA)) == 3
