"""What is too big or too tangled to be parsed at all; looks at bytes only, in linear time."""

import re

from mailagent.errors import PermanentError

LARGEST_MAIL = 30_000_000
MOST_LINES = 500_000
"""The standard parser keeps each line; thirty megabytes of attachments have less than half as many."""
LARGEST_HEADER = 64_000
LARGEST_FIELD = 8_000
MOST_WORDS = 200
MOST_COMMAS = 500
MOST_COMMENTS = 50
MOST_PARAMETERS = 50
MOST_FIELDS = 400
MOST_CONTAINERS = 50
MOST_BOUNDARIES = 1_000
MOST_REPORTS = 1_000
DEEPEST = 20
MOST_PARTS = 100

_ONE_VALUE = frozenset(
    {b"from", b"sender", b"reply-to", b"subject", b"date", b"message-id", b"mime-version", b"content-type"}
    | {b"content-disposition", b"content-transfer-encoding", b"content-id", b"content-description"}
)
"""Fields of which each is short in real mail; others, such as References and those of servers, may well be long."""
_LISTS = frozenset({b"to", b"cc", b"bcc", b"resent-to", b"resent-cc"})
"""Fields that a mail to a whole department makes long: only their commas count, and an encoded name on each side."""

_HEADER_END = re.compile(rb"\r\n\r\n|\n\r?\n|\r\r")
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
_FIELD_START = re.compile(rb"[\r\n](?=[^\s])")
_FIELD_END = re.compile(rb"[\r\n](?![ \t\n])")
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BARE_CR = re.compile(rb"\r(?!\n)")
_BARE_LF = re.compile(rb"(?<!\r)\n")
_QUOTED = re.compile(rb'"[^"\\]{0,500}"')
_CONTAINER = re.compile(rb"content-type:\s{0,200}(?:multipart|message)/")
_BOUNDARY = re.compile(rb"boundary\s{0,20}=\s{0,20}\"?([^\"\r\n;]{0,200})")
_BOUNDARY_LINE = re.compile(rb"[\r\n]--([^\r\n]{0,210})")
_REPORT = re.compile(rb"\n(?:final-recipient|original-recipient|action|status)[ \t]{0,9}:")
_KNOWN = re.compile(
    rb"(?:from|to|cc|subject|date|message-id|mime-version|content-type|content-transfer-encoding|received|return-path"
    rb"|reply-to|in-reply-to|references|delivered-to)[ \t]*:",
    re.IGNORECASE,
)


