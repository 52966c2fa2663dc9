"""Whether a mail has the form of an absence note: by the start of its subject, and by what its text says.

Neither is proof. Customers write about their absence and about automatic replies in the same words, so who decides by
these forms asks for both, or for a header besides.
"""

import re
import unicodedata
from collections.abc import Collection
from typing import Literal

from mailagent.mail.parse import ParsedMail
from mailagent.mail.phrases import ABSENT, AWAY, OUT_OF_OFFICE

LONGEST_NOTE = 3_000
"""Characters; who writes more about an absence wants something."""

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_REPLY = re.compile(
    r"(?:re|aw|antw|antwort|sv|vs|rv|rif|res|resp|odp|ynt|atb|vá|vast|répondre|răsp|απ|σχετ|ответ|回复|回覆|答复|返信|תשובה|رد)"
    r"(?:\[\d{1,3}\])?\s?[:\uff1a]\s{0,9}"
)
_AFTER_PHRASE = re.compile(
    r"[\s\"'()\]-]{0,9}(?:$|[:\uff1a]|(?:autoreply|auto-reply|message|notification|notice|notiz)\s?:)"
)
_BRACKETED = re.compile(r"[\[(\u3010](.{2,60}?)[\])\u3011]")
_QUESTION = re.compile(r"[?\uff1f\u061f\u037e](?:[\s\"')]|$)")
_MOST_REPLIES = 5


def absence_form(subject: str) -> Literal["surely", "perhaps", ""]:
    """Whether absence notes have such a subject: ``surely`` for what programs write before a colon or in brackets,
    ``perhaps`` for words that people start a subject with as well.
    """
    plain = _folded(subject).strip()
    for _ in range(_MOST_REPLIES):
        answered = _REPLY.match(plain)
        plain = plain[answered.end() :] if answered else plain
    first, last = _BRACKETED.match(plain), plain[-60:].rpartition("(")[2]
    if (first and first[1].strip() in OUT_OF_OFFICE) or (plain.endswith(")") and last[:-1].strip() in OUT_OF_OFFICE):
        return "surely"
    phrase, word = _longest_start(plain, OUT_OF_OFFICE), _longest_start(plain, ABSENT)
    if phrase and _AFTER_PHRASE.match(plain, len(phrase)):
        return "surely"
    is_announced = bool(word and _AFTER_PHRASE.match(plain, len(word)))
    if is_announced and any(words in plain[len(word) :] for words in AWAY):
        return "surely"
    return "perhaps" if is_announced or phrase else ""


def speaks_of_absence(text: str) -> bool:
    """Whether somebody who is away, or their program, says so in `text`."""
    folded = _folded(text)
    return any(words in folded for words in AWAY)


def reads_like_a_note(mail: ParsedMail) -> bool:
    """Whether its text is that of an absence note, which asks nothing."""
    is_short = len(mail.text) <= LONGEST_NOTE
    return is_short and not _QUESTION.search(mail.text) and speaks_of_absence(mail.text)


def asks(text: str) -> bool:
    """Whether a sentence in `text` ends with a question mark; one inside a link is none."""
    return _QUESTION.search(text) is not None


def _folded(text: str) -> str:
    """In one spelling, whatever the program's: decomposed letters, wide ones, marks of direction, capitals."""
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold().replace("\u2019", "'")


def _longest_start(text: str, phrases: Collection[str]) -> str:
    return max((phrase for phrase in phrases if text.startswith(phrase)), key=len, default="")
