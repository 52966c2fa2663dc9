"""What a reviewer may expect, and what others must not be able to do."""

import signal
from email.message import EmailMessage

import pytest

from tests.acceptance.world import ADMIN, Customer, Reviewer, World, text_of, words

ANGRY = "This is UNACCEPTABLE!!! You charged me THREE times for one order. I am furious, give me my money back NOW!"


def angry_case(world: World, customer: Customer, reviewer: Reviewer) -> EmailMessage:
    """A case that waits for its decision; returns the digest."""
    world.start()
    customer.writes("Charged three times", ANGRY)
    digest = reviewer.receives_digest()
    customer.receives("acknowledgment")
    return digest


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_a_decision_counts_after_a_restart(
    world: World, customer: Customer, reviewer: Reviewer, how: signal.Signals
) -> None:
    """Reviewers answer hours later; by then the process may be another one."""
    digest = angry_case(world, customer, reviewer)
    world.stop(how)

    reviewer.replies(digest, "APPROVE")
    world.start()
    answer = customer.receives("answer")

    assert "Automatic answer" not in text_of(answer)
    assert len(customer.received()) == 2


def test_a_decision_counts_when_the_paused_graph_is_lost(world: World, customer: Customer, reviewer: Reviewer) -> None:
    """The store is the truth: a deleted or damaged checkpoint file does not lose a case."""
    digest = angry_case(world, customer, reviewer)
    world.stop()
    for file in (world.folder / "data").glob("checkpoints.db*"):
        file.unlink()

    reviewer.replies(digest, "MODIFY\nHello Tom,\nyour money is on its way back.")
    world.start()

    assert "your money is on its way back." in text_of(customer.receives("answer"))


def test_an_unclear_reply_gets_a_receipt_and_nothing_is_sent(
    world: World, customer: Customer, reviewer: Reviewer
) -> None:
    """Guessing what a reviewer meant would put words into the company's mouth."""
    digest = angry_case(world, customer, reviewer)

    reviewer.replies(digest, "Looks good to me, but please mention the voucher")
    receipt = reviewer.receives("receipt")

    assert "NOTHING WAS SENT" in text_of(receipt)
    assert "REVIEW-02" in text_of(receipt)
    reviewer.replies(receipt, "APPROVE")
    assert customer.receives("answer, by replying to the receipt")


def test_an_approval_with_a_condition_is_held(world: World, customer: Customer, reviewer: Reviewer) -> None:
    """ "Approve, but ..." must not send the draft without the change."""
    digest = angry_case(world, customer, reviewer)

    reviewer.replies(digest, "Approve, but change the amount to 98 euro")

    assert "REVIEW-03" in text_of(reviewer.receives("receipt"))
    assert len(customer.received()) == 1


def test_the_second_decision_comes_too_late(world: World, customer: Customer, reviewer: Reviewer) -> None:
    """Two reviewers answer one digest: the first decides, the second is told who did."""
    digest = angry_case(world, customer, reviewer)
    reviewer.replies(digest, "APPROVE")
    customer.receives("answer")
    reviewer.receives("confirmation")
    ben = Reviewer(world=world, address="ben@larkfield.example")

    ben.replies(digest, "REJECT")
    receipt = ben.receives("receipt")

    assert "REVIEW-08" in text_of(receipt)
    assert "Dana Kim chose APPROVE" in words(text_of(receipt))
    assert len(customer.received()) == 2


def test_the_same_word_twice_is_not_worth_a_mail(world: World, customer: Customer, reviewer: Reviewer) -> None:
    """Phones send twice; neither the customer nor the reviewer hears of it again."""
    digest = angry_case(world, customer, reviewer)
    reviewer.replies(digest, "APPROVE")
    customer.receives("answer")
    reviewer.receives("confirmation")

    reviewer.replies(digest, "approve")
    customer.writes("Payment methods", "Which payment methods do you accept?")
    customer.receives("answer to the other mail")

    assert [entry["rule"] for entry in world.log()].count("repeated") == 1
    assert len(world.mails_to(reviewer.address)) == 1


@pytest.mark.parametrize(
    ("sender", "authenticated"),
    [("mallory@evil.example", True), ("dana@larkfield.example", False)],
    ids=["a stranger with the digest", "a forged reviewer"],
)
def test_nobody_else_can_decide(
    world: World, customer: Customer, reviewer: Reviewer, sender: str, *, authenticated: bool
) -> None:
    """The digest may be forwarded, its token leak and From be forged: still only a listed person decides."""
    digest = angry_case(world, customer, reviewer)

    Reviewer(world=world, address=sender).replies(digest, "APPROVE", authenticated=authenticated)
    notice = world.wait_for(ADMIN, 1, "notice of the refusal")[0]

    assert "refused" in str(notice["Subject"])
    assert world.mails_to("mallory@evil.example") == []
    assert len(customer.received()) == 1
    reviewer.replies(digest, "APPROVE")
    assert customer.receives("answer, once the reviewer approves")


def test_a_follow_up_replaces_the_question(world: World, customer: Customer, reviewer: Reviewer) -> None:
    """An approval of the old draft must not answer a customer who has written something new meanwhile."""
    world.start()
    customer.writes("Charged three times", ANGRY)
    first = reviewer.receives_digest()
    acknowledgment = customer.receives("acknowledgment")

    customer.writes(
        "Re: Charged three times", "I found the receipt, it was the bank's fault.", answering=acknowledgment
    )
    second = reviewer.receives_digest()
    reviewer.replies(first, "APPROVE")
    receipt = reviewer.receives("receipt")

    assert second["Subject"] == first["Subject"]
    assert "the bank's fault" in text_of(second)
    assert "REVIEW-09" in text_of(receipt)
    assert len(customer.received()) == 1
    reviewer.replies(second, "MODIFY\nHello Tom,\n\nthank you for telling us.")
    assert "thank you for telling us" in text_of(customer.receives("answer"))


def test_a_digest_without_a_draft_cannot_be_approved(world: World, customer: Customer, reviewer: Reviewer) -> None:
    """There is nothing to send; the reviewer is told what to do instead."""
    world.start()
    customer.writes("Wholesale", "Do you sell wholesale to restaurants in Japan? Please quote for 500 units.")
    digest = reviewer.receives_digest()
    customer.receives("acknowledgment")

    reviewer.replies(digest, "APPROVE")

    assert "REVIEW-12" in text_of(reviewer.receives("receipt"))
