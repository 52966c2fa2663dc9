"""The most telling sentences of a mail, and the part of an article that answers it, without a model."""

import re
from collections import Counter

from mailagent.language.speech import Speech, speech_of
from mailagent.language.words import sentences, stems

FIRST = 0.5
"""What the first sentence of two equal ones is ahead."""
MOST_SENTENCES = 100
LINE_LENGTH = 160
"""Characters of one line of a summary."""
ENDS = (".", "!", "?", ":", "…")
"""What a subject may end with that needs no colon before what follows."""
SIGNATURE = re.compile(r"[^\W\d_][\w'.-]*(?:\s+[^\W\d_][\w'.-]*){0,2}(?<![.])")
"""A name or two at the end."""
OWN_LINE = re.compile(r"\s*(?:[-*+]\s|\d+[.)]\s|#|>|\||```)")
"""What begins a line of its own in Markdown."""
HEADING = re.compile(r"^#{2,6}\s+", re.MULTILINE)


def summary_of(subject: str, text: str, language: str) -> str:
    """Two lines of at most 160 characters: the two sentences that say most, in their order.

    With one sentence only, the subject comes first; an empty mail gives one line that says so.
    """
    speech = speech_of(language)
    said = [
        (part, set(stems(part, language))) for part in sentences(text)[:MOST_SENTENCES] if not speech.is_frame(part)
    ]
    parts = [(part, words) for part, words in said if words]
    while len(parts) > 1 and SIGNATURE.fullmatch(parts[-1][0]):
        parts.pop()
    if not parts:
        return _cut(subject) or "The mail has no text."
    if len(parts) == 1:
        first, only = _cut(subject), parts[0][0]
        joined = first if first.endswith(ENDS) else f"{first}:"  # the digest shows both lines as one
        return f"{joined}\n{_cut(only)}" if first and first.casefold() != only.casefold() else _cut(only)
    frequency = Counter(word for _, words in parts for word in words)
    wanted = set(stems(subject, language))
    weights = [
        _weight(words, frequency, wanted) + _telling(part, speech) + (0.0 if place else FIRST)
        for place, (part, words) in enumerate(parts)
    ]
    ranked = sorted(range(len(parts)), key=lambda place: (-weights[place], place))
    return "\n".join(_cut(parts[place][0]) for place in sorted(ranked[:2]))


def excerpt_of(text: str, wanted: str, language: str, *, limit: int) -> str:
    """`text` whole if it is at most `limit` characters; otherwise its opening paragraph and the section (from one
    ``##`` heading to the next) that shares most words with `wanted`.
    """
    if len(text) <= limit:
        return text.strip()
    opening, *sections = HEADING.split(text.strip())
    if not sections:
        return _whole_paragraphs(text, limit)
    query = set(stems(wanted, language))
    best = max(sections, key=lambda section: len(query & set(stems(section, language))))
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


def _weight(words: set[str], frequency: Counter[str], wanted: set[str]) -> float:
    """How much a sentence shares with the others and with the subject."""
    shared = sum(frequency[word] - 1 for word in words) + 2 * len(words & wanted)
    return min(len(words), 8) * 0.5 + shared


def _telling(part: str, speech: Speech) -> float:
    """Questions, digits and words such as "not" and "please" say what happened and what is wanted."""
    telling = sum(word.plain in speech.telling for word in speech.words(part))
    digits = sum(letter.isdigit() for letter in part)
    return 2 * ("?" in part) + (telling + digits) * 0.7


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
