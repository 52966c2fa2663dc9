"""How people and their programs end a mail: signatures, the footers of phones and of mailing lists."""

import re

from mailagent.mail import phrases

LONGEST_LINE = 2_000
LONGEST_FOOTER = 60
MOST_FOOTER_WORDS = 8
SIGNATURE_LINES = 8

_RULE = re.compile("\\s*[-_=\u2013\u2014*]{5,}\\s*")
_LINK = re.compile(r"[(<\[]?https?://\S{1,500}")
_UNDERSCORES = re.compile(r"_{2,}")
_LONG = 30
"""Underscores that a mailing list's footer starts with; below fewer it must say that it is one."""
_TRACKER = "\u1427"
"""Some add-ons of Gmail leave this character on a line of its own."""


def without_signature(lines: list[str]) -> list[str]:
    """`lines` without what follows ``-- ``, a mailing list's rule or the footer of a phone; a closing stays.

    A footer that no phone is sure to have written counts only at the very end.
    """
    for at, line in enumerate(lines):
        if line == "-- " or (line == "--" and sum(bool(rest.strip()) for rest in lines[at:]) <= SIGNATURE_LINES):
            lines = lines[:at]
            break
        if _UNDERSCORES.fullmatch(line.strip()) and _is_list_footer(lines[at + 1 :], sure=len(line.strip()) >= _LONG):
            lines = lines[:at]
            break
        if _stands_alone(lines, at) and _is_footer(line) and _is_phone(line):
            lines = lines[:at]
            break
    lines = trimmed(lines)
    while lines and (_is_footer(lines[-1]) or _RULE.fullmatch(lines[-1][:LONGEST_LINE]) or lines[-1] == _TRACKER):
        lines = trimmed(lines[:-1])
    return lines


def trimmed(lines: list[str]) -> list[str]:
    """Without blank lines at both ends."""
    start, end = 0, len(lines)
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return lines[start:end]


def _is_list_footer(lines: list[str], *, sure: bool) -> bool:
    """What a mailing list adds below a rule: a few lines with its address."""
    words = [line for line in lines if line.strip()]
    if not 0 < len(words) <= SIGNATURE_LINES or not any("@" in line or "http" in line for line in words):
        return False
    return sure or any(name in line.casefold() for line in words for name in phrases.LISTS)


def _stands_alone(lines: list[str], at: int) -> bool:
    """Whether line `at` is a paragraph, with text above."""
    above, below = lines[at - 1 : at], lines[at + 1 : at + 2]
    return at > 1 and not "".join(above + below).strip() and any(line.strip() for line in lines[:at])


def _is_footer(line: str) -> bool:
    plain = _LINK.sub("", line).strip(" \t*_<>[]().").casefold()
    if (plain, "") in phrases.FOOTERS:
        return True
    if len(plain) > LONGEST_FOOTER or len(plain.split()) > MOST_FOOTER_WORDS or ", " in plain:
        return False
    return any(plain.startswith(start) and plain.endswith(end) for start, end in phrases.FOOTERS)


def _is_phone(line: str) -> bool:
    """Whether the footer speaks of somebody's own machine, or leads to where the program is had."""
    return bool(_LINK.search(line)) or not phrases.OWN.isdisjoint(line.casefold().split())
