"""One received mail: bytes to a value that is safe to read.

Built on the standard parser with its oldest policy, which hands over headers as they came; newer policies decode them
in ways that cost gigabytes or let line ends through.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.feedparser import BytesFeedParser
from email.message import Message
from email.policy import compat32
from email.utils import parsedate_to_datetime

from mailagent.errors import PermanentError
from mailagent.mail.addresses import addresses, one_mailbox
from mailagent.mail.body import Attachment, content_type, read_body
from mailagent.mail.charset import decode_header, from_surrogates, one_line
from mailagent.mail.limits import DEEPEST, LARGEST_HEADER, admit
from mailagent.mail.phrases import FORWARD_PREFIXES, FORWARDED, prefix_of
from mailagent.mail.quoting import has_marker, split_reply

RECIPIENT_FIELDS = ("to", "cc", "delivered-to", "x-original-to", "x-forwarded-to", "envelope-to")
LARGE = 5_000_000
"""Bytes; such mail is nearly all attachments, which are counted and never opened."""
MOST_REFERENCES = 100

OLDEST_YEAR = 1980
PIECE = 65_536

_HEADER_END = re.compile(rb"\r?\n\r?\n")
_NO_YEAR = re.compile(r"\s0000\s")
"""The standard library takes it for the year 2000."""
_ONCE = ("from", "subject", "message-id", "date", "content-type", "content-transfer-encoding")
_GOOD_ID = re.compile(r"<[^<>\s\"\\()@]{1,250}@[^<>\s\"\\()@]{1,250}>(?:\s{1,9}\([^()]{0,99}\))?", re.ASCII)
_ID = re.compile(r"<[^<>\s]{1,500}>")
_BARE_ID = re.compile(r"[^<>\s@]{1,250}@[^<>\s@]{1,250}")
_LITERAL = re.compile(
    r"authentication-results|arc-.*|received.*|return-path|dkim-signature|message-id|references|in-reply-to"
)
"""Headers in which an encoded word is not decoded: what it hides must not become syntax."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedMail:
    """A mail as values. No text in it holds control characters other than LF and tab, surrogates or bidi overrides.

    `message_id` is empty where there is none; ids carry their angle brackets; `references` are oldest first.
    `sender` is the lower-cased address that From names, None where From does not name exactly one; `sender_written` has
    its domain in the letters that people see. `recipients` are
    the addresses of To, Cc and of the headers that servers add at delivery. `text` is what was newly written,
    `quoted` the rest, `full_text` all of it; `text` is `full_text` where nothing is surely new, but empty below a mail
    that asks for a decision. `headers` are name as written and decoded value on one line, in order. `content_type` is
    that of the whole mail, such as ``multipart/report``, without parameters. `date` is aware, in UTC.
    """

    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    sender: str | None
    sender_written: str | None
    sender_name: str
    reply_to: tuple[str, ...]
    recipients: tuple[str, ...]
    subject: str
    date: datetime | None
    text: str
    quoted: str
    full_text: str
    attachments: tuple[Attachment, ...]
    defects: tuple[str, ...]
    list_id: str
    content_type: str
    headers: tuple[tuple[str, str], ...]

    @property
    def passes_on(self) -> bool:
        """Whether the sender forwards somebody's mail: what it says is then a part of what they write."""
        first = next((line.strip(" >-\t").casefold() for line in self.quoted.split("\n") if line.strip(" >-\t")), "")
        return prefix_of(self.subject) in FORWARD_PREFIXES or first.startswith(("forwarded message", *FORWARDED))

    def values(self, name: str) -> tuple[str, ...]:
        """The decoded values of every header called `name`, the topmost first."""
        return tuple(value for key, value in self.headers if key.lower() == name.lower())


