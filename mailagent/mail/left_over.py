"""What may be left of the answered mail in a reviewer's letter, in a form that no rule of `quoting` cuts.

Only a hint is needed here: the letter is held and its writer is asked. To be wrong costs a minute, where a digest that
left with a letter cannot be taken back.
"""

import re

from mailagent.domain.commands import Vocabulary
from mailagent.domain.opening import without_closing
from mailagent.mail import phrases
from mailagent.mail.answered import find_quote, joined, tells_who
from mailagent.mail.signature import LONGEST_LINE

HEADINGS = (
    "NEEDS YOUR DECISION C-", "WHY A PERSON IS NEEDED: ", "SUGGESTED REPLY, SENT EXACTLY LIKE THIS",
    "SUGGESTED REPLY, FOR AN EMAIL THAT YOU WRITE YOURSELF",
    "HOW TO ANSWER: REPLY TO THIS EMAIL", "DO NOT FORWARD THIS EMAIL:",
)  # fmt: skip
"""How lines of our own mails to reviewers begin, in capitals."""
LEAST_FIELDS = 3
"""Lines like "Subject: Late" that follow each other; with an address and a date in them they are a header."""
MOST_LINES = 2_000
"""Lines in which `find_quote` looks, as in other mail."""
LONGEST_NAMED = 100
"""Characters of a line that says no more than who wrote."""
YOU = frozenset({"you", "du", "ni", "u", "je", "jij", "você", "ty", "ви", "ты"})
"""To remind customers of their own words is no quote of ours."""

_FIELD = re.compile(r"[*_\s]{0,6}[^\W\d_][^:\uff1a@<>]{0,30}[:\uff1a][*_]{0,2}\s{1,4}\S.{0,1000}")
_SENDER = re.compile(r"<\s?(?:mailto:)?[^\s<>@]{1,64}@[^\s<>@]{1,255}\s?>")
_DATE = re.compile(r"(?<!\d)(?:(?:19|20)\d{2}(?!\d)|\d{1,2}[:.h]\d{2}(?!\d)|\d{1,2}[./-]\d{1,2}[./-]\d{2})")
_WROTE = re.compile(
    rf"(\w{{0,20}})[,\s]{{1,3}}(?:{'|'.join(map(re.escape, phrases.WROTE))})\s?[:\uff1a]", re.IGNORECASE
)


def left_over(letter: str, words: Vocabulary) -> str:
    """The first line of `letter` from which on it may be the mail that its writer answered; empty where there is none.

    Such a line is a heading of our own mails; or the last one, and quoted; or a quote begins there by the rules of
    `find_quote`; or it says who wrote, or begins the header of a mail. Those a letter may quote on purpose, and then
    goes on and closes below them.
    """
    lines = [line[:LONGEST_LINE] for line in letter.rstrip().split("\n")]
    closing = len(without_closing(lines, words))
    looked_at = lines[:MOST_LINES]
    quote = find_quote(looked_at, [line.lstrip().startswith(">") for line in looked_at])
    quote = next((at for at in range(quote, len(looked_at)) if lines[at].strip()), -1)
    for at, line in enumerate(lines):
        is_heading = joined([line]).upper().startswith(HEADINGS)
        goes_on = at < closing < len(lines)
        may_quote = at == quote or _announces(line) or _is_header(lines[at : at + LEAST_FIELDS])
        if is_heading or (may_quote and not goes_on):
            return line.strip()
    return lines[-1].strip() if lines[-1].lstrip().startswith(">") else ""


def _announces(line: str) -> bool:
    plain = line.lstrip(" \t>*_|-").rstrip(" \t*_|-")
    if not plain.endswith((":", "\uff1a")):
        return bool(_SENDER.search(plain) and _DATE.search(plain))
    wrote = _WROTE.search(plain)
    if wrote and wrote[1].casefold() in YOU:
        return False
    if wrote and wrote.end() == len(plain) <= LONGEST_NAMED:
        return True
    return tells_who(plain) or bool(_SENDER.search(plain))


def _is_header(lines: list[str]) -> bool:
    whole = " ".join(lines)
    is_block = len(lines) == LEAST_FIELDS and all(map(_FIELD.fullmatch, lines))
    return is_block and bool(_SENDER.search(whole) and _DATE.search(whole))
