"""Reports of failed delivery: to whom we stop writing, and whom we must not give up."""

import pytest

from mailagent.mail.bounce import Bounce, read_bounce
from mailagent.mail.parse import parse

DAEMON = "From: Mail System <MAILER-DAEMON@mx.example.org>\r\nTo: support@example.com\r\nReturn-Path: <>\r\n"
PERSON = "From: pat@customer.example\r\nTo: support@example.com\r\n"
RETURNED = "Return-Path: <support@example.com>\r\nMessage-ID: <reply-7@example.com>\r\nTo: pat@customer.example\r\n"


def read(text: str, *, header: str = DAEMON, subject: str = "Undelivered Mail") -> Bounce | None:
    """What a plain text report says."""
    raw = f"{header}Subject: {subject}\r\n\r\n{text}\r\n".encode()
    return read_bounce(raw, parse(raw))


def read_status(status: str, *, encoding: str = "7bit") -> Bounce | None:
    """What a report with this delivery status says."""
    raw = (
        f"{DAEMON}Subject: Report\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nA report.\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{status}\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\n{RETURNED}\r\nHello\r\n--b--\r\n"
    ).encode()
    return read_bounce(raw, parse(raw))


def told(found: Bounce | None) -> tuple[tuple[str, ...], bool, tuple[str, ...]] | None:
    """For whom, whether for good, and which mail came back."""
    return None if found is None else (found.recipients, found.permanent, found.returned_ids)


def failed(*recipients: str, permanent: bool = True) -> tuple[tuple[str, ...], bool, tuple[str, ...]]:
    """A report that returns our mail."""
    return recipients, permanent, ("<reply-7@example.com>",)


@pytest.mark.parametrize(
    "status",
    [
        "Final-Recipient: rfc822; Pat@Customer.Example\r\nAction: failed\r\nStatus: 5.1.1\r\n",
        "Final-Recipient: rfc822;<pat@customer.example>\r\nAction: failed (bad address)\r\nStatus: 5.1.1 (unknown)\r\n",
        "Final-Recipient: rfc822; pat@customer.example\r\n\r\nAction: failed\r\n\r\nStatus: 5.1.1\r\n",
        "Final-Recipient: rfc822;\r\n pat@customer.example\r\nAction: error\r\n",
        "Original-Recipient: rfc822;pat@customer.example\r\nFinal-Recipient: rfc822; 4@x.example\r\nAction: failed\r\n",
        "Original-Recipient: rfc822;\r\nFinal-Recipient: x400; dda:SMTP=pat@customer.example;\r\nAction: failed\r\n",
        "Final-Recipient: rfc822; pat@customer.example\r\nDiagnostic-Code: smtp; 550 no such user\r\n",
    ],
    ids=["plain", "comments", "blank lines", "folded", "forwarded", "x.400", "no action"],
)
def test_delivery_status_names_the_recipient_however_it_is_written(status: str) -> None:
    """Mail systems write RFC 3464 in their own ways; an address we wrote to must not be missed."""
    assert told(read_status(status)) == failed("pat@customer.example")


@pytest.mark.parametrize(
    ("status", "refused"),
    [
        (
            (
                "Original-Recipient: rfc822; A@x.example\r\nFinal-Recipient: rfc822; b@x.example\r\n"
                "Action: failed\r\nStatus: 5.1.1"
            ),
            ("a@x.example", "b@x.example"),
        ),
        ("Final-Recipient: rfc822; a@x.example\r\nAction: failed\r\nStatus: 4.4.7\r\n", ()),
        ("Final-Recipient: rfc822; a@x.example\r\nAction: delayed\r\nStatus: 5.1.1\r\n", ()),
        ("Final-Recipient: rfc822; a@x.example\r\nAction: failed\r\n", ()),
        ("X-Actual-Recipient: rfc822; a@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n", ()),
        (
            (
                "Final-Recipient: rfc822; a@x.example\r\nAction: failed\r\nStatus: 5.0.0\r\n"
                "Diagnostic-Code: smtp; 452 4.2.2 mailbox full"
            ),
            (),
        ),
    ],
)
def test_only_what_the_standard_asks_for_is_proof_of_a_wrong_address(status: str, refused: tuple[str, ...]) -> None:
    """Nothing automatic goes to the address for two months after it."""
    found = read_status(status)

    assert found
    assert found.refused == refused


@pytest.mark.parametrize(
    ("fields", "permanent"),
    [
        ("Action: failed\r\nStatus: 5.2.2", True),
        ("Action: failed\r\nStatus: 4.4.7", False),
        ("Action: delayed\r\nStatus: 5.0.0", False),
        ("Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 452 4.2.2 mailbox full", False),
        ("Action: failed\r\nDiagnostic-Code: smtp; 450 try again later", False),
        ("Action: failed\r\nDiagnostic-Code: smtp; 550 host 192.4.2.1 said no", True),
    ],
)
def test_codes_say_whether_it_failed_for_good(fields: str, permanent: bool) -> None:  # noqa: FBT001 - a column
    """A full mailbox or a server that is down must not cost a customer our mail for two months."""
    found = read_status(f"Final-Recipient: rfc822; pat@customer.example\r\n{fields}\r\n")

    assert told(found) == failed("pat@customer.example", permanent=permanent)