def admit(raw: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The mail without what stood before its header, its header mended, and what was done to it, in words.

    Raises `PermanentError` that names the limit which is broken, or says that these bytes are no mail.
    """
    _check_size(raw)
    mail, defects = _from_header_on(raw)
    if not _FIELD.match(mail):
        if not mail.strip() or _NO_TEXT.search(mail, 0, LARGEST_HEADER):
            raise PermanentError("these bytes are no mail: there is no header")
        _check_structure(mail.lower())
        return b"\n" + mail, (*defects, "there is no header")
    found = _HEADER_END.search(mail, 0, LARGEST_HEADER + 4)
    end = found.start() if found else len(mail)
    if end > LARGEST_HEADER:
        raise PermanentError(f"the header is larger than {LARGEST_HEADER:,} bytes")
    fields = _FIELD_START.split(mail[:end])
    if len(fields) - (not fields[0]) > MOST_FIELDS:
        raise PermanentError(f"the header has more than {MOST_FIELDS} fields")
    for field in fields:
        _check_field(field)
    _check_structure(mail.lower())
    written = mail[:end]
    header = _repaired(written)
    if header != written:
        mail = header + mail[end:]
        defects.append("a broken header line was repaired")
    if not found:
        defects.append("there is nothing below the header")
    if _BARE_CR.search(header) or (b"\r\n" in header and _BARE_LF.search(header)):
        defects.append("line ends of the header are broken")
    return mail, tuple(defects)


def _check_size(raw: bytes) -> None:
    if len(raw) > LARGEST_MAIL:
        raise PermanentError(f"the mail is larger than {LARGEST_MAIL:,} bytes")
    ends = raw.count(b"\n") + raw.count(b"\r")
    if ends > MOST_LINES and ends - raw.count(b"\r\n") > MOST_LINES:
        raise PermanentError(f"the mail has more than {MOST_LINES:,} lines")


def _from_header_on(raw: bytes) -> tuple[bytes, list[str]]:
    """The mail without blank lines, a byte order mark and a mailbox file's line above it, and what was there."""
    mail = raw.lstrip(b"\r\n \t\x00\xef\xbb\xbf")
    defects = ["bytes before the header were removed"] if raw.startswith((b"\xef\xbb\xbf", b"\x00")) else []
    if mail.startswith((b"From ", b">From ")):
        mail = mail[min((mail.find(end) for end in (b"\n", b"\r") if end in mail), default=len(mail)) :].lstrip(b"\r\n")
        defects.append("a line of a mailbox file before the header was removed")
    return mail, defects


def _check_field(field: bytes) -> None:
    """What makes readers of addresses and parameters slow; fields that only servers write are as they are."""
    name, _, value = field.partition(b":")
    name = name.strip().lower()
    if name not in _ONE_VALUE and name not in _LISTS:
        return
    shown = name.decode("ascii", "replace").title()
    if name in _ONE_VALUE and len(value) > LARGEST_FIELD:
        raise PermanentError(f"{shown} is longer than {LARGEST_FIELD:,} bytes")
    most_words = MOST_WORDS if name in _ONE_VALUE else 2 * MOST_COMMAS
    if value.count(b"=?") > most_words:
        raise PermanentError(f"{shown} has more than {most_words:,} encoded words")
    if name == b"subject":
        return
    bare = _QUOTED.sub(b"", value)
    if bare.count(b",") > MOST_COMMAS:
        raise PermanentError(f"{shown} has more than {MOST_COMMAS} commas")
    most_comments = MOST_COMMENTS if name in _ONE_VALUE else MOST_COMMAS
    if bare.count(b"(") > most_comments:
        raise PermanentError(f"{shown} has more than {most_comments} comments")
    if name.startswith(b"content-") and bare.count(b";") > MOST_PARAMETERS:
        raise PermanentError(f"{shown} has more than {MOST_PARAMETERS} parameters")


def _check_structure(lower: bytes) -> None:
    """The standard parser takes quadratic time or much memory where these limits are broken."""
    if lower.count(b"multipart/") + lower.count(b"message/") > MOST_CONTAINERS:
        containers = sum(1 for _ in _CONTAINER.finditer(lower))
        if containers > MOST_CONTAINERS:
            raise PermanentError(f"the mail declares more than {MOST_CONTAINERS} containers")
    at = lower.find(b"content-type:")
    while at >= 0:
        is_field = at == 0 or lower[at - 1] in b"\r\n"
        is_long = len(lower) - at > LARGEST_FIELD
        if is_field and is_long and not _FIELD_END.search(lower, at, at + LARGEST_FIELD):
            raise PermanentError(f"a Content-Type is longer than {LARGEST_FIELD:,} bytes")
        at = lower.find(b"content-type:", at + 1)
    if b"message/delivery-status" in lower and len(_REPORT.findall(lower)) > MOST_REPORTS:
        raise PermanentError(f"the mail reports on more than {MOST_REPORTS:,} recipients")
    if lower.count(b"\n--") + lower.count(b"\r--") > MOST_BOUNDARIES:
        declared = {found[1].strip() for found in _BOUNDARY.finditer(lower)}
        lines = (found[1].strip().removesuffix(b"--").strip() for found in _BOUNDARY_LINE.finditer(lower))
        if b"boundary*" in lower or sum(line in declared for line in lines) > MOST_BOUNDARIES:
            raise PermanentError(f"the mail has more than {MOST_BOUNDARIES:,} boundary lines")


def _repaired(header: bytes) -> bytes:
    """A line that is no field, between lines that are, continues the field above instead of ending the header."""
    lines = header.splitlines(keepends=True)
    for at, line in enumerate(lines[:-1]):
        if not (line[:1] in b" \t" or _FIELD.match(line)) and _KNOWN.match(lines[at + 1]):
            lines[at] = b" " + line
    return b"".join(lines)
