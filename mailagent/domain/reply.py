"""The reviewers' grammar: read a reply to a digest.

The first word of the reviewer's own text decides. What is not certain is `Unclear`: nothing is sent, and the reviewer
is told.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import replace

from mailagent.domain.arguments import assign, corrections, snooze
from mailagent.domain.case import CaseId
from mailagent.domain.commands import Verb, Vocabulary, folded
from mailagent.domain.decision import LONGEST_DETAIL, BatchLine, Decision, Known, Unclear
from mailagent.domain.letter import ask, command_below, modify, says_more_than_quotes
from mailagent.domain.opening import (
    CASE,
    DECORATION,
    Opening,
    bare,
    cases_in,
    greets,
    is_blank,
    is_courteous,
    opening,
    signs,
    without_closing,
)

LONGEST_NOTE = 400
"""Characters below an approval; more is no remark."""
MOST_NOTED = 12
"""Words below an approval; more may be the reviewer's own letter."""
LONGEST_ASIDE = 3
"""Words of a line; more is a sentence."""
MODIFIERS: Collection[Verb] = ("set", "note", "assign")
MOST_MODIFIERS = 10
LONGEST_WEAK = 60
"""Characters; no weak word is longer."""
HARMLESS: Collection[Verb] = ("note", "why", "status", "help")
"""A line that begins with them below another decision is part of it."""
REFUSALS: Collection[Verb] = ("reject", "close", "spam")
TO_CUSTOMER: Collection[Verb] = ("modify", "ask")
IN_LISTS: Collection[Verb] = ("approve", "reject", "assign", "note", "snooze", "close", "spam")
"""What works on several cases at once: the others need the case's own mail."""

_CLAUSES = re.compile(r"[,.;:!?()>\n]|\s-{1,2}\s")
_PHONE = re.compile(r"(?:[^\W\d]{1,8}[.:]?\s{1,3})?\+\d[\d\s()/.-]{5,24}")
_DOUBTS = re.compile(r"\?|[-=]>|[\u2192\u21d2]")
"""A question, and how people write that one word becomes another."""
_CASES = re.compile(r"(?:[\s,;&+]{0,4}[(\[#]?c-\d{1,15}[)\]]?(?![\w-])){1,200}[\s,:;]{0,4}", re.IGNORECASE)


def read_decision(text: str, words: Vocabulary, known: Known | None = None) -> Decision | Unclear:
    """What a reviewer's own text means: quotes and signature must have been cut away already, but for quoted lines
    above an answer at the bottom, which are passed over here.

    `known` are the values that SET may give.
    """
    lines = _passed(text.replace("\r\n", "\n").split("\n"), words)
    modifiers: list[Decision] = []
    while lines and len(modifiers) < MOST_MODIFIERS and (modifier := _modifier(lines, words, known)):
        if isinstance(modifier, Unclear):
            return modifier
        modifiers.append(modifier)
        lines = _passed(lines[1:], words)
    found = _read(lines, words, known)
    return replace(found, modifiers=tuple(modifiers)) if isinstance(found, Decision) else found


def decides(line: str, words: Vocabulary) -> bool:
    """Whether `read_decision` takes this one line for a decision; without the search for what else was meant, which
    costs a hundred times as much.
    """
    lines = _passed([line], words)
    is_known = bool(lines) and (_weak(lines, words) is not None or opening(lines[0], words) is not None)
    return is_known and isinstance(_read(lines, words, None), Decision)


def read_batch(text: str, words: Vocabulary) -> tuple[BatchLine, ...]:
    """The lines of an answer to a list of cases, such as ``APPROVE C-1042 C-1043``, in their order.

    A case with two decisions gets none. Lines without a word stay what they are, and belong to the approval above
    them too: "but wait for Ben" holds it.
    """
    lines = without_closing(_passed(text.replace("\r\n", "\n").split("\n"), words), words)
    rows: list[tuple[str, Opening | None, list[str]]] = []
    below: list[str] = []
    for line in lines:
        if is_blank(line):
            continue
        start = opening(line, words)
        if start:
            below = []
        else:
            below.append(line)
        rows.append((line.strip(), start, below))
    found = [_batch_line(line, start, said, words) for line, start, said in rows]
    decided: dict[CaseId, set[Verb]] = {}
    for row in found:
        for case in row.cases:
            decided.setdefault(case, set()).update([row.reading.verb] if row.reading.verb else [])
    return tuple(
        replace(row, reading=Unclear(code="REVIEW-05", detail=row.line[:LONGEST_DETAIL], verb=row.reading.verb))
        if any(len(decided[case]) > 1 for case in row.cases)
        else row
        for row in found
    )


