"""Customers, their threads and their cases."""

from email.message import EmailMessage

from tests.acceptance.world import QUEUE, Customer, Reviewer, World, text_of, words


def test_two_customers_at_once_never_see_each_other(world: World, reviewer: Reviewer) -> None:
    """A name, an amount or a sentence of one customer in a mail to another would be a breach."""
    marks = {"ann": "order 11-1111 AMBER", "bob": "order 22-2222 BASALT", "cem": "order 33-3333 COBALT"}
    customers = {
        name: Customer(world=world, address=f"{name}@{name}.example", name=f"{name.capitalize()} Doe") for name in marks
    }
    for name, person in customers.items():
        person.writes("Charged twice", f"I am FURIOUS!!! You charged me TWICE for {marks[name]}, this is a SCANDAL!")
    world.start()

    digests = {}
    for _ in customers:
        digest = reviewer.receives_digest()
        digests[next(name for name, mark in marks.items() if mark in text_of(digest))] = digest
    for name in customers:
        reviewer.replies(digests[name], f"MODIFY\nHello,\nabout {marks[name]}: done.")
    for name, person in customers.items():
        person.receives("acknowledgment")
        person.receives("answer")
        everything = "".join(_whole(mail) for mail in person.received())
        assert marks[name] in everything
        for other in marks.keys() - {name}:
            assert marks[other] not in everything
            assert other.capitalize() not in everything
    for name, digest in digests.items():
        assert not any(marks[other] in text_of(digest) for other in marks.keys() - {name})


def test_a_reply_in_the_thread_keeps_its_case(world: World, customer: Customer) -> None:
    """Our signed id leads back to the case, also when the subject has changed."""
    world.start()
    customer.writes("Payment methods", "Which payment methods do you accept?")
    answer = customer.receives("first answer")

    customer.writes("Something else", "And how long does shipping take to Germany?", answering=answer)
    customer.receives("second answer")

    assert [entry["case"] for entry in world.log()] == ["C-1", "C-1"]


def test_a_stranger_in_the_thread_gets_a_case_of_their_own(
    world: World, customer: Customer, reviewer: Reviewer
) -> None:
    """Knowing a Message-ID must not give a look into somebody else's case; a person sees that it was tried."""
    world.start()
    customer.writes("Payment methods", "Which payment methods do you accept?")
    answer = customer.receives("answer")
    stranger = Customer(world=world, address="eve@other.example", name="Eve Other")

    stranger.writes("Re: Payment methods", "How long does shipping take to Germany?", answering=answer)
    digest = reviewer.receives_digest()

    assert "C-1, a case of somebody else" in words(text_of(digest))
    assert stranger.received() == []
    assert [entry["case"] for entry in world.log()] == ["C-1", "C-2"]
    assert len(customer.received()) == 1


def test_an_ordinary_subject_does_not_join_cases(world: World, customer: Customer) -> None:
    """Two mails with the same subject and no reference to each other are two matters."""
    world.start()
    customer.writes("Question", "Which payment methods do you accept?")
    customer.receives("answer")

    customer.writes("Question", "How long does shipping take to Germany?")
    customer.receives("answer")

    assert [entry["case"] for entry in world.log()] == ["C-1", "C-2"]


def test_the_third_answer_comes_from_a_person(world: World, customer: Customer, reviewer: Reviewer) -> None:
    """Whoever asks a third time is not helped by a third article."""
    world.start()
    customer.writes("Payment methods", "Which payment methods do you accept?")
    first = customer.receives("first answer")
    customer.writes("Re: Payment methods", "How long does shipping take to Germany?", answering=first)
    second = customer.receives("second answer")

    customer.writes("Re: Payment methods", "How can I return an item?", answering=second)

    assert "(rule reply-cap)" in text_of(reviewer.receives_digest())


def test_a_rating_is_recorded_and_not_answered(world: World, customer: Customer, reviewer: Reviewer) -> None:
    """The button opens a new mail without a thread; its reference leads to the case."""
    world.start()
    customer.writes("Payment methods", "Which payment methods do you accept?")
    answer = customer.receives("answer")

    customer.writes("Re: Payment methods", f"Rating: 4 of 5\n\n\n{_reference(answer)}")
    customer.writes("Call me", "Can I speak to a human being, please?")
    reviewer.receives_digest()
    customer.receives("acknowledgment of the other mail")

    rating = next(entry for entry in world.log() if entry["rule"] == "rating")
    assert (rating["case"], rating["feedback_score"]) == ("C-1", 4)
    assert len(customer.received()) == 2


def test_the_same_mail_twice_is_answered_once(world: World, customer: Customer) -> None:
    """Servers deliver twice after a hiccup; customers notice two answers."""
    world.start()
    mail = customer.writes("Payment methods", "Which payment methods do you accept?")
    customer.receives("answer")

    world.deliver(mail)
    customer.writes("Shipping", "How long does shipping take to Germany?")
    customer.receives("answer to the other mail")

    assert len(customer.received()) == 2


def test_automatic_mail_is_recorded_and_never_answered(world: World, customer: Customer) -> None:
    """Two machines that answer each other never stop."""
    world.start()
    customer.writes("Out of office", "Which payment methods do you accept?", Auto_Submitted="auto-replied")
    customer.writes("Our news", "Which payment methods do you accept?", Precedence="bulk", List_Id="<news.example>")
    customer.writes("Shipping", "How long does shipping take to Germany?")

    customer.receives("answer to the person's mail")

    assert [entry["disposition"] for entry in world.log()] == ["ignore", "ignore", "reply"]
    assert len(customer.received()) == 1
    assert world.mails_to(QUEUE) == []


def _reference(answer: EmailMessage) -> str:
    html = answer.get_body(("html",))
    assert html is not None
    body = str(html.get_content()).partition("Rating%3A%204%20of%205")[2].partition('"')[0]
    return body.replace("%0D%0A", "\n").replace("%20", " ").strip()


def _whole(mail: EmailMessage) -> str:
    return (
        str(mail["Subject"])
        + str(mail["To"])
        + "".join(str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text")
    )
