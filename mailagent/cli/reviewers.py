"""``mailagent reviewer``: who may decide, and what a reply of theirs would do."""

import re
from datetime import timedelta
from pathlib import Path

from mailagent.cli.show import complain, print_facts, print_json, print_json_line, print_table, say
from mailagent.domain.belonging import misplaced
from mailagent.domain.case import CaseId, case_number
from mailagent.domain.decision import Decision, Known, Unclear, Weekday
from mailagent.domain.numbers import counted
from mailagent.errors import ConfigurationError, PermanentError
from mailagent.language.commands import vocabulary
from mailagent.mail.automatic import kind_of
from mailagent.mail.bounce import read_bounce
from mailagent.mail.parse import ParsedMail, parse
from mailagent.mail.reviewing import NOT_AS_SEEN, Style, Styles, doubt_about, read_reply, reply_text
from mailagent.settings import load_settings

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WORDS_LOST: dict[str, str] = {
    "REVIEW-01": "the reply has no text of its own",
    "REVIEW-02": "the first word is not one that decides",
    "REVIEW-03": "an approval came with a condition",
    "REVIEW-04": "a text or value is missing behind the word",
    "REVIEW-05": "two decisions in one reply",
    "REVIEW-06": "it could be the text or an instruction",
    "REVIEW-07": "a short text without a greeting, or an instruction, waits for a confirmation",
    "REVIEW-16": "it names something that is not known",
    "REVIEW-20": "it came to the reply address of a case that its subject does not name",
    "REVIEW-21": "its plain and its HTML version differ",
    "REVIEW-22": "the text may hold a quoted email",
    "REVIEW-23": "text in it is struck through",
    "REVIEW-24": "what stands below the quoted email may change it",
}
TWO_DECISIONS = "REVIEW-05"
"""Which of both was meant is not understood; of every other code the verb is told, and that it is held."""
_IN_ADDRESS = re.compile(r"\+r\.c([1-9]\d{0,14})\.\d{1,6}(?:\.[a-z2-7]{6})?\.[a-z][a-z2-7]{16}@", re.IGNORECASE)
_IN_ID = re.compile(
    r"<c([1-9]\d{0,14})\.(?:\d{1,6}\.(?:[a-z2-7]{6}\.)?[a-z2-7]{10}\.[a-z][a-z2-7]{16}|review)@", re.IGNORECASE
)
_IN_REF = re.compile(r"(?:^|[\s>*_|])ref\s{1,3}c-?([1-9]\d{0,14})\b", re.IGNORECASE)
_IN_SUBJECT = re.compile(r"\[?\bC-([1-9]\d{0,14})\b\]?")


def list_reviewers(config: Path, *, as_json: bool) -> None:
    """Print everybody who may decide."""
    rows = [
        {
            "name": person.name,
            "addresses": list(person.addresses),
            "groups": list(person.groups),
            "language": person.language,
            "signature": bool(person.signature),
        }
        for person in load_settings(config).reviewer
    ]
    if as_json:
        print_json(rows)
    else:
        shown = [{**row, "signature": "declared" if row["signature"] else ""} for row in rows]
        columns = {key: key.capitalize() for key in ("name", "addresses", "groups", "language", "signature")}
        print_table(columns, shown)


def read_replies(files: list[Path], config: Path, *, as_json: bool) -> int:
    """Print what each mail would do as a reviewer's reply; nothing is changed, and nobody's right to decide is checked.

    The words and reviewers of `config` count where that folder can be used. Returns 1 when a file could not be read.
    """
    styles, known = _configured(config)
    unread = 0
    for file in files:
        try:
            answer = _read(file.read_bytes(), styles, known)
        except OSError as error:
            answer = _nothing(f"the file could not be read: {error.strerror}")
            unread += 1
        except PermanentError as error:
            answer = _nothing(str(error))
        except Exception as error:  # noqa: BLE001 - one mail that we fail to read must not hide the others
            answer = _nothing(f"this mail could not be read: {type(error).__name__}: {error}")
        if as_json:
            print_json_line({"file": str(file), **answer})
        else:
            say(str(file), "bold")
            print_facts(answer)
    if unread:
        complain(f"{counted(unread, 'file')} could not be read.")
    return int(unread > 0)


