"""Bytes to text: which charset to believe, encoded words in headers, and characters that never come out."""

import binascii
import re

import chardet

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

LATIN = frozenset({LAST_RESORT, "cp1254", "iso-8859-15"})
"""Charsets for which programs mislabel UTF-8; valid UTF-8 is hardly ever meant to be read in them."""

ASCII_NAMES = frozenset({"us-ascii", "ascii", "ansi-x3.4-1968", "646"})
SHORTEST_GUESS = 120
"""Bytes without which a guess of the charset is no better than chance."""
LONGEST_GUESS = 20_000
LEAST_SURE = 0.15
"""Chardet is modest about real text, and says 0.1 where nothing fits."""

BROKEN_SHARE = 20
"""A declared charset is still believed when at most one in so many of its non-ASCII characters is broken."""

_ENCODED_WORD = re.compile(r"=\?([\w.:+*()-]{1,60})\?([bBqQ])\?([^?]*)\?=", re.ASCII)
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_LINE_BREAKS = re.compile("\r\n?|[\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile("[\U000e0000-\U000e007f]|[\u00ad\u034f\u200b-\u200d\u2060]{4,}")
_MARKS = re.compile("([\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20ff]{8})[\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20ff]+")
_WORD_BREAK = re.compile("[\r\n\x85\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACES = re.compile(r"\s+")


HIDDEN_TEXT = "text that a reader does not see was left out"
_REMOVED = (
    (_CONTROLS, "", "control characters were removed"),
    (_DIRECTION, "", "characters that reverse the direction of text were removed"),
    (_INVISIBLE, "", HIDDEN_TEXT),
    (_MARKS, r"\1", "heaps of accents on one letter were cut"),
    (_SURROGATE, "\ufffd", "characters that do not exist were replaced"),
)
"""What never comes out, what stands in its place, and how that is told."""


def decode(raw: bytes, declared: str | None, defects: list[str] | None = None) -> str:
    """`raw` in its declared charset if that is on the list and fits, else UTF-8, else what chardet is sure of, else
    cp1252; cleaned by `clean`. What was wrong is appended to `defects`, in words.
    """
    noted = [] if defects is None else defects
    name = (declared or "").strip(" \t\"'").lower().replace("_", "-")
    codec = ALLOWED.get(name)
    if name and codec is None and name not in ASCII_NAMES:
        noted.append(f"the charset {one_line(name)[:40]!r} is not known")
    if codec and codec.startswith(("utf-16", "utf-32")):
        noted.append(f"the charset {codec} is not meant for mail")
    if codec in {None, UTF_8}:
        codec = _escaped(raw) or codec
    if codec in LATIN and not raw.isascii() and _fits(raw, UTF_8):
        codec = UTF_8
    text = _read(raw, codec) if codec else None
    if text is not None:
        if "\ufffd" in text:
            noted.append("some characters are broken")
        return clean(text, noted)
    if not raw.isascii():
        noted.append("the charset is not said" if not name else "the text is not in the charset it names")
    return clean(_undeclared(raw, noted), noted)


def decode_header(
    value: str, *, words: bool = True, fallback: str | None = None, defects: list[str] | None = None
) -> str:
    """A header's value as the parser gave it (undecoded bytes as surrogates), on one line.

    Encoded words (RFC 2047) are decoded unless `words` is false, neighbours before their charset is applied, because
    many programs cut one in the middle of a character. Bytes that are not UTF-8 are read in `fallback`, the charset of
    the body. What was wrong is appended to `defects`, in words.
    """
    noted = [] if defects is None else defects
    text = from_surrogates(value, fallback, noted)
    if not words or "=?" not in text:
        return one_line(text, noted)
    parts: list[str] = []
    pending: tuple[str, bytes] | None = None
    end = 0
    for found in _ENCODED_WORD.finditer(text):
        charset, data = found[1].partition("*")[0], _word_bytes(found[2], found[3], noted)
        between = text[end : found.start()]
        if pending and not between.strip() and pending[0].lower() == charset.lower():
            pending = (charset, pending[1] + data)
        else:
            if pending:
                parts.append(_word(pending, noted))
            if not pending or between.strip():
                parts.append(between)
            pending = (charset, data)
        end = found.end()
    if pending:
        parts.append(_word(pending, noted))
    parts.append(text[end:])
    return one_line("".join(parts), noted)


def from_surrogates(value: str, fallback: str | None = None, defects: list[str] | None = None) -> str:
    """The text of a header that the parser could not read as ASCII: UTF-8, else in `fallback`, else cp1252; cleaned by
    nothing yet.
    """
    if value.isascii():
        return value
    raw = value.encode("utf-8", "surrogateescape")
    if _fits(raw, UTF_8):
        return raw.decode(UTF_8)
    if defects is not None:
        defects.append("a header holds bytes that are no UTF-8")
    codec = ALLOWED.get((fallback or "").lower().replace("_", "-"), LAST_RESORT)
    return raw.decode(codec if _fits(raw, codec) else LAST_RESORT, "replace")


def clean(text: str, defects: list[str] | None = None) -> str:
    """`text` with LF line ends and without NUL, other C0 and C1 controls, lone surrogates, bidi overrides, tag
    characters, runs of invisible ones and heaps of accents. Tabs and line feeds stay. What was removed is appended to
    `defects`, in words.
    """
    text = _LINE_BREAKS.sub("\n", text).replace("\ufeff", "")
    if text.isascii() and text.isprintable():
        return text
    for pattern, instead, told in _REMOVED:
        text, times = pattern.subn(instead, text)
        if times and defects is not None:
            defects.append(told)
    return text


def one_line(text: str, defects: list[str] | None = None) -> str:
    """`text` cleaned, every run of white space one blank."""
    return _SPACES.sub(" ", clean(text, defects)).strip()


def _escaped(raw: bytes) -> str | None:
    """The charset that announces itself by an escape sequence (ISO 2022)."""
    if b"\x1b$)C" in raw:
        return "iso-2022-kr"
    return "iso-2022-jp" if b"\x1b$" in raw else None


def _fits(raw: bytes, codec: str) -> bool:
    try:
        raw.decode(codec)
    except UnicodeError:
        return False
    return True


def _read(raw: bytes, codec: str) -> str | None:
    """`raw` in `codec` if hardly anything is broken in it."""
    try:
        text = raw.decode(codec, "replace")
    except UnicodeError:  # some codecs of East Asia raise whatever they are told
        return None
    if "\ufffd" not in text or _fits(raw, codec):  # the sign may stand in the text itself
        return text
    return text if text.count("\ufffd") * BROKEN_SHARE <= sum(1 for one in text if one > "\x7f") else None


def _undeclared(raw: bytes, defects: list[str]) -> str:
    text = _read(raw, UTF_8)
    if text is None and len(raw) >= SHORTEST_GUESS:
        guess = chardet.detect(raw[:LONGEST_GUESS], prefer_superset=True)
        codec = ALLOWED.get((guess["encoding"] or "").lower().replace("_", "-"))
        if codec and guess["confidence"] >= LEAST_SURE:
            text = _read(raw, codec)
    text = raw.decode(LAST_RESORT, "replace") if text is None else text
    if "\ufffd" in text:
        defects.append("some characters are broken")
    return text


def _word(word: tuple[str, bytes], defects: list[str]) -> str:
    """An encoded word as text; a line end in it would become a second header of our answer."""
    text = decode(word[1], word[0], defects)
    if _WORD_BREAK.search(text):
        defects.append("a header hides a line end")
    return text


def _word_bytes(encoding: str, data: str, defects: list[str]) -> bytes:
    raw = data.encode(UTF_8, "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(raw, header=True)
    digits = _NOT_BASE64.sub(b"", raw)
    if len(digits) % 4 == 1 or digits != raw.rstrip(b"= "):
        defects.append("an encoded word is broken")
    digits = digits[:-1] if len(digits) % 4 == 1 else digits
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))
