"""What a person newly wrote, apart from what they quote and how they sign.

Losing a customer's words is worse than keeping a quote: what is not surely a quote stays.
"""

import re
from dataclasses import dataclass, field

from mailagent.mail import phrases

MARKER = "Write your decision above this line"
"""Reviewers answer above it; every mail that asks for a decision starts with it."""

LONGEST_LINE = 2_000
MOST_LINES = 2_000
"""Lines in which a quote is looked for; what a longer text has below them is kept as it is."""
LONGEST_ATTRIBUTION = 400
ATTRIBUTION_LINES = 3
HEADER_LINES = 12
LONGEST_TAIL = 100
LONGEST_FOOTER = 60
MOST_FOOTER_WORDS = 8
SIGNATURE_LINES = 8

_QUOTED = re.compile(r"\s{0,3}>")
_RULE = re.compile("\\s*[-_=\u2013\u2014*]{5,}\\s*")
_TIME = re.compile(r"\d{1,2}[:.h]\s?\d{2}")
_DATE_FIRST = re.compile(r"\d{1,4}(?:[-./]\d{1,2}[-./]\d{1,4}\b|\.? [^\W\d]{3,12}\.? \d{4})")
_ADDRESS = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,255}")
_BRACKETED = re.compile(r"<\s?(?:mailto:)?[^\s<>@]{1,64}@[^\s<>@]{1,255}\s?>")
_OPEN_BRACKET = re.compile(r"<[^<>]{0,300}$")
_FIELD = re.compile(r"[*_\s]{0,6}([^\W\d_][\w\s'-]{0,20}?)\s?[*_]{0,2}\s?:[*_\s]{0,4}(.*)")
_FRAMED = re.compile(
    r"\s{0,9}[-_=*\u2013\u2014]{2,80}\s{0,3}([^\W\d_][\w' -]{2,40}?)\s{0,3}[-_=*\u2013\u2014]{2,80}\s{0,9}"
)
_LINK = re.compile(r"[(<\[]?https?://\S{1,500}")
_LIST_RULE = re.compile(r"_{30,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """`new` keeps indentation and blank lines and is empty where nothing is surely new; `quoted` is the rest without
    signatures.
    """

    new: str
    quoted: str


@dataclass(slots=True)
class _Segment:
    """Text between quotes, and the quoted line that it answers."""

    answers: str
    lines: list[str] = field(default_factory=list)


def split_reply(text: str) -> Split:
    """Cut at our marker, at attribution lines, header blocks and rules of the answered mail, and at ``>``.

    With nothing above the quote, what stands below it is the reply. Answers between quoted lines are kept, each below
    the line that it answers. Each part ends at its ``-- `` and loses the footer of a phone.
    """
    lines, rest = text.split("\n", MOST_LINES), ""
    if len(lines) > MOST_LINES:
        rest = lines.pop()
    short = [line[:LONGEST_LINE] for line in lines]
    quoted = [bool(_QUOTED.match(line)) and not _closes_bracket(short, at) for at, line in enumerate(short)]
    end = _end(short, quoted)
    quoted = [False] * len(lines) if _is_inside_text(lines, quoted) else quoted
    segments, quotes = _segments(lines[:end], quoted[:end])
    parts = [(segment.answers, _without_signature(segment.lines)) for segment in segments]
    parts = [(answers, own) for answers, own in parts if any(map(str.strip, own))]
    inline = sum(bool(answers) for answers, _ in parts) > 1
    new: list[str] = []
    for answers, own in parts:
        if new:
            new.append("")
        if inline and answers:
            new.append(answers)
        new += _trimmed(own)
    if rest and end == len(lines):
        new.append(rest)
    return Split(new="\n".join(new), quoted="\n".join(_trimmed(quotes + lines[end:])))


def has_marker(text: str) -> bool:
    """Whether `text` quotes a mail of ours that asks for a decision."""
    return MARKER in " ".join(re.sub(r"[\s>*_|]+", " ", text).split())


def _end(lines: list[str], quoted: list[bool]) -> int:
    """The index from which on everything is quoted; marks attribution lines above ``>`` lines in `quoted`."""
    for at, line in enumerate(lines):
        if quoted[at] or not line.strip():
            continue
        if MARKER in line or _starts_original(line) or _is_header_block(lines, at):
            return _above_rules(lines, at)
        start = _attribution_start(lines, quoted, at)
        if start is None:
            continue
        following = next((n for n in range(at + 1, len(lines)) if lines[n].strip()), None)
        if following is None or not quoted[following]:
            whole = " ".join(lines[start : at + 1])
            if _TIME.search(whole) or _ADDRESS.search(whole) or (following and MARKER in lines[following]):
                return start
            continue
        quoted[start : at + 1] = [True] * (at + 1 - start)
    return len(lines)


def _is_inside_text(lines: list[str], quoted: list[bool]) -> bool:
    """Whether the only ``>`` stands in the middle of a paragraph, such as the path through a menu."""
    at = quoted.index(True) if quoted.count(True) == 1 else 0
    return 0 < at < len(lines) - 1 and bool(lines[at - 1].strip() and lines[at + 1].strip())


def _closes_bracket(lines: list[str], at: int) -> bool:
    """Whether the ``>`` ends the address of a wrapped attribution line."""
    return (
        at > 0
        and len(lines[at]) <= LONGEST_TAIL
        and lines[at].rstrip().endswith(":")
        and bool(_OPEN_BRACKET.search(lines[at - 1]))
    )


def _segments(lines: list[str], quoted: list[bool]) -> tuple[list[_Segment], list[str]]:
    segments = [_Segment(answers="")]
    quotes: list[str] = []
    above = ""
    for line, is_quote in zip(lines, quoted, strict=True):
        if is_quote:
            quotes.append(line)
            above = line if line.strip("> \t") else above
        elif line.strip() and above:
            segments.append(_Segment(answers=above, lines=[line]))
            above = ""
        else:
            segments[-1].lines.append(line)
    return segments, quotes


def _attribution_start(lines: list[str], quoted: list[bool], end: int) -> int | None:
    """Where the attribution that ends on line `end` starts: "On 3 March, Jo <jo@example.com>", "wrote:"."""
    if not lines[end].rstrip(" \t*_-").endswith((":", ">", *phrases.WROTE)):
        return None
    follows = next((quoted[n] for n in range(end + 1, len(lines)) if lines[n].strip()), False)
    fallbacks: list[int] = []
    for start in range(end, max(end - ATTRIBUTION_LINES, -1), -1):
        if quoted[start] or not lines[start].strip():
            break
        whole = " ".join(line.strip() for line in lines[start : end + 1]).strip(" \t-\u2013\u2014_=*|").casefold()
        if len(whole) > LONGEST_ATTRIBUTION or "--- " in whole:
            break
        wrote = any(re.search(rf"(?<!\w){re.escape(verb)}(?!\w)", whole) for verb in phrases.WROTE)
        dated = any(character.isdigit() for character in whole)
        if dated and wrote and whole.partition(" ")[0].strip(",") in phrases.OPENERS:
            return start
        if dated and _tells_when_and_who(whole, wrote=wrote, follows=follows):
            fallbacks.append(start)
    if fallbacks:
        return fallbacks[0]
    whole = lines[end].strip(" \t:*_-").casefold()
    named = whole.endswith(phrases.WROTE) and len(whole) <= LONGEST_TAIL
    return end if named and (follows or _BRACKETED.search(whole)) else None


def _tells_when_and_who(whole: str, *, wrote: bool, follows: bool) -> bool:
    """An attribution in any language and order: a time or date, an address near the end, a colon."""
    colon = whole.endswith(":")
    address = _ADDRESS.search(whole)
    if not address or not (follows or _BRACKETED.search(whole)):
        return False
    near_end = len(whole) - whole.rfind("@") <= LONGEST_TAIL
    if _TIME.search(whole) and (colon or (wrote and not whole.endswith(">"))):
        return wrote or near_end
    return near_end and bool((follows and colon) or (_DATE_FIRST.match(whole) and (follows or colon)))


def _is_header_block(lines: list[str], at: int) -> bool:
    """From, and at least two other fields near it, one of them a subject or an address among them: enough to tell a
    mail's header from a journey with From, To and Date.
    """
    if _field_name(lines[at]) is None:
        return False
    names: set[str] = set()
    addressed = False
    misses = 0
    for line in lines[at : at + HEADER_LINES]:
        name = _field_name(line)
        misses = misses + 1 if name is None and line.strip() else 0
        if misses > 2:  # noqa: PLR2004 - a field may run over three lines
            break
        addressed = addressed or "@" in line
        if name:
            names.add("from" if name in phrases.FROM else "subject" if name in phrases.SUBJECT else name)
    return "from" in names and len(names) > 2 and ("subject" in names or addressed)  # noqa: PLR2004 - From and two


def _field_name(line: str) -> str | None:
    found = _FIELD.fullmatch(line)
    name = found[1].strip().casefold() if found else ""
    return name if name in phrases.FROM or name in phrases.SUBJECT or name in phrases.OTHER_FIELDS else None


def _starts_original(line: str) -> bool:
    found = _FRAMED.fullmatch(line)
    inside = found[1].strip().casefold() if found else ""
    return (
        inside.endswith(phrases.MESSAGE) or inside in phrases.ORIGINAL or line.strip().casefold() in phrases.FORWARDED
    )


def _above_rules(lines: list[str], at: int) -> int:
    """`at`, or the rule of dashes or underscores above it."""
    start = at
    while start and (not lines[start - 1].strip() or _RULE.fullmatch(lines[start - 1])):
        start -= 1
    return start


def _without_signature(lines: list[str]) -> list[str]:
    for at, line in enumerate(lines):
        if line == "-- " or (line == "--" and sum(bool(rest.strip()) for rest in lines[at:]) <= SIGNATURE_LINES):
            lines = lines[:at]
            break
        if _LIST_RULE.fullmatch(line.strip()) and _is_list_footer(lines[at + 1 :]):
            lines = lines[:at]
            break
    lines = _trimmed(lines)
    while lines and (_is_footer(lines[-1]) or _RULE.fullmatch(lines[-1][:LONGEST_LINE])):
        lines = _trimmed(lines[:-1])
    return lines


def _is_list_footer(lines: list[str]) -> bool:
    """What a mailing list adds below a rule: a few lines with its address."""
    words = [line for line in lines if line.strip()]
    return 0 < len(words) <= SIGNATURE_LINES and any("@" in line or "http" in line for line in words)


def _is_footer(line: str) -> bool:
    plain = _LINK.sub("", line).strip(" \t*_<>[]().").casefold()
    if len(plain) > LONGEST_FOOTER or len(plain.split()) > MOST_FOOTER_WORDS or ", " in plain:
        return False
    return any(plain.startswith(start) and plain.endswith(end) for start, end in phrases.FOOTERS)


def _trimmed(lines: list[str]) -> list[str]:
    """Without blank lines at both ends."""
    start, end = 0, len(lines)
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return lines[start:end]
