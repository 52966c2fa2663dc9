"""Where the answered mail starts: attribution lines, header blocks, and the rules that programs put above it."""

import re

from mailagent.mail import phrases

MARKER = "Write your decision above this line"
"""Reviewers answer above it; every mail that asks for a decision starts with it."""

LONGEST_ATTRIBUTION = 400
ATTRIBUTION_LINES = 5
HEADER_LINES = 12
MARKER_LINES = 3
"""Lines over which a program may wrap our marker."""
FRAMED_LINES = 3
"""Lines below a frame in which a header must start."""
LONG_RULE = 30
"""Characters of the rule that programs draw above the answered mail."""
LONG_FIELD = 50
"""Characters of a field that may go on in the next line."""
LONGEST_SALUTATION = 40
LONGEST_TAIL = 100

_MARK = re.compile(r"(?:\s{0,3}[>|]){1,9}\s?")
_DECORATION = re.compile(r"[\s>*_|]+")
_RULE = re.compile("\\s*[-_=\u2013\u2014*]{3,}\\s*")
_TIME = re.compile(r"\d{1,2}[:.h]\s?\d{2}")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_DATE_FIRST = re.compile(r"\d{1,4}(?:[-./]\d{1,2}[-./]\d{1,4}\b|\.? [^\W\d]{3,12}\.? \d{4})")
_ADDRESS = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,255}")
_BRACKETED = re.compile(r"<\s?(?:mailto:)?[^\s<>@]{1,64}@[^\s<>@]{1,255}\s?>")
_OPEN_BRACKET = re.compile(r"<[^<>]{0,300}$")
_FIELD = re.compile(r"[*_\s]{0,6}([^\W\d_][\w\s'-]{0,20}?)\s?[*_]{0,2}\s?[:\uff1a][*_\s]{0,4}(.*)")
_DATED_NAME = re.compile(
    r"\d{4}[-/]\d{1,2}[-/]\d{1,2} \d{1,2}:\d{2} (?:GMT|UTC)[+-]\d{1,2}:?\d{2}"
    r" ([^\W\d_][\w'-]{0,30}(?: [^\W\d_][\w'-]{0,30}){0,3}):?"
)
_GLUE = re.compile(rf"(?<=\S)\s{{0,3}}-{{2,9}}\s{{0,3}}(?=(?:{'|'.join(sorted(phrases.OPENERS))})\s)", re.IGNORECASE)
_SPACED = [re.escape(verb) for verb in phrases.WROTE if verb.islower()]
_UNSPACED = [re.escape(verb) for verb in phrases.WROTE if not verb.islower()]
"""Scripts without capitals write no blanks between words either."""
_WROTE_ME = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, phrases.WROTE_ME))})(?!\w)", re.IGNORECASE)
_SALUTATION = re.compile(rf"(?:{'|'.join(map(re.escape, phrases.SALUTATIONS))})(?!\w)[^?\d]*", re.IGNORECASE)
_WROTE = re.compile(rf"(?<!\w)(?:{'|'.join(_SPACED)})(?!\w)|{'|'.join(_UNSPACED)}", re.IGNORECASE)
_BEHIND = re.compile(
    rf".{{8,200}}[\w.-]@[\w.-]{{1,200}}[>)]{{1,2}}\s{{1,3}}(?:{'|'.join(_SPACED)})\s?:(?=\s)", re.IGNORECASE
)
_KINDS = (
    ("from", phrases.FROM), ("subject", phrases.SUBJECT), ("date", phrases.DATE), ("to", phrases.TO),
)  # fmt: skip
_FRAMED = re.compile(
    r"\s{0,9}[-_=*\u2013\u2014]{2,80}\s{0,3}([^\W\d_][\w' -]{2,40}?)\s{0,3}[-_=*\u2013\u2014]{2,80}\s{0,9}"
)


def find_quote(lines: list[str], quoted: list[bool]) -> int:
    """The index from which on everything is quoted; marks attribution lines above ``>`` lines in `quoted`."""
    for at, line in enumerate(lines):
        if quoted[at] or not line.strip():
            continue
        starts = _starts_original(lines, at) or is_header_block(lines, at) or _is_dated_name(lines, at)
        starts = starts or _is_ruled_sender(lines, at)
        if MARKER in line or starts:
            return _above_rules(lines, at)
        start = _attribution_start(lines, quoted, at)
        if start is None:
            continue
        following = next((n for n in range(at + 1, len(lines)) if lines[n].strip()), None)
        if following is None or not quoted[following]:
            whole = " ".join(lines[start : at + 1])
            is_digest = following is not None and MARKER in lines[following]
            if not (_TIME.search(whole) or _ADDRESS.search(whole) or is_digest):
                continue
            if is_digest or following is None or says_anything(lines[:start]):
                return start  # at the very top it says whose words follow, and theirs are all there is
        quoted[start : at + 1] = [True] * (at + 1 - start)
    return len(lines)


