"""``mailagent inspect`` and ``mailagent try``: what is read in a mail, and what would happen to it."""

import asyncio
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from mailagent.cli.show import complain, print_facts, print_json, print_json_line, say
from mailagent.domain.policy import SENDS
from mailagent.errors import PermanentError
from mailagent.events import configure_logging
from mailagent.language.identification import language_of
from mailagent.mail.automatic import Kind, kind_of
from mailagent.mail.bounce import read_bounce
from mailagent.mail.cautions import UNPROVEN, sender_verdict
from mailagent.mail.parse import parse

if TYPE_CHECKING:
    from mailagent.cli.trial import Tried
    from mailagent.settings import Settings
    from mailagent.triage.state import TriageState

ENOUGH_TO_TELL = 2_000
"""Characters from which a language is told."""


def inspect_mails(files: list[Path], *, as_json: bool) -> int:
    """One answer a mail; one that is no mail is ``aside`` with the reason. Returns 1 when a file could not be read,
    which is said on standard error; the others are answered all the same.
    """
    unread = 0
    for file in files:
        try:
            raw = file.read_bytes()
        except OSError as error:
            complain(f"{file}: {_reason(error)}")
            unread += 1
            continue
        try:
            answer = _inspect(raw)
        except PermanentError as error:
            answer = {"kind": "aside", "reason": str(error)}
        except Exception as error:  # noqa: BLE001 - one mail that we fail to read must not hide the others
            answer = {"kind": "aside", "reason": f"this mail could not be read: {type(error).__name__}: {error}"}
        if as_json:
            print_json_line({"file": str(file), **answer})
        else:
            say(str(file), "bold")
            print_facts(answer)
    return int(unread > 0)


def try_mail(file: Path, config: Path, *, as_json: bool) -> None:
    """Take the mail through the real graph, with nothing stored and nothing sent."""
    from mailagent.cli.trial_letter import letter_of  # noqa: PLC0415
    from mailagent.settings import load_settings  # noqa: PLC0415 - inspect needs neither settings nor the graph

    settings = load_settings(config)
    raw = read_mail(file)
    outcome = tried(file, raw, settings)
    state = outcome if isinstance(outcome, Kind) else outcome.state
    mode = settings.modes().of("" if isinstance(state, Kind) else state["category"])
    letter = None if isinstance(outcome, Kind) else letter_of(outcome, settings)
    found = {"sender": _sender(raw, settings), "mode": mode, **_facts(state)}
    if as_json:
        print_json({**found, "sends": SENDS[mode], "letter": letter and asdict(letter)})
        return
    results = found.pop("kb_results")
    response, fix = found.pop("response"), found.pop("suggested_fix")
    found["mode"] = f"{mode}: {SENDS[mode]}"
    print_facts({**found, "kb_results": [row["id"] for row in results] if isinstance(results, list) else []})
    for heading, text in (("Suggested fix", fix), ("Response", response)):
        if text and letter is None:
            say(f"\n{heading}", "bold")
            say(str(text))
    if letter is not None:
        say(f"\n{'Would be sent' if mode != 'shadow' else 'Would be sent in another mode'} to {letter.to}", "bold")
        say(f"Subject: {letter.subject}\n")
        say(letter.text)


def read_mail(file: Path) -> bytes:
    """The bytes of `file`; exits with 1 and the reason where it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        complain(f"{file}: {_reason(error)}")
        raise SystemExit(1) from None


def tried(file: Path, raw: bytes, settings: "Settings") -> "Tried | Kind":
    """Where the graph ends with the mail in `file`; exits with 1 and the reason where it is none."""
    from mailagent.cli.trial import Trial  # noqa: PLC0415 - inspect needs neither settings nor the graph
    from mailagent.wiring.trial import open_trial  # noqa: PLC0415

    async def main() -> "Tried | Kind":
        async with open_trial(settings) as engine:
            return await Trial(settings=settings, engine=engine).of_mail(raw)

    configure_logging(json_lines=not sys.stderr.isatty(), file=sys.stderr)
    try:
        return asyncio.run(main())
    except PermanentError as error:
        complain(f"{file}: {_reason(error)}")
        raise SystemExit(1) from None


def _sender(raw: bytes, settings: "Settings") -> str:
    """The address of a mail that was tried, and whether it is proven, as the daemon takes it."""
    mail = parse(raw)
    server = settings.review.trusted_server()
    verdict = sender_verdict(mail, server)
    proof = f"proven by {server}" if server else 'taken at its word (authentication = "off" in review.toml)'
    return f"{mail.sender or 'none'}: {proof if verdict == 'pass' else f'not proven: {UNPROVEN[verdict]}'}"


def _facts(state: "TriageState | Kind") -> dict[str, object]:
    if isinstance(state, Kind):
        return {
            "category": None,
            "sentiment": None,
            "sentiment_score": None,
            "language": None,
            "priority": None,
            "disposition": "ignore",
            "rule": f"intake:{state.kind}",
            "reason": state.reason,
            "because": [],
            "asks": [],
            "claims": [],
            "response": None,
            "suggested_fix": None,
            "kb_results": [],
        }
    return {
        "category": state["category"] or None,
        "sentiment": state["sentiment"],
        "sentiment_score": state["sentiment_score"],
        "language": state["language"],
        "priority": state["priority"],
        "disposition": state["disposition"],
        "rule": state["rule"],
        "reason": state["escalation_reason"],
        "because": state["because"],
        "asks": [ask["text"] for ask in state["asks"]],
        "claims": [claim["words"] for claim in state["claims"]],
        "response": state["response"],
        "suggested_fix": state["suggested_fix"] or None,
        "kb_results": [
            {"id": row["id"], "title": row["title"], "score": round(row["score"], 3)} for row in state["kb_results"]
        ],
    }


def _reason(error: PermanentError | OSError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _inspect(raw: bytes) -> dict[str, object]:
    mail = parse(raw)
    bounce = read_bounce(raw, mail)
    kind = kind_of(mail, ours=(), bounced=bounce is not None)
    return {
        "kind": kind.kind,
        "answerable": kind.answerable,
        "reason": kind.reason,
        "from": mail.sender_written,
        "subject": mail.subject,
        "date": mail.date and mail.date.isoformat(),
        "language": language_of((mail.text or mail.full_text)[:ENOUGH_TO_TELL]) or None,
        "text": mail.text,
        "full_text": mail.full_text,
        "quoted": mail.quoted,
        "message_id": mail.message_id,
        "in_reply_to": list(mail.in_reply_to),
        "references": list(mail.references),
        "reply_to": list(mail.reply_to),
        "list_id": mail.list_id,
        "attachments": [{"name": part.name, "type": part.type, "size": part.size} for part in mail.attachments],
        "defects": list(mail.defects),
        "bounce": bounce and asdict(bounce),
    }
