"""Which case a mail goes on with, through the store, with two customers: ids choose, they do not authorise."""

from datetime import timedelta
from email.message import EmailMessage

import pytest

from mailagent.domain.case import CaseId
from mailagent.jobs.sort_mail import MOST_COPIED
from tests.fakes.mails import DANA, QUEUE, SUPPORT, TOM, mail, read, words
from tests.fakes.model import ANGRY
from tests.jobs.office import Office, Outside, open_office

EVE = "eve@other.example"
MO = "mo@customer.example"


async def answered(outside: Outside, office: Office, **how: object) -> EmailMessage:
    """Tom asked, and holds our answer."""
    outside.customer_writes("My card ends in 4711, which cards do you take?", **how)
    await office.work()
    return outside.mails_to(TOM)[-1]


async def case_of_last(office: Office) -> object:
    """Which case the newest message ended in."""
    return (await office.log())[-1]["case"]


async def linked(office: Office, case: int) -> object:
    """The case that another one points to."""
    found = await office.views.case(CaseId(case))
    assert found is not None
    return found["linked_case"]


async def test_a_stranger_with_our_message_id_gets_a_case_of_their_own(outside: Outside, office: Office) -> None:
    """A forwarded answer must not let its receiver read or steer the customer's case."""
    answer = await answered(outside, office)

    outside.customer_writes("Which card was it?", sender=f"Eve <{EVE}>", answering=answer)
    await office.work()

    assert (await case_of_last(office), await linked(office, 2)) == ("C-2", "C-1")
    assert "4711" not in str(outside.model.mails[-1])
    assert outside.mails_to(EVE) == []
    assert "C-1, a case of somebody else" in words(outside.mails_to(QUEUE)[-1])
    assert "4711" not in words(outside.mails_to(QUEUE)[-1])


async def test_forged_references_lead_nowhere(outside: Outside, office: Office) -> None:
    """An id with a signature that is not ours names no case at all."""
    answer = await answered(outside, office)
    forged = str(answer["Message-ID"]).replace("<c1.", "<c1.x")

    outside.mailbox.deliver(mail("hi", sender=f"Eve <{EVE}>", In_Reply_To=forged, References=forged))
    await office.work()

    assert (await case_of_last(office), await linked(office, 2)) == ("C-2", None)


async def test_a_forged_customer_does_not_replace_the_open_question(outside: Outside, office: Office) -> None:
    """A reviewer works on it; a mail in the customer's name must not take the draft away."""
    outside.model.mood = ANGRY
    first = mail("You charged me twice!")
    outside.mailbox.deliver(first)
    await office.work()

    outside.mailbox.deliver(mail("Forget it.", answering=read(first), authenticated=False))
    await office.work()
    outside.reviewer_replies("APPROVE", to=outside.mails_to(QUEUE)[0])
    await office.work()

    assert await office.rules() == ["angry", "angry", "approve"]
    assert len(outside.mails_to(TOM)) == 2
    assert await linked(office, 2) == "C-1"


@pytest.mark.parametrize(
    ("sender", "authenticated"), [(f"Mo <{MO}>", True), (f"Tom Weber <{TOM}>", None)], ids=["a colleague", "forged"]
)
@pytest.mark.parametrize("triaged", [True, False])
async def test_nobody_else_replaces_a_question_that_waits(
    outside: Outside, office: Office, *, sender: str, authenticated: bool | None, triaged: bool
) -> None:
    """Mo is in copy, and an id of ours leaks with every forwarded mail: the customer's question waits all the same."""
    answer = await answered(outside, office, Cc=f"Mo <{MO}>")
    outside.model.mood = ANGRY
    outside.customer_writes("You charged me twice! 4711", answering=answer)
    if triaged:
        await office.work()
    outside.customer_writes("Forget it.", sender=sender, answering=answer, authenticated=authenticated)
    await office.work()
    first = next(digest for digest in outside.mails_to(QUEUE) if "4711" in words(digest))
    outside.reviewer_replies("APPROVE", to=first)
    await office.work()

    assert (await office.rules())[-1] == "approve"
    assert "We are on it." in words(outside.mails_to(TOM)[-1])
    assert await linked(office, 2) == "C-1"


