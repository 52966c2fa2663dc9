"""How people and their programs end a mail: signatures, the footers of phones and of mailing lists."""

import re

from mailagent.mail import phrases
from mailagent.mail.answered import says_anything

LONGEST_LINE = 2_000
LONGEST_FOOTER = 60
MOST_FOOTER_WORDS = 8
SIGNATURE_LINES = 8

MOST_NAME_WORDS = 4

_POSTSCRIPT = re.compile(r"\s{0,9}(?:p\.? ?s\.?|n\.?b\.?|ps:)(?!\w)", re.IGNORECASE)
_DEVICE = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, phrases.DEVICES))})", re.IGNORECASE)
_RULE = re.compile("\\s*[-_=\u2013\u2014*]{5,}\\s*")
_LINK = re.compile(r"[(<\[]?https?://\S{1,500}")
_UNDERSCORES = re.compile(r"_{2,}")
_PLACE = re.compile(r"(?:https?://|([^\s@<>]{1,64})@)[^\s<>]{1,255}>?$")
"""An address or a link at the end of a line."""
_OF_LIST = re.compile(r"(?<![^\W_])lists?(?![^\W_])|listinfo|mailman|-(?:leave|request|owner|unsubscribe)@")
"""In the addresses of mailing lists, and in no customer's."""
_TRACKER = "\u1427"
"""Some add-ons of Gmail leave this character on a line of its own."""


def without_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    """`lines` without a signature or footer at their end, and what stands below the footer of a phone or of a mailing
    list: programs quote there without any mark. A closing stays, and so does what somebody added below a signature.
    """
    below: list[str] = []
    for at, line in enumerate(lines):
        if line in {"-- ", "--"} and (end := _signature_end(lines, at)) is not None:
            lines = [*trimmed(lines[:at]), *([""] if trimmed(lines[end:]) else []), *trimmed(lines[end:])]
            break
        if _UNDERSCORES.fullmatch(line.strip()) and _is_list_footer(words := trimmed(lines[at + 1 :])):
            blank = next((n for n, word in enumerate(words) if not word.strip()), len(words))
            lines, below = lines[:at], trimmed(words[blank:])
            break
        if _stands_alone(lines, at) and _is_footer(line):
            lines, below = lines[:at], trimmed(lines[at + 1 :])
            break
    lines = without_footers(lines)
    while lines and (_RULE.fullmatch(lines[-1][:LONGEST_LINE]) or lines[-1] == _TRACKER):
        lines = without_footers(lines[:-1])
    return lines, below


def without_footers(lines: list[str]) -> list[str]:
    """`lines` without the footers of phones and programs at the very end."""
    lines = trimmed(lines)
    while lines and _is_footer(lines[-1][:LONGEST_LINE]):
        lines = trimmed(lines[:-1])
    return lines


def _signature_end(lines: list[str], at: int) -> int | None:
    """The index behind the signature whose dashes are at `at`; None where they start none.

    With ``-- ``, as programs write it (RFC 3676 section 4.3), everything below belongs to it but for a postscript;
    with ``--``, a paragraph of few short lines, of which the first names somebody where no blank line is above, and
    a name below.
    """
    filled = [n for n in range(at + 1, len(lines)) if lines[n].strip()]
    postscript = next((n for n in filled if _POSTSCRIPT.match(lines[n]) and not lines[n - 1].strip()), None)
    if lines[at] == "-- ":
        return len(lines) if postscript is None else postscript
    paragraph = (
        next((n for n in range(filled[0], len(lines)) if not lines[n].strip()), len(lines)) if filled else at + 1
    )
    if sum(n < paragraph for n in filled) > SIGNATURE_LINES:
        return None
    if at and lines[at - 1].strip() and not _is_name(lines[filled[0]] if filled else ""):
        return None
    rest = [lines[n] for n in filled if n >= paragraph]
    signs = len(rest) == 1 and _is_name(rest[0]) and all(word.istitle() for word in rest[0].split())
    return len(lines) if signs else paragraph


def _is_name(line: str) -> bool:
    words = line.split()
    return len(words) <= MOST_NAME_WORDS and not line.rstrip().endswith((".", "?", "!", ":", "…"))


def trimmed(lines: list[str]) -> list[str]:
    """Without blank lines at both ends."""
    start, end = 0, len(lines)
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return lines[start:end]


def _is_list_footer(words: list[str]) -> bool:
    """Whether a mailing list added this below its rule: few lines that say so, and end with an address or link of it.

    Forms, tables and sections of a customer's mail have rules and addresses too, but not those of a list.
    """
    if not 0 < len(words) <= 2 * SIGNATURE_LINES:
        return False
    lines = [line.strip()[:LONGEST_LINE].casefold() for line in words]
    told = [line for line in lines if any(name in line for name in phrases.LISTS)]
    places = [found for line in lines if (found := _PLACE.search(line))]
    names = {name for line in told if len(line) <= LONGEST_FOOTER for name in line.split()}
    return bool(told) and any(_OF_LIST.search(found[0]) or found[1] in names for found in places)


def _stands_alone(lines: list[str], at: int) -> bool:
    """Whether line `at` is a paragraph, with more above than a salutation."""
    above, below = lines[at - 1 : at], lines[at + 1 : at + 2]
    return at > 1 and not "".join(above + below).strip() and says_anything(lines[:at])


def _is_footer(line: str) -> bool:
    """Whether the line is one that phones and programs write: a form of theirs, and a device, program or link."""
    plain = _LINK.sub("", line).strip(" \t*_<>[]().").casefold()
    if (plain, "") in phrases.FOOTERS:
        return True
    if len(plain) > LONGEST_FOOTER or len(plain.split()) > MOST_FOOTER_WORDS or ", " in plain:
        return False
    is_form = any(plain.startswith(start) and plain.endswith(end) for start, end in phrases.FOOTERS)
    return is_form and (bool(_LINK.search(line)) or bool(_DEVICE.search(plain)) or _names_own(line))


def _names_own(line: str) -> bool:
    """Whether "my" stands in the line and only a name behind it: not so in "Sent from my hotel"."""
    words = line.strip(" \t*_<>[]()").split()
    at = next((n for n, word in enumerate(words) if word.casefold() in phrases.OWN), len(words))
    names = words[at + 1 :]
    return bool(names) and all(any(part.isupper() or part.isdigit() for part in word) for word in names)
