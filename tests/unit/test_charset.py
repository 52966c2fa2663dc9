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


def test_a_long_text_without_a_charset_is_read_in_the_one_it_fits() -> None:
    """Old programs of Eastern Europe and Asia name no charset; their customers are to be read all the same."""
    text = "Здравствуйте, мой заказ так и не пришёл. Пожалуйста, сообщите, когда будет доставка. " * 3
    defects: list[str] = []

    assert decode(text.encode("koi8-r"), None, defects) == text
    assert defects == ["the charset is not said"]


def test_utf_8_under_a_latin_name_is_read_as_utf_8() -> None:
    """Scripts that send mail often name the wrong one of the two."""
    assert decode("Grüße".encode(), "iso-8859-1") == "Grüße"
    assert decode_header("=?iso-8859-1?q?Gr\udcfc\udcdfe?=") == "Grüße"


def test_a_raw_header_is_read_in_the_charset_of_the_body() -> None:
    """A program that does not encode its subject writes it as it writes the text."""
    raw = "Заказ".encode("koi8-r").decode("ascii", "surrogateescape")

    assert decode_header(raw, fallback="koi8-r") == "Заказ"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("=?no-such?q?a?=", "the charset 'no-such' is not known"),
        ("=?utf-8?b?YWJj*ZA=?=", "an encoded word is broken"),
        ("=?utf-8?b?YWJjZ?=", "an encoded word is broken"),
        ("=?utf-8?q?a=0D=0Ab?=", "a header hides a line end"),
        ("=?utf-16?b?/v8AYQ==?=", "the charset utf-16 is not meant for mail"),
        ("a\x00b", "control characters were removed"),
        ("a\u202eb", "characters that reverse the direction of text were removed"),
        ("a\U000e0041b", "text that a reader does not see was left out"),
        ("a" + "\u0301" * 50, "heaps of accents on one letter were cut"),
        ("\udcff\udcfe", "a header holds bytes that are no UTF-8"),
    ],
)
def test_what_was_wrong_with_a_header_is_told_in_words(value: str, told: str) -> None:
    """Whoever wonders why a mail reads oddly finds the reason with it."""
    defects: list[str] = []
    decode_header(value, defects=defects)

    assert told in defects


def test_a_good_header_has_no_defects() -> None:
    """Notes on every mail would be read by nobody."""
    defects: list[str] = []
    decode_header("=?utf-8?q?Gr=C3=BC=C3=9Fe?= =?iso-8859-1?q?sch=F6n?= \udcc3\udcbc", defects=defects)

    assert defects == []
