"""Take a mail system's report apart: what it says itself, its delivery status, and the mail that it returns."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from mailagent.mail.bounce_text import MOST_LINES, split_returned
from mailagent.mail.charset import clean, decode, from_surrogates
from mailagent.mail.delivery_status import LONGEST_LINE, Delivery, addresses_in, read_delivery_status
from mailagent.mail.limits import admit

LARGEST_READ = 200_000
"""Bytes of a report that are looked at; what it says stands before the mail that it returns."""

_STATUS_TYPE = re.compile(rb"message/(?:global-)?delivery-status", re.IGNORECASE)
_STATUS_AS_TEXT = "text/x-delivery-status"
_STATUS_IN_TEXT = re.compile(
    r"^[>\s]{0,9}(?:reporting-mta|original-recipient|final-recipient):", re.IGNORECASE | re.MULTILINE
)
_HEADER_TYPES = frozenset({"text/rfc822-headers", "text/rfc822", "message/global-headers"})
_FIELD = re.compile(r"[>|\s]{0,9}([A-Za-z][A-Za-z0-9-]{1,60}):")
_ID = re.compile(r"<[^<>\s]{1,250}@[^<>\s]{1,250}>")


@dataclass(slots=True, kw_only=True)
class Report:
    """`told` is what the mail system says; `statuses` are the texts of its delivery status, `returned` those of the
    mail that it returns, or of its header. Both are empty in many reports. `in_text` is delivery status that stands in
    the text, where it has no part of its own.
    """

    told: str
    in_text: str = ""
    statuses: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)

    def deliveries(self) -> list[Delivery]:
        """What became of each recipient, as far as delivery status says."""
        return [row for status in self.statuses or [self.in_text] for row in read_delivery_status(status)]

    def refused(self) -> list[str]:
        """The addresses that the parts of delivery status report as failed for good."""
        return [address for status in self.statuses for row in read_delivery_status(status) for address in row.refused]

    def returned_ids(self) -> list[str]:
        """The Message-IDs of the returned mail, with their brackets."""
        fields = _fields((*self.returned, *self.statuses, self.in_text), {"message-id", "x-original-message-id"})
        return [found for value in fields for found in _ID.findall(value)]

    def returned_to(self) -> list[str]:
        """The addresses that the returned mail was sent to."""
        return [address for value in _fields(self.returned, {"to", "cc"}) for address in addresses_in(value)]

    def add(self, part: Message) -> None:
        """Find what belongs to the report in `part` and in the parts of it, but not inside the returned mail."""
        kind = part.get_content_type()
        children = part.get_payload() if part.is_multipart() else []
        inner = [child for child in children if isinstance(child, Message)] if isinstance(children, list) else []
        if kind == _STATUS_AS_TEXT:
            self.statuses.append(_text(part))
        elif kind in _HEADER_TYPES:
            self.returned.append(_text(part))
        elif part.get_content_maintype() == "message":
            self.returned += [_header(child) for child in inner]
        else:
            for child in inner:
                self.add(child)


def read_report(raw: bytes, text: str) -> Report:
    """The parts of a report. `text` is the readable text of `raw`, which may hold all of it.

    The parser takes delivery status for headers, which costs much and loses what is encoded: it is told that this is
    text.
    """
    told, below = split_returned(text)
    report = Report(told=told)
    beginning = _STATUS_TYPE.sub(_STATUS_AS_TEXT.encode("ascii"), admit(raw)[0][:LARGEST_READ])
    report.add(BytesParser(policy=compat32).parsebytes(beginning))
    inline = _STATUS_IN_TEXT.search(text)
    if inline and not report.statuses:
        report.in_text = text[inline.start() : inline.start() + LARGEST_READ]
    if below:
        report.returned.append(below)
    return report


def _text(part: Message) -> str:
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""
    return decode(content, None) if isinstance(content, bytes) else ""


def _header(mail: Message) -> str:
    return clean("\n".join(f"{name}: {from_surrogates(str(value))}" for name, value in mail.raw_items()))


def _fields(texts: Collection[str], names: Collection[str]) -> Iterator[str]:
    """The values of header lines, quoted or not, each line of a folded one by itself."""
    for text in texts:
        is_wanted = False
        for line in text.split("\n", MOST_LINES)[:MOST_LINES]:
            found = _FIELD.match(line[:LONGEST_LINE])
            is_wanted = bool(line.strip()) and (found[1].lower() in names if found else is_wanted)
            if is_wanted:
                yield line[found.end() if found else 0 : LONGEST_LINE]
