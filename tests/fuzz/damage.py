"""Ways in which a mail gets damaged: on the way, by broken programs, and by those who hope that we stumble."""

import re
from collections.abc import Callable
from pathlib import Path

from hypothesis import strategies as st

SAMPLES = tuple(path.read_bytes() for path in sorted((Path(__file__).parents[1] / "mail").glob("*.eml")))
PIECES = (
    b"\x00", b"\r", b"\n", b"\r\n\r\n", b"\n.\n", b"\x1b[2J", b"\xff\xfe", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
    b"\xc3", "\u202e\u2066".encode(), "\u2028\x85".encode(), "\u200b".encode() * 8, "e\u0301".encode() * 40,
    b"=?utf-8?q?a=0D=0ABcc:_x?=", b"=?utf-8?b?/w==?=", b"=?rot13?q?nopq?=", b"=?utf-8?b?QUJDR?=", b"=?" * 60,
    b"(" * 90, b'"', b"<" * 300, b"<div>" * 400, b"<!--", b"<script>", b"&#0;&#xd800;&#1114112;", b"=\r\n=3", b"%00'",
    b"\r\nFrom nobody Sat Nov 21 10:12:00 2026\r\n", b"\r\n-- \r\n", b"\r\n> " + b">" * 200, b"Subject\r\n",
    b"\r\n-----Original Message-----\r\n", b"\r\nRef C-1.2.aabcdefghijklmnop\r\n", b"Content-Type: message/rfc822\r\n",
)  # fmt: skip
"""What trips programs, to be put anywhere."""
FIELDS = (
    b"From: Eve <eve@example.org>", b"From: <>", b"From: a@b, c@d", b'From: "',
    b"From: =?utf-8?b?QUJDR?= <a@b.example>",
    b"To: a@b, <>, c:;,@,@@", b"To: support+r.c1.2.aabcdefghijklmnop@example.com", b"To: " + b"g:" * 90,
    b"Subject: =?utf-8?b?QUJDR?=", b"Subject: =?utf-8?q?a=0D=0ABcc:_x?=", b"Subject: =?utf-7?q?+2AA-?=", b"Subject:",
    b"Date: Fri, 31 Dec 9999 23:59:59 -1200", b"Date: Mon, 1 Jan 0001 00:00:00 +1200", b"Date: 99 Foo", b"Date:",
    b"Date: Tue, 06 Jan 2026 10:00:00 +99999999", b"Date: Tue, 06 Jan 99999999999999999999 10:00:00 +0000",
    b"Message-ID: <>", b"Message-ID: <a b@c>", b"In-Reply-To: <", b"Reply-To: (", b"Return-Path: <>", b"List-ID: >",
    b"References: <c1.aabcdefghi.aabcdefghijklmnop@example.com>", b"References: " + b"<a@b>" * 400,
    b"Authentication-Results: mx.example.com; dmarc=pass (", b'Authentication-Results: "mx.example.com" 9;=;;=pass',
    b"Auto-Submitted: (", b"Precedence: \xff", b"X-Auto-Response-Suppress: ,,All",
    b"Content-Type: multipart/mixed; boundary", b"Content-Type: message/rfc822", b"Content-Type: ;=;", b"Content-Type:",
    b"Content-Type: text/plain; charset*0*=utf-8''%00; charset*2=x", b"Content-Type: message/partial; number=1",
    b"Content-Type: text/plain; charset*=\xff'%ed%a0%80", b"Content-Type: text/plain; charset*9999999999=x",
    b'Content-Type: text/html; charset="', b"Content-Type: text/plain; format=flowed; delsp=yes; charset=utf-16",
    b'Content-Type: multipart/report; report-type="delivery-status', b"Content-Transfer-Encoding: x-uuencode",
    b"Content-Disposition: attachment; filename=../../x", b"Content-Transfer-Encoding: base64",
    b"Content-Disposition: inline; filename*0*=x'y'%0d%0a; filename=z", b"Content-Transfer-Encoding: \x00",
    b"Content-Disposition: inline; filename*0*=a; filename*0*=b; filename*x*=c; filename*=utf-8'%",
)  # fmt: skip
"""Header fields, each to stand where the mail has one of its name."""
CHARSETS = (b"utf-7", b"rot13", b"idna", b"utf-16", b"utf-32", b"hz", b"iso-2022-kr", b"x" * 90, b"", b"unicode_escape")
_CHARSET = re.compile(rb"(?i)charset=\"?[^\"\s;]{0,80}")
_BOUNDARY = re.compile(rb"(?i)boundary=\"?([^\"\s;]{1,80})")

