"""What each mail is, before any model sees it."""

from datetime import timedelta

import pytest

from mailagent.domain.case import CaseId
from mailagent.domain.message import MessageId
from mailagent.jobs.sort_mail import SUBJECT_LIMIT
from mailagent.mail.tokens import ReviewToken
from tests.fakes.mails import ADMIN, DANA, QUEUE, SUPPORT, TOM, mail, read, text_of, words
from tests.fakes.model import ANGRY
from tests.jobs.office import Office, Outside, open_office


async def angry_case(outside: Outside, office: Office) -> None:
    """A case that waits for its reviewer."""
    outside.model.mood = ANGRY
    outside.customer_writes("You charged me twice!", subject="Charged twice")
    await office.work()


@pytest.mark.parametrize(
    ("headers", "rule"),
    [
        ({"Auto_Submitted": "auto-replied"}, "intake:auto_reply"),
        ({"List_Id": "<news.example>", "Precedence": "bulk"}, "intake:automatic"),
        ({"X_Failed_Recipients": "a@b.example"}, "intake:bounce"),
        ({"X_Mailagent_Loop": "mailagent"}, "intake:own"),
    ],
)
async def test_mail_of_machines_ends_in_the_log(
    outside: Outside, office: Office, headers: dict[str, str], rule: str
) -> None:
    """Two machines that answer each other never stop."""
    outside.customer_writes(**headers)

    await office.work()

    assert await office.rules() == [rule]
    assert (outside.sender.accepted, outside.model.calls) == ([], [])
    assert (await office.views.status())["handled"] == 1


async def test_our_own_address_is_never_answered(outside: Outside, office: Office) -> None:
    """A forged From of ours would make us write to ourselves for ever."""
    outside.customer_writes(sender=f"Support <{SUPPORT}>")

    await office.work()

    assert await office.rules() == ["intake:own"]


async def test_a_reply_with_our_token_is_a_review(outside: Outside, office: Office) -> None:
    """It must not be taken for a customer's mail and answered by a model."""
    await angry_case(outside, office)
    calls = list(outside.model.calls)

    outside.reviewer_replies("APPROVE")
    await office.work()

    assert await office.rules() == ["angry", "approve"]
    assert outside.model.calls == calls


async def test_forged_tokens_are_refused_with_one_notice(outside: Outside, office: Office) -> None:
    """Somebody tries to decide; the admin hears of it, once, and no model answers them."""
    await angry_case(outside, office)
    digest = outside.mails_to(QUEUE)[0]
    forged = str(digest["Reply-To"]).replace("+r.c1.1.", "+r.c1.2.")
    for text in ("APPROVE", "Approve!"):
        outside.mailbox.deliver(mail(text, to=forged, sender=f"Dana <{DANA}>", subject="Re: something"))

    await office.work()

    (notice,) = outside.mails_to(ADMIN)
    assert "refused" in str(notice["Subject"])
    assert DANA in text_of(notice).replace("[.]", ".")
    assert await office.rules() == ["angry", "intake:review", "intake:review"]
    assert (len(outside.mails_to(TOM)), outside.mails_to(DANA)) == (1, [])


async def test_a_reviewer_who_names_a_case_without_its_token_is_told(outside: Outside, office: Office) -> None:
    """A new mail with the subject of the digest proves nothing; silence would leave the reviewer waiting."""
    await angry_case(outside, office)

    outside.mailbox.deliver(mail("APPROVE", subject="[C-1] Charged twice", sender=f"Dana <{DANA}>"))
    await office.work()

    (receipt,) = outside.mails_to(DANA)
    assert "I cannot tell which question your reply is about" in words(receipt)
    assert "REVIEW-09" in text_of(receipt)
    assert len(outside.mails_to(TOM)) == 1


async def test_a_customer_who_names_a_case_gets_a_case_of_their_own(outside: Outside, office: Office) -> None:
    """Case numbers can be guessed."""
    await angry_case(outside, office)

    outside.customer_writes("APPROVE", subject="[C-1] Charged twice", sender="Eve <eve@other.example>")
    await office.work()

    assert [entry["case"] for entry in await office.log()] == ["C-1", "C-2"]