def closes_bracket(lines: list[str], at: int) -> bool:
    """Whether the ``>`` ends the address of a wrapped attribution line."""
    if at == 0 or len(lines[at]) > LONGEST_TAIL or not lines[at].rstrip().endswith(":"):
        return False
    above = lines[at - 1]
    opened = _OPEN_BRACKET.search(above) or lines[at].strip("> :").casefold() in phrases.WROTE
    return bool(opened) and not above.lstrip().startswith(">")


def tells_who(line: str) -> bool:
    """Whether a line names somebody, and says when or that they wrote; below it stands what they wrote."""
    dated = any(character.isdigit() for character in line)
    return bool(dated and len(line) <= LONGEST_ATTRIBUTION and (_ADDRESS.search(line) or _WROTE.search(line)))


def unglued(lines: list[str]) -> list[str]:
    """`lines` with an attribution on its own where a program put it behind the last words ("Thanks--- On Monday ...
    wrote:"), or the quote behind the attribution.
    """
    found: list[str] = []
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if len(line) > LONGEST_ATTRIBUTION or not _WROTE.search(line):
            found.append(line)
            continue
        starts = list(_GLUE.finditer(line))
        tail = line[starts[-1].end() :] if starts else ""
        if tail.rstrip().endswith(":") and tells_who(tail) and (below.startswith(">") or _TIME.search(tail)):
            found += [line[: starts[-1].start()], tail]
            continue
        behind = _BEHIND.match(line)
        whole = behind[0].casefold().split() if behind else [""]
        if behind and behind.end() < len(line) and whole[0] in phrases.OPENERS and _TIME.search(behind[0]):
            found += [behind[0], line[behind.end() :]]
        else:
            found.append(line)
    return found


def says_anything(lines: list[str]) -> bool:
    """Whether there is more than a lone salutation."""
    words = [line.strip() for line in lines if line.strip()]
    is_salutation = len(words) == 1 and len(words[0]) <= LONGEST_SALUTATION and _SALUTATION.fullmatch(words[0])
    return bool(words) and not is_salutation


def _attribution_start(lines: list[str], quoted: list[bool], end: int) -> int | None:
    """Where the attribution that ends on line `end` starts: "On 3 March, Jo <jo@example.com>", "wrote:"."""
    if not lines[end].rstrip(" \t*_-").endswith((":", "\uff1a", ">", *phrases.WROTE)):
        return None
    if lines[end].lstrip().startswith(">"):
        return _start_above(lines, end)
    follows = next((quoted[n] for n in range(end + 1, len(lines)) if lines[n].strip()), False)
    fallbacks: list[int] = []
    for start in range(end, max(end - ATTRIBUTION_LINES, -1), -1):
        if quoted[start] or not lines[start].strip():
            break
        whole = " ".join(line.strip() for line in lines[start : end + 1]).strip(" \t-\u2013\u2014_=*|").casefold()
        if len(whole) > LONGEST_ATTRIBUTION or "--- " in whole:
            break
        wrote = bool(_WROTE.search(whole))
        dated = any(character.isdigit() for character in whole)
        if _WROTE_ME.search(whole):
            return None
        if dated and wrote and whole.partition(" ")[0].strip(",") in phrases.OPENERS:
            return start
        if dated and _tells_when_and_who(whole, wrote=wrote, follows=follows):
            fallbacks.append(start)
    if fallbacks:
        return fallbacks[0]
    whole = lines[end].strip(" \t:*_-").casefold()
    named = whole.endswith(phrases.WROTE) and len(whole) <= LONGEST_TAIL
    return end if named and (follows or _BRACKETED.search(whole)) else None


def _start_above(lines: list[str], end: int) -> int | None:
    """Where an attribution starts whose address in brackets stands on lines of its own, the last with ``> wrote:``."""
    for start in range(end - 1, max(end - 2 * ATTRIBUTION_LINES, -1), -1):
        line = lines[start].casefold()
        if line.partition(" ")[0].strip(",") in phrases.OPENERS and _TIME.search(line):
            return start
        if len(line) > LONGEST_TAIL:
            return None
    return None


def _is_dated_name(lines: list[str], at: int) -> bool:
    """A paragraph of one line with a time, its zone and a name: how old programs of Google began a quote."""
    around = "".join(lines[max(at - 1, 0) : at] + lines[at + 1 : at + 2])
    found = _DATED_NAME.fullmatch(lines[at].strip()) if len(lines[at]) <= LONGEST_TAIL else None
    return found is not None and not around.strip() and all(word[0].isupper() for word in found[1].split())


def _tells_when_and_who(whole: str, *, wrote: bool, follows: bool) -> bool:
    """An attribution in any language and order: a time or date, an address near the end, a colon."""
    colon = whole.endswith((":", "\uff1a"))
    address = _ADDRESS.search(whole)
    if not address or not (follows or _BRACKETED.search(whole)):
        return False
    near_end = len(whole) - whole.rfind("@") <= LONGEST_TAIL
    if _TIME.search(whole) and (colon or (wrote and not whole.endswith(">"))):
        return wrote or near_end
    return near_end and bool((follows and colon) or (_DATE_FIRST.match(whole) and (follows or colon)))