def test_of_several_recipients_those_that_failed_for_good_are_told() -> None:
    """The other addresses work, or will again."""
    rows = (
        ("ann", "failed", "5.1.1"),
        ("bo", "delayed", "4.2.2"),
        ("cy", "delivered", "2.0.0"),
        ("di", "failed", "5.7.1"),
    )
    status = "".join(
        f"Final-Recipient: rfc822; {name}@x.example\r\nAction: {action}\r\nStatus: {code}\r\n"
        for name, action, code in rows
    )

    assert told(read_status(status)) == failed("ann@x.example", "di@x.example")


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_a_report_of_success_is_no_bounce(action: str) -> None:
    """Somebody asked for a receipt; nobody's address is broken."""
    assert (
        read_status(f"Final-Recipient: rfc822; pat@customer.example\r\nAction: {action}\r\nStatus: 2.0.0\r\n") is None
    )


def test_encoded_delivery_status_is_read() -> None:
    """Some gateways encode it in base64, which RFC 3464 forbids."""
    status = "RmluYWwtUmVjaXBpZW50OiByZmM4MjI7IHBhdEBjdXN0b21lci5leGFtcGxlDQpBY3Rpb246IGZhaWxlZA0K"

    assert told(read_status(status, encoding="base64")) == failed("pat@customer.example")


@pytest.mark.parametrize(
    "text",
    [
        "<pat@customer.example>:\r\n550 no such user",
        "Your mail\r\n\r\nTo: all@x.example\r\n\r\ndid not reach the following recipients:\r\n\r\npat@customer.example",
        "550 5.1.1 <pat@customer.example>... User unknown",
        "Unknown user: pat@customer.example",
        "Recipient: [SMTP:pat@customer.example]\r\nReason: mailbox is full",
        ">>> RCPT TO:<pat@customer.example>\r\n<<< 553 sorry",
        "Ihre Nachricht an pat@customer.example konnte nicht zugestellt werden: unzustellbar.",
        "Delivery has failed. Ask postmaster@mx.example.org.",
    ],
)
def test_a_report_in_words_names_the_recipient(text: str) -> None:
    """A third of all mail systems write no delivery status."""
    found = read(f"{text}\r\n\r\n--- Below this line is a copy of the message.\r\n\r\n{RETURNED}")

    assert found
    assert (found.recipients, found.permanent, found.refused) == (("pat@customer.example",), True, ())


def test_words_that_promise_another_attempt_make_it_temporary() -> None:
    """The mail may still arrive; nothing is to be done."""
    found = read("<pat@customer.example>: is delayed. You do not need to resend your message.")

    assert told(found) == (("pat@customer.example",), False, ())


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("pat..m.@keitai.example", "pat..m.@keitai.example"),
        ('"pat..m."@keitai.example', "pat..m.@keitai.example"),
        ("Pat@b\u00fccher.example", "pat@xn--bcher-kva.example"),
    ],
)
def test_addresses_outside_the_rules_are_found_too(address: str, found: str) -> None:
    """Carriers gave them to millions of customers."""
    bounce = read(f"<{address}>: 550 unknown")

    assert bounce
    assert bounce.recipients == (found,)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Undeliverable: my mails", "I get this error: 550 5.1.1 <sales@example.com>: User unknown"),
        ("Undelivered order", "My order was not delivered to lee@customer.example."),
        ("Returned mail", f"Hi, what is this?\r\n\r\n<lee@x.example>: 550 no such user\r\n\r\n{RETURNED}"),
        ("Question", "Final-Recipient: rfc822; lee@x.example\r\nAction: failed\r\nStatus: 5.1.1"),
    ],
)
def test_a_customer_who_quotes_a_bounce_is_read_as_a_customer(subject: str, text: str) -> None:
    """They ask us why their mail comes back, and must get an answer."""
    assert read(text, header=PERSON, subject=subject) is None


def test_an_absence_note_without_a_return_path_is_no_bounce() -> None:
    """It means that the address works."""
    header = f"{PERSON}Return-Path: <>\r\n"

    assert read("Lee does not exist here; ask 550@x.example.", header=header, subject="Automatic reply: Hello") is None


def test_a_hostile_report_is_cut() -> None:
    """Hundreds of thousands of recipients or codes are for our memory, not for us."""
    many = "".join(f"Final-Recipient: rfc822; u{n}@x.example\r\nAction: failed\r\n\r\n" for n in range(400))
    by_status = read_status(many)
    by_words = read("".join(f"<u{n}@x{n}.example>: 550 unknown\r\n" for n in range(100_000)))
    by_code = read("550 5.1.1 no such user\r\n" * 200_000)

    assert by_status
    assert by_words
    assert by_code
    assert [len(bounce.recipients) for bounce in (by_status, by_words, by_code)] == [100, 100, 0]


def test_a_report_that_detectors_stumble_over_fills_no_log(caplog: pytest.LogCaptureFixture) -> None:
    """A traceback for each such mail hides what an operator must see, and quotes what customers wrote."""
    assert read("pat@customer.example was not delivered.", header="Return-Path: <>\r\n")
    assert caplog.records == []
