"""One mail of ours as bytes, frozen before it goes into the outbox.

The header is written here, line by line: the standard library's folding can be tricked into a second header on older
patch releases. What was written is parsed again and compared before anyone may send it.
"""

import base64
import hashlib
import quopri
import re
from datetime import datetime
from email.parser import BytesParser
from email.policy import compat32, default
from email.utils import format_datetime

from mailagent.domain.outgoing import MailKind, Outgoing
from mailagent.errors import PermanentError
from mailagent.mail.addresses import one_mailbox
from mailagent.mail.automatic import LOOP_HEADER
from mailagent.mail.charset import clean, decode_header, one_line

ANSWERS: frozenset[MailKind] = frozenset({"answer", "acknowledgment", "holding"})
LINE = 76
MOST_REFERENCES = 11
"""The root of the thread and the last ten."""

_ID = re.compile(r"<(?!.*=\?)[!-;=?-~]{1,250}>")
"""Plain ASCII; a program that decodes an encoded word in an id would write another header than we did."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,70}")
_WORD_BYTES = 42
"""So many bytes of UTF-8 make an encoded word of at most 75 characters (RFC 2047 section 2)."""


def compose(mail: Outgoing, *, at: datetime) -> bytes:
    """The whole mail with CRLF line ends: a text and an HTML part with the same facts, dated `at` (aware).

    Raises `PermanentError` when an address, an id or a header's name is not well formed or a header occurs twice, or
    when what was written does not read back as what was meant.
    """
    fields = _fields(mail, at)
    names = [name.lower() for name, _ in fields]
    if len(set(names)) != len(names):
        raise PermanentError(f"a header is set twice: {', '.join(sorted({n for n in names if names.count(n) > 1}))}")
    parts = [_part("plain", mail.text), _part("html", mail.html)]
    boundary = f"=_{hashlib.sha256(b''.join(parts)).hexdigest()[:32]}"
    mime = [("MIME-Version", "1.0"), ("Content-Type", f'multipart/alternative;\r\n boundary="{boundary}"')]
    header = "".join(f"{name}: {value}\r\n" for name, value in [*fields, *mime]).encode("ascii")
    mark = f"--{boundary}".encode("ascii")
    body = b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts)
    raw = header + b"\r\n" + body + mark + b"--\r\n"
    _check(raw, [*fields, *mime])
    return raw


def names(raw: bytes, address: str) -> bool:
    """Whether a mail that `compose` made says `address` (lower case) in its text, however its lines are folded."""
    part = BytesParser(policy=default).parsebytes(raw).get_body(("plain",))
    text = "" if part is None else str(part.get_content())
    return address in "".join(text.split()).replace("[.]", ".").lower()


def clean_header(value: str) -> str:
    """`value` on one line without CR, LF, NUL and other controls; every value of a header passes here."""
    return one_line(value).encode("utf-8", "replace").decode("utf-8")


def _fields(mail: Outgoing, at: datetime) -> list[tuple[str, str]]:
    """Names and encoded, folded values, in order."""
    if at.tzinfo is None:
        raise PermanentError("the time of a mail must be aware")
    references = [value for value in map(clean_header, mail.references) if _ID.fullmatch(value)]
    if len(references) > MOST_REFERENCES:
        references = [references[0], *references[1 - MOST_REFERENCES :]]
    fields = [
        ("From", _mailbox(clean_header(mail.sender_name), _address(mail.sender_address))),
        ("To", _address(mail.recipient)),
        ("Subject", _unstructured(clean_header(mail.subject))),
        ("Date", format_datetime(at)),
        ("Message-ID", _id(mail.message_id)),
        ("Auto-Submitted", "auto-replied" if mail.kind in ANSWERS else "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        (LOOP_HEADER, "mailagent"),
    ]
    if mail.in_reply_to and _ID.fullmatch(clean_header(mail.in_reply_to)):
        fields.append(("In-Reply-To", clean_header(mail.in_reply_to)))
    if references:
        fields.append(("References", "\r\n ".join(references)))
    if mail.reply_to:
        fields.append(("Reply-To", _address(mail.reply_to)))
    for name, value in mail.headers:
        if not _NAME.fullmatch(name) or name.lower().startswith(("content-", "mime-")):
            raise PermanentError(f"{clean_header(name)!r} cannot be the name of a header")
        fields.append((name, _unstructured(clean_header(value))))
    return fields


def _address(address: str) -> str:
    mailbox = one_mailbox([address])
    if mailbox is None or not address.isascii() or mailbox.address != address.lower():
        raise PermanentError(f"{clean_header(address)!r} is not an address")
    return address


def _id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise PermanentError(f"{clean_header(value)!r} is not a Message-ID")
    return value


def _mailbox(name: str, address: str) -> str:
    if not name:
        return f"<{address}>"
    if not name.isascii() or "=?" in name or "@" in name or len(name) > LINE - 10:
        return f"{_encoded(name)}\r\n <{address}>"
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"\r\n <{address}>'


def _unstructured(value: str) -> str:
    """`value` folded at blanks, or as encoded words where it is not plain ASCII."""
    words = value.split(" ")
    if not value.isascii() or "=?" in value or any(len(word) > LINE for word in words):
        return _encoded(value)
    lines = [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word) >= LINE - 25 * (len(lines) == 1):
            lines.append(word)
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    return "\r\n ".join(lines)


def _encoded(value: str) -> str:
    """Encoded words (RFC 2047) that are never cut inside a character."""
    chunks = [b""]
    for character in value:
        encoded = character.encode("utf-8")
        if len(chunks[-1]) + len(encoded) > _WORD_BYTES:
            chunks.append(b"")
        chunks[-1] += encoded
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(chunk).decode('ascii')}?=" for chunk in chunks)


def _part(subtype: str, text: str) -> bytes:
    """A part that no server on the way has a reason to change: short lines of ASCII, else quoted-printable."""
    text = clean(text).rstrip("\n") + "\n"
    lines = text.split("\n")
    if (
        text.isascii()
        and all(len(line) <= LINE and line == line.rstrip() for line in lines)
        and "\nFrom " not in f"\n{text}"
    ):
        encoding, body = "7bit", text.encode("ascii")
    else:
        encoding, body = "quoted-printable", quopri.encodestring(text.encode("utf-8", "replace"))
        body = re.sub(rb"(?m)^From ", b"=46rom ", body)
    header = f'Content-Type: text/{subtype}; charset="utf-8"\nContent-Transfer-Encoding: {encoding}\n\n'
    return (header.encode("ascii") + body).replace(b"\n", b"\r\n")


def _check(raw: bytes, fields: list[tuple[str, str]]) -> None:
    """Raises `PermanentError` unless the bytes hold exactly these headers and two parts."""
    message = BytesParser(policy=compat32).parsebytes(raw)
    found = [(name, decode_header(str(value))) for name, value in message.raw_items()]
    if found != [(name, decode_header(value)) for name, value in fields]:
        raise PermanentError("the header that was written does not read back as it was meant")
    payload = message.get_payload()
    if message.defects or not isinstance(payload, list) or len(payload) != 2:  # noqa: PLR2004 - text and HTML
        raise PermanentError("the body that was written does not read back as it was meant")
