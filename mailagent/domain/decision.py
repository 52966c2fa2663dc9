"""The reviewers' grammar: what a reply to a digest means, or why it cannot be told.

The first word of the reviewer's own text decides. What is not certain is `Unclear`: nothing is sent and the reviewer
is told. The codes are those of ``templates/review/errors/``.
"""

import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import Literal

Verb = Literal["approve", "modify", "reject"]
UnclearCode = Literal[
    "REVIEW-01",
    "REVIEW-02",
    "REVIEW-03",
    "REVIEW-04",
    "REVIEW-05",
    "REVIEW-06",
    "REVIEW-12",
    "REVIEW-13",
    "REVIEW-15",
]

VERBS: dict[str, Verb] = {
    "approve": "approve", "approved": "approve", "approves": "approve", "agreed": "approve",
    "modify": "modify", "edit": "modify", "send": "modify",
    "reject": "reject", "rejected": "reject", "deny": "reject", "decline": "reject",
    "do not send": "reject",
}  # fmt: skip
WEAK: dict[str, Verb] = {
    **dict.fromkeys(
        ("yes", "y", "ok", "okay", "sure", "lgtm", "send it", "go ahead", "👍", "✅", "+1", "ja", "oui", "sí"),
        "approve",
    ),
    **dict.fromkeys(("no", "n", "nope", "not approved", "👎", "❌", "-1", "nein", "non", "nee"), "reject"),
}
"""They count only when the whole reply is one of them."""
REPORTED = frozenset({"approved", "approves", "agreed", "rejected"})
"""Programs report in these words what they did with a mail, and people begin a sentence with "No"."""

COURTESY = frozenset({"", "thanks", "thank you", "thx", "cheers", "please", "great", "perfect", "good", "looks good"})
CONDITION = re.compile(
    r"\b(no|nope|stop|hold|cancel|sorry|wrong|actually|oops|mistake|please|but|if|unless|except|until|first|before|after|not|don't|dont|change|changes|remove|add|replace|instead|partially"
    r"|wait|tomorrow|later|only|without)\b"
)
GREETING = re.compile(
    r"(?:hi|hello|hey|dear|hallo|bonjour|hola|good (?:morning|afternoon|evening))(?: [^\W\d_][\w'.-]{0,30}){0,3}"
)
NO = re.compile(r"no\s{0,3}(?:[,.!:;]|$)", re.IGNORECASE)
"""\"No, ...\" rejects; \"no objections\" is not understood."""
CASE_NUMBER = re.compile(r"\[?c-\d+\]?")
OTHER_VERBS = re.compile(rf"\b({'|'.join(word for word, verb in VERBS.items() if verb != 'approve')})\b")
LONGEST_NOTE = 400
LONGEST_ASIDE = 3
"""Words of a line; more is a sentence."""
DECORATION = " \t*_`/#!@()[]\"'“”„«»‘’.:,;"  # noqa: RUF001 - people write all of these
MARKS = " \t*_`)]\"'\u201d\u00bb"
"""Between a word and the end of its sentence."""
INVISIBLE = dict.fromkeys([0x00AD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFE0E, 0xFE0F, 0xFEFF])


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`text` is the reply to send, for modify, exactly as written; `note` stays internal. `is_weak` is whether it rests
    on a word that begins other mail too, such as "No".
    """

    verb: Verb
    text: str = ""
    note: str = ""
    is_weak: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """Why nothing was done. `detail` is the part of the reply that the code is about."""

    code: UnclearCode
    detail: str = ""


def read_decision(text: str) -> Decision | Unclear:
    """What a reviewer's own text means: quotes and signature must have been cut away already, but for quoted lines
    above an answer at the bottom, which are passed over here.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    passed = (not _plain(line) or _greets(line) or line.lstrip().startswith(">") for line in lines)
    lines = lines[next((at for at, is_passed in enumerate(passed) if not is_passed), len(lines)) :]
    if not lines:
        return Unclear(code="REVIEW-01")
    whole = WEAK.get(" ".join(_plain("\n".join(lines)).split()))
    found = _Start(verb=whole) if whole else _verb(lines[0])
    if found is None:
        return Unclear(code="REVIEW-02", detail=lines[0].strip()[:80])
    below = "\n".join(lines[1:])
    second = _second_verb(found.verb, lines[1:])
    if second is not None:
        return Unclear(code="REVIEW-05", detail=f"{found.verb.upper()} and {second.upper()}")
    if found.is_weak and _is_prose([found.rest if found.ends else "", *lines[1:]]):
        return Unclear(code="REVIEW-02", detail=" ".join(lines).strip()[:80])
    match found.verb:
        case "approve":
            decision = _approve(found.rest, below)
        case "modify":
            decision = _modify(found.rest, below)
        case "reject":
            decision = Decision(verb="reject", note="\n".join(part for part in (found.rest, below.strip()) if part))
    return replace(decision, is_weak=found.is_weak) if isinstance(decision, Decision) else decision


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """What a reply begins with. `rest` is what else stands on the line, and `ends` whether a sentence ended before."""

    verb: Verb
    rest: str = ""
    is_weak: bool = False
    ends: bool = False


