"""Forged decisions: none decides, none is answered, each is on record with its reason, and the admin is not flooded."""

from datetime import timedelta

import pytest

from mailagent.domain.case import CaseId
from mailagent.domain.policy import ReviewPolicy
from tests.fakes.mails import ADMIN, DANA, QUEUE, TOM, text_of
from tests.fakes.model import ANGRY
from tests.jobs.forged import bare, forged
from tests.jobs.forgeries import (
    AUTOMATIC,
    NUMBER_ONLY,
    STRANGERS,
    UNPROVEN_REVIEWERS,
    UNSIGNED,
    UNWRITTEN,
    Make,
)
from tests.jobs.lived import Lived
from tests.jobs.office import Office, Outside, open_office


@pytest.fixture(name="outside")
async def _outside(lived: Lived) -> Outside:
    """Two cases wait for a reviewer: C-1 of Tom, which is forged at, and C-2 of Ann."""
    return await lived("two cases", two_cases)


async def two_cases(outside: Outside) -> None:
    """Until both are asked about."""
    outside.model.mood = ANGRY
    outside.customer_writes("You charged me twice!", subject="Charged twice")
    outside.customer_writes("Where is my order?", sender="Ann <ann@ann.example>", subject="My order")
    async with open_office(outside) as office:
        await office.work()


async def forge(outside: Outside, office: Office, make: Make) -> tuple[object, object]:
    """Send it twice, each a mail of its own: no case is decided and nothing leaves but for Dana and the admin, who gets
    one notice at most. Returns the rule and the reason on record.
    """
    before = len(outside.sender.accepted)
    digest = outside.mails_to(QUEUE)[0]
    for _ in range(2):
        outside.mailbox.deliver(make(digest))
    await office.work()
    for case in (1, 2):
        question = await office.resume_reviews.cases.escalation(CaseId(case), 1)
        assert question is not None
        assert (question.state, question.verb) == ("open", None)
    assert {recipient for recipient, _ in outside.sender.accepted[before:]} <= {ADMIN, DANA}
    assert len(outside.mails_to(ADMIN)) <= 1
    entries = (await office.log())[2:]
    assert len(entries) == 2
    (found,) = {(entry["rule"], entry["reason"]) for entry in entries}
    return found


@pytest.mark.parametrize("make", STRANGERS.values(), ids=STRANGERS)
async def test_nobody_but_a_reviewer_decides(outside: Outside, office: Office, make: Make) -> None:
    """The token travels with every forwarded digest, so it proves nothing without a sender who is listed."""
    assert await forge(outside, office, make) == ("refused", "the sender is not in reviewers.toml")
    assert (len(outside.mails_to(ADMIN)), outside.mails_to(DANA)) == (1, [])


@pytest.mark.parametrize("make", UNPROVEN_REVIEWERS.values(), ids=UNPROVEN_REVIEWERS)
async def test_nobody_decides_in_the_name_of_a_reviewer(outside: Outside, office: Office, make: Make) -> None:
    """Anybody can write a From line, and any header but the one that our own server puts on top. The reviewer in whose
    name it came hears nothing: they did not write.
    """
    refused = ("refused", "the mail provider did not vouch for the sender's address")
    assert await forge(outside, office, make) == refused
    assert (len(outside.mails_to(ADMIN)), outside.mails_to(DANA)) == (1, [])


@pytest.mark.parametrize("make", UNSIGNED.values(), ids=UNSIGNED)
async def test_no_reviewer_decides_without_the_right_token(outside: Outside, office: Office, make: Make) -> None:
    """A sender can be forged where a provider vouches carelessly; a signature cannot."""
    assert await forge(outside, office, make) == ("intake:review", "it carries no valid token of ours")
    assert (len(outside.mails_to(ADMIN)), outside.mails_to(DANA)) == (1, [])


@pytest.mark.parametrize("make", NUMBER_ONLY.values(), ids=NUMBER_ONLY)
async def test_a_case_number_is_no_token(outside: Outside, office: Office, make: Make) -> None:
    """Everybody who was ever sent mail about the case knows it; a reviewer is told that nothing was sent."""
    assert await forge(outside, office, make) == ("REVIEW-09", "nothing was done")
    assert (len(outside.mails_to(DANA)), outside.mails_to(ADMIN)) == (1, [])