Damage = Callable[[bytes], bytes]
PLACES = st.integers(0, 9_999).map(lambda number: (number * 6_181 + 5_000) % 10_000 / 10_000)
"""A place in a mail, as a share of its length. Hypothesis likes 0 best, which is the middle here: a mail without its
first line is refused at once.
"""


def mails() -> st.SearchStrategy[bytes]:
    """A sample with up to six things done to it."""
    return st.builds(_damaged, st.sampled_from(SAMPLES), st.lists(_damages(), max_size=6))


def _damaged(raw: bytes, damages: list[Damage]) -> bytes:
    for damage in damages:
        raw = damage(raw)[:200_000]
    return raw


def _damages() -> st.SearchStrategy[Damage]:
    short = st.integers(1, 400)
    return st.one_of(
        st.builds(_changed, PLACES, st.binary(min_size=1, max_size=4)),
        st.builds(
            _inserted, PLACES, st.sampled_from(PIECES) | st.binary(max_size=40), st.sampled_from((1, 1, 1, 3, 450))
        ),
        st.builds(_deleted, PLACES, short),
        st.builds(_copied, PLACES, short, PLACES),
        st.builds(_swapped, PLACES, PLACES, short),
        st.builds(_truncated, PLACES),
        st.builds(_spliced, PLACES, st.sampled_from(SAMPLES), PLACES),
        st.builds(refilled, st.sampled_from(FIELDS)),
        st.builds(_recharset, st.sampled_from(CHARSETS)),
        st.builds(_rebound, st.sampled_from((b"", b"-", b"--", b"a b", b"other"))),
        st.builds(_rewrapped, st.sampled_from((b"\n", b"\r", b"\r\r\n", b"\r\n\t"))),
    )


def _changed(place: float, found: bytes) -> Damage:
    return lambda raw: raw[: int(place * len(raw))] + found + raw[int(place * len(raw)) + len(found) :]


def _inserted(place: float, piece: bytes, times: int) -> Damage:
    """At the beginning of a line half of the time, where most of the pieces mean something."""

    def damage(raw: bytes) -> bytes:
        at = int(place * len(raw))
        at = raw.find(b"\n", at) + 1 if at % 2 else at
        return raw[:at] + piece * times + raw[at:]

    return damage


def _deleted(place: float, size: int) -> Damage:
    return lambda raw: raw[: int(place * len(raw))] + raw[int(place * len(raw)) + size :]


def _copied(place: float, size: int, to: float) -> Damage:
    def damage(raw: bytes) -> bytes:
        start, at = int(place * len(raw)), int(to * len(raw))
        return raw[:at] + raw[start : start + size] + raw[at:]

    return damage


def _swapped(one: float, other: float, size: int) -> Damage:
    def damage(raw: bytes) -> bytes:
        first, second = sorted((int(one * len(raw)), int(other * len(raw))))
        size_ = min(size, second - first)
        between = raw[first + size_ : second]
        return raw[:first] + raw[second : second + size_] + between + raw[first : first + size_] + raw[second + size_ :]

    return damage


def _truncated(place: float) -> Damage:
    return lambda raw: raw[: int(place * len(raw))]


def _spliced(place: float, other: bytes, behind: float) -> Damage:
    return lambda raw: raw[: int(place * len(raw))] + other[int(behind * len(other)) :]


def refilled(field: bytes) -> Damage:
    """The first field of that name becomes `field`; a mail without one gets it on top."""
    name = re.compile(rb"(?im)^" + field.partition(b":")[0] + rb":[^\n]{0,998}\n")

    def damage(raw: bytes) -> bytes:
        line = field + b"\n"
        return name.sub(lambda _: line, raw, count=1) if name.search(raw) else line + raw

    return damage


def _recharset(name: bytes) -> Damage:
    return lambda raw: _CHARSET.sub(b"charset=" + name, raw)


def _rebound(boundary: bytes) -> Damage:
    """One of the mail's boundaries becomes `boundary`, in its declaration only or everywhere."""

    def damage(raw: bytes) -> bytes:
        found = _BOUNDARY.search(raw)
        if not found:
            return raw
        return raw.replace(found[1], boundary, 1 if len(raw) % 2 else -1)

    return damage


def _rewrapped(end: bytes) -> Damage:
    return lambda raw: raw.replace(b"\r\n", b"\n").replace(b"\n", end)
