"""Every word of a reviewer in a full round: mail server, daemon, reply, and what people get of it.

One daemon serves many cases at once, each with a customer of its own.
"""

from email.message import EmailMessage

from tests.acceptance.world import ADMIN, QUEUE, REVIEWER, SUPPORT, Customer, Reviewer, World, text_of, words
from tests.servers.model import ModelServer, says

ANGRY = "This is UNACCEPTABLE!!! You charged me THREE times for one order. I am furious, give me my money back NOW!"
ACKNOWLEDGED = 1
"""Mails that each customer has before anybody decides."""
BEN = "ben@larkfield.example"


def found(world: World, address: str, text: str) -> EmailMessage:
    """The first mail to `address` that holds `text` in its subject or its words; waits for it."""

    def holds() -> list[EmailMessage]:
        return [mail for mail in world.mails_to(address) if text in f"{mail['Subject']} {words(text_of(mail))}"]

    try:
        world.smtp.wait_for(lambda _: bool(holds()), 60)
    except TimeoutError:
        got = [str(mail["Subject"]) for mail in world.mails_to(address)]
        raise AssertionError(f"{address} got no mail with {text!r}, but {got}") from None
    return holds()[0]


def angry(world: World, name: str) -> Customer:
    """Somebody whose case waits for a person, under a subject of their own."""
    customer = Customer(world=world, address=f"{name}@{name}.example", name=name.capitalize())
    customer.writes(f"Charged, says {name}", ANGRY)
    return customer


def count(customer: Customer) -> int:
    """Mails that a customer has so far."""
    return len(customer.received())


def review(*, undo_window: str, confirm: str = "actor") -> str:
    """A review.toml."""
    return (
        f'queue = "{QUEUE}"\nauthentication = "required"\nauthserv_id = "mx.larkfield.example"\n'
        f'undo_window = "{undo_window}"\nconfirm = "{confirm}"\nbundle_above = 50\n'
    )


def test_each_word_that_ends_a_case(world: World, reviewer: Reviewer) -> None:
    """Approve, modify, reject, ask, close and spam, each on its own case of one daemon."""
    names = ("approve", "modify", "reject", "ask", "close", "spam")
    customers = {name: angry(world, name) for name in names}
    world.start()
    digests = {name: found(world, QUEUE, f"Charged, says {name}") for name in names}
    for name in names:
        customers[name].receives("acknowledgment")

    reviewer.replies(digests["approve"], "APPROVE")
    reviewer.replies(digests["modify"], "MODIFY\nHello,\n\nboth charges are on their way back.\n\nDana")
    reviewer.replies(digests["reject"], "REJECT\nI call them")
    reviewer.replies(digests["ask"], "ASK\nWhich card did you pay with?")
    reviewer.replies(digests["close"], "CLOSE nothing to do")
    reviewer.replies(digests["spam"], "SPAM")
    for said in ("approved the draft", "changed the reply", "rejected the draft", "asked the customer"):
        assert found(world, REVIEWER, said)
    for said in ("closed the case", "called this spam"):
        assert found(world, REVIEWER, said)
    found(world, customers["modify"].address, "both charges are on their way back")
    question = found(world, customers["ask"].address, "Which card did you pay with?")
    customers["ask"].writes("Re: Charged", "With the blue one.", answering=question)
    customers["spam"].writes("Buy our offer", ANGRY)

    assert "With the blue one." in text_of(found(world, QUEUE, "With the blue one."))
    world.until(lambda: [row["rule"] for row in world.log()].count("intake:spam") == 1, "the listed sender's mail")
    for name in ("approve", "reject"):
        world.wait_for(customers[name].address, ACKNOWLEDGED + 1, name)
    ended = {name: count(customer) - ACKNOWLEDGED for name, customer in customers.items()}
    assert ended == {"approve": 1, "modify": 1, "reject": 1, "ask": 1, "close": 0, "spam": 0}
    assert "I call them" not in "".join(words(text_of(mail)) for mail in customers["reject"].received())


