"""Whatever a mail holds, it is read as safe values or refused: nothing else may happen to the daemon."""

import dataclasses
import json
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given

from mailagent.domain.reply import read_decision
from mailagent.errors import PermanentError
from mailagent.language.commands import vocabulary
from mailagent.mail.authentication import verdict
from mailagent.mail.automatic import kind_of
from mailagent.mail.bounce import read_bounce
from mailagent.mail.identity import content_key, same_words
from mailagent.mail.parse import ParsedMail, parse
from mailagent.mail.rating import read_rating
from mailagent.mail.tokens import Key, Tokens
from tests.fuzz.damage import FIELDS, SAMPLES, mails, refilled

WORDS = vocabulary()
TOKENS = Tokens(keys=(Key(id="a", secret=b"k" * 32),), domain="example.com")
OURS = frozenset({"support@example.com"})
HANGS = 20
"""Seconds after which reading counts as hung; it takes milliseconds."""

UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028-\u202e\u2066-\u2069]")
ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9._-]{1,253}")
MESSAGE_ID = re.compile(r"<[^<>\s]+>")


@contextmanager
def ends() -> Iterator[None]:
    """Raise in whatever hangs, so that hypothesis can show the mail."""

    def stop(*_: object) -> None:
        raise AssertionError(f"no end after {HANGS} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(HANGS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def read(raw: bytes) -> ParsedMail | None:
    """The mail, or None where it is refused."""
    try:
        return parse(raw)
    except PermanentError:
        return None


def read_safely(raw: bytes) -> None:
    """Read a mail, and see that each value is what its place allows."""
    with ends():
        mail = read(raw)
    if mail is None:
        return
    lines = [mail.subject, mail.sender_name, mail.list_id, *(part.name for part in mail.attachments)]
    lines += [text for field in mail.headers for text in field]
    lines += [mail.content_type, *(part.type for part in mail.attachments)]
    for text in (mail.text, mail.quoted, mail.full_text, *lines, *mail.defects):
        assert not UNSAFE.search(text)
    assert not [line for line in lines if "\n" in line]
    for address in (*filter(None, [mail.sender]), *mail.recipients, *mail.reply_to):
        assert ADDRESS.fullmatch(address)
    for value in (*filter(None, [mail.message_id]), *mail.in_reply_to, *mail.references):
        assert MESSAGE_ID.fullmatch(value)
    assert len(mail.full_text) <= len(raw)
    json.dumps(dataclasses.asdict(mail), ensure_ascii=False, default=str).encode("utf-8")


@given(raw=mails())
def test_any_mail_gives_safe_values_or_is_refused(raw: bytes) -> None:
    """What comes out is stored, shown on terminals, put into headers and given to a model."""
    read_safely(raw)


@pytest.mark.parametrize("field", FIELDS)
def test_an_odd_field_in_any_sample_is_read_safely(field: bytes) -> None:
    """A single field that no program writes must not cost a customer the mail."""
    for sample in SAMPLES:
        read_safely(refilled(field)(sample))


@given(raw=mails())
def test_whatever_is_asked_about_any_mail_has_an_answer(raw: bytes) -> None:
    """A question that raises would bring the mail back again and again, and with five such the daemon stops."""
    with ends():
        assert re.fullmatch("[0-9a-f]{64}", content_key(raw))
        mail = read(raw)
        if mail is None:
            return
        signed = TOKENS.read(mail)
        bounce = read_bounce(raw, mail)
        kind = kind_of(mail, ours=OURS, bounced=bounce is not None)
        assert kind.kind == "person" or not kind.answerable
        assert kind.reason
        assert verdict(mail, "mx.example.com") in {"pass", "fail", "none"}
        assert signed.review is None
        assert same_words(mail.text, mail.text)
        read_decision(mail.text, WORDS)
        read_rating(mail.text)
