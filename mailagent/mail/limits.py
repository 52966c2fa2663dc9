"""What is too big or too tangled to be parsed at all; looks at bytes only, in linear time."""

import re

from mailagent.errors import PermanentError

LARGEST_MAIL = 30_000_000
LARGEST_HEADER = 64_000
LARGEST_CONTENT_TYPE = 8_000
MOST_FIELDS = 400
MOST_CONTAINERS = 50
MOST_BOUNDARIES = 1_000
DEEPEST = 20
MOST_PARTS = 100

_HEADER_END = re.compile(rb"\r\n\r\n|\n\r?\n|\r\r")
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
_FIELD_START = re.compile(rb"(?:^|[\r\n])(?=[^\s])")
_FIELD_END = re.compile(rb"[\r\n](?![ \t\n])")
_CONTAINER = re.compile(rb"content-type:\s{0,200}(?:multipart|message)/")
_BOUNDARY = re.compile(rb"boundary\s{0,20}=\s{0,20}\"?([^\"\r\n;]{0,200})")
_BOUNDARY_LINE = re.compile(rb"[\r\n]--([^\r\n]{0,210})")
_KNOWN = re.compile(
    rb"(?:from|to|cc|subject|date|message-id|mime-version|content-type|content-transfer-encoding|received|return-path"
    rb"|reply-to|in-reply-to|references|delivered-to)[ \t]*:",
    re.IGNORECASE,
)


def admit(raw: bytes) -> tuple[bytes, bool]:
    """The mail without leading blank lines and mbox line, and whether a broken line of its header was repaired.

    Raises `PermanentError` that names the limit which is broken, or says that these bytes are no mail.
    """
    if len(raw) > LARGEST_MAIL:
        raise PermanentError(f"the mail is larger than {LARGEST_MAIL:,} bytes")
    raw = raw.lstrip(b"\r\n \t\x00\xef\xbb\xbf")
    if raw.startswith((b"From ", b">From ")):
        raw = raw[min((raw.find(end) for end in (b"\n", b"\r") if end in raw), default=len(raw)) :].lstrip(b"\r\n")
    if not _FIELD.match(raw):
        raise PermanentError("these bytes are no mail: there is no header")
    found = _HEADER_END.search(raw, 0, LARGEST_HEADER + 4)
    end = found.start() if found else len(raw)
    if end > LARGEST_HEADER:
        raise PermanentError(f"the header is larger than {LARGEST_HEADER:,} bytes")
    if len(_FIELD_START.findall(raw, 0, end)) > MOST_FIELDS:
        raise PermanentError(f"the header has more than {MOST_FIELDS} fields")
    _check_structure(raw.lower())
    header = _repaired(raw[:end])
    return (raw, False) if header == raw[:end] else (header + raw[end:], True)


def _check_structure(lower: bytes) -> None:
    """The standard parser takes quadratic time or much memory where these limits are broken."""
    if lower.count(b"multipart/") + lower.count(b"message/") > MOST_CONTAINERS:
        containers = sum(1 for _ in _CONTAINER.finditer(lower))
        if containers > MOST_CONTAINERS:
            raise PermanentError(f"the mail declares more than {MOST_CONTAINERS} containers")
    at = lower.find(b"content-type:")
    while at >= 0:
        is_field = at == 0 or lower[at - 1] in b"\r\n"
        is_long = len(lower) - at > LARGEST_CONTENT_TYPE
        if is_field and is_long and not _FIELD_END.search(lower, at, at + LARGEST_CONTENT_TYPE):
            raise PermanentError(f"a Content-Type is longer than {LARGEST_CONTENT_TYPE:,} bytes")
        at = lower.find(b"content-type:", at + 1)
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
