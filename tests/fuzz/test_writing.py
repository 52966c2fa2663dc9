"""What we write is read by others as we meant it, and nobody's words become a header."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from mailagent.domain.outgoing import Outgoing
from mailagent.mail.charset import clean
from mailagent.mail.compose import clean_header, compose
from mailagent.mail.parse import parse

AT = datetime(2026, 3, 2, 10, 12, tzinfo=UTC)
SENDER, RECIPIENT, MESSAGE_ID = "support@example.com", "pat@customer.example", "<c1.x.y@example.com>"
FIELDS = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "X-Mailagent-Loop",
]  # fmt: skip
ODD = (
    "Grüße", "Ünïcödé", "你好世界", "こんにちは", "한국어", "Привет", "שלום עליכם", "مرحبا بالعالم", "ภาษาไทย", "हिन्दी",
    "👩‍👩‍👧‍👦", "🇦🇹", "e\u0301" * 9, "\u202eevil\u202c", "\u200b", "\u00a0", "\u2028", "\x85", "\x00", "\t",
    "\r\nBcc: eve@example.org", "\nBcc: eve@example.org", "\rX: y", "\r\n\r\nbody", "=?utf-8?q?a=0D=0ABcc:_x@y.z?=",
    "=?utf-8?q?a=0D=0ABcc:_x?=", "?=", "=?", "=20", "=", '"', "\\", '\\"', "<", ">", "(", ")", ",", ";", ":", "@",
    "pat@customer.example", ".", "..", ".x", "From ", ">From you", "-- ", "--", "> quoted", " indented", "trailing ",
    "a", "x" * 77, "y" * 400, "\x1b[0m", "ü" * 100, "word " * 60, "&amp;", "<b>", "%s", "{{ x }}",
    "--=_0123456789abcdef",
)  # fmt: skip
ANY = st.text(st.characters(codec="utf-8"), max_size=20)
LINES = st.lists(st.sampled_from(ODD) | ANY, max_size=6).map("".join) | st.lists(st.sampled_from(ODD), max_size=6).map(
    " ".join
)
TEXTS = st.lists(LINES, max_size=8).map("\n".join)
IDS = (
    st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="<>"), min_size=1, max_size=120)
    .filter(lambda text: "=?" not in text)
    .map("<{}@example.com>".format)
)
"""Without the beginning of an encoded word: such an id of a sender is not repeated."""


def read(raw: bytes) -> EmailMessage:
    """A mail as a program reads it that shares nothing with us."""
    return message_from_bytes(raw, policy=policy.default)


def outgoing(**changes: object) -> Outgoing:
    """A small mail of ours."""
    mail = Outgoing(
        kind="answer",
        recipient=RECIPIENT,
        subject="Re: Hello",
        text="Hi",
        html="<p>Hi</p>",
        message_id=MESSAGE_ID,
        sender_address=SENDER,
        sender_name="Example Support",
    )
    return replace(mail, **changes)  # type: ignore[arg-type]  # each test gives the right ones


@given(subject=LINES, name=LINES, value=LINES)
def test_strangers_words_stay_within_their_header(subject: str, name: str, value: str) -> None:
    """Subjects and names come from customers; a line end or an encoded one must not become a recipient."""
    raw = compose(outgoing(subject=subject, sender_name=name[:200], headers=(("X-Case", value),)), at=AT)
    mail, theirs = parse(raw), read(raw)

    assert theirs.keys() == [*FIELDS, "X-Case", "MIME-Version", "Content-Type"]
    assert mail.subject == theirs["Subject"] == clean_header(subject)
    assert mail.values("x-case") == (theirs["X-Case"],) == (clean_header(value),)
    assert mail.sender == theirs["From"].addresses[0].addr_spec == SENDER
    assert mail.sender_name == clean_header(name[:200]) or "@" in name
    shown = theirs["From"].addresses[0].display_name
    assert "".join(shown.split()) == "".join(
        clean_header(name[:200]).split()
    )  # theirs adds a blank between encoded words
    assert [address.addr_spec for address in theirs["To"].addresses] == [RECIPIENT]


@given(text=TEXTS, html=TEXTS)
def test_every_text_arrives_as_it_was_written(text: str, html: str) -> None:
    """Indents, dots, long words and every script: a reviewer's text is sent exactly as approved."""
    raw = compose(outgoing(text=text, html=html), at=AT)
    plain, rich = (cast("EmailMessage", part) for part in read(raw).iter_parts())

    assert plain.get_content().replace("\r\n", "\n") == clean(text).rstrip("\n") + "\n"
    assert rich.get_content().replace("\r\n", "\n") == clean(html).rstrip("\n") + "\n"
    ours = parse(compose(outgoing(text=text), at=AT)).full_text
    is_stub = not clean(text).strip() or "html" in text.lower()  # then the HTML part is read
    assert is_stub or ours == clean(text).strip("\n")
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert b"\nFrom " not in raw


@given(message_id=IDS, answers=IDS, references=st.lists(IDS, max_size=10, unique=True))
def test_ids_arrive_as_they_were_written(message_id: str, answers: str, references: list[str]) -> None:
    """Mail programs and we ourselves thread by them: each must come back letter for letter."""
    raw = compose(outgoing(message_id=message_id, in_reply_to=answers, references=tuple(references)), at=AT)
    mail = parse(raw)

    assert (mail.message_id, mail.in_reply_to, mail.references) == (message_id, (answers,), tuple(references))


@given(
    local=st.from_regex(r"[a-z0-9][a-z0-9!#$%&'*+/=?^_`{|}~-]{1,30}(\.[a-z0-9+=_-]{1,20})?", fullmatch=True), name=LINES
)
def test_any_address_that_is_valid_can_be_written_to(local: str, name: str) -> None:
    """Tags, quotes and question marks are allowed in addresses; their owners want answers too."""
    recipient = f"{local}@customer.example"
    raw = compose(
        outgoing(recipient=recipient, reply_to=f"support+r.{local}@example.com"[-80:], sender_name=name), at=AT
    )
    mail = parse(raw)

    assert recipient in mail.recipients
    assert len(read(raw)["To"].addresses) == 1