async def test_a_mail_that_cannot_be_read_is_kept_and_the_next_goes_on(outside: Outside, office: Office) -> None:
    """One crafted mail must not stop all customers; a person looks at it."""
    outside.mailbox.deliver(b"\x01 this is no mail at all")
    outside.customer_writes()

    await office.work()

    assert len(outside.mails_to(TOM)) == 1
    (row,) = await office.views.set_aside()
    assert "no mail" in str(row["reason"])
    assert await office.views.raw(1) == b"\x01 this is no mail at all"
    (notice,) = outside.mails_to(ADMIN)
    assert "mailagent aside show 1" in " ".join(text_of(notice).split())


async def test_a_mail_over_the_limit_is_kept_with_its_size(outside: Outside, office: Office) -> None:
    """Its body was never fetched: what is missing must not be guessed."""
    outside.mailbox.size_limit = 5_000
    outside.customer_writes("x " * 5_000)

    await office.work()

    (row,) = await office.views.set_aside()
    assert "over the limit" in str(row["reason"])
    assert len(outside.mails_to(ADMIN)) == 1
    assert outside.mails_to(TOM) == []


async def test_what_was_set_aside_can_be_tried_again(outside: Outside, office: Office) -> None:
    """The admin has raised the limit, or mailagent was mended."""
    outside.mailbox.deliver(b"\x01broken")
    await office.work()

    await office.views.retry_aside(1)
    assert [message.id for message in await office.sort_mail.due()] == [1]
    await office.work()

    assert len(await office.views.set_aside()) == 1


@pytest.mark.parametrize("authenticated", [True, False])
async def test_whether_the_provider_vouches_for_the_sender_is_kept(
    outside: Outside, office: Office, *, authenticated: bool
) -> None:
    """It decides who may see a thread and who may decide."""
    outside.customer_writes(authenticated=authenticated)
    await office.receive()

    assert (await office.sort_mail.messages.get(MessageId(1))).authenticated is authenticated


async def test_without_a_server_that_vouches_senders_are_taken_at_their_word(outside: Outside) -> None:
    """``authentication = "off"``, for closed networks."""
    async with open_office(outside, authserv_id=None) as office:
        outside.customer_writes(authenticated=False)
        await office.receive()

        assert (await office.sort_mail.messages.get(MessageId(1))).authenticated


async def test_a_reply_finds_its_case_by_the_customers_own_ids(outside: Outside, office: Office) -> None:
    """A second mail that answers the customer's own first one belongs to it, before we wrote anything."""
    raw = mail("Which cards?")
    outside.mailbox.deliver(raw)
    outside.mailbox.deliver(mail("And Klarna?", answering=read(raw)))

    await office.work()

    assert [entry["case"] for entry in await office.log()] == ["C-1", "C-1"]


async def test_a_busy_store_is_asked_again(outside: Outside, office: Office) -> None:
    """A message that was postponed is sorted when its time has come, not before."""
    outside.customer_writes()
    await office.receive_mail.visit()
    (message,) = await office.sort_mail.due()

    await office.sort_mail.postpone(message, "database is locked")
    assert await office.sort_mail.due() == []

    outside.clock.passes(timedelta(minutes=1))
    (again,) = await office.sort_mail.due()
    assert (again.attempts, again.reason) == (1, "database is locked")


async def test_a_token_for_a_case_that_is_not_there_is_refused(outside: Outside, office: Office) -> None:
    """After a backup is restored, reviewers still hold digests of cases that the database never heard of."""
    tokens = office.paper.desk("support").tokens
    address = tokens.review_address(SUPPORT, ReviewToken(case_id=CaseId(99), revision=1, nonce=""))
    outside.mailbox.deliver(mail("APPROVE", to=address, sender=f"Dana <{DANA}>"))

    await office.work()

    assert await office.views.set_aside() == []
    assert len(outside.mails_to(ADMIN)) == 1


