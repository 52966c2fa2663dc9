"""How a reviewer's reply begins: greeting, the verb and what stands beside it; and where their signature starts."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from mailagent.domain.case import CaseId
from mailagent.domain.commands import Verb, Vocabulary, folded, visible

AROUND = " \t\xa0\n\r*_`/#!@()[]{}\"'“”„«»‹›‘’‚.:,;\\~"  # noqa: RUF001 - people write all of these
"""Around a verb. Neither a bar nor a dash is: our own mails quote and list with them."""
DECORATION = AROUND + "=•·–—-"  # noqa: RUF001 - as people write it
"""Around what stands beside a verb."""
MARKS = " \t*_`)]\"'\u201d\u00bb"
"""Between a word and the end of its sentence."""
ENDS = frozenset(".!")
SETS_OFF = frozenset(".!,:;–—")  # noqa: RUF001 - as people write it
EXACT: Collection[Verb] = ("approve", "modify", "ask", "revise", "set", "snooze", "assign")
"""Verbs that take few things beside them, which are told apart later, or that any instruction may follow."""
MOST_GREETED = 3
"""Words of a name behind a greeting."""
REACH = 5
"""Words behind a verb in which a sentence shows itself."""
SIGNATURE_LINES = 8
LONGEST_SIGNED = 80

_DASH = re.compile(r"[ \t]-{1,2}[ \t]")
_CLAUSE = re.compile(r"[,.!;:?()]")
CASE = re.compile(r"[(\[#]?c-(\d{1,15})[)\]]?(?![\w-])", re.IGNORECASE)
_PARTS = re.compile(r"[,.!;:&+/()\[\]*_-]+")
_POSTSCRIPT = re.compile(r"(?:p[.\s-]{0,3}[sd]|n\.?b)[.:\s]")
_PAIRS = re.compile(r"[=:]")
_NAME = re.compile(r"[^\W\d_][\w'.-]{0,30}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The verb that a line begins with. `word` is as the reviewer wrote it, `behind` what follows it on the line and
    `rest` the same without marks around it. `is_marked` is whether a mark parts them, `ends` whether a sentence ended.
    `is_weak` is whether other mail begins with the word too.
    """

    verb: Verb
    word: str
    behind: str
    rest: str
    is_marked: bool
    ends: bool
    is_weak: bool


def opening(line: str, words: Vocabulary) -> Opening | None:
    """The verb that `line` begins with; None where there is none, or where it is a word of ordinary prose."""
    plain = _stripped(visible(line), AROUND)
    found = words.opening.match(folded(plain))
    if found is None:
        return None
    known = " ".join(found[0].split())
    end = _length(plain, found.end())
    behind = plain[end:]
    mark = behind.lstrip(MARKS)[:1]
    start = Opening(
        verb=words.verbs[known],
        word=plain[:end],
        behind=behind,
        rest=_stripped(behind, DECORATION),
        is_marked=mark in SETS_OFF or _DASH.match(behind) is not None,
        ends=mark in ENDS,
        is_weak=known in words.careful or known in words.reported,
    )
    return None if _is_sentence(start, known, words) else start


def _is_sentence(start: Opening, known: str, words: Vocabulary) -> bool:
    """Whether the word only begins a sentence, such as "Deny that", "Spam filters are" or "No objections"."""
    if start.verb in EXACT or not start.rest or start.is_marked or start.behind.lstrip()[:1] == "?":
        return start.verb == "set" and bool(start.rest) and not _PAIRS.search(start.rest)
    following = [word.strip(DECORATION) for word in folded(_CLAUSE.split(start.rest)[0]).split()][:REACH]
    if known in words.weak or (following and following[0] in words.followers[known]):
        return True
    if is_courteous(start.rest, words):
        return False
    if start.word.isupper() and not start.rest.isupper():
        return False  # a command, in capitals before ordinary text
    told = following[: 1 if start.verb == "note" else REACH]
    return known in words.careful or any(word in words.sentence[known] for word in told)


def is_courteous(text: str, words: Vocabulary) -> bool:
    """Whether there is nothing but thanks and case numbers in `text`."""
    parts = (part.strip(DECORATION) for part in _PARTS.split(folded(CASE.sub("", text))))
    return all(
        not _stripped(part, DECORATION) or part in words.courtesy or words.weak.get(part) == "approve" for part in parts
    )


def greets(line: str, words: Vocabulary) -> bool:
    """Whether `line` is a greeting and at most three words of a name; none of them may be more than that."""
    plain = bare(line)
    found = words.salutation.match(plain)
    if found is None or words.condition.search(plain):
        return False
    names = [word.strip(DECORATION) for word in plain[found.end() :].split()]
    if len(names) > MOST_GREETED or not all(_NAME.fullmatch(name) for name in names if name):
        return False
    return not any(name in words.verbs for name in names)


def without_closing(lines: list[str], words: Vocabulary) -> list[str]:
    """`lines` up to a closing such as "Best regards", where only a signature follows: a few short lines and no
    postscript.
    """
    closed = len(lines)
    below = 0
    for at in range(len(lines) - 1, 0, -1):
        if not lines[at].strip():
            continue
        if below > SIGNATURE_LINES or len(lines[at]) > LONGEST_SIGNED or _POSTSCRIPT.match(bare(lines[at])):
            break
        below += 1
        if " ".join(bare(lines[at]).split()) in words.closings:
            closed = at
    return lines[:closed]


def cases_in(text: str) -> tuple[CaseId, ...]:
    """The cases whose numbers stand in `text`, each once, in their order."""
    return tuple(dict.fromkeys(CaseId(int(number)) for number in CASE.findall(text)))


def bare(text: str) -> str:
    """`text` as it is compared, without decoration around it."""
    return folded(text).strip(AROUND)


def is_blank(line: str) -> bool:
    """Whether nothing stands in `line` but decoration."""
    return not folded(line).strip(DECORATION)


def signs(text: str, words: Vocabulary) -> set[Verb]:
    """What the emojis in `text` say."""
    found = {words.weak.get(character) for character in text if unicodedata.category(character) == "So"}
    return {verb for verb in found if verb}


def _stripped(text: str, decoration: str) -> str:
    """Without decoration and emojis around it."""
    start, end = 0, len(text)
    while start < end and _is_ornament(text[start], decoration):
        start += 1
    while end > start and _is_ornament(text[end - 1], decoration):
        end -= 1
    return text[start:end]


def _is_ornament(character: str, decoration: str) -> bool:
    return character in decoration or unicodedata.category(character) in {"So", "Sk", "Zs"}


def _length(text: str, size: int) -> int:
    """How many characters of `text` give `size` folded ones."""
    at = 0
    while at < len(text) and size > 0:
        size -= len(folded(text[at]))
        at += 1
    return at