def is_header_block(lines: list[str], at: int) -> bool:
    """Fields of a mail and a blank line below: From with an address and two more, or all that programs write, dated.
    A journey or a web form has some of them too, and goes on below.
    """
    if _field_name(lines[at]) is None:
        return False
    values: dict[str, str] = {}
    kind = ""
    end = next((n for n in range(at, len(lines)) if not lines[n].strip()), len(lines))
    below = next((n for n in range(end, len(lines)) if lines[n].strip()), end)
    if any(map(_is_message_field, [*lines[at : min(end, at + HEADER_LINES)], *lines[below : below + 1]])):
        return False
    whole = end - at <= HEADER_LINES and _ends_header(lines, end)
    for line in lines[at : min(end, at + HEADER_LINES)]:
        name = _field_name(line)
        kind = next((kind for kind, words in _KINDS if name in words), name) if name else kind
        values[kind] = f"{values.get(kind, '')} {line}"
    dated = bool(_TIME.search(values.get("date", "")))
    complete = dated and bool(_YEAR.search(values["date"])) and {"to", "subject"} <= values.keys()
    if not whole:
        return complete and "@" in values.get("from", "") and next(iter(values)) in ("from", "date")
    if "from" not in values:
        above = lines[at - 1] if at else ""
        return {"date", "to"} <= values.keys() and "@" in values["to"] and dated and not above.strip()
    if "@" in values["from"]:
        return len(values) > 2  # noqa: PLR2004 - From and two
    return complete


def _is_ruled_sender(lines: list[str], at: int) -> bool:
    """Whether the line below a program's rule is From with an address, and it or the next ones tell when."""
    if not at or len(lines[at - 1].strip()) < LONG_RULE or not _RULE.fullmatch(lines[at - 1]):
        return False
    told = " ".join(lines[at : at + FRAMED_LINES])
    is_sender = _field_name(lines[at]) in phrases.FROM and "@" in lines[at] and bool(_YEAR.search(told))
    return is_sender and bool(_TIME.search(told)) and not any(map(_is_message_field, lines[at : at + HEADER_LINES]))


def _ends_header(lines: list[str], end: int) -> bool:
    """Whether the last line above `end` is a field of a mail or the rest of one."""
    last, above = lines[end - 1], lines[end - 2] if end > 1 else ""
    if _field_name(last):
        return True
    return not _FIELD.fullmatch(last) and (last[:1].isspace() or "@" in last or len(above) >= LONG_FIELD)


def _is_message_field(line: str) -> bool:
    """Whether a web form gives the text there: "Your message: ..."."""
    found = _FIELD.fullmatch(line)
    return found is not None and found[1].strip().casefold().endswith(phrases.MESSAGE)


def _field_name(line: str) -> str | None:
    found = _FIELD.fullmatch(line)
    name = found[1].strip().casefold() if found else ""
    is_known = name in phrases.OTHER_FIELDS or any(name in words for _, words in _KINDS)
    return name if is_known else None


def _starts_original(lines: list[str], at: int) -> bool:
    found = _FRAMED.fullmatch(lines[at])
    inside = found[1].strip().casefold() if found else ""
    if inside in phrases.ORIGINAL or lines[at].strip().casefold() in phrases.FORWARDED:
        return True
    below = lines[at + 1 : at + 1 + FRAMED_LINES]
    return inside.endswith(phrases.MESSAGE) and any(_field_name(line) for line in below)


def _above_rules(lines: list[str], at: int) -> int:
    """`at`, or the rule of dashes or underscores above it."""
    start = at
    while start and (not lines[start - 1].strip() or _RULE.fullmatch(lines[start - 1])):
        start -= 1
    return start


def digest_start(lines: list[str]) -> int | None:
    """Where a quoted mail of ours that asks for a decision starts, with what a program put directly above it; None
    where there is none.
    """
    bare = [_MARK.sub("", line) for line in lines]
    marked = (at for at in range(len(bare)) if MARKER in joined(bare[at : at + MARKER_LINES]))
    found = next(marked, None)
    if found is None:
        return None
    start = found
    while MARKER in joined(bare[start + 1 : start + 1 + MARKER_LINES]):
        start += 1
    at = _last_filled(bare, start)
    if at >= 0 and _field_name(bare[at]):
        blank = next((n for n in range(at, -1, -1) if not bare[n].strip()), -1)
        start = next((n for n in range(blank + 1, at + 1) if is_header_block(bare[: at + 1], n)), start)
    elif at >= 0:
        attribution = _attribution_start(bare, [n >= start for n in range(len(bare))], at)
        start = attribution if attribution is not None else at if tells_who(bare[at]) else start
    start = _above_rules(bare, start)
    at = _last_filled(bare, start)
    return _above_rules(bare, at) if at >= 0 and _starts_original(bare, at) else start


def joined(lines: list[str]) -> str:
    """`lines` as one, without the marks of quotes and of stress."""
    return " ".join(" ".join(_DECORATION.sub(" ", line) for line in lines).split())


def _last_filled(lines: list[str], end: int) -> int:
    """The index of the last line above `end` with text, -1 where there is none."""
    return next((n for n in range(end - 1, -1, -1) if lines[n].strip()), -1)
