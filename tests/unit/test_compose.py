"""Our own mail as bytes: it reads back as it was meant, whatever stands in it."""

from dataclasses import replace
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import compat32

import pytest

from mailagent.domain.outgoing import MailKind, Outgoing
from mailagent.errors import PermanentError
from mailagent.mail.automatic import kind_of
from mailagent.mail.compose import compose
from mailagent.mail.parse import parse

AT = datetime(2026, 3, 2, 10, 12, tzinfo=UTC)
MAIL = Outgoing(
    kind="answer",
    recipient="pat@customer.example",
    subject="Re: Hello",
    text="Hi Pat,\n\n    indented\n\nBye\n",
    html="<p>Hi Pat</p>",
    message_id="<c1.x.y@example.com>",
    in_reply_to="<a@customer.example>",
    references=("<root@customer.example>", "<a@customer.example>"),
    reply_to="support+r.c1.1.x@example.com",
    sender_address="support@example.com",
    sender_name="Larkfield Support",
)
FIELDS = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "X-Mailagent-Loop",
    "In-Reply-To", "References", "Reply-To", "X-Kind", "MIME-Version", "Content-Type",
]  # fmt: skip


def test_a_mail_has_the_headers_it_should_have() -> None:
    """Programs thread by them, and other daemons do not answer because of them."""
    mail = parse(compose(MAIL, at=AT))

    assert (mail.sender, mail.sender_name, mail.recipients) == (
        "support@example.com",
        MAIL.sender_name,
        (MAIL.recipient,),
    )
    assert (mail.message_id, mail.in_reply_to, mail.references) == (
        MAIL.message_id,
        (MAIL.in_reply_to,),
        MAIL.references,
    )
    assert (mail.reply_to, mail.date, mail.subject) == ((MAIL.reply_to,), AT, MAIL.subject)
    assert mail.full_text == MAIL.text.rstrip("\n")
    assert mail.values("Auto-Submitted") == ("auto-replied",)
    assert mail.values("X-Auto-Response-Suppress") == ("All",)
    assert mail.content_type == "multipart/alternative"
    assert kind_of(mail, ours=(), bounced=False).kind == "own"


@pytest.mark.parametrize(
    ("kind", "submitted"), [("holding", "auto-replied"), ("digest", "auto-generated"), ("notice", "auto-generated")]
)
def test_only_answers_to_customers_are_marked_as_replies(kind: MailKind, submitted: str) -> None:
    """RFC 3834 tells answers from mail that nobody asked for."""
    assert parse(compose(replace(MAIL, kind=kind), at=AT)).values("auto-submitted") == (submitted,)


@pytest.mark.parametrize(
    "injected", ["x\r\nBcc: eve@evil.com", "x\nBcc: eve@evil.com", "x\r\n\r\nbody", "x\x00\x0b\x85\u2028Bcc: e"]
)
def test_a_header_cannot_be_injected(injected: str) -> None:
    """The oldest trick against programs that write mail."""
    outgoing = replace(MAIL, subject=injected, sender_name=injected, headers=(("X-Kind", injected),))
    message = BytesParser(policy=compat32).parsebytes(compose(outgoing, at=AT))

    assert message.keys() == FIELDS


@pytest.mark.parametrize(
    "broken",
    [
        replace(MAIL, recipient="pat@customer.example, eve@evil.com"),
        replace(MAIL, recipient="pat@customer.example\r\nBcc: eve@evil.com"),
        replace(MAIL, recipient=""),
        replace(MAIL, recipient="Pat <pat@customer.example>"),
        replace(MAIL, sender_address="support"),
        replace(MAIL, reply_to="a@b.c\nX: y"),
        replace(MAIL, message_id="<a b@c>"),
        replace(MAIL, message_id="<a@c>\r\nBcc: eve@evil.com"),
        replace(MAIL, headers=(("Bcc: eve@evil.com\r\nX", "y"),)),
        replace(MAIL, headers=(("To", "eve@evil.com"),)),
        replace(MAIL, headers=(("Content-Type", "text/html"),)),
    ],
)
def test_a_mail_to_anyone_but_one_recipient_is_refused(broken: Outgoing) -> None:
    """What cannot be written safely is kept for a person."""
    with pytest.raises(PermanentError):
        compose(broken, at=AT)


def test_a_long_thread_keeps_its_root_and_its_end() -> None:
    """Servers refuse endless headers, and programs need both ends."""
    references = tuple(f"<{n}@x.org>" for n in range(40))
    found = parse(compose(replace(MAIL, references=references), at=AT)).references

    assert found == (references[0], *references[-10:])


def test_a_broken_reference_of_the_customer_is_left_out() -> None:
    """It must not stop their answer."""
    found = parse(
        compose(
            replace(MAIL, references=("<ok@x.org>", "nonsense", "<a b>", "<=?q?x?=@y>"), in_reply_to="bad id"), at=AT
        )
    )

    assert (found.references, found.in_reply_to) == (("<ok@x.org>",), ())


def test_no_server_on_the_way_has_a_reason_to_change_the_text() -> None:
    """Lines that look like an mbox line, trailing blanks and long lines are encoded."""
    raw = compose(replace(MAIL, text="From me\n-- \n" + "x" * 2_000), at=AT)

    assert b"\r\nFrom " not in raw
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert parse(raw).full_text == "From me\n-- \n" + "x" * 2_000
