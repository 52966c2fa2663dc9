"""A reviewer's letter reaches the customer word for word, and nothing of the digest below it does."""

import pytest

from tests.fakes.mails import DANA, QUEUE, SUPPORT, TOM, mail, text_of
from tests.fakes.model import ANGRY
from tests.jobs.office import Office, Outside

DATED = "On Sat, 21 Nov 2026 at 10:12, Larkfield Support"
FIELDS = (
    f"From: Larkfield <{SUPPORT}>\nSent: Saturday, November 21, 2026 10:12 AM\nTo: Dana Kim <{DANA}>\nSubject: Decision"
)


@pytest.fixture(autouse=True)
async def _angry_case(outside: Outside, office: Office) -> None:
    """A case that waits for its reviewer."""
    outside.model.mood = ANGRY
    outside.customer_writes("You charged me twice!", subject="Charged twice")
    await office.work()


@pytest.mark.parametrize(
    "lines",
    [
        "--\nDana Kim\nLarkfield\n\nP.S. The parcel is on its way.",
        "Please look for this:\n\n----- Error Message -----\nDisk full",
        "Your booking:\n\nFrom: info@example.org\nTo: Tom\nDate: 3 March 2026 10:15\nSubject: Booking\n\nIt is moved.",
        "On 3 March 2026 at 10:15, Jo <jo@example.org> wrote:\n\nIt is free.\n\nThat still holds.",
        "> You charged me twice!\n\nWe did not.",
        "________________________________\nWe pay it back.",
        "Sent from my desk, with regards.",
    ],
)
async def test_a_letter_reaches_the_customer_word_for_word(outside: Outside, office: Office, lines: str) -> None:
    """What reads like a signature or a quote to a program is a part of what the reviewer wants to say."""
    outside.reviewer_replies(f"MODIFY\nHello Tom,\n\n{lines}\n\nKind regards,\nDana")
    await office.work()

    assert f"Hello Tom,\n\n{lines}\n\nKind regards,\nDana" in text_of(outside.mails_to(TOM)[-1])


@pytest.mark.parametrize(
    ("above", "mark"),
    [
        (f"{DATED} <{SUPPORT}> wrote:\n\n", "> "),
        (f"{DATED}\n<{SUPPORT}>\nwrote:\n\n", "> "),
        (f"Am Sa., 21. Nov. 2026 um 10:12 Uhr schrieb Larkfield Support <{SUPPORT}>:\n\n", "> "),
        (f"> On 21 Nov 2026, at 10:12, Larkfield Support <{SUPPORT}> wrote:\n> \n", "> "),
        (f"________________________________\n{FIELDS}\n\n", ""),
        (f"-----Original Message-----\n{FIELDS}\n\n", ""),
        (f"Sent from my iPhone\n\n> On 21 Nov 2026, at 10:12, Larkfield Support <{SUPPORT}> wrote:\n> \n", "> "),
        ("", ""),
    ],
    ids=["gmail", "gmail wrapped", "gmail german", "apple", "outlook", "old outlook", "iphone", "nothing above"],
)
async def test_nothing_of_the_digest_reaches_the_customer(
    outside: Outside, office: Office, above: str, mark: str
) -> None:
    """It says what we think of the customer, and carries the right to decide."""
    digest = outside.mails_to(QUEUE)[-1]
    quoted = "\n".join(f"{mark}{line}" for line in text_of(digest).splitlines())
    text = f"MODIFY\nHello Tom,\n\nwe pay it back.\n\n--\nDana\n\n{above}{quoted}\n"
    outside.mailbox.deliver(
        mail(text, subject=f"Re: {digest['Subject']}", sender=DANA, to=str(digest["Reply-To"]), answering=digest)
    )
    await office.work()

    answer = text_of(outside.mails_to(TOM)[-1]).strip()
    rule = "-" * 10
    assert answer == f"Hello Tom,\n\nwe pay it back.\n\n--\nDana\n\n{rule}\nYour case number is C-1. Larkfield Support"


async def test_an_approval_with_a_signature_is_one(outside: Outside, office: Office) -> None:
    """A signature is no condition, and most programs add one."""
    outside.reviewer_replies("APPROVE\n\n-- \nDana Kim\nQuestions? Not before ten.")
    await office.work()

    assert "We are on it." in text_of(outside.mails_to(TOM)[-1])


async def test_an_approval_with_a_condition_below_a_frame_is_held(outside: Outside, office: Office) -> None:
    """A rule that cuts there would send what the reviewer wants changed."""
    outside.reviewer_replies("APPROVE\n\n-----Original Message-----\nbut change the amount")
    await office.work()

    assert len(outside.mails_to(TOM)) == 1
    assert "REVIEW-03" in text_of(outside.mails_to(DANA)[0])
