"""``mailagent inspect`` and ``mailagent try``: what is read in a mail, and what would happen to it."""

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from mailagent.adapters.offline_model import Languages
from mailagent.cli.show import complain, print_facts, print_json, print_json_line, say
from mailagent.domain.case import Case, CaseId
from mailagent.domain.message import Message, MessageId
from mailagent.errors import PermanentError
from mailagent.mail.automatic import kind_of
from mailagent.mail.bounce import read_bounce
from mailagent.mail.parse import ParsedMail, parse

ENOUGH_TO_TELL = 2_000
"""Characters from which a language is told."""


def inspect_mails(files: list[Path], *, as_json: bool) -> None:
    """One answer a file; a file that cannot be read is ``aside`` with the reason, and the next one goes on."""
    languages = Languages("")
    for file in files:
        try:
            answer = _inspect(file.read_bytes(), languages)
        except (PermanentError, OSError) as error:
            answer = {"kind": "aside", "reason": _reason(error)}
        except Exception as error:  # noqa: BLE001 - one mail that we fail to read must not hide the others
            answer = {"kind": "aside", "reason": f"this mail could not be read: {type(error).__name__}: {error}"}
        if as_json:
            print_json_line({"file": str(file), **answer})
        else:
            say(str(file), "bold")
            print_facts(answer)


def try_mail(file: Path, config: Path, *, as_json: bool) -> None:
    """Take the mail through the real graph, with nothing stored and nothing sent."""
    try:
        raw = file.read_bytes()
        mail = parse(raw)
    except (PermanentError, OSError) as error:
        complain(f"{file}: {_reason(error)}")
        raise SystemExit(1) from None
    found = asyncio.run(_try(mail, config, bounced=read_bounce(raw, mail) is not None))
    if as_json:
        print_json(found)
        return
    results = found.pop("kb_results")
    response, fix = found.pop("response"), found.pop("suggested_fix")
    print_facts({**found, "kb_results": [row["id"] for row in results] if isinstance(results, list) else []})
    for heading, text in (("Suggested fix", fix), ("Response", response)):
        if text:
            say(f"\n{heading}", "bold")
            say(str(text))


async def _try(mail: ParsedMail, config: Path, *, bounced: bool) -> dict[str, object]:
    from mailagent.settings import load_settings  # noqa: PLC0415 - inspect needs neither settings nor the graph
    from mailagent.wiring import try_message  # noqa: PLC0415

    settings = load_settings(config)
    kind = kind_of(mail, ours={row.address for row in settings.mailbox}, bounced=bounced)
    if kind.kind != "person":
        return {
            "category": None,
            "sentiment": None,
            "sentiment_score": None,
            "language": None,
            "priority": None,
            "disposition": "ignore",
            "rule": f"intake:{kind.kind}",
            "reason": kind.reason,
            "response": None,
            "suggested_fix": None,
            "kb_results": [],
        }
    now = datetime.now(UTC)
    message = Message(
        id=MessageId(1),
        mailbox=settings.mailbox[0].name,
        received_at=now,
        state="ready",
        caution="" if kind.answerable else kind.reason,
        sender=mail.sender,
        sender_name=mail.sender_name,
        subject=mail.subject,
        text=mail.text or mail.full_text,
    )
    case = Case(
        id=CaseId(1),
        mailbox=message.mailbox,
        customer=mail.sender or "",
        customer_name=mail.sender_name,
        subject=mail.subject,
        state="new",
        opened_at=now,
    )
    state = await try_message(settings, case, message)
    return {
        "category": state["category"] or None,
        "sentiment": state["sentiment"],
        "sentiment_score": state["sentiment_score"],
        "language": state["language"],
        "priority": state["priority"],
        "disposition": state["disposition"],
        "rule": state["rule"],
        "reason": state["escalation_reason"],
        "response": state["response"],
        "suggested_fix": state["suggested_fix"] or None,
        "kb_results": [
            {"id": row["id"], "title": row["title"], "score": round(row["score"], 3)} for row in state["kb_results"]
        ],
    }


def _reason(error: PermanentError | OSError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _inspect(raw: bytes, languages: Languages) -> dict[str, object]:
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
        "language": languages.of((mail.text or mail.full_text)[:ENOUGH_TO_TELL]) or None,
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
