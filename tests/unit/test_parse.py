"""Reading one mail: safe text comes out, and what cannot be read is refused by name."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailagent.errors import PermanentError
from mailagent.mail.parse import parse

HEADER = b"From: pat@customer.example\r\nMIME-Version: 1.0\r\n"


def nested(levels: int) -> bytes:
    """A mail of containers within containers."""
    raw = HEADER
    for level in range(levels):
        raw += f'Content-Type: multipart/mixed; boundary="b{level}"\r\n\r\n--b{level}\r\n'.encode()
    return raw + b"\r\nhi\r\n"


@pytest.mark.parametrize(
    ("raw", "limit"),
    [
        (b"", "no mail"),
        (b"\r\n\r\n", "no mail"),
        (b"just words\r\n", "no mail"),
        (b"\x89PNG\r\n\x1a\n\x00", "no mail"),
        (HEADER + b"\r\n" + b"x" * 30_000_000, "30,000,000 bytes"),
        (HEADER + b"X: " + b"y" * 64_000 + b"\r\n\r\nhi", "64,000 bytes"),
        (HEADER + b"X: y\r\n" * 400 + b"\r\nhi", "400 fields"),
        (nested(25), "20 levels"),
        (nested(2_000), "50 containers"),
        (HEADER + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nhi\r\n" * 150, "100 parts"),
        (
            HEADER + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 100_000,
            "1,000 boundary lines",
        ),
        (HEADER + b"\r\nContent-Type: text/plain" + b'; a="' * 3_000, "8,000 bytes"),
    ],
    ids=[
        "empty",
        "blank",
        "words",
        "image",
        "size",
        "header",
        "fields",
        "depth",
        "containers",
        "parts",
        "boundaries",
        "type",
    ],
)
def test_a_mail_over_a_limit_is_refused_by_name(raw: bytes, limit: str) -> None:
    """It is set aside at once; the parser would take minutes or gigabytes, and other mail waits."""
    with pytest.raises(PermanentError, match=limit):
        parse(raw)


def test_many_dashes_in_a_text_are_no_boundaries() -> None:
    """A customer may send a script with a thousand comments."""
    assert parse(HEADER + b"\r\n" + b"-- comment\r\n" * 3_000).full_text.startswith("-- comment")


@settings(max_examples=100, deadline=None)
@given(body=st.binary(max_size=400), subject=st.binary(max_size=80), kind=st.sampled_from(["plain", "html"]))
def test_no_bytes_bring_control_characters_or_an_error(body: bytes, subject: bytes, kind: str) -> None:
    """Whatever a stranger sends, what comes out can be stored, shown and sent on."""
    folded = subject.replace(b"\r", b"").replace(b"\n", b"")
    mail = parse(
        HEADER + b"Subject: " + folded + f"\r\nContent-Type: text/{kind}; charset=utf-8\r\n\r\n".encode() + body
    )

    for text in (mail.subject, mail.text, mail.full_text, mail.quoted, *(value for _, value in mail.headers)):
        text.encode("utf-8")
        assert not any(ord(character) < 32 and character not in "\n\t" for character in text)
        assert not any("\x7f" <= character <= "\x9f" for character in text)
    assert "\n" not in mail.subject


def test_text_keeps_its_form_exactly() -> None:
    """Code, lists and addresses lose their meaning with their indentation."""
    text = "Hello,\n\n  1. one\n\t- two\n\n\n    code  here\nend"
    raw = HEADER + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text.replace("\n", "\r\n").encode() + b"\r\n"

    assert parse(raw).text == text


def test_flowed_paragraphs_are_joined() -> None:
    """A reviewer's text goes out as they wrote it, not cut at column 72."""
    raw = (
        HEADER
        + b"Content-Type: text/plain; format=flowed\r\n\r\nOne \r\nparagraph.\r\n\r\n  kept\r\n>quoted \r\n>line\r\n"
    )

    assert parse(raw).full_text == "One paragraph.\n\n kept\n> quoted line"


def test_nothing_but_our_own_question_is_no_text() -> None:
    """A reviewer who returns the digest without a word has decided nothing."""
    body = b"On 2 March 2026 10:12, Support wrote:\r\n> Write your decision above this line\r\n> Approve?\r\n"

    assert parse(HEADER + b"\r\n" + body).text == ""


def test_a_forwarded_mail_without_a_word_is_read_whole() -> None:
    """The customer's matter is in what they forward."""
    body = b"---------- Forwarded message ---------\r\nFrom: Shop\r\n\r\nYour bill is wrong.\r\n"

    assert "Your bill is wrong." in parse(HEADER + b"\r\n" + body).text


def test_a_broken_line_does_not_end_the_header() -> None:
    """Some servers insert notices; the recipient below them must still be read."""
    mail = parse(b"From: pat@customer.example\r\nthis is no field\r\nTo: support@example.com\r\n\r\nhi\r\n")

    assert mail.recipients == ("support@example.com",)
    assert mail.text == "hi"
    assert "a broken header line was repaired" in mail.defects


def test_recipients_include_where_servers_delivered_it() -> None:
    """The token of a review may stand only there."""
    header = (
        b"To: A <A@x.org>\r\nCc: b@x.org\r\nDelivered-To: c@x.org\r\nX-Original-To: d@x.org\r\nEnvelope-To: e@x.org\r\n"
    )

    assert parse(HEADER + header + b"\r\nhi").recipients == ("a@x.org", "b@x.org", "c@x.org", "d@x.org", "e@x.org")


def test_odd_dates_do_no_harm() -> None:
    """Spam is dated in the year 0 and in month 13."""
    for date in (b"Mon, 99 Foo 0000 99:99", b"Fri, 31 Dec 9999 23:59:59 -2359", b"", b"x" * 5_000):
        assert parse(HEADER + b"Date: " + date + b"\r\n\r\nhi").date is None