def test_each_word_for_the_team(world: World, customer: Customer, reviewer: Reviewer) -> None:
    """All on one case, which waits on; then it is closed and opened again, and its answer leaves."""
    groups = '[[reviewer]]\nname = "Dana Kim"\naddresses = ["{}"]\n\n[[reviewer]]\nname = "Ben Ode"\n'
    world.configure(
        review=review(undo_window="0m"),
        reviewers=groups.format(REVIEWER) + f'addresses = ["{BEN}"]\ngroups = ["billing"]\n',
    )
    customer.writes("Charged three times", ANGRY)
    world.start()
    digest = reviewer.receives_digest()
    replies = {
        "WHY": 'Rule "angry"',
        "STATUS": "waits for a decision",
        "HELP": "Begin with ASK",
        "NOTE known customer": "Your note is kept",
        "SNOOZE 4h": "Nobody is reminded before",
        "SET category=product priority=high": "category = product",
    }
    for text in replies:
        reviewer.replies(digest, text)
    for told in replies.values():
        found(world, REVIEWER, told)

    reviewer.replies(digest, "TAKE")
    own = found(world, REVIEWER, "Do not forward this email")
    reviewer.replies(own, "ASSIGN billing, you know them")
    theirs = found(world, BEN, "Do not forward this email")
    assert f"C-1 is with {BEN} now" in words(text_of(found(world, QUEUE, f"is with {BEN}")))
    ben = Reviewer(world=world, address=BEN)
    ben.replies(theirs, "CLOSE")
    closed = found(world, BEN, "closed the case")
    ben.replies(closed, "REOPEN")
    world.until(lambda: world.status()["waiting_for_reviewers"] == 1, "the case that is open again")
    world.wait_for(BEN, 3, "the new digest")
    ben.replies(world.mails_to(BEN)[-1], "APPROVE")

    world.wait_for(customer.address, ACKNOWLEDGED + 1, "the answer")
    assert len(customer.received()) == ACKNOWLEDGED + 1
    assert [row["note"] for row in world.log() if row["rule"] == "note"] == ["known customer"]


def test_a_revision_is_written_by_the_model_and_sent_once_approved(world: World, reviewer: Reviewer) -> None:
    """The instruction reaches the model, the new draft the reviewer, and only the approved one the customer."""
    with ModelServer(values={"sentiment": "angry", "sentiment_score": -0.9}) as model:
        world.settings = {"MAILAGENT_TEST_MODEL_KEY": "sk-test-4821"}
        steps = 'steps = { classify = "small", respond = "strong", escalate = "strong" }'
        world.configure(
            model=f'provider = "openai"\nbase_url = "{model.url}"\nsecret = "env:MAILAGENT_TEST_MODEL_KEY"\n{steps}\n'
        )
        customer = angry(world, "tom")
        world.start()
        first = reviewer.receives_digest()

        model.script(says({"text": "The second payment went back on 5 March."}))
        reviewer.replies(first, "REVISE we returned it on 5 March, say so")
        second = reviewer.receives_digest()
        told = str(model.requests[-1]["messages"])
        reviewer.replies(first, "APPROVE")
        late = reviewer.receives("receipt about the old draft")
        reviewer.replies(second, "APPROVE")
        answer = found(world, customer.address, "went back on 5 March")

    assert "we returned it on 5 March" in told
    assert "went back on 5 March" in words(text_of(second))
    assert "There is a newer draft" in text_of(late)
    assert "A text from the model server" not in text_of(answer)
    assert count(customer) == ACKNOWLEDGED + 1


def test_a_decision_within_its_window_is_taken_back(world: World, reviewer: Reviewer) -> None:
    """Colleagues hear of both, the customer of neither; the next decision sends."""
    world.configure(review=review(undo_window="1h", confirm="all"))
    customer = angry(world, "tom")
    world.start()
    digest = reviewer.receives_digest()
    reviewer.replies(digest, "APPROVE")
    assert "to stop it, until" in words(text_of(found(world, QUEUE, "approved the draft")))

    reviewer.replies(digest, "UNDO")
    found(world, QUEUE, "Taken back in time")
    found(world, REVIEWER, "Taken back in time")
    reviewer.replies(digest, "STATUS")

    assert "waits for a decision" in text_of(found(world, REVIEWER, "How C-1 stands"))
    assert count(customer) == ACKNOWLEDGED
    assert world.mails_to(ADMIN) == []


def test_a_rating_of_one_brings_the_case_to_a_person(world: World, customer: Customer, reviewer: Reviewer) -> None:
    """Who was not helped by a program is answered by somebody."""
    world.start()
    customer.writes("Payment methods", "Hello, which payment methods do you accept?")
    answer = customer.receives("answer")

    customer.writes("Re: Payment methods", "Rating: 1 of 5", answering=answer)
    digest = reviewer.receives_digest()
    reviewer.replies(digest, f"MODIFY\nHello Tom,\n\nwrite to {SUPPORT} what is missing, and I see to it.\n\nDana")

    assert "rated our answer 1 of 5" in words(text_of(digest))
    found(world, customer.address, "and I see to it")
