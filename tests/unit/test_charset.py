"""Bytes to text, whatever the sender declared."""

import pytest

from mailagent.mail.charset import clean, decode, decode_header


@pytest.mark.parametrize(
    ("raw", "declared", "text"),
    [
        ("Grüße".encode(), "utf-8", "Grüße"),
        ("Grüße".encode("cp1252"), "iso-8859-1", "Grüße"),
        ("Grüße".encode("cp1252"), None, "Grüße"),
        ("Grüße".encode(), None, "Grüße"),
        ("Grüße".encode(), "us-ascii", "Grüße"),
        ("Grüße".encode(), "no-such-charset", "Grüße"),
        (b"10 \x80", "ISO-8859-1", "10 €"),
        ("привет".encode("koi8-r"), "KOI8-R", "привет"),
        ("日本".encode("iso-2022-jp"), None, "日本"),
        ("日本".encode("shift-jis"), "Shift_JIS", "日本"),
        (b"uryyb", "rot13", "uryyb"),
        (b"+AGE-", "utf-7", "+AGE-"),
        (b"\\u0041", "unicode_escape", "\\u0041"),
    ],
)
def test_the_declared_charset_is_believed_if_it_is_a_real_one(raw: bytes, declared: str | None, text: str) -> None:
    """Some names are no charsets but ways to smuggle text past a reader."""
    assert decode(raw, declared) == text


def test_one_broken_byte_does_not_spoil_the_rest() -> None:
    """A mail cut in the middle of a character still reads as what it is."""
    assert decode(("ä" * 40).encode()[:-1], "utf-8").startswith("ä" * 39)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe_von?= =?utf-8?b?w7xiZXI=?=", "Grüße vonüber"),
        ("=?utf-8?b?w4==?= =?utf-8?b?vA==?=", "ü"),
        ("=?iso-8859-1*de?q?sch=F6n?= und gut", "schön und gut"),
        ("=?utf-8?q?a=0D=0ABcc:_x@y.z?=", "a Bcc: x@y.z"),
        ("=?utf-8?x?abc?= =?", "=?utf-8?x?abc?= =?"),
        ("folded\r\n value", "folded value"),
        ("raw \udcc3\udcbc", "raw ü"),
    ],
)
def test_a_header_is_decoded_to_one_line(value: str, text: str) -> None:
    """A subject with a line end inside would become a second header of our reply."""
    assert decode_header(value) == text


def test_characters_that_deceive_are_removed() -> None:
    """They hide text from people or end strings in programs."""
    assert clean("a\x00b\x1b[0m\u202ec\ud800\r\nd\te\x85") == "ab[0mc\ufffd\nd\te"
    assert clean("👨\u200d👩\u200d👧") == "👨\u200d👩\u200d👧"
