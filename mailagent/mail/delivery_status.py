"""What a delivery report says about each recipient: the fields of RFC 3464, and the codes that servers answer with.

Mail systems break the format in every way, so fields are collected leniently and only the first class of a code counts.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from mailagent.mail.addresses import ascii_domain

LONGEST_LINE = 500
"""Characters of a line that are looked at."""

RECIPIENT_FIELDS = ("original-recipient", "x-actual-recipient", "final-recipient")
"""The address that we wrote to first: a forward may have changed the final one (RFC 3464 section 2.3.1)."""

STANDARD_FIELDS = ("original-recipient", "final-recipient")

MOST_IN_LINE = 20
"""Addresses of a line that are read."""

_BETWEEN = re.compile(r"[\s<>()\[\]{},;:\"'\\|“”、。，（）；：「」『』【】＜＞]+")  # noqa: RUF001 - as programs of East Asia write
_TYPE = re.compile(r"(?:smtp|rfc-?822|to|orcpt)=", re.IGNORECASE)
_LOCAL = re.compile(r"[!-~]{1,64}", re.ASCII)
_ENHANCED = re.compile(r"(?<![\w.])([245])\.(\d{1,3})\.(\d{1,3})(?!\d|\.\d)", re.ASCII)
_REPLY = re.compile(r"(?:^|[\s:<>(\[#\"'=;])([245])[0-57]\d(?=[ ,\-)\]]|$)", re.ASCII)
_FAILED = ("fail", "error", "undeliver")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of one recipient. `recipient` is a lower-cased address or empty; `outcome` None is unknown.

    `refused` are the addresses that Original- and Final-Recipient name, where Action says failed and Status 5.x.x: what
    RFC 3464 asks of a report that somebody does not exist, and more than `outcome` takes.
    """

    recipient: str
    outcome: Literal["permanent", "temporary", "delivered"] | None
    refused: tuple[str, ...]


def read_delivery_status(text: str) -> tuple[Delivery, ...]:
    """The recipients that the text of a ``message/delivery-status`` part names, in order (RFC 3464 section 2.3)."""
    return tuple(
        Delivery(recipient=_recipient(fields), outcome=_outcome(fields), refused=_refused(fields))
        for fields in _groups(text)
        if fields
    )


def addresses_in(line: str) -> list[str]:
    """Every address in a line of a mail system, in lower case, its domain as A-label.

    More than RFC 5322 allows is read: Japanese carriers give out local parts with dots side by side or at their end.
    """
    if "@" not in line:
        return []
    words = [word for word in _BETWEEN.split(line[:LONGEST_LINE].replace('"@', "@")) if "@" in word]
    found = (_TYPE.sub("", word.strip(".*"), count=1).rpartition("@") for word in words[:MOST_IN_LINE])
    named = ((local, ascii_domain(domain)) for local, _, domain in found if "." in domain and _LOCAL.fullmatch(local))
    return [f"{local.lower()}@{domain}" for local, domain in named if domain]


def enhanced_class(text: str) -> str:
    """``4`` or ``5``, the class of the first enhanced status code in `text` that reports a failure (RFC 3463), or
    nothing. A code that says what failed goes before ``x.0.0``, which does not.
    """
    codes = [(found[1], found[2] + found[3]) for found in _ENHANCED.finditer(text) if found[1] != "2"]
    return next((code for code, detail in codes if detail.strip("0")), codes[0][0] if codes else "")


def reply_class(text: str) -> str:
    """``4`` or ``5``, the class of the first SMTP reply code in `text` for a failure (RFC 5321), or nothing."""
    return next((found[1] for found in _REPLY.finditer(text) if found[1] != "2"), "")


@dataclass(slots=True)
class _Group:
    fields: dict[str, str] = field(default_factory=dict)
    last: str = ""

    def is_complete(self) -> bool:
        return bool(self.fields.keys() & set(RECIPIENT_FIELDS)) and bool(self.fields.keys() & {"action", "status"})


def _groups(text: str) -> Iterator[dict[str, str]]:
    """The fields about each recipient. A blank line ends them only where they are complete, and the recipient field of
    the next does without one: some programs write a blank line between all fields, others none.
    """
    group = _Group()
    for line in text.split("\n"):
        stripped = line.strip()
        if not stripped:
            if group.is_complete():
                yield group.fields
                group = _Group()
            continue
        name, colon, value = line[:LONGEST_LINE].partition(":")
        key = name.strip().lower()
        if line[0] in " \t" and group.last:
            group.fields[group.last] = f"{group.fields[group.last]} {stripped}"[: 4 * LONGEST_LINE]
        elif colon and " " not in key:
            if key in RECIPIENT_FIELDS and key in group.fields and group.is_complete():
                yield group.fields
                group = _Group()
            group.last = key
            group.fields.setdefault(key, value.strip())
    if group.fields.keys() & set(RECIPIENT_FIELDS):
        yield group.fields


def _recipient(fields: dict[str, str]) -> str:
    return next(_addresses(fields, RECIPIENT_FIELDS), "")


def _refused(fields: dict[str, str]) -> tuple[str, ...]:
    says_so = fields.get("action", "").lower().startswith("failed") and fields.get("status", "").startswith("5.")
    return tuple(_addresses(fields, STANDARD_FIELDS)) if says_so and _outcome(fields) == "permanent" else ()


def _addresses(fields: dict[str, str], names: Iterable[str]) -> Iterator[str]:
    for name in names:
        value = fields.get(name, "")
        yield from addresses_in(value.partition(";")[2] or value)


def _outcome(fields: dict[str, str]) -> Literal["permanent", "temporary", "delivered"] | None:
    """By the status code (``failed`` with 4.4.7 is a failure that passes), by the action where there is none."""
    action = fields.get("action", "").lower()
    if action.startswith(("deliver", "relay", "expand")):
        return "delivered"
    if action.startswith("delay"):
        return "temporary"
    diagnostic = fields.get("diagnostic-code", "")
    status = enhanced_class(f"{fields.get('status', '')} {diagnostic}") or reply_class(diagnostic)
    if status:
        return "permanent" if status == "5" else "temporary"
    if fields.get("status", "").startswith("2"):
        return "delivered"
    return "permanent" if action.startswith(_FAILED) else None