def _batch_line(line: str, start: Opening | None, below: list[str], words: Vocabulary) -> BatchLine:
    named = _CASES.match(start.behind) if start else None
    if start is None or named is None:
        return BatchLine(line=line, cases=(), reading=Unclear(code="REVIEW-02", detail=line[:LONGEST_DETAIL]))
    cases = cases_in(named[0])
    if start.verb not in IN_LISTS:
        reading: Decision | Unclear = Unclear(code="REVIEW-11", detail=start.verb.upper(), verb=start.verb)
    else:
        rest = start.behind[named.end() :].strip(DECORATION)
        reading = _understand(replace(start, rest=rest), below if start.verb == "approve" else [], words, None)
        if start.verb != "note" and cases_in(rest):  # "APPROVE C-1 / C-2", "REJECT C-1, approve C-2": not all was read
            reading = Unclear(code="REVIEW-02", detail=line[:LONGEST_DETAIL], verb=start.verb)
    return BatchLine(line=line, cases=cases, reading=reading)


def _passed(lines: list[str], words: Vocabulary) -> list[str]:
    """`lines` from the first that says something: no greeting, and none that is quoted."""
    skipped = (is_blank(line) or greets(line, words) or line.lstrip().startswith(">") for line in lines)
    return lines[next((at for at, is_skipped in enumerate(skipped) if not is_skipped), len(lines)) :]


def _modifier(lines: list[str], words: Vocabulary, known: Known | None) -> Decision | Unclear | None:
    """What the first line says, where it is a SET, NOTE or ASSIGN and a decision stands below it."""
    start = opening(lines[0], words)
    below = _passed(lines[1:], words)
    if start is None or start.verb not in MODIFIERS or not start.rest or not below:
        return None
    follows = opening(below[0], words) or _weak(below, words)
    return _understand(start, [], words, known) if follows else None


def _read(lines: list[str], words: Vocabulary, known: Known | None) -> Decision | Unclear:
    weak = _weak(lines, words)
    if weak:
        return Decision(verb=weak, is_weak=True)
    start = opening(lines[0], words) if lines else None
    if start is None:
        return _not_understood(lines, words)
    below = lines[1:] if start.verb in TO_CUSTOMER else without_closing(lines, words)[1:]
    second = _second(start, below, words) or next(iter(signs(lines[0], words) - {start.verb}), None)
    second = second or ("approve" if start.verb in REFUSALS and _approves(start, words) else None)
    if second is not None:
        return Unclear(code="REVIEW-05", detail=f"{start.verb.upper()} and {second.upper()}", verb=start.verb)
    others_begin_so = start.is_weak and start.verb not in (*TO_CUSTOMER, "revise", "note")
    prose = Unclear(code="REVIEW-02", detail=" ".join(lines).strip()[:LONGEST_DETAIL])
    if others_begin_so and start.ends and _is_prose([start.rest]):
        return prose
    found = _understand(start, below, words, known)
    if isinstance(found, Unclear):
        return found
    return prose if others_begin_so and _is_prose(below) else replace(found, is_weak=start.is_weak)


def _not_understood(lines: list[str], words: Vocabulary) -> Unclear:
    if not lines:
        return Unclear(code="REVIEW-01")
    first = (bare(lines[0]).split() or [""])[0].strip(DECORATION)
    detail = lines[0].strip()[:LONGEST_DETAIL]
    begun = first.upper() if words.verbs.get(first) == first else ""  # a decision, or a sentence that begins like one
    return Unclear(code="REVIEW-02", detail=detail, suggestion=begun or words.nearest(first))


def _weak(lines: list[str], words: Vocabulary) -> Verb | None:
    """The verb that the whole reply stands for."""
    whole = "\n".join(without_closing(lines, words)).strip()
    return words.weak.get(" ".join(bare(whole).split())) if len(whole) <= LONGEST_WEAK else None


