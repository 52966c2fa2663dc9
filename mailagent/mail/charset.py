"""Bytes to text: which charset to believe, encoded words in headers, and characters that never come out."""

import binascii
import re

UTF_8 = "utf-8"
LAST_RESORT = "cp1252"
"""Its five unused bytes become U+FFFD, so it always gives a result."""

ALLOWED: dict[str, str] = {
    **{name: name for name in ("utf-8", "utf-16", "utf-16le", "utf-16be", "utf-32", "koi8-r", "koi8-u", "gb18030")},
    **{name: name for name in ("big5", "big5hkscs", "euc-jp", "euc-kr", "iso-2022-jp", "iso-2022-kr", "tis-620")},
    **{f"iso-8859-{n}": f"iso-8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 11, 13, 14, 15, 16)},
    **{f"windows-{n}": f"cp{n}" for n in (874, *range(1250, 1259))},
    **{f"cp{n}": f"cp{n}" for n in (437, 850, 852, 866, 874, 932, 949, *range(1250, 1259))},
    "utf8": UTF_8, "unicode-1-1-utf-8": UTF_8, "iso-8859-8-i": "iso-8859-8", "macintosh": "mac-roman",
    "iso-8859-1": LAST_RESORT, "latin1": LAST_RESORT, "latin-1": LAST_RESORT, "iso8859-1": LAST_RESORT,
    "iso-8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030", "hz-gb-2312": "hz",
    "shift-jis": "cp932", "sjis": "cp932", "windows-31j": "cp932", "ks-c-5601-1987": "cp949",
}  # fmt: skip
"""Declared name -> codec. Names off this list (``rot13``, ``idna``, ``utf-7`` ...) are not believed. As
browsers do, a few names stand for their superset (WHATWG Encoding Standard, section 4.2).
"""

BROKEN_SHARE = 20
"""A declared charset is still believed when at most one in so many of its non-ASCII characters is broken."""

_ENCODED_WORD = re.compile(r"=\?([\w.:+*()-]{1,60})\?([bBqQ])\?([^?]*)\?=", re.ASCII)
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_LINE_BREAKS = re.compile("\r\n?|[\u2028\u2029]")
_NEVER = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
    "|[\u00ad\u034f\u200b-\u200d\u2060]{4,}"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACES = re.compile(r"\s+")


def decode(raw: bytes, declared: str | None) -> str:
    """`raw` in its declared charset if that is on the list and fits, else UTF-8, else cp1252; cleaned by `clean`."""
    if b"\x1b$" in raw and (declared is None or _codec(declared) in {None, UTF_8}):
        declared = "iso-2022-jp"
    for codec in (_codec(declared or ""), UTF_8):
        if codec is None:
            continue
        try:
            text = raw.decode(codec, "replace")
        except UnicodeError:  # some codecs of East Asia raise whatever they are told
            continue
        if text.count("\ufffd") * BROKEN_SHARE <= sum(1 for character in text if character > "\x7f"):
            return clean(text)
    return clean(raw.decode(LAST_RESORT, "replace"))


def decode_header(value: str, *, words: bool = True) -> str:
    """A header's value as the parser gave it (undecoded bytes as surrogates), on one line.

    Encoded words (RFC 2047) are decoded unless `words` is false, neighbours before their charset is applied, because
    many programs cut one in the middle of a character.
    """
    text = from_surrogates(value)
    if not words or "=?" not in text:
        return one_line(text)
    parts: list[str] = []
    pending: tuple[str, bytes] | None = None
    end = 0
    for found in _ENCODED_WORD.finditer(text):
        charset, data = found[1].partition("*")[0], _word_bytes(found[2], found[3])
        between = text[end : found.start()]
        if pending and not between.strip() and pending[0].lower() == charset.lower():
            pending = (charset, pending[1] + data)
        else:
            if pending:
                parts.append(decode(pending[1], pending[0]))
            if not pending or between.strip():
                parts.append(between)
            pending = (charset, data)
        end = found.end()
    if pending:
        parts.append(decode(pending[1], pending[0]))
    parts.append(text[end:])
    return one_line("".join(parts))


def from_surrogates(value: str) -> str:
    """The text of a header that the parser could not read as ASCII; cleaned by nothing yet."""
    raw = value.encode("utf-8", "surrogateescape") if not value.isascii() else value.encode("ascii")
    try:
        return raw.decode(UTF_8)
    except UnicodeDecodeError:
        return raw.decode(LAST_RESORT, "replace")


def clean(text: str) -> str:
    """`text` with LF line ends and without NUL, other C0 and C1 controls, lone surrogates, bidi overrides, tag
    characters and runs of invisible ones. Tabs and line feeds stay.
    """
    return _SURROGATE.sub("\ufffd", _NEVER.sub("", _LINE_BREAKS.sub("\n", text)))


def one_line(text: str) -> str:
    """`text` cleaned, every run of white space one blank."""
    return _SPACES.sub(" ", clean(text)).strip()


def _codec(declared: str) -> str | None:
    return ALLOWED.get(declared.strip(" \t\"'").lower().replace("_", "-"))


def _word_bytes(encoding: str, data: str) -> bytes:
    raw = data.encode(UTF_8, "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(raw, header=True)
    digits = _NOT_BASE64.sub(b"", raw)
    digits = digits[:-1] if len(digits) % 4 == 1 else digits
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))