def _configured(config: Path) -> tuple[Styles, Known]:
    """How reviewers write, and what SET knows; the shipped words where there is no configuration, or a wrong one."""
    try:
        settings = load_settings(config)
    except ConfigurationError as error:
        if config.is_dir():
            complain(f"{error}\nThe shipped words are used.")
        return Styles(others=Style(words=vocabulary())), {}
    return settings.styles(), settings.known_corrections()


def _read(raw: bytes, styles: Styles, known: Known) -> dict[str, object]:
    mail = parse(raw)
    case = _case(mail)
    number = None if case is None else case_number(case)
    kind = kind_of(mail, ours=(), bounced=read_bounce(raw, mail) is not None)
    if kind.kind != "person":
        return {**_nothing(f"{kind.kind}: {kind.reason}"), "case": number}
    style = styles.of(mail.sender)
    found = read_reply(reply_text(mail, style), style.words, known)
    if isinstance(found, Decision) and case is not None:
        found = misplaced(found, case, subject=mail.subject) or found
    doubt = doubt_about(mail, style)
    if isinstance(found, Decision) and doubt:
        found = Unclear(code=NOT_AS_SEEN[doubt], verb=found.verb)
    if isinstance(found, Decision):
        return {
            "verb": found.verb,
            "case": number,
            "text": found.text,
            "note": found.note,
            "code": None,
            "held": False,
            "reason": _told(found),
        }
    return {
        "verb": None if found.code == TWO_DECISIONS else found.verb,
        "case": number,
        "text": found.text,
        "note": "",
        "code": found.code,
        "held": found.verb is not None and found.code != TWO_DECISIONS,
        "reason": _why(found),
    }


def _nothing(reason: str) -> dict[str, object]:
    return {"verb": None, "case": None, "text": "", "note": "", "code": None, "held": False, "reason": reason}


def _why(found: Unclear) -> str:
    understood = f"{found.verb.upper()} was understood and is held: " if found.verb else ""
    quoted = f': "{found.detail}"' if found.detail else ""
    hint = f"; did you mean {found.suggestion}?" if found.suggestion else ""
    return f"{understood}{WORDS_LOST.get(found.code, found.code)}{quoted}{hint}"


def _told(found: Decision) -> str:
    """What was understood, in the words of the grammar."""
    said = [_one(one) for one in (*found.modifiers, found)]
    return f"the reply begins with {', then '.join(said)}"


def _one(found: Decision) -> str:
    arguments = [found.who, *(f"{key}={value}" for key, value in found.corrections)]
    if isinstance(found.until, timedelta):
        arguments.append(f"for {found.until}")
    elif isinstance(found.until, Weekday):
        arguments.append(f"until {DAYS[found.until.day]}{f' {found.until.at:%H:%M}' if found.until.at else ''}")
    return " ".join([found.verb.upper(), *filter(None, arguments)])


def _case(mail: ParsedMail) -> CaseId | None:
    """The case that a mail is about, by its reply address, the ids it answers, a Ref line or the subject:
    the signatures are not checked.
    """
    ids = [*mail.in_reply_to, *reversed(mail.references)]
    lines = [line for line in mail.full_text.split("\n") if len(line) < 200]  # noqa: PLR2004 - longer is prose
    places = ((_IN_ADDRESS, mail.recipients), (_IN_ID, ids), (_IN_REF, lines), (_IN_SUBJECT, [mail.subject]))
    found = (match for form, texts in places for match in map(form.search, texts) if match)
    return next((CaseId(int(match[1])) for match in found), None)