def _understand(start: Opening, below: list[str], words: Vocabulary, known: Known | None) -> Decision | Unclear:
    """The decision that begins with `start`, with the lines `below` it."""
    match start.verb:
        case "approve":
            found = _approve(start, below, words)
        case "modify":
            found = modify(start, below, words)
        case "ask":
            found = ask(start, below, words)
        case "set":
            found = _noted(corrections(start.rest, known or {}), below)
        case "snooze":
            found = _noted(snooze(start.rest, words), below)
        case "assign":
            found = _noted(assign(start.rest, words), below)
        case _:
            found = _said(start, below)
    return found


def _said(start: Opening, below: list[str]) -> Decision | Unclear:
    """A verb with a reason, or with the words that it is about: beside it, below it, or both."""
    verb = start.verb
    if start.rest.startswith("?") and verb not in HARMLESS:
        return Unclear(code="REVIEW-02", detail=f"{start.word}{start.rest}"[:LONGEST_DETAIL], suggestion=verb.upper())
    cases = cases_in(start.rest)
    beside = start.rest if CASE.sub("", start.rest).strip(DECORATION + "?") else ""
    said = "\n".join(part for part in (beside, "\n".join(below).strip()) if part)
    if verb in ("revise", "note") and not says_more_than_quotes(said):
        return Unclear(code="REVIEW-04", detail=verb.upper(), verb=verb)
    if verb == "revise":
        return Decision(verb=verb, text=said, cases=cases)
    return Decision(verb=verb, note=said, cases=cases)


def _noted(found: Decision | Unclear, below: list[str]) -> Decision | Unclear:
    """With the lines below it as its note."""
    if isinstance(found, Unclear):
        return found
    return replace(found, note="\n".join(part for part in (found.note, "\n".join(below).strip()) if part))


def _approve(start: Opening, below: list[str], words: Vocabulary) -> Decision | Unclear:
    """An approval sends the draft as it stands, so one with a condition is held, or with a letter of the reviewer's."""
    if not is_courteous(start.rest, words):
        return Unclear(code="REVIEW-03", detail=start.rest[:LONGEST_DETAIL], verb="approve")
    note = "\n".join(below).strip()
    doubts = _DOUBTS.search(note) or words.condition.search(folded(note)) or "reject" in signs(note, words)
    if doubts or _is_letter(below, words):
        return Unclear(code="REVIEW-03", detail=note[:LONGEST_DETAIL], verb="approve")
    return Decision(verb="approve", note=note, cases=cases_in(start.rest))


def _is_letter(lines: Sequence[str], words: Vocabulary) -> bool:
    """Whether these lines may be meant for the customer: they greet, give a figure, or are more than a remark. A phone
    number alone on its line belongs to a signature.
    """
    said = [line for line in lines if not _PHONE.fullmatch(line.strip())]
    note = CASE.sub("", "\n".join(said))
    is_long = len(note) > LONGEST_NOTE or len(note.split()) > MOST_NOTED
    has_figure = any(letter.isnumeric() or unicodedata.category(letter) == "Sc" for letter in note)
    return is_long or has_figure or any(words.salutation.match(bare(line)) for line in said)


def _second(first: Opening, below: Sequence[str], words: Vocabulary) -> Verb | None:
    """Another decision below the first: on a line of its own, or for an approval at the beginning of any line.

    In a text for the customer only the line directly below counts, and below that what is surely a command.
    """
    rest = [line for line in below if line.strip()]
    for line in rest[:1] if first.verb in TO_CUSTOMER else rest:
        found = opening(line, words)
        if not found or found.verb == first.verb or found.verb in HARMLESS:
            continue
        if first.verb == "approve" or not found.rest:
            return found.verb
    return command_below(rest, words) if first.verb in TO_CUSTOMER else None


def _approves(start: Opening, words: Vocabulary) -> bool:
    """Whether a part of what stands beside a refusal is an approval, as in "No, it is fine, send it": "ok" or "yes" may
    begin a reason, but not behind a "No".
    """
    for part in _CLAUSES.split(start.rest):
        plain = " ".join(bare(part).split())
        begun = opening(part, words)
        if begun and begun.verb == "approve" and not begun.rest:
            return True
        if words.weak.get(plain) == "approve" and (start.is_weak or " " in plain):
            return True
    return False


def _is_prose(lines: list[str]) -> bool:
    """Whether there is more in these lines than a word of thanks, a name, or a reason of three words."""
    rows = [bare(line).split() for line in lines]
    return any(len(row) > LONGEST_ASIDE or (row and row[0][0].isdecimal()) for row in rows)
