"""The most telling sentences of a mail, and the part of an article that answers it, without a model."""

import re
from collections import Counter

from mailagent.language.words import sentences, stems

LINE_LENGTH = 160
"""Characters of one line of a summary."""
GREETING = re.compile(r"(?:hello|hi|hey|dear|good (?:morning|afternoon|evening|day))\b[^.?!]{0,40}", re.IGNORECASE)
FAREWELL = re.compile(
    r"(?:(?:kind|best|warm) (?:regards|wishes)|regards|many thanks|thanks|thank you|cheers|sincerely|yours)\b.{0,40}",
    re.IGNORECASE,
)
TELLING = re.compile(
    r"\d|\b(?:not|n't|never|still|twice|again|please|want|need|refund|cancel|broken|wrong|missing|when|why|how)\b",
    re.IGNORECASE,
)
SIGNATURE = re.compile(r"[^\W\d_][\w'.-]*(?:\s+[^\W\d_][\w'.-]*){0,2}(?<![.])")
"""A name or two at the end."""
OWN_LINE = re.compile(r"\s*(?:[-*+]\s|\d+[.)]\s|#|>|\||```)")
"""What begins a line of its own in Markdown."""
HEADING = re.compile(r"^#{2,6}\s+", re.MULTILINE)


def summary_of(subject: str, text: str) -> str:
    """Two lines of at most 160 characters: the two sentences that say most, in their order.

    With one sentence only, the subject comes first; an empty mail gives one line that says so.
    """
    parts = [part for part in sentences(text) if not _is_frame(part) and stems(part)]
    while len(parts) > 1 and SIGNATURE.fullmatch(parts[-1]):
        parts.pop()
    if not parts:
        return _cut(subject) or "The mail has no text."
    if len(parts) == 1:
        first = _cut(subject)
        return f"{first}\n{_cut(parts[0])}" if first and first.casefold() != parts[0].casefold() else _cut(parts[0])
    frequency = Counter(word for part in parts for word in set(stems(part)))
    wanted = set(stems(subject))
    ranked = sorted(range(len(parts)), key=lambda place: (-_weight(parts[place], place, frequency, wanted), place))
    return "\n".join(_cut(parts[place]) for place in sorted(ranked[:2]))


def excerpt_of(text: str, wanted: str, *, limit: int) -> str:
    """`text` whole if it is at most `limit` characters; otherwise its opening paragraph and the section (from one
    ``##`` heading to the next) that shares most words with `wanted`.
    """
    if len(text) <= limit:
        return text.strip()
    opening, *sections = HEADING.split(text.strip())
    if not sections:
        return _whole_paragraphs(text, limit)
    query = set(stems(wanted))
    best = max(sections, key=lambda section: len(query & set(stems(section))))
    return _whole_paragraphs(f"{opening.strip().split(chr(10) * 2)[0]}\n\n{best.strip()}", limit)


def unwrapped(text: str) -> str:
    """Markdown with every paragraph and list item on one line, as mail wants it; two spaces at an end keep a break."""
    lines: list[str] = []
    joins = False
    for line in text.splitlines():
        if joins and line.strip() and not OWN_LINE.match(line):
            lines[-1] = f"{lines[-1]} {line.strip()}"
        else:
            lines.append(line.rstrip())
        joins = bool(line.strip()) and not line.endswith("  ") and not re.match(r"\s*(?:#|\||```)", line)
    return "\n".join(lines)


def first_steps(text: str, *, most: int = 3) -> str:
    """The opening paragraph of an article on one line, and up to `most` of its numbered steps below."""
    paragraph = " ".join(text.strip().split("\n\n")[0].split())
    steps = re.findall(r"^\d+\.\s.*(?:\n[ \t]+\S.*)*", text, re.MULTILINE)[:most]
    return "\n".join([paragraph, *(" ".join(step.split()) for step in steps)])


def _weight(part: str, place: int, frequency: Counter[str], wanted: set[str]) -> float:
    words = set(stems(part))
    shared = sum(frequency[word] - 1 for word in words) + 2 * len(words & wanted)
    return (
        min(len(words), 8) * 0.5
        + shared
        + 2 * ("?" in part)
        + len(TELLING.findall(part)) * 0.7
        + (0.0 if place else 0.5)
    )


def _is_frame(part: str) -> bool:
    plain = part.strip(" ,.!-")
    return bool(GREETING.fullmatch(plain) or FAREWELL.fullmatch(plain))


def _cut(line: str) -> str:
    plain = " ".join(line.split())
    return plain if len(plain) <= LINE_LENGTH else plain[: LINE_LENGTH - 4].rsplit(" ", 1)[0] + " ..."


def _whole_paragraphs(text: str, limit: int) -> str:
    """As many whole paragraphs as fit, at least the first."""
    kept = ""
    for paragraph in text.strip().split("\n\n"):
        if kept and len(kept) + len(paragraph) + 2 > limit:
            break
        kept = f"{kept}\n\n{paragraph}" if kept else paragraph
    return kept
