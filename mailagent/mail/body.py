"""Which parts of a mail are its text, and which are attachments, counted and never opened."""

import re
from dataclasses import dataclass, field
from email import message_from_string
from email.message import Message
from email.policy import compat32

from mailagent.errors import PermanentError
from mailagent.mail.agreement import disagree
from mailagent.mail.charset import clean, decode, decode_header
from mailagent.mail.defects import of_field, of_parser, of_transfer, of_type
from mailagent.mail.enriched import enriched_to_html
from mailagent.mail.html import html_to_text
from mailagent.mail.limits import DEEPEST, LARGEST_FIELD, MOST_FIELDS, MOST_PARAMETERS, MOST_PARTS

STUB_WORDS = 20
"""A plain part of at most so many words, where the HTML part has over four times as many, says nothing itself."""

LONGEST_TEXT = 1_000_000
"""Bytes of a part that are read as text; of all parts together, twice as many."""
DISAGREEMENT = "the plain and the HTML part say different things"
HTML_COSTS = 4
"""How much of that room a byte of HTML takes."""
LONGEST_LINE = 10_000
LONGEST_STUB = 5_000
_HTML = frozenset({"text/html", "application/xhtml+xml", "text/enriched"})
"""Types that become text by way of HTML."""
_READ = _HTML | {"text/plain", "text/markdown"}
_TYPE = re.compile(r"[a-z0-9][\w!#$&^.+-]{0,126}/[a-z0-9][\w!#$&^.+-]{0,126}", re.ASCII)
_STUB = re.compile(r"\bhtml\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """`name` is as the sender wrote it and must not be used as a path; `size` is in bytes, about."""

    name: str
    type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """`text` has LF line ends; `quoted` is its first line that HTML marks as not newly written, or empty; `charset` is
    the one its first readable part names, or empty; `defects` say in words what was wrong with the parts.
    """

    text: str
    quoted: str
    charset: str
    attachments: tuple[Attachment, ...]
    defects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Readable:
    text: str
    is_html: bool = False
    quoted: str = ""


@dataclass(slots=True)
class _Reader:
    attachments: list[Attachment] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    parts: int = 0
    named: list[tuple[Message, Attachment]] = field(default_factory=list)
    charset: str = ""
    room: int = 2 * LONGEST_TEXT
    boundaries: list[bytes] = field(default_factory=list)

    def read(self, part: Message, depth: int) -> _Readable:
        self.parts += 1
        if depth > DEEPEST:
            raise PermanentError(f"the mail is nested deeper than {DEEPEST} levels")
        if self.parts > MOST_PARTS:
            raise PermanentError(f"the mail has more than {MOST_PARTS} parts")
        if depth and len(part.keys()) > MOST_FIELDS:
            raise PermanentError(f"the header of a part has more than {MOST_FIELDS} fields")
        self.defects += of_parser(part)
        payload = part.get_payload() if part.is_multipart() else None
        if part.get_content_type() == "multipart/encrypted":
            self.defects += of_type("multipart/encrypted", part)
            self.attachments.append(Attachment(name="", type="multipart/encrypted", size=_size(part)))
            return _Readable("")
        if isinstance(payload, list) and part.get_content_maintype() == "multipart":
            self.boundaries.append(f"\n--{part.get_boundary()}".encode("utf-8", "replace"))
            children = [self.read(child, depth + 1) for child in payload if isinstance(child, Message)]
            readable = [child for child in children if child.text.strip()]
            if part.get_content_subtype() == "alternative":
                return self.best(readable)
            return _Readable(
                text="\n\n".join(child.text.strip("\n") for child in readable),
                is_html=all(child.is_html for child in readable),
                quoted=next((child.quoted for child in readable if child.quoted), ""),
            )
        return self.leaf(part)

    def best(self, readable: list[_Readable]) -> _Readable:
        """The first plain version, unless it only says that there is an HTML version."""
        plain = next((child for child in readable if not child.is_html), None)
        html = next((child for child in reversed(readable) if child.is_html), None)
        if plain is None or html is None:
            return plain or html or _Readable("")
        words, more = len(plain.text.split()), len(html.text.split())
        says_html = _STUB.search(plain.text[:LONGEST_STUB].lower()) is not None
        is_stub = words <= STUB_WORDS and (more > 4 * words + STUB_WORDS or says_html)
        if is_stub:
            self.defects.append("the plain part is a stub")
        elif disagree(plain.text, html.text, marked=html.quoted):
            self.defects.append(DISAGREEMENT)
        return html if is_stub else plain

    def leaf(self, part: Message) -> _Readable:
        """The text of a part, or nothing and one more attachment. A container without parts is read as text."""
        kind = content_type(part)
        kind = "text/plain" if kind.startswith("multipart/") else kind
        for header in ("content-disposition", "content-type"):
            value = str(part.get(header, ""))
            if len(value) > LARGEST_FIELD or value.count(";") > MOST_PARAMETERS:
                del part[header]  # the standard library takes quadratic time over its parameters
                self.defects.append(f"a {header} is too long and was not read")
            else:
                self.defects += of_field(header, value)
        self.defects += of_type(kind, part)
        name = _filename(part)
        disposition = str(part.get("content-disposition", "")).partition(";")[0].strip().lower()
        is_text = kind in _READ and disposition != "attachment"
        if not is_text or name:
            attachment = Attachment(name=name, type=kind, size=_size(part))
            self.attachments.append(attachment)
            self.named += [(part, attachment)] if is_text else []
            return _Readable("")
        return self.text(part, kind)

    def text(self, part: Message, kind: str) -> _Readable:
        """The text of a part that is to be read."""
        content = _content(part)
        self.defects += of_parser(part) + of_transfer(part)
        if any(boundary in content for boundary in self.boundaries):
            self.defects.append("a line of a text begins like the boundary between the parts")
        most = max(0, min(LONGEST_TEXT, self.room))
        if len(content) > most:
            self.defects.append(f"only the first {most:,} bytes of a text were read")
            content = content[:most]
        self.room -= len(content) * (HTML_COSTS if kind in _HTML else 1)
        declared = _parameter(part, "charset")
        self.charset = self.charset or declared
        text = decode(content, declared, self.defects)
        if kind in _HTML:
            # An entity may stand for any character, so the text is cleaned once more
            found = html_to_text(enriched_to_html(text) if kind == "text/enriched" else text, self.defects)
            return _Readable(clean(found.text, self.defects), is_html=True, quoted=clean(found.quoted))
        if max(map(len, text.split("\n"))) > LONGEST_LINE:
            self.defects.append(f"a line is longer than {LONGEST_LINE:,} characters")
        if _parameter(part, "format").lower() == "flowed":
            text = _unflowed(text, delete_space=_parameter(part, "delsp").lower() == "yes")
        return _Readable(text)


def read_body(message: Message) -> Body:
    """The readable text of a mail and its attachments; an attached mail is an attachment, and so is a text with a file
    name unless there is no other text.

    Raises `PermanentError` over the limits of depth and number of parts, and for HTML nested beyond all measure.
    """
    reader = _Reader()
    found = reader.read(message, 0)
    if not found.text.strip() and reader.named:
        part, attachment = reader.named[0]
        found = reader.text(part, attachment.type)
        reader.attachments.remove(attachment)
    if not found.text.strip() and not reader.attachments and message.epilogue:
        # A boundary that was repeated or closed too early leaves the only text behind the last part
        found = reader.read(message_from_string(message.epilogue[: 2 * LONGEST_TEXT].lstrip(), policy=compat32), 1)
        reader.defects.append("the text stands behind the last part")
    return Body(
        text=found.text,
        quoted=found.quoted,
        charset=reader.charset,
        attachments=tuple(reader.attachments),
        defects=tuple(dict.fromkeys(reader.defects)),
    )


def content_type(part: Message) -> str:
    """The type and subtype of a part in lower case; ``text/plain`` where it is none (RFC 2045 section 5.2)."""
    found = part.get_content_type()
    return found if _TYPE.fullmatch(found) else "text/plain"


def _content(part: Message) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AttributeError):
        content = None
    return content if isinstance(content, bytes) else b""


def _size(part: Message) -> int:
    try:
        payload = part.get_payload()
    except (ValueError, LookupError, TypeError):  # it applies the charset, whatever that is
        payload = None
    if isinstance(payload, list):
        inside = sum(_header_size(child) + _size(child) for child in payload if isinstance(child, Message))
        return inside * 3 // 4 if _is_base64(part) else inside
    if isinstance(payload, str) and _is_base64(part):
        return (len(payload) - payload.count("\n") - payload.count("\r")) * 3 // 4 - payload[-4:].count("=")
    return len(_content(part))


def _header_size(part: Message) -> int:
    """Bytes of the header and the blank line below it."""
    return sum(len(name) + len(": ") + len(str(value)) + 1 for name, value in part.raw_items()) + 1


def _is_base64(part: Message) -> bool:
    return str(part.get("content-transfer-encoding", "")).strip().lower() == "base64"


def _parameter(part: Message, name: str) -> str:
    try:
        value = part.get_param(name, "")
    except (ValueError, LookupError, TypeError):
        return ""
    return str(value[2] if isinstance(value, tuple) else value).strip()


def _filename(part: Message) -> str:
    try:
        return decode_header(part.get_filename("") or "")[:255]
    except (ValueError, LookupError, TypeError):
        return ""


def _unflowed(text: str, *, delete_space: bool) -> str:
    """Paragraphs as they were before the sender's program wrapped them (RFC 3676 section 4)."""
    lines: list[list[str]] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        if open_depth != depth or content == "-- ":
            lines.append([">" * depth + (" " if depth else "")])
        flows = content.endswith(" ") and content != "-- "
        open_depth = depth if flows else None
        lines[-1].append(content[:-1] if flows and delete_space else content)
    return "\n".join("".join(parts) for parts in lines)
