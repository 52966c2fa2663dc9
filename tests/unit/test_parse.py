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
        (HEADER + b"Subject: " + b"x" * 8_001 + b"\r\n\r\nhi", "Subject is longer than 8,000 bytes"),
        (HEADER + b"Subject: " + b"=?utf-8?q?a?=" * 201 + b"\r\n\r\nhi", "Subject has more than 200 encoded words"),
        (HEADER + b"To: " + b"a@b.example," * 501 + b"\r\n\r\nhi", "To has more than 500 commas"),
        (HEADER + b"Reply-To: " + b"(" * 51 + b"\r\n\r\nhi", "Reply-To has more than 50 comments"),
        (HEADER + b"Content-Type: text/plain" + b"; a=b" * 51 + b"\r\n\r\nhi", "Content-Type has more than 50 param"),
        (
            HEADER + b"Content-Type: message/delivery-status\r\n\r\n" + b"Status: 5.0.0\r\n\r\n" * 1_001,
            "1,000 recipients",
        ),
    ],
    ids=[
        "empty",
        "blank",
        "image",
        "size",
        "header",
        "fields",
        "depth",
        "containers",
        "parts",
        "boundaries",
        "type",
        "field",
        "encoded words",
        "commas",
        "comments",
        "parameters",
        "reports",
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


def test_long_headers_of_real_mail_are_no_reason_to_set_it_aside() -> None:
    """A mail to a department, through many servers, late in a long thread, is mail of a customer."""
    raw = HEADER + b"".join(
        [
            b"To: " + b",\r\n ".join(b'"Doe, Jo" <jo%d@a-rather-long-name.example>' % n for n in range(300)) + b"\r\n",
            b"References:"
            + b"".join(b"\r\n <%d.abcdefghijklmnopqrstuvwxyz@mail.example>" % n for n in range(250))
            + b"\r\n",
            b"Received: from a (b (c)) by d; Tue, 3 Mar 2026 10:00:00 +0000\r\n" * 60,
            b"X-MS-Exchange-AntiSpam-MessageData: " + b"QUJD" * 2_500 + b"\r\n",
        ]
    )
    mail = parse(raw + b"\r\nhi")

    assert len(mail.recipients) == 300
    assert len(mail.references) == 100
    assert "only 100 of the References are kept" in mail.defects


def test_words_without_a_header_are_read() -> None:
    """Some scripts write only a text; a person can still answer it."""
    mail = parse(b"just words\r\n")

    assert (mail.text, mail.sender) == ("just words", None)
    assert "there is no header" in mail.defects


@pytest.mark.parametrize(
    ("header", "body", "told"),
    [
        (b"Subject: a\rb\r\n", b"hi", "line ends of the header are broken"),
        (b"Message-ID: <a b@c>\r\n", b"hi", "the Message-ID is not well formed"),
        (b"Date: Tue, 06 Jan 0000 10:00:00 +0000\r\n", b"hi", "the Date is not a date"),
        (b'Content-Type: text/plain; charset="utf-8\r\n', b"hi", "a content-type is not well formed"),
        (b"Content-Type: text/plain; name*0=a; name*2=b\r\n", b"hi", "a content-type is not well formed"),
        (b"Content-Transfer-Encoding: base64\r\n", b"aGk=a*b", "the base64 of a part is broken"),
        (b"Content-Transfer-Encoding: quoted-printable\r\n", b"a=ZZb", "the quoted-printable of a part is broken"),
        (b"Content-Transfer-Encoding: x-rot\r\n", b"hi", "the encoding 'x-rot' is unusual"),
        (b"Content-Encoding: gzip\r\n", b"hi", "the text is packed ('gzip') and was not unpacked"),
        (b"Content-Type: text/plain; charset=rot13\r\n", b"hi", "the charset 'rot13' is not known"),
        (b"Content-Type: text/calendar\r\n", b"BEGIN:VCALENDAR", "a meeting invitation"),
        (b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n", b"MII", "the mail is encrypted"),
        (b"Content-Type: application/ms-tnef\r\n", b"x", "the mail is packed in a format of Outlook (winmail.dat)"),
        (b"Content-Type: message/partial; number=2; id=a; total=3\r\n", b"hi", "part 2 of a split mail"),
        (b"Content-Type: message/external-body; access-type=url\r\n", b"\r\n", "a part of the mail lies elsewhere"),
        (b"", b"x" * 1_100_000, "only the first 1,000,000 bytes of a text were read"),
        (b"", b"x" * 20_000, "a line is longer than 10,000 characters"),
        (b"", b"a\x00b", "control characters were removed"),
    ],
)
def test_what_was_wrong_is_told_in_words(header: bytes, body: bytes, told: str) -> None:
    """Whoever finds half a mail in a report learns why without opening its bytes."""
    assert told in parse(HEADER + header + b"\r\n" + body).defects


def test_a_charset_that_is_none_does_not_end_the_reading() -> None:
    """The standard parser applies whatever name it finds, and some of them raise."""
    raw = HEADER + b"Content-Type: text/plain; charset=punycode\r\nContent-Transfer-Encoding: 8bit\r\n\r\ncaf\xe9"

    assert parse(raw).text == "caf\u00e9"


def test_a_charset_in_broken_pieces_is_no_obstacle() -> None:
    """The standard library raises whatever such a parameter leads to."""
    mail = parse(b"From: p@c.example\r\nContent-Type: text/plain; charset*0*=utf-8''%00; charset*2=x\r\n\r\nHello\r\n")

    assert mail.text == "Hello"
    assert mail.defects


def test_the_sign_for_a_broken_character_may_stand_in_a_text() -> None:
    """Whoever pastes a broken text to show it must not have the rest of their letters broken."""
    mail = parse("From: a@b.example\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nnée \ufffd\r\n".encode())

    assert mail.text == "née \ufffd"


def test_a_content_type_that_is_none_is_plain_text() -> None:
    """RFC 2045 section 5.2; its words must not be lost, nor its odd characters kept."""
    mail = parse(b"From: a@b.example\r\nContent-Type: text/plain\x00x\r\n\r\nHello\r\n")

    assert (mail.text, mail.content_type, mail.attachments) == ("Hello", "text/plain", ())


def test_of_a_very_large_mail_the_texts_are_read_and_that_is_noted() -> None:
    """The customer's words stand before 6 MB of pictures."""
    head = b'From: a@b.example\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nHello\r\n--b\r\n'
    mail = parse(head + b"Content-Type: image/png\r\n\r\n" + b"x" * 6_000_000 + b"\r\n--b--\r\n")

    assert mail.text == "Hello"
    assert "only the texts were read" in str(mail.defects)


def test_many_texts_are_read_as_far_as_there_is_time() -> None:
    """Ninety parts of HTML would hold up the mail of everybody else."""
    part = b"--b\r\nContent-Type: text/html\r\n\r\n" + b"<p>word</p>" * 7_000 + b"\r\n"
    head = b'From: a@b.example\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    mail = parse(head + part * 90 + b"--b--\r\n")

    assert mail.full_text.count("word") < 60_000
    assert "bytes of a text were read" in str(mail.defects)


def test_a_mail_of_millions_of_lines_is_refused() -> None:
    """Each line takes more memory than it has letters."""
    with pytest.raises(PermanentError, match="more than 500,000 lines"):
        parse(b"From: a@b.example\r\n\r\n" + b"\n" * 1_000_001)


def test_a_character_that_html_only_names_is_cleaned_too() -> None:
    """``&#8238;`` turns the direction of writing in every terminal and digest."""
    mail = parse(b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n<p>pay &#8238;gpj.exe</p>\r\n")

    assert mail.text == "pay gpj.exe"