def parse(raw: bytes) -> ParsedMail:
    """Read one mail.

    Raises `PermanentError` naming the limit that the mail breaks, or saying that these bytes are no mail.
    """
    admitted, mended = admit(raw)
    try:
        message = _message(admitted)
        body = read_body(message)
    except RecursionError as error:
        raise PermanentError(f"the mail is nested deeper than {DEEPEST} levels") from error
    fields = _Fields(
        items=[(name, str(value)) for name, value in message.raw_items()],
        charset=body.charset,
        defects=[*mended, *([f"of {len(raw):,} bytes only the texts were read"] if len(raw) > LARGE else [])],
    )
    mailbox = one_mailbox(fields.undecoded("from"))
    fields.check(has_sender=mailbox is not None)
    headers = tuple(
        (one_line(from_surrogates(name)), fields.decoded(name, value, fields.defects)) for name, value in fields.items
    )
    split = split_reply(body.text, marked=body.quoted)
    full_text = body.text.strip("\n")
    return ParsedMail(
        message_id=fields.message_id(),
        in_reply_to=fields.ids("in-reply-to"),
        references=fields.ids("references"),
        sender=mailbox.address if mailbox else None,
        sender_written=mailbox.written if mailbox else None,
        sender_name=mailbox.name if mailbox else "",
        reply_to=fields.addresses("reply-to"),
        recipients=fields.addresses(*RECIPIENT_FIELDS),
        subject=fields.first("subject"),
        date=fields.date(),
        text=split.new or ("" if has_marker(full_text) else full_text),
        quoted=split.quoted,
        full_text=full_text,
        attachments=body.attachments,
        defects=tuple(dict.fromkeys([*fields.defects, *body.defects])),
        list_id=fields.first("list-id"),
        content_type=content_type(message),
        headers=headers,
    )


def sender_of(raw: bytes) -> str | None:
    """`ParsedMail.sender` of a mail of which no more is read: also of one that cannot be."""
    header = _HEADER_END.split(raw[:LARGEST_HEADER], maxsplit=1)[0]
    mailbox = one_mailbox([str(value) for name, value in _message(header).raw_items() if name.lower() == "from"])
    return mailbox.address if mailbox else None


def _message(raw: bytes) -> Message:
    """Fed in pieces: at once, the standard parser holds a mail several times in memory."""
    parser = BytesFeedParser(policy=compat32)
    for at in range(0, len(raw), PIECE):
        parser.feed(raw[at : at + PIECE])
    message: Message = parser.close()
    return message


@dataclass(frozen=True, slots=True)
class _Fields:
    """The header, undecoded; each method reads one field and none raises. `charset` is that of the body."""

    items: list[tuple[str, str]]
    charset: str
    defects: list[str]

    def undecoded(self, *names: str) -> list[str]:
        return [value for name, value in self.items if name.lower() in names]

    def decoded(self, name: str, value: str, defects: list[str] | None = None) -> str:
        literal = _LITERAL.fullmatch(name.lower()) is not None
        return decode_header(value, words=not literal, fallback=self.charset, defects=defects)

    def first(self, name: str) -> str:
        return next((self.decoded(name, value) for value in self.undecoded(name)), "")

    def addresses(self, *names: str) -> tuple[str, ...]:
        found = (address for value in self.undecoded(*names) for address in addresses(from_surrogates(value)))
        return tuple(dict.fromkeys(found))

    def message_id(self) -> str:
        value = self.first("message-id")
        found = _ID.search(value)
        if found:
            return found[0]
        return f"<{value}>" if _BARE_ID.fullmatch(value) else ""

    def ids(self, name: str) -> tuple[str, ...]:
        found = list(
            dict.fromkeys(part for value in self.undecoded(name) for part in _ID.findall(self.decoded(name, value)))
        )
        return tuple(found[:1] + found[1:][-MOST_REFERENCES + 1 :])

    def date(self) -> datetime | None:
        """The date of the mail, None where it is no date or older than mail with a Date of this form."""
        value = self.first("date")[:200]
        found = None if _NO_YEAR.search(value) else _guarded(lambda: parsedate_to_datetime(value))
        return found if found and found.year >= OLDEST_YEAR else None

    def check(self, *, has_sender: bool) -> None:
        """Note what is wrong with single fields, in words."""
        for name in _ONCE:
            times = len(self.undecoded(name))
            self.defects.extend([f"{times} {name} headers"] if times > 1 else [])
        ids = self.undecoded("message-id")
        if not ids:
            self.defects.append("no message-id header")
        elif not _GOOD_ID.fullmatch(ids[0].strip()):
            self.defects.append("the Message-ID is not well formed")
        if self.undecoded("from") and not has_sender:
            self.defects.append("From does not name exactly one address")
        if self.undecoded("date") and self.date() is None:
            self.defects.append("the Date is not a date")
        if any(len(_ID.findall(value)) > MOST_REFERENCES for value in self.undecoded("references")):
            self.defects.append(f"only {MOST_REFERENCES} of the References are kept")


def _guarded(read: Callable[[], datetime]) -> datetime | None:
    try:
        found = read()
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        return None
