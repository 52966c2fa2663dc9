"""What reviewers write for the customer: the letter of MODIFY, the question of ASK, and what of it may be meant for us.

An instruction that is sent word for word cannot be taken back, and to confirm a letter costs a word.
"""

import re
from collections.abc import Sequence

from mailagent.domain.commands import Verb, Vocabulary, folded
from mailagent.domain.decision import LONGEST_DETAIL, Decision, Unclear
from mailagent.domain.opening import CASE, DECORATION, Opening, cases_in, opening

SHORTEST_LETTER = 40
"""Characters; a shorter text without a greeting may be an instruction or a slip."""
_NAMED = re.compile(r"[^\W\d_]{1,30}\.?(?: [^\W\d_]{1,30}){0,2},")


def modify(start: Opening, below: Sequence[str], words: Vocabulary) -> Decision | Unclear:
    """A short text without a greeting may be an instruction for us, and so may one that begins like one, "make it
    shorter and tell her that ...", however long it is.
    """
    if CASE.sub("", start.rest).strip(DECORATION):
        return Unclear(code="REVIEW-06", detail=start.rest[:LONGEST_DETAIL], verb="modify")
    text = "\n".join(below).strip("\n").rstrip()
    if not says_more_than_quotes(text):
        return Unclear(code="REVIEW-04", detail="MODIFY", verb="modify")
    doubtful = len(text) < SHORTEST_LETTER or words.order.match(folded(text).lstrip(DECORATION))
    if doubtful and not _greets(text, words):
        return Unclear(code="REVIEW-07", detail=text, verb="modify", text=text)
    return Decision(verb="modify", text=text, cases=cases_in(start.rest))


def _greets(text: str, words: Vocabulary) -> bool:
    """Whether `text` begins as letters do: with a greeting, or with a name and a comma on a line."""
    plain = folded(text).lstrip(DECORATION)
    line = text.lstrip(DECORATION).partition("\n")[0].rstrip()
    names = _NAMED.fullmatch(line) is not None and line.istitle() and not words.condition.search(folded(line))
    return names or words.salutation.match(plain) is not None


def ask(start: Opening, below: Sequence[str], words: Vocabulary) -> Decision | Unclear:
    """A question beside the word must be set off or look like one; "ask her for it" is an instruction wherever it
    stands, and one word is no question.
    """
    text = "\n".join([*([start.rest] if start.rest else []), *below]).strip("\n").rstrip()
    if not says_more_than_quotes(text):
        return Unclear(code="REVIEW-04", detail="ASK", verb="ask")
    first, *others = folded(text).split()
    orders = first.strip(DECORATION) in words.followers[folded(" ".join(start.word.split()))]
    is_beside = bool(start.rest) and not start.is_marked
    asks = "?" in (start.rest if is_beside else text)
    if not others or (is_beside and not asks) or (orders and (is_beside or not asks)):
        return Unclear(code="REVIEW-06", detail=text[:LONGEST_DETAIL], verb="ask")
    return Decision(verb="ask", text=text)


def command_below(lines: Sequence[str], words: Vocabulary) -> Verb | None:
    """The verb in capitals with which one of these lines of a letter begins, as a command for us does, "NOTE she is a
    regular", and a heading for the customer does not, "NOTE: keep the box".
    """
    for line in lines:
        first = line.lstrip(DECORATION)[:1]
        found = opening(line, words) if first.isupper() else None
        if found is None or not found.word.isupper():
            continue
        if not found.rest or not (found.is_weak or found.is_marked or found.rest.isupper()):
            return found.verb
    return None


def says_more_than_quotes(text: str) -> bool:
    """Whether a line of `text` is not quoted."""
    return any(line.strip() and not line.lstrip().startswith(">") for line in text.split("\n"))