async def test_a_squatted_message_id_does_not_cut_the_customer_off(outside: Outside, office: Office) -> None:
    """Eve used the id first; Tom's mail is handled, flagged, and his follow-up finds his own case."""
    squatted = "<order-1@customer.example>"
    outside.mailbox.deliver(_under(squatted, mail("spam", sender=f"Eve <{EVE}>")))
    toms = _under(squatted, mail("My order has not come."))
    outside.mailbox.deliver(toms)
    await office.work()
    outside.mailbox.deliver(mail("It was for Monday.", answering=read(toms)))
    await office.work()

    cases = {entry["message"]: entry["case"] for entry in await office.log()}
    assert cases == {1: "C-1", 2: "C-2", 3: "C-2"}
    assert "used before" in words(outside.mails_to(QUEUE)[0])
    assert "spam" not in str(outside.model.mails[-1].history)


async def test_a_colleague_who_was_copied_in_goes_on_with_the_case(outside: Outside, office: Office) -> None:
    """They answer instead of the customer; what the customer wrote stays out of a mail to them."""
    answer = await answered(outside, office, Cc=f"Mo <{MO}>")

    outside.customer_writes("I am Mo. And Klarna?", sender=f"Mo <{MO}>", answering=answer)
    await office.work()

    assert await case_of_last(office) == "C-1"
    assert outside.model.mails[-1].history == ()
    assert len(outside.mails_to(MO)) == 1
    assert "4711" not in words(outside.mails_to(MO)[0])


async def test_a_mail_to_a_crowd_opens_the_case_to_few(outside: Outside, office: Office) -> None:
    """A list of thousands in copy would make each of them part of the case."""
    crowd = [f"p{number}@other.example" for number in range(MOST_COPIED + 1)]
    outside.customer_writes(Cc=", ".join(crowd))
    await office.work()
    (answer,) = outside.mails_to(TOM)

    outside.customer_writes("And Klarna?", answering=answer, sender=crowd[-2])
    await office.work()
    outside.customer_writes("And PayPal?", answering=answer, sender=crowd[-1])
    await office.work()

    assert [entry["case"] for entry in await office.log()] == ["C-1", "C-1", "C-2"]


async def test_a_case_that_was_settled_long_ago_is_not_opened_again(outside: Outside, office: Office) -> None:
    """A year later it is another matter."""
    answer = await answered(outside, office)
    outside.clock.passes(timedelta(days=15))

    outside.customer_writes("And this year?", answering=answer)
    await office.work()

    assert (await case_of_last(office), await linked(office, 2)) == ("C-2", "C-1")


async def test_the_same_mail_with_a_lists_footer_is_answered_once(outside: Outside, office: Office) -> None:
    """It came directly and over a list; the second copy is linked to the first."""
    text = "My parcel with the blue teapot, order 1234, has not arrived and it was due on Monday morning already."
    outside.mailbox.deliver(_under("<1@x.example>", mail(text)))
    outside.mailbox.deliver(_under("<1@x.example>", mail(f"{text}\n\nteapots mailing list")))
    await office.work()

    assert await office.rules() == ["reply", "intake:duplicate"]
    assert [entry["case"] for entry in await office.log()] == ["C-1", "C-1"]
    assert len(outside.mails_to(TOM)) == 1


async def test_another_mail_under_the_same_id_goes_to_a_person(outside: Outside, office: Office) -> None:
    """A program that uses one id for all its mails must not lose them."""
    outside.mailbox.deliver(_under("<1@x.example>", mail("My order has not come.")))
    outside.mailbox.deliver(_under("<1@x.example>", mail("Please cancel my subscription.")))
    await office.work()

    assert await office.rules() == ["reply", "not-answerable"]
    assert "used before, by message 1" in words(outside.mails_to(QUEUE)[0])