@pytest.mark.parametrize(("make", "reason"), AUTOMATIC.values(), ids=AUTOMATIC)
async def test_no_program_decides(outside: Outside, office: Office, make: Make, reason: str) -> None:
    """It repeats what it was sent, and nobody has read the question."""
    _, found = await forge(outside, office, make)
    assert reason in str(found)
    assert outside.mails_to(DANA) == []


@pytest.mark.parametrize(("make", "code"), UNWRITTEN.values(), ids=UNWRITTEN)
async def test_only_what_a_reviewer_wrote_decides(outside: Outside, office: Office, make: Make, code: str) -> None:
    """What somebody else wrote, or what nobody can see, is no decision; she is told once that nothing was sent."""
    assert await forge(outside, office, make) == (code, "nothing was done")
    (receipt,) = outside.mails_to(DANA)
    assert code in text_of(receipt)
    assert outside.mails_to(ADMIN) == []


@pytest.mark.usefixtures("office")
async def test_a_caught_approval_does_not_decide_again_after_an_undo(outside: Outside) -> None:
    """A header that no signature covers makes other bytes of the same mail, and its signature stays valid."""
    async with open_office(outside, policy=ReviewPolicy(undo_window=timedelta(minutes=2), confirm="actor")) as office:
        digest = outside.mails_to(QUEUE)[0]
        for headers, text in ((), "APPROVE"), ((), "UNDO"), (("X-Seen: 1",), "APPROVE"):
            outside.mailbox.deliver(
                forged(digest, headers=headers, text=text, message_id=f"<{text}@larkfield.example>")
            )
            await office.work()

        assert (await office.rules())[2:] == ["approve", "undo", "intake:duplicate"]
        question = await office.resume_reviews.cases.escalation(CaseId(1), 1)
        assert question is not None
        assert question.state == "open"


@pytest.mark.parametrize(
    ("subject", "text", "rule"),
    [
        ("Re: lunch?", "yes", "REVIEW-20"),
        ("Re: [C-2] My order", "APPROVE", "REVIEW-20"),
        ("Re: [C-2] [C-1] My order", "APPROVE", "REVIEW-20"),
        ("", "Okay!", "REVIEW-20"),
        ("", "MODIFY\nHello Tom, all is well.", "modify"),
        ("Re: 3 waiting", "approve", "approve"),
        ("...", "APPROVE C-1", "approve"),
        ("WG: [EXTERN] Re: [c-1] Charged twice", "APPROVE", "approve"),
        ("Re: lunch?", "STATUS", "status"),
    ],
)
async def test_a_yes_in_another_conversation_decides_nothing(
    outside: Outside, office: Office, subject: str, text: str, rule: str
) -> None:
    """Whoever has a digest can write to a reviewer under its reply address: "Lunch?" - "Yes". And people take an old
    mail to write a new one.
    """
    outside.mailbox.deliver(forged(outside.mails_to(QUEUE)[0], subject=subject, text=text))
    await office.work()

    assert (await office.rules())[2:] == [rule]
    assert rule == "status" or len(outside.mails_to(TOM)) == 1 + (rule in ("approve", "modify"))


@pytest.mark.parametrize(
    "sender", [DANA.upper(), f'"Kim, Dana" <{DANA}>', f"=?utf-8?q?D=C3=A1na?= <{DANA}>", f"{DANA} (Dana)"]
)
async def test_a_reviewer_decides_however_their_program_writes_them(
    outside: Outside, office: Office, sender: str
) -> None:
    """Strict about who, not about how."""
    outside.mailbox.deliver(forged(outside.mails_to(QUEUE)[0], sender=sender))
    await office.work()

    assert (await office.rules())[2:] == ["approve"]


async def test_a_token_in_other_letters_is_the_same(outside: Outside, office: Office) -> None:
    """Servers may change the case of an address, and base32 has none."""
    (digest, _) = outside.mails_to(QUEUE)
    outside.mailbox.deliver(bare(digest, to=str(digest["Reply-To"]).upper()))
    await office.work()

    assert (await office.rules())[2:] == ["approve"]
