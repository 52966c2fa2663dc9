"""Our mail came back: the case learns of it, and nothing automatic goes to the address for a while."""

from datetime import timedelta
from email.message import EmailMessage

import pytest

from mailagent.domain.case import CaseId
from mailagent.errors import TemporaryError
from mailagent.jobs.deliver_outbox import FIRST_RETRY
from tests.fakes.mails import ADMIN, AUTHSERV, QUEUE, SUPPORT, TOM, words
from tests.fakes.model import ANGRY
from tests.jobs.office import Office, Outside, open_office

MO = "mo@customer.example"


def report(*ids: str, to: str = SUPPORT, status: str = "5.1.1", action: str = "failed", of: str = TOM) -> bytes:
    """A mail system's report (RFC 3464) that returns the header of mail with these `ids`."""
    returned = "".join(f"Message-ID: {value}\r\n" for value in ids)
    return (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.customer.example\r\nTo: {to}\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <report@mx.customer.example>\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nYour mail could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.customer.example\r\n\r\n"
        f"Final-Recipient: rfc822; {of}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{returned}Subject: Re: Payment methods\r\n\r\n--b--\r\n"
    ).encode()


async def answered(outside: Outside, office: Office) -> EmailMessage:
    """Tom asked, and we sent an answer."""
    outside.customer_writes()
    await office.work()
    return outside.mails_to(TOM)[-1]


async def state_of(office: Office) -> object:
    """The first case's state."""
    found = await office.views.case(CaseId(1))
    assert found is not None
    return found["state"]


async def test_fault_40_an_answer_that_came_back_needs_a_person(outside: Outside, office: Office) -> None:
    """The customer did not get it, and nobody else would notice."""
    answer = await answered(outside, office)

    outside.mailbox.deliver(report(str(answer["Message-ID"])))
    await office.work()

    assert await office.mails_of() == [("answer", "returned")]
    assert await state_of(office) == "open"
    (notice,) = outside.mails_to(ADMIN)
    assert "A mail came back" in str(notice["Subject"])
    assert "Recipient: tom@customer.example" in words(notice)
    assert (await office.log())[-1]["case"] == "C-1"


async def test_nothing_automatic_goes_to_the_address_for_sixty_days(outside: Outside, office: Office) -> None:
    """Mail to addresses that do not exist makes every provider distrust us; a person may still write."""
    answer = await answered(outside, office)
    outside.mailbox.deliver(report(str(answer["Message-ID"])))
    await office.work()

    outside.customer_writes("I got nothing!")
    await office.work()

    assert len(outside.mails_to(TOM)) == 1
    digest = outside.mails_to(QUEUE)[-1]
    assert "our mail to the sender came back" in words(digest)
    outside.reviewer_replies("MODIFY\n\nHello,\n\nwe are sorry, here is all you need to know.")
    await office.work()
    assert len(outside.mails_to(TOM)) == 2

    outside.clock.passes(timedelta(days=60))
    outside.customer_writes("And Klarna?")
    await office.work()
    assert len(outside.mails_to(TOM)) == 3


async def test_a_report_of_success_is_kept_with_its_case(outside: Outside, office: Office) -> None:
    """Whoever looks at the case sees that the customer's server took the answer; nothing else changes."""
    answer = await answered(outside, office)
    before = await state_of(office)

    outside.mailbox.deliver(report(str(answer["Message-ID"]), action="delivered", status="2.0.0"))
    await office.work()

    entry = (await office.log())[-1]
    assert (entry["case"], entry["reason"]) == ("C-1", "our answer was delivered")
    assert await state_of(office) == before
    assert len(outside.mails_to(ADMIN)) == 0