@pytest.mark.parametrize(
    "text", ["APPROVE", "Fine, but not before ten.\n\n> write to support+r.c1.1.abcdefghijklmnopq@x"]
)
async def test_a_decision_without_a_token_is_refused(outside: Outside, office: Office, text: str) -> None:
    """A reviewer wrote a new mail instead of a reply: no model answers it, and the admin hears of it."""
    await angry_case(outside, office)
    outside.mailbox.deliver(mail(text, subject="Re: Charged twice", sender=f"Dana <{DANA}>"))

    await office.work()

    assert await office.rules() == ["angry", "intake:review"]
    assert len(outside.mails_to(ADMIN)) == 1
    assert outside.mails_to(DANA) == []


async def test_a_reply_to_two_questions_at_once_decides_neither(outside: Outside, office: Office) -> None:
    """Which of them is meant cannot be told."""
    await angry_case(outside, office)
    outside.customer_writes("Twice again!", sender="Ann <ann@customer.example>")
    await office.work()
    both = ", ".join(str(digest["Reply-To"]) for digest in outside.mails_to(QUEUE))

    outside.mailbox.deliver(mail("APPROVE", to=both, sender=f"Dana <{DANA}>"))
    await office.work()

    assert (await office.rules())[-1] == "intake:review"
    assert len(outside.mails_to(TOM)) == 1


@pytest.mark.parametrize(
    "words", ["so many words " * 20_000, "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 20_000]
)
async def test_a_reply_longer_than_any_decision_is_set_aside(outside: Outside, office: Office, words: str) -> None:
    """Megabytes to a reply address are an attack or an accident; of some letters, one becomes many when compared."""
    await angry_case(outside, office)
    outside.reviewer_replies(f"APPROVE\n{words}")

    await office.work()

    (row,) = await office.views.set_aside()
    assert "more than 200,000 characters" in str(row["reason"])


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"Subject: \r\n\r\n", "no text that can be read"),
        (
            (
                b'Content-Type: multipart/alternative; boundary="b"\r\n\r\n--b\r\n\r\nPlease cancel it.\r\n--b\r\n'
                b"Content-Type: text/html\r\n\r\n<p>Which payment methods do you accept?</p>\r\n--b--\r\n"
            ),
            "say different things",
        ),
    ],
    ids=["empty", "two texts"],
)
async def test_what_a_machine_cannot_surely_read_goes_to_a_person(
    outside: Outside, office: Office, raw: bytes, said: str
) -> None:
    """An answer to the wrong half, or to nothing, is worse than a late one."""
    head = mail("x").partition(b"Content-Type")[0].replace(b"Subject: Payment methods\r\n", b"")
    outside.mailbox.deliver(head + raw)

    await office.work()

    assert outside.mails_to(TOM) == []
    assert said in words(outside.mails_to(QUEUE)[0])


async def test_a_look_alike_of_our_domain_is_flagged(outside: Outside, office: Office) -> None:
    """A person reads the name of a colleague's domain; it has another letter."""
    outside.customer_writes(sender="Dana <dana@1arkfield.example>")

    await office.work()

    assert "only looks like larkfield[.]example" in words(outside.mails_to(QUEUE)[0])


async def test_what_was_wrong_with_a_mail_is_kept_with_it(outside: Outside, office: Office) -> None:
    """Whoever wonders about an odd text in a case sees why."""
    head = mail("x").partition(b"Content-Type")[0]
    outside.mailbox.deliver(head + b"Content-Type: text/plain; charset=klingon\r\n\r\nQapla'\r\n")
    await office.work()

    found = await office.views.case(CaseId(1))
    assert found is not None
    assert "the charset 'klingon' is not known" in str(found["messages"])


async def test_of_an_endless_subject_the_beginning_is_kept(outside: Outside, office: Office) -> None:
    """Every mail about the case would carry it."""
    outside.model.mood = ANGRY
    outside.customer_writes(subject="Help! " * 1_000)
    await office.work()

    (digest,) = outside.mails_to(QUEUE)
    assert "Help! Help!" in digest["Subject"]
    assert len(digest["Subject"]) < SUBJECT_LIMIT + len("[C-1] ") + 1
