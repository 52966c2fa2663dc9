"""The main job, end to end: three mails, three ways to decide."""

import json

from tests.acceptance.world import SUPPORT, Customer, Reviewer, World, draft_of, html_of, text_of, words

ANGRY = (
    "This is UNACCEPTABLE!!! You charged me THREE times for one order, 49 euro each. I am furious."
    " Give me my money back NOW!"
)


def test_a_question_with_an_article_is_answered(world: World, customer: Customer) -> None:
    """The everyday case, with the daemon as a shell starts it: a customer has the answer a moment later."""
    world.start(cold=True)
    mail = customer.writes("Payment methods", "Hello, which payment methods do you accept?\n\nTom\n")

    answer = customer.receives("answer")

    assert "PayPal" in text_of(answer)
    assert "PayPal" in html_of(answer)
    assert text_of(answer).startswith("Automatic answer")
    assert answer["Subject"] == "Re: Payment methods"
    assert answer["In-Reply-To"] == mail["Message-ID"]
    assert answer["From"].addresses[0].addr_spec == SUPPORT
    assert answer["Auto-Submitted"] == "auto-replied"
    assert answer["X-Mailagent-Loop"]
    entry = world.log()[0]
    assert (entry["disposition"], entry["rule"], entry["category"]) == ("reply", "reply", "billing")
    assert entry["escalated"] is False


def test_an_angry_customer_reaches_a_person_at_once(world: World, customer: Customer, reviewer: Reviewer) -> None:
    """No machine argues with somebody who is angry: a person is asked, and the customer knows until when."""
    world.start()
    customer.writes("CHARGED THREE TIMES", ANGRY)

    digest = reviewer.receives_digest()
    acknowledgment = customer.receives("acknowledgment")

    assert digest["Subject"] == "[C-1] CHARGED THREE TIMES"
    assert digest["X-Mailagent-Priority"] == "urgent"
    assert "the customer is angry (rule angry)" in words(text_of(digest))
    assert "You charged me THREE times" in text_of(digest)
    assert "C-1" in text_of(acknowledgment)
    assert "THREE" not in text_of(acknowledgment)
    assert "by" in text_of(acknowledgment)
    assert len(customer.received()) == 1


def test_a_calm_complaint_reaches_a_person_too(world: World, customer: Customer, reviewer: Reviewer) -> None:
    """A formal complaint must not get an automatic answer however politely it is put."""
    world.start()
    customer.writes(
        "Formal complaint",
        "Dear Sir or Madam,\n\nI wish to lodge a formal complaint about the handling of my return. I would appreciate a"
        " written response.\n\nKind regards\nTom Weber\n",
    )

    digest = reviewer.receives_digest()

    assert digest["X-Mailagent-Category"] == "complaint"
    assert digest["X-Mailagent-Priority"] == "high"
    assert "(rule complaint)" in words(text_of(digest))


def test_an_approval_sends_the_draft_as_it_stands(world: World, customer: Customer, reviewer: Reviewer) -> None:
    """What the reviewer saw is what the customer gets, word for word, in the customer's thread."""
    world.start()
    mail = customer.writes("Charged twice", "I am furious!!! You charged me TWICE for order 1234, this is a SCANDAL!")
    digest = reviewer.receives_digest()
    customer.receives("acknowledgment")

    reviewer.replies(digest, "APPROVE")
    answer = customer.receives("answer")
    confirmation = reviewer.receives("confirmation")

    assert draft_of(digest)
    assert draft_of(digest) in words(text_of(answer))
    assert "Automatic answer" not in text_of(answer)
    assert answer["In-Reply-To"] == mail["Message-ID"]
    assert str(confirmation["Subject"]) == "Re: [C-1] Charged twice"
    assert "approved" in text_of(confirmation)
    entry = world.log()[0]
    assert (entry["decision"], entry["reviewer"], entry["escalated"]) == ("approve", "Dana Kim", True)


def test_a_modification_sends_the_reviewers_own_text(world: World, customer: Customer, reviewer: Reviewer) -> None:
    """Lists, blank lines and indentation arrive as the reviewer wrote them, without the quote and the signature."""
    world.start()
    customer.writes("Broken again", ANGRY)
    digest = reviewer.receives_digest()
    customer.receives("acknowledgment")
    own = "Hi Tom,\n\nwe will:\n\n  - refund both charges\n  - write to your bank\n\n\nDana"

    reviewer.replies(digest, f"MODIFY\n\n{own}\n\n-- \nDana Kim\nLarkfield")
    answer = customer.receives("answer")

    assert own in text_of(answer).replace("\r\n", "\n")
    assert "MODIFY" not in text_of(answer)
    assert "Dana Kim" not in text_of(answer)
    assert "refund both charges" in html_of(answer)


def test_a_rejection_sends_the_holding_reply_and_leaves_the_case_open(
    world: World, customer: Customer, reviewer: Reviewer
) -> None:
    """The draft never leaves; the customer is told that a person is on it, and the case stays a person's."""
    world.start()
    customer.writes("Charged twice", ANGRY)
    digest = reviewer.receives_digest()
    customer.receives("acknowledgment")

    reviewer.replies(digest, "REJECT\nI call her myself.")
    holding = customer.receives("holding reply")
    reviewer.receives("confirmation")

    assert "still working" in words(text_of(holding))
    assert draft_of(digest) not in words(text_of(holding))
    entry = world.log()[0]
    assert (entry["decision"], entry["escalated"]) == ("reject", False)
    case = world.command("case", "C-1", "--json").stdout
    assert '"state": "open"' in case


def test_what_no_article_answers_is_listed_as_a_gap(world: World, customer: Customer, reviewer: Reviewer) -> None:
    """An admin sees what to write next, in the words of the customers; what was answered is no gap."""
    customer.writes("Wholesale", "Do you have wholesale prices?")
    customer.writes("Restaurant", "Which wholesale prices has a restaurant?")
    customer.writes("Payment methods", "Which payment methods do you accept?")
    world.start()
    for _ in range(2):
        reviewer.receives_digest()
    for _ in range(3):
        customer.receives("two acknowledgments and an answer")

    (gap,) = json.loads(world.command("kb", "gaps", "--json").stdout)

    assert gap["size"] == 2
    assert {"wholesale", "prices"} <= set(gap["words"])
    assert [one["subject"] for one in gap["examples"]] == ["Wholesale", "Restaurant"]