def _is_prose(lines: list[str]) -> bool:
    """Whether there is more in these lines than a word of thanks, a name, or a reason of three words."""
    words = [_plain(line).split() for line in lines]
    return any(len(row) > LONGEST_ASIDE or (row and row[0][0].isdecimal()) for row in words)


def _modify(rest: str, below: str) -> Decision | Unclear:
    if rest:
        return Unclear(code="REVIEW-06", detail=rest[:80])
    if not below.strip():
        return Unclear(code="REVIEW-04", detail="MODIFY")
    return Decision(verb="modify", text=below.strip("\n").rstrip())


def _approve(rest: str, below: str) -> Decision | Unclear:
    """An approval sends the draft as it stands, so one with a condition is held."""
    beside = CASE_NUMBER.sub("", _plain(rest)).strip(DECORATION)
    note = below.strip()
    if beside not in COURTESY:
        return Unclear(code="REVIEW-03", detail=rest[:80])
    if len(note) > LONGEST_NOTE or "?" in note or CONDITION.search(_plain(note)) or OTHER_VERBS.search(_plain(note)):
        return Unclear(code="REVIEW-03", detail=note[:80])
    return Decision(verb="approve", note=note)


def _verb(line: str) -> _Start | None:
    """The verb that a line starts with."""
    plain = unicodedata.normalize("NFKC", line).translate(INVISIBLE).strip(DECORATION)
    for words in sorted(VERBS, key=len, reverse=True):
        found = re.match(rf"{words}(?![\w'-])", plain, re.IGNORECASE)
        if found:
            return _start(VERBS[words], plain[found.end() :], is_weak=words in REPORTED)
    return _start("reject", plain[len("no") :], is_weak=True) if NO.match(plain) else None


def _start(verb: Verb, behind: str, *, is_weak: bool) -> _Start:
    ends = behind.lstrip(MARKS)[:1] in {".", "!"}
    return _Start(verb=verb, rest=behind.strip(DECORATION), is_weak=is_weak, ends=ends)


def _second_verb(first: Verb, lines: list[str]) -> Verb | None:
    """Another decision below the first: on a line of its own, or for an approval at the beginning of any line.

    In a text for the customer only the line directly below counts.
    """
    rest = [line for line in lines if line.strip()]
    for line in rest[:1] if first == "modify" else rest:
        found = _verb(line)
        if found and found.verb != first and (first == "approve" or not found.rest):
            return found.verb
    return None


def _greets(line: str) -> bool:
    """A greeting and at most three words of a name; none of them may be more than that."""
    plain = _plain(line)
    others = plain.split()[1:]
    return bool(GREETING.fullmatch(plain)) and not CONDITION.search(plain) and not any(map(_verb, others))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(INVISIBLE).casefold().strip(DECORATION + "\n\r")