@pytest.mark.parametrize(("status", "action"), [("4.4.1", "delayed"), ("4.2.2", "failed")])
async def test_a_delay_changes_nothing(outside: Outside, office: Office, status: str, action: str) -> None:
    """The mail system goes on trying."""
    answer = await answered(outside, office)

    outside.mailbox.deliver(report(str(answer["Message-ID"]), status=status, action=action))
    outside.customer_writes("And Klarna?")
    await office.work()

    assert (await office.mails_of())[0] == ("answer", "sent")
    assert len(outside.mails_to(TOM)) == 2
    assert outside.mails_to(ADMIN) == []


@pytest.mark.parametrize(
    "ids", [(), ("<c1.aaaaaaaaaa.aaaaaaaaaaaaaaaaa@larkfield.example>",), ("<x@customer.example>",)]
)
async def test_fault_40_a_forged_report_changes_nothing(outside: Outside, office: Office, ids: tuple[str, ...]) -> None:
    """Anybody can write that a customer's address does not exist."""
    await answered(outside, office)

    outside.mailbox.deliver(report(*ids))
    outside.customer_writes("And Klarna?")
    await office.work()

    assert (await office.rules())[1:] == ["intake:bounce", "reply"]
    assert (await office.mails_of())[0] == ("answer", "sent")
    assert outside.mails_to(ADMIN) == []


FAILED_DMARC = f"Authentication-Results: {AUTHSERV}; dmarc=fail header.from=mx.customer.example\r\n".encode()


@pytest.mark.parametrize(
    ("before", "old", "new"),
    [
        (b"", b"Final-Recipient: rfc822; tom@customer.example", b"Final-Recipient: rfc822; mo@customer.example"),
        (b"", b"Status: 5.1.1", b"Diagnostic-Code: smtp; 550 no such user"),
        (b"", b"Content-Type: message/delivery-status", b"Content-Type: text/plain"),
        (b"", b"Content-Type: multipart/report; report-type=delivery-status", b"Content-Type: multipart/mixed"),
        (b"", b"Return-Path: <>\r\nFrom: MAILER-DAEMON@", b"From: mo@"),
        (FAILED_DMARC, b"", b""),
    ],
    ids=["of somebody else", "no status", "in words", "no report", "of a person", "forged"],
)
async def test_fault_40_a_report_that_proves_nothing_blocks_nobody(
    outside: Outside, office: Office, before: bytes, old: bytes, new: bytes
) -> None:
    """Everybody who was copied in knows our Message-ID, and could cut the customer off for two months."""
    answer = await answered(outside, office)

    outside.mailbox.deliver(before + report(str(answer["Message-ID"])).replace(old, new))
    outside.customer_writes("And Klarna?")
    await office.work()

    assert len(outside.mails_to(TOM)) == 2
    assert (await office.mails_of())[0] == ("answer", "sent")
    assert await state_of(office) == "answered"
    (entry,) = (entry for entry in await office.log() if entry["rule"] == "intake:bounce")
    assert entry["case"] == "C-1"
    (notice,) = outside.mails_to(ADMIN)
    assert "Nothing proves it, so nothing was changed" in words(notice)


async def test_a_mail_system_that_names_our_mail_as_answered_blocks_nobody(outside: Outside, office: Office) -> None:
    """A postmaster who writes himself answers our mail, and may well say that something does not exist."""
    answer = await answered(outside, office)

    outside.customer_writes(
        "The page https://larkfield.example/help does not exist. Please tell jo@customer.example.",
        sender="postmaster@customer.example",
        answering=answer,
    )
    outside.customer_writes("And Klarna?")
    await office.work()

    assert len(outside.mails_to(TOM)) == 2


async def test_where_mail_has_its_own_return_address_reports_elsewhere_block_nobody(outside: Outside) -> None:
    """``return_path = "plus"``: real reports come to that address, which stands in no thread."""
    async with open_office(outside, signs_return_path=True) as office:
        answer = await answered(outside, office)

        outside.mailbox.deliver(report(str(answer["Message-ID"])))
        outside.customer_writes("And Klarna?")
        await office.work()

    assert len(outside.mails_to(TOM)) == 2