async def test_a_forged_copy_that_comes_first_does_not_swallow_the_real_mail(outside: Outside, office: Office) -> None:
    """Somebody who saw it sends it again, faster, without the provider's word for it."""
    outside.mailbox.deliver(_under("<1@x.example>", mail("My order has not come.", authenticated=False)))
    outside.mailbox.deliver(_under("<1@x.example>", mail("My order has not come. ")))
    await office.work()

    assert "intake:duplicate" not in await office.rules()


async def test_a_mail_under_an_id_of_ours_goes_to_a_person(outside: Outside, office: Office) -> None:
    """Whoever got our mail can copy its id; it must neither count as ours nor be passed over."""
    answer = await answered(outside, office)

    outside.mailbox.deliver(_under(str(answer["Message-ID"]), mail("copy", to=SUPPORT)))
    await office.work()

    assert (await office.rules())[-1] == "not-answerable"


@pytest.mark.parametrize(("authenticated", "said"), [(None, "nothing proves"), (False, "is not genuine")])
async def test_mail_that_nobody_vouches_for_is_answered_by_a_person(
    outside: Outside, office: Office, *, authenticated: bool | None, said: str
) -> None:
    """The address may belong to somebody who never wrote to us."""
    outside.customer_writes(authenticated=authenticated)
    await office.work()

    assert outside.mails_to(TOM) == []
    assert said in words(outside.mails_to(QUEUE)[0])


async def test_who_takes_unproven_senders_still_refuses_forged_ones(outside: Outside) -> None:
    """``requires_auth = false``, for customers whose providers sign nothing."""
    async with open_office(outside, requires_auth=False) as office:
        outside.customer_writes(authenticated=None)
        outside.customer_writes(authenticated=False)
        await office.work()

        assert await office.rules() == ["reply", "not-answerable"]


@pytest.mark.parametrize(("authenticated", "case"), [(None, "C-1"), (False, "C-2")])
async def test_an_unproven_reply_to_our_mail_goes_on_with_its_case(
    outside: Outside, office: Office, *, authenticated: bool | None, case: str
) -> None:
    """Only who got our mail knows its id; but where the server says that the sender is forged, it was forwarded."""
    answer = await answered(outside, office)

    outside.customer_writes("And Klarna?", answering=answer, authenticated=authenticated)
    await office.work()

    assert await case_of_last(office) == case


def _under(message_id: str, raw: bytes) -> bytes:
    """The same mail under another Message-ID."""
    start = raw.index(b"Message-ID: ")
    end = raw.index(b"\r\n", start)
    return raw[:start] + b"Message-ID: " + message_id.encode() + raw[end:]


async def test_customers_who_write_over_our_own_group_are_answered(outside: Outside, office: Office) -> None:
    """The support address is a group: each mail carries its list headers, and dropped, nobody would be heard."""
    outside.customer_writes(List_Id="<support.larkfield.example>", Precedence="list", List_Post=f"<mailto:{SUPPORT}>")
    await office.work()

    assert len(outside.mails_to(TOM)) == 1


async def test_a_group_that_hides_the_sender_never_makes_us_write_to_ourselves(
    outside: Outside, office: Office
) -> None:
    """It puts the support address into From: a person reads the mail, and is told that a reply has no address."""
    outside.customer_writes(
        sender=f"'Tom' via Support <{SUPPORT}>",
        List_Id="<support.larkfield.example>",
        X_Original_From=TOM,
        Reply_To=TOM,
    )
    await office.work()
    outside.reviewer_replies("MODIFY\n\nHello Tom, here is all you need to know.")
    await office.work()

    assert "REVIEW-13" in words(outside.mails_to(DANA)[-1])
    assert outside.mails_to(SUPPORT) == []


async def test_a_form_that_gives_each_mail_the_same_id_loses_no_order(outside: Outside, office: Office) -> None:
    """The second differs in its number alone, and is another wish of the same customer."""
    for number in ("4711", "4712"):
        text = f"Contact form of the shop. Name: Tom Weber. City: Vienna. Please cancel my order. Order: {number}"
        outside.mailbox.deliver(_under("<form@customer.example>", mail(text)))
    await office.work()

    assert [entry["disposition"] for entry in await office.log()] == ["reply", "escalate"]
