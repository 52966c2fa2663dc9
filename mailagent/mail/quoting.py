"""What a person newly wrote, apart from what they quote and how they sign.

Losing a customer's words is worse than keeping a quote: what is not surely a quote stays.
"""

import re
from dataclasses import dataclass, field

from mailagent.mail.answered import MARKER, closes_bracket, digest_start, find_quote, joined, tells_who, unglued
from mailagent.mail.signature import LONGEST_LINE, trimmed, without_footers, without_signature

MOST_LINES = 2_000
"""Lines in which a quote is looked for; what a longer text has below them is kept as it is."""

LONG_QUOTE = 68
"""Characters of a quoted line, with the first word below it, from which on it may have been wrapped once more."""

_QUOTED = re.compile(r"\s{0,3}>")
_REFERENCE = re.compile(r"[\s>*_|]{0,20}Ref [\w.-]{8,}")
_BAR = re.compile(r"\|(?:\s|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """`new` keeps indentation and blank lines and is empty where nothing is surely new; `quoted` is the rest without
    signatures.
    """

    new: str
    quoted: str


@dataclass(slots=True)
class _Segment:
    """Text between quotes, and the quoted lines above it, with the attribution that announces them."""

    answers: list[str]
    lines: list[str] = field(default_factory=list)


def split_reply(text: str, *, marked: str = "") -> Split:
    """Cut at our marker, at attribution lines, header blocks and rules of the answered mail, and at ``>``.

    Lines with ``>`` are a quote from where something says that somebody else wrote them: an attribution, a header
    inside them, or HTML, whose first quoted line is `marked`. Above, the writer put the ``>`` there: a shell, a path
    through menus, a line to answer. With nothing above the quote, what stands below it is the reply. Answers between
    quoted lines are kept, each below the lines that it answers. Each part ends at its ``-- `` and loses the footer of a
    phone.
    """
    lines, rest = text.split("\n", MOST_LINES), ""
    if len(lines) > MOST_LINES:
        rest = lines.pop()
    lines = unglued(lines)
    short = [line[:LONGEST_LINE] for line in lines]
    signed = [bool(_QUOTED.match(line)) and not closes_bracket(short, at) for at, line in enumerate(short)]
    quoted = list(signed)
    _mark_bars(short, quoted)
    _mark_overflow(short, quoted)
    end = find_quote(short, quoted)
    start = _announced_at(short, signed, quoted, marked[:LONGEST_LINE])
    quoted[:start] = [False] * start
    segments, quotes = _segments(lines[:end], quoted[:end])
    parts = []
    for segment in segments:
        own, below = without_signature(segment.lines)
        parts.append((segment.answers, own))
        quotes += below
    parts = [(answers, own) for answers, own in parts if any(map(str.strip, own))]
    is_inline = sum(bool(answers) for answers, _ in parts) > 1 or (len(parts) == 1 and _chosen(parts[0][0]))
    new: list[str] = []
    for answers, own in parts:
        if new:
            new.append("")
        if is_inline:
            new += _unannounced([line for line in answers if _QUOTED.match(line) or _BAR.match(line)])
        new += trimmed(own)
    if rest and end == len(lines):
        new.append(rest)
    return Split(new="\n".join(new), quoted="\n".join(trimmed(quotes + lines[end:])))


def reviewers_text(text: str) -> str:
    """What stands above the quoted mail of ours in a reviewer's reply, exactly as written but for the signature below
    ``-- `` or a phone's footer at its end: it may be a letter to a customer, and everything in it belongs to it.

    Empty where the reviewer wrote nothing above, or quotes without our marker or with our ``Ref``: `split_reply` tells
    what is new there.
    """
    lines = text.split("\n")
    start = digest_start([line[:LONGEST_LINE] for line in lines])
    if start is None:
        filled = [line for line in lines if line.strip()]
        if not filled or _QUOTED.match(filled[-1]) or any(_REFERENCE.match(line) for line in filled):
            return ""
    elif _QUOTED.match(lines[start]):
        while start and _QUOTED.match(lines[start - 1]):
            start -= 1
    return "\n".join(without_footers(lines[:start]))


def written_below(text: str) -> str:
    """What somebody wrote among and below the lines with ``>`` of the mail of ours that they quote, empty where they
    quote none so: without ``>`` nothing tells their words from ours.
    """
    lines = text.split("\n")
    start = digest_start([line[:LONGEST_LINE] for line in lines])
    rest = [] if start is None else lines[start:]
    if not has_marker("\n".join(filter(_QUOTED.match, rest))):
        return ""
    return "\n".join(line for line in split_reply("\n".join(rest)).new.split("\n") if not _QUOTED.match(line))


def _mark_bars(lines: list[str], quoted: list[bool]) -> None:
    """Some programs quote with ``|``: below a line that tells who wrote. Tables have more of them in a line."""
    above = ""
    for at, line in enumerate(lines):
        is_bar = bool(_BAR.match(line)) and line.count("|") == 1
        if is_bar and (quoted[at - 1] if at and _BAR.match(lines[at - 1]) else tells_who(above)):
            quoted[at] = True
        above = line if line.strip() else above


def _mark_overflow(lines: list[str], quoted: list[bool]) -> None:
    """Quotes that were wrapped once more: the end of a long quoted line stands on a line of its own, without ``>``,
    between quoted lines. An answer is not written into the middle of a sentence without a blank line.
    """
    is_wrapped = False
    for at in range(1, len(lines)):
        above, line = lines[at - 1].rstrip(), lines[at].strip()
        if quoted[at] or not line[:1].islower() or not quoted[at - 1]:
            continue
        if len(f"{above} {line.split()[0]}") <= LONG_QUOTE:
            continue  # the word had room above: a short answer
        is_last = is_wrapped and not "".join(lines[at + 1 :]).strip()
        if not is_last and quoted[at + 1 : at + 2] != [True]:
            continue
        if above[-1] not in ".?!:;" or (is_wrapped and above[-1] == "."):
            quoted[at] = is_wrapped = True


def _unannounced(quote: list[str]) -> list[str]:
    """Quoted lines without the attribution inside them, and without blank ones at its ends."""
    bare = [line.strip("> |\t") for line in quote]
    kept = [line for line, words in zip(quote, bare, strict=True) if not _announces(words)]
    while kept and set(kept[0].strip()) <= set(">|"):
        kept.pop(0)
    return kept


def _chosen(answers: list[str]) -> bool:
    """Whether somebody put these quoted lines there by hand: no attribution stands above them."""
    return bool(answers) and all(_QUOTED.match(line) for line in answers)


def has_marker(text: str) -> bool:
    """Whether `text` quotes a mail of ours that asks for a decision."""
    return MARKER in joined([text])


def _announced_at(lines: list[str], signed: list[bool], quoted: list[bool], marked: str) -> int:
    """Where the first quoted lines start that are said to be somebody else's, by a line above or inside them.

    `signed` are the lines with ``>``; a quote that was wrapped once more has others, and a program wrote it.
    """
    start = next((at for at, is_quote in enumerate(quoted) if is_quote), len(lines))
    while start < len(lines):
        end = next((at for at in range(start, len(lines)) if not quoted[at]), len(lines))
        inside = [line.strip("> |\t") for line in lines[start:end]]
        told = not all(signed[start:end]) or (marked and marked in map(str.rstrip, lines[start:end]))
        if told or any(map(_announces, inside)) or has_marker("\n".join(inside)):
            return start
        above = [False] * len(inside)
        if find_quote(inside, above) < len(inside) or any(above):
            return start
        start = next((at for at in range(end, len(lines)) if quoted[at]), len(lines))
    return len(lines)


def _announces(line: str) -> bool:
    return line.endswith(":") and tells_who(line)


def _segments(lines: list[str], quoted: list[bool]) -> tuple[list[_Segment], list[str]]:
    segments = [_Segment(answers=[])]
    quotes: list[str] = []
    above: list[str] = []
    for line, is_quote in zip(lines, quoted, strict=True):
        if is_quote:
            quotes.append(line)
            above.append(line)
        elif line.strip() and above:
            segments.append(_Segment(answers=above, lines=[line]))
            above = []
        else:
            segments[-1].lines.append(line)
    return segments, quotes
