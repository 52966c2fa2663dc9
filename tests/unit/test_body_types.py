"""Which types of parts are read as the words of a mail."""

import base64

import pytest

from mailagent.mail.parse import ParsedMail, parse

HEAD = "From: pat@example.org\nMessage-ID: <1@example.org>\nMIME-Version: 1.0\n"


def mail_of(kind: str, text: str) -> ParsedMail:
    """A mail of one part."""
    return parse(f"{HEAD}Content-Type: {kind}; charset=utf-8\n\n{text}\n".encode())


@pytest.mark.parametrize(
    ("kind", "written", "read"),
    [
        ("text/markdown", "Where is **it**?\n\n- lid\n- cup", "Where is **it**?\n\n- lid\n- cup"),
        ("application/xhtml+xml", '<?xml version="1.0"?><html><body>Where is <b>it</b>?</body></html>', "Where is it?"),
        ("text/enriched", "<bold>Where</bold> is\nit?\n\n<color><param>red</param>Pat</color>", "Where is it?\nPat"),
    ],
)
def test_a_text_of_a_rarer_type_is_read(kind: str, written: str, read: str) -> None:
    """Left out, the customer would seem to have written nothing."""
    mail = mail_of(kind, written)

    assert (mail.text, mail.attachments) == (read, ())


def test_signs_line_ends_and_quotes_of_enriched_text_are_read_as_their_rules_say() -> None:
    """A sign read as a command would take a customer's words with it (RFC 1896)."""
    text = "a << b & c\n<nofill>one\ntwo</nofill>\n\n\n<excerpt>Where is it?</excerpt>"

    mail = mail_of("text/enriched", text)

    assert mail.text == "a < b & c one\ntwo"
    assert mail.quoted == "> Where is it?"


def test_the_plain_version_is_read_before_the_enriched_one() -> None:
    """Both say the same; the enriched one is no attachment either."""
    parts = "--b\nContent-Type: text/plain\n\nHello\n--b\nContent-Type: text/enriched\n\n<bold>Hello</bold>\n--b--\n"

    mail = parse(f'{HEAD}Content-Type: multipart/alternative; boundary="b"\n\n{parts}'.encode())

    assert (mail.text, mail.attachments) == ("Hello", ())


def test_a_markdown_file_is_an_attachment() -> None:
    """What has a file name was attached, not written."""
    parts = (
        "--b\nContent-Type: text/plain\n\nSee there.\n--b\nContent-Type: text/markdown; name=plan.md\n\n# Plan\n--b--\n"
    )

    mail = parse(f'{HEAD}Content-Type: multipart/mixed; boundary="b"\n\n{parts}'.encode())

    assert (mail.text, [part.name for part in mail.attachments]) == ("See there.", ["plan.md"])


@pytest.mark.parametrize("encoding", ["7bit", "base64"])
def test_an_attached_mail_has_the_size_of_its_header_and_text(encoding: str) -> None:
    """Whoever looks into a mail sees whether the forwarded one is empty."""
    inner = f"From: jo@example.com\nSubject: Old\n\n{'The lid is broken. ' * 40}\n"
    sent = base64.encodebytes(inner.encode()).decode() if encoding == "base64" else inner
    part = f"--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: {encoding}\n\n{sent}\n--b--\n"

    mail = parse(f'{HEAD}Content-Type: multipart/mixed; boundary="b"\n\n{part}'.encode())

    assert mail.attachments[0].size == pytest.approx(len(inner), rel=0.02)
