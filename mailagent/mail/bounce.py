"""Mail systems' reports that a mail of ours was not delivered: for whom, for good or for now, and which mail.

What a report says in fields (RFC 3464) goes before what it says in words. Words count only where the envelope or the
sender says that a program wrote them: customers quote bounces too.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from flufl.bounce import all_failures

from mailagent.mail.automatic import BOUNCED, auto_reply_sign, from_daemon, from_mail_system, report_type
from mailagent.mail.bounce_text import (
    MOST_LINES,
    is_permanent,
    names_code,
    names_failure,
    recipients_in,
    split_returned,
)
from mailagent.mail.charset import decode
from mailagent.mail.delivery_status import LONGEST_LINE, addresses_in, read_delivery_status
from mailagent.mail.limits import admit
from mailagent.mail.parse import ParsedMail

MOST_RECIPIENTS = 100
MOST_IDS = 10
LARGEST_READ = 200_000
"""Bytes of a report that are looked at; what it says stands before the mail that it returns."""
LARGEST_GUESSED = 40_000
LONGEST_GUESSED = 250
"""Bytes, and bytes a line, that the detectors of other formats get: some take quadratic time over a line."""

_STATUS_TYPE = re.compile(rb"message/(?:global-)?delivery-status", re.IGNORECASE)
_STATUS_AS_TEXT = "text/x-delivery-status"
_STATUS_IN_TEXT = re.compile(
    r"^[>\s]{0,9}(?:reporting-mta|original-recipient|final-recipient):", re.IGNORECASE | re.MULTILINE
)
_TO = ("to", "cc")
_IDS = ("message-id", "x-original-message-id")
_ID = re.compile(r"<[^<>\s]{1,250}@[^<>\s]{1,250}>")
_FIELD = re.compile(r"[>|\s]{0,9}([A-Za-z][A-Za-z0-9-]{1,60}):")
_LINE_END = re.compile(rb"\r\n?|\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """`recipients` are lower-cased addresses, at most 100, none where the report names none; `permanent` is whether
    asking again is useless; `returned_ids` are the Message-IDs of the mail that came back, with their brackets.
    """

    recipients: tuple[str, ...]
    permanent: bool
    returned_ids: tuple[str, ...]


def read_bounce(raw: bytes, mail: ParsedMail) -> Bounce | None:
    """What the report says; None for any other mail, and for a report that a mail was delivered. `mail` is `raw`
    parsed. Of ordinary mail, only headers are looked at.

    Where it failed for some recipients for good and for others for now, the former are given.
    """
    failed_for = [address for value in mail.values("x-failed-recipients") for address in addresses_in(value)]
    is_report = report_type(mail) == "delivery-status" or bool(failed_for)
    is_machine = from_mail_system(mail)
    if not (is_report or is_machine or _starts_like_a_report(mail)) or report_type(mail) == "feedback-report":
        return None
    if not (is_report or from_daemon(mail)) and auto_reply_sign(mail):
        return None
    told, below = split_returned(mail.full_text)
    parts = _Parts()
    parts.read(_message(raw))
    inline = _STATUS_IN_TEXT.search(mail.full_text)
    statuses = parts.statuses or ([mail.full_text[inline.start() :]] if inline else [])
    rows = [row for status in statuses for row in read_delivery_status(status)]
    failures = [row for row in rows if row.outcome != "delivered"]
    if rows and not failures:
        return None
    certain = [row for row in failures if row.outcome == "permanent"]
    recipients = [row.recipient for row in certain or failures if row.recipient] or failed_for or _guessed(raw, told)
    if not recipients:
        to = [
            address
            for text in (*parts.returned, below)
            for value in _fields(text, _TO)
            for address in addresses_in(value)
        ]
        recipients = recipients_in(
            told,
            returned_to=to,
            never={mail.sender or "", *(a for value in mail.values("to") for a in addresses_in(value))},
        )
    speaks = bool(recipients) and names_failure(told)
    if not (is_report or failures or speaks or (is_machine and _says_bounced(mail.subject))):
        return None
    if not (is_report or is_machine or parts.returned or below or names_code(told)):
        return None
    sources = (*parts.returned, *statuses, below)
    returned_ids = [found for text in sources for value in _fields(text, _IDS) for found in _ID.findall(value)]
    return Bounce(
        recipients=tuple(dict.fromkeys(recipients))[:MOST_RECIPIENTS],
        permanent=bool(certain) if any(row.outcome for row in failures) else is_permanent(f"{mail.subject}\n{told}"),
        returned_ids=tuple(dict.fromkeys(returned_ids or mail.in_reply_to))[:MOST_IDS],
    )


@dataclass(slots=True)
class _Parts:
    """`statuses` and `returned` are the texts of parts with delivery status, and of returned mail or its header."""

    statuses: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)

    def read(self, part: Message) -> None:
        kind = part.get_content_type()
        children = part.get_payload() if part.is_multipart() else []
        inner = [child for child in children if isinstance(child, Message)] if isinstance(children, list) else []
        if kind == _STATUS_AS_TEXT:
            self.statuses.append(_text(part))
        elif kind in {"text/rfc822-headers", "text/rfc822", "message/global-headers"}:
            self.returned.append(_text(part))
        elif part.get_content_maintype() == "message":
            self.returned += ["\n".join(f"{name}: {value}" for name, value in child.raw_items()) for child in inner]
        else:
            for child in inner:
                self.read(child)


def _message(raw: bytes) -> Message:
    """The beginning of a report. The parser takes delivery status for headers, which costs much and loses what is
    encoded, so it is told that this is text.
    """
    cut = _STATUS_TYPE.sub(_STATUS_AS_TEXT.encode(), admit(raw)[0][:LARGEST_READ])
    return BytesParser(policy=compat32).parsebytes(cut)


def _text(part: Message) -> str:
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""
    return decode(content, None) if isinstance(content, bytes) else ""


def _fields(text: str, names: Collection[str]) -> Iterator[str]:
    """The values of header lines in `text`, quoted or not, each line of a folded one by itself."""
    is_wanted = False
    for line in text.split("\n", MOST_LINES)[:MOST_LINES]:
        found = _FIELD.match(line[:LONGEST_LINE])
        if found:
            is_wanted = found[1].lower() in names
        if is_wanted and line.strip():
            yield line[found.end() if found else 0 : LONGEST_LINE]
        else:
            is_wanted = False


def _guessed(raw: bytes, told: str) -> list[str]:
    """Whom the detectors of known formats find, those that stand above the returned mail if any do; the detectors may
    raise anything on what strangers write.
    """
    lines = _LINE_END.split(admit(raw)[0][:LARGEST_GUESSED])
    message = BytesParser(policy=compat32).parsebytes(b"\n".join(line[:LONGEST_GUESSED] for line in lines))
    try:
        temporary, permanent = all_failures(message)
    except Exception:  # noqa: BLE001 - which errors it raises is not documented
        return []
    found = (address.decode("ascii", "replace") for address in permanent or temporary)
    recipients = sorted(address for text in found for address in addresses_in(text))
    return [address for address in recipients if address in told.lower()] or recipients


def _starts_like_a_report(mail: ParsedMail) -> bool:
    """Some gateways write under an ordinary address; they have no name, no mail program, and answer nothing."""
    is_ordinary = mail.sender_name or mail.in_reply_to or mail.values("user-agent") or mail.values("x-mailer")
    return mail.subject.casefold().startswith(BOUNCED) and not is_ordinary


def _says_bounced(subject: str) -> bool:
    return any(words in subject.casefold() for words in BOUNCED)
