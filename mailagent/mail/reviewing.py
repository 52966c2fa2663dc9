"""What a reviewer wrote in reply to a mail of ours, and what it means.

A letter to the customer stays as it stands; other decisions lose whatever looks like a signature.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mailagent.domain.commands import Vocabulary, folded
from mailagent.domain.decision import LONGEST_DETAIL, Decision, Known, Unclear, UnclearCode
from mailagent.domain.opening import bare, opening
from mailagent.domain.reply import TO_CUSTOMER, read_decision
from mailagent.mail import phrases
from mailagent.mail.absence import speaks_of_absence
from mailagent.mail.body import DISAGREEMENT
from mailagent.mail.html import STRUCK_TEXT
from mailagent.mail.left_over import left_over
from mailagent.mail.parse import ParsedMail
from mailagent.mail.quoting import reviewers_text, written_below
from mailagent.mail.signature import trimmed, without_signature

ENOUGH_PHRASES = 3
"""Phrases of one language by which a last paragraph is surely a legal disclaimer."""
SHORTEST_DISCLAIMER = 100
"""Characters."""
MOST_DISCLAIMERS = 4
"""Firms add one a language."""

_RULE = re.compile(r"[\s_*=\u2013\u2014-]{0,200}")
_BLANKS = re.compile(r"\s+")


ANSWERED_BELOW = "what its writer added below the quoted mail may change what stands above it"
BEFORE_RESTORE = "it came before a backup was put back, and may have been carried out then"
NOT_AS_SEEN: Mapping[str, UnclearCode] = {
    DISAGREEMENT: "REVIEW-21",
    STRUCK_TEXT: "REVIEW-23",
    ANSWERED_BELOW: "REVIEW-24",
    BEFORE_RESTORE: "REVIEW-25",
}
"""Doubts about a reply -> why it is held: what the reviewer saw is not what would be done, or was done before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a reviewer writes: the words they decide with, and the signature below their mails, empty where they
    declared none.
    """

    words: Vocabulary
    signature: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Styles:
    """The style of each reviewer by address, and that of `others`."""

    others: Style
    by_address: Mapping[str, Style] = field(default_factory=dict)

    def of(self, address: str | None) -> Style:
        """The style of whoever writes from `address`."""
        return self.by_address.get(address or "", self.others)


def reply_text(mail: ParsedMail, style: Style) -> str:
    """What a reviewer newly wrote. A text for the customer ends at ``-- ``, at the declared signature and at legal
    disclaimers, and is else kept to the letter; any other loses guessed signatures too.
    """
    lines = (reviewers_text(mail.full_text) or mail.text).split("\n")
    lines = without_disclaimers(_without_dashed(lines, style.words))
    lines = without_disclaimers(_without_declared(lines, style.signature))
    text = "\n".join(lines)
    if read_decision(text, style.words).verb in TO_CUSTOMER:
        return text
    return "\n".join(without_signature(lines)[0])


def doubt_about(mail: ParsedMail, style: Style) -> str:
    """The doubt of `NOT_AS_SEEN` that holds a reply, empty where there is none: below an approval at the top may stand
    a condition, a question or another decision, between the quoted lines or at the end.
    """
    defect = next((doubt for doubt in NOT_AS_SEEN if doubt in mail.defects), "")
    if defect or not reviewers_text(mail.full_text):
        return defect
    lines = without_disclaimers([">", "", *written_below(mail.full_text).split("\n")])
    below = folded("\n".join(lines))
    changes = "?" in below or style.words.condition.search(below) or any(opening(line, style.words) for line in lines)
    return ANSWERED_BELOW if changes else ""


def read_reply(text: str, words: Vocabulary, known: Known | None = None) -> Decision | Unclear:
    """See `read_decision`. Who is away did not decide: many programs mark their absence notes with no header, and begin
    with "No". A text for the customer in which a quoted mail may be left is held.
    """
    found = read_decision(text, words, known)
    quoted = left_over(found.text, words) if found.verb in TO_CUSTOMER else ""
    if quoted:
        return Unclear(code="REVIEW-22", detail=quoted[:LONGEST_DETAIL], verb=found.verb)
    if isinstance(found, Decision) and found.is_weak and speaks_of_absence(found.note):
        return Unclear(code="REVIEW-02", detail=found.note[:LONGEST_DETAIL])
    return found


def without_disclaimers(lines: list[str]) -> list[str]:
    """`lines` without legal disclaimers at the very end, each a paragraph, and the rules above them."""
    for _ in range(MOST_DISCLAIMERS):
        lines = trimmed(lines)
        start = next((at for at in range(len(lines) - 1, -1, -1) if not lines[at].strip()), -1) + 1
        if start == 0 or not _is_disclaimer(" ".join(lines[start:])):
            break
        lines = trimmed(lines[:start])
        while lines and _RULE.fullmatch(lines[-1]):
            lines = trimmed(lines[:-1])
    return lines


def _is_disclaimer(paragraph: str) -> bool:
    plain = _BLANKS.sub(" ", paragraph).casefold()
    if len(plain) < SHORTEST_DISCLAIMER:
        return False
    return any(sum(phrase in plain for phrase in language) >= ENOUGH_PHRASES for language in phrases.DISCLAIMERS)


def _without_dashed(lines: list[str], words: Vocabulary) -> list[str]:
    """Up to the ``-- `` that programs write above a signature (RFC 3676 section 4.3); a letter that closes below it
    goes on there.
    """
    for at in range(len(lines) - 1, 0, -1):
        if bare(lines[at]) in words.closings:
            break
        if lines[at] == "-- ":
            return trimmed(lines[:at])
    return lines


def _without_declared(lines: list[str], signature: str) -> list[str]:
    """Up to the signature that the reviewer declared, in whatever spacing it stands at the end."""
    signed = [_plain(line) for line in signature.split("\n") if line.strip()]
    filled = [at for at, line in enumerate(lines) if line.strip()]
    last = filled[len(filled) - len(signed) :] if 0 < len(signed) < len(filled) else []
    if last and [_plain(lines[at]) for at in last] == signed:
        return trimmed(lines[: last[0]])
    return lines


def _plain(line: str) -> str:
    return " ".join(folded(line).strip(" \t*_").split())
