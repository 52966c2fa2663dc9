"""When two deliveries are the same mail."""

import hashlib
import re
from collections import Counter

SAME = 0.9
"""Share of the words that two copies of a mail have in common at least."""

_MESSAGE_ID = re.compile(rb"^message-id:[ \t]*(?:\r?\n[ \t]+)?([^ \t\r\n]+)\s", re.IGNORECASE | re.MULTILINE)
_HEADER_END = re.compile(rb"\n\n")
_TRACE = re.compile(
    rb"(?:received|return-path|delivered-to|authentication-results(?:-original)?|received-spf|arc-[!-9;-~]+"
    rb"|envelope-to|status|lines|content-length|x-(?:original-to|delivered-to|received|forwarded-(?:to|for)|spam[!-9;-~]*"
    rb"|virus[!-9;-~]*|status|keywords|uid|mozilla-[!-9;-~]+|gm-[!-9;-~]+|envelope-[!-9;-~]+"
    rb"|ms-exchange-[!-9;-~]+|microsoft-antispam[!-9;-~]*|forefront-[!-9;-~]+))[ \t]*:",
    re.IGNORECASE,
)


def message_id_in(beginning: bytes) -> bytes:
    """What follows the first ``Message-ID:`` of a header; nothing where there is none, or it is cut off."""
    found = _MESSAGE_ID.search(beginning)
    return found[1] if found else b""


def content_key(raw: bytes) -> str:
    """SHA-256, 64 hex digits, of the mail without what a server adds on its way: trace headers, the mbox line, the
    form of its line ends. Never raises.
    """
    lines = raw.replace(b"\r\n", b"\n").lstrip(b"\n")
    if lines.startswith((b"From ", b">From ")):
        lines = lines.partition(b"\n")[2]
    found = _HEADER_END.search(lines)
    end = found.start() if found else len(lines)
    key = hashlib.sha256()
    dropped = False
    for line in lines[:end].split(b"\n"):
        if line[:1] not in (b" ", b"\t"):
            dropped = bool(_TRACE.match(line))
        if not dropped:
            key.update(line + b"\n")
    key.update(lines[end:].rstrip(b"\n"))
    return key.hexdigest()


def same_words(one: str, other: str) -> bool:
    """Whether two texts are the same but for a line that a mailing list or a virus scanner added: nine words of ten,
    and every number. Web forms give all mails one Message-ID, and two orders may differ in nothing else.
    """
    counts, others = Counter(one.lower().split()), Counter(other.lower().split())
    total = counts.total() + others.total()
    common = counts & others
    differing = (counts - common) + (others - common)
    has_number = any(character.isdigit() for word in differing for character in word)
    return not has_number and (total == 0 or 2 * common.total() >= SAME * total)