async def test_a_return_address_leads_to_its_own_mail_only(outside: Outside) -> None:
    """A customer, who has a return address of their own, must not block somebody else with it."""
    async with open_office(outside, signs_return_path=True) as office:
        outside.customer_writes(sender=f"Mo <{MO}>")
        await answered(outside, office)
        return_path = outside.sender.return_paths[0]
        assert return_path is not None

        outside.mailbox.deliver(report(str(outside.mails_to(TOM)[0]["Message-ID"]), to=return_path))
        outside.customer_writes("And Klarna?")
        await office.work()

    assert len(outside.mails_to(TOM)) == 2


async def test_what_answers_a_return_address_goes_to_a_person(outside: Outside) -> None:
    """A customer's own automatic reply, unmarked: no bounce, whatever it says, and answered it would come again."""
    async with open_office(outside, signs_return_path=True) as office:
        await answered(outside, office)
        (return_path,) = outside.sender.return_paths
        assert return_path is not None

        outside.customer_writes(
            "My phone does not work; in a delivery problem write to jo@customer.example.", to=return_path
        )
        outside.customer_writes("And Klarna?")
        await office.work()

    assert len(outside.mails_to(TOM)) == 2
    assert "where programs answer" in words(outside.mails_to(QUEUE)[0])


async def test_a_report_without_the_mail_finds_it_by_its_address(outside: Outside) -> None:
    """``return_path = "plus"``: for mail systems that return nothing, or after a relay put in an id of its own."""
    async with open_office(outside, signs_return_path=True) as office:
        await answered(outside, office)
        (return_path,) = outside.sender.return_paths
        assert return_path is not None
        assert return_path.startswith("support+b.c1.")

        outside.mailbox.deliver(report(to=return_path))
        await office.work()

        assert await office.mails_of() == [("answer", "returned")]


async def test_a_digest_that_came_back_is_told_to_the_admin(outside: Outside, office: Office) -> None:
    """The case would wait for ever; the customer is not blocked for it."""
    outside.model.mood = ANGRY
    outside.customer_writes()
    await office.work()

    outside.mailbox.deliver(report(str(outside.mails_to(QUEUE)[0]["Message-ID"]), of=QUEUE))
    await office.work()

    (notice,) = outside.mails_to(ADMIN)
    assert "digest" in words(notice)
    assert await state_of(office) == "waiting"


async def test_a_notice_that_came_back_makes_no_other(outside: Outside, office: Office) -> None:
    """The admin's address is wrong: each notice would make the next."""
    outside.mailbox.deliver(b"\x01 this is no mail at all")
    await office.work()

    outside.mailbox.deliver(report(str(outside.mails_to(ADMIN)[0]["Message-ID"]), of=ADMIN))
    await office.work()

    assert len(outside.mails_to(ADMIN)) == 1


async def test_a_case_that_waits_for_a_person_goes_on_waiting(outside: Outside, office: Office) -> None:
    """The answer before came back; the open question must stay in the list of those that wait."""
    answer = await answered(outside, office)
    outside.model.mood = ANGRY
    outside.customer_writes("Nobody answers me!", answering=answer)
    await office.work()

    outside.mailbox.deliver(report(str(answer["Message-ID"])))
    await office.work()

    assert (await office.mails_of())[0] == ("answer", "returned")
    assert await state_of(office) == "waiting"


async def test_a_mail_that_is_still_to_be_sent_did_not_come_back(outside: Outside, office: Office) -> None:
    """The server said "later" after it had read the mail; a report about that attempt must not stop the next one."""
    outside.sender.errors.append(TemporaryError("450 try later"))
    outside.customer_writes()
    await office.work()
    (waiting,) = await office.deliver_outbox.sending.due(at=outside.clock.now() + FIRST_RETRY, limit=1)

    outside.mailbox.deliver(report(waiting.message_id))
    outside.clock.passes(FIRST_RETRY)
    await office.work()

    assert len(outside.mails_to(TOM)) == 1
    assert (await office.mails_of())[0] == ("answer", "sent")
