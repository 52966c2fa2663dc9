"""What mails to reviewers tell of a question: the digest and the reminder say the same of it."""

from datetime import datetime
from functools import partial
from typing import cast

from mailagent.domain.case import Case
from mailagent.domain.dead_links import links_from
from mailagent.domain.escalation import Escalation, NewEscalation
from mailagent.domain.message import Message
from mailagent.domain.times import spoken_duration, spoken_time
from mailagent.letters.desk import MAILTO_LIMIT, Stationery
from mailagent.mail.compose import clean_header
from mailagent.triage.state import TriageState

CUSTOMER_TEXT_LIMIT = 2_000
UNKNOWN = "unknown sender"
SUREST = 99
"""Percent: a model that says 1.0 is wrong now and then, too."""


def question_values(
    paper: Stationery, case: Case, message: Message, question: NewEscalation, state: TriageState
) -> dict[str, object]:
    """The facts, the draft and the buttons of one question. What the buttons write decides it, whoever presses them,
    if that is a reviewer.
    """
    desk = paper.desk(case.mailbox)
    now = paper.clock.now()
    decide_url = partial(desk.decide_url, question, subject=f"Re: {review_subject(case)}")
    draft = state["response"]
    modify_url = decide_url(body=f"MODIFY\n\n{draft or ''}\n")
    if len(modify_url) > MAILTO_LIMIT:
        modify_url = decide_url(body="MODIFY\n\n")
    return {
        "case_number": case.number,
        "subject": case.subject or "(no subject)",
        "priority": question.priority,
        "due": spoken_time(question.due_at, now=now, zone=paper.zone),
        "time_left": time_left(question.due_at, now=now),
        "category": state["category"] or "unknown",
        "sentiment": state["sentiment"],
        "summary": state["summary"],
        "why": question.reason,
        "rule": state["rule"],
        "draft": draft,
        "draft_missing": _why_no_draft(state),
        "approve_url": decide_url(body="APPROVE\n") if draft else None,
        "modify_url": modify_url,
        "reject_url": decide_url(body="REJECT\n"),
        "close_url": decide_url(body="CLOSE\n"),
        "has_sender": message.sender is not None,
        "customer_name": message.sender_name,
        "received": spoken_time(message.received_at, now=now, zone=paper.zone),
        "customer_text": message.text[:CUSTOMER_TEXT_LIMIT],
        "customer_text_cut": len(message.text) > CUSTOMER_TEXT_LIMIT,
        "company": paper.company,
        "ref": desk.review_reference(question),
        "caution": message.caution,
        "claims": list(dict.fromkeys(claim["words"] for claim in state["claims"])),
        "open_asks": _open_asks(state),
    }


def case_facts(paper: Stationery, case: Case, question: Escalation) -> dict[str, object]:
    """What WHY and STATUS tell of a case and its question."""
    state = cast("TriageState", question.graph_state)
    usage = state["usage"]
    now = paper.clock.now()
    return {
        "state": case.state,
        "subject": case.subject or "(no subject)",
        "customer": f"{case.customer_name or case.customer} <{case.customer}>" if case.customer else UNKNOWN,
        "opened": spoken_time(case.opened_at, now=now, zone=paper.zone),
        "due": spoken_time(question.due_at, now=now, zone=paper.zone),
        "priority": question.priority,
        "assigned_to": ", ".join(question.assigned_to),
        "decided": f"{question.decided_by}: {question.verb}" if question.verb else None,
        "category": state["category"] or "unknown",
        "confidence_percent": min(round(state["confidence"] * 100), SUREST),
        "sentiment": state["sentiment"],
        "mood_words": state["mood_words"],
        "rule": state["rule"],
        "why": question.reason,
        "because": state["because"],
        "sources": state["sources"],
        "claims": [claim["words"] for claim in state["claims"]],
        "asks": [{"text": ask["text"], "article": ask["article"] or ask["found"]} for ask in state["asks"]],
        "model": usage["by"] or "offline",
        "tokens": usage["tokens_in"] + usage["tokens_out"],
        "cost": usage["cost"],
    }


def background(message: Message, state: TriageState) -> dict[str, object]:
    """What only a digest shows: what was found in the mail, the titles of the articles behind the draft, or that were
    found, and the links that the suggested fix has from them; and where this mail rates an answer, what the customer
    had asked and what we answered, else empty.
    """
    titles = {article["id"]: article["title"] for article in state["kb_results"]}
    ours = "\n".join(part for one in state["kb_results"] for part in (one["id"], one["title"], one["text"]))
    turns = state["history"] if state["feedback_score"] is not None else []
    answers = [at for at, turn in enumerate(turns) if turn["who"] == "us"]
    asked = turns[: answers[-1]] if answers else turns
    return {
        "confidence_percent": min(round(state["confidence"] * 100), SUREST) if state["category"] else None,
        "sentiment_score": state["sentiment_score"],
        "mood_words": state["mood_words"],
        "customer_address": message.sender or "",
        "quoted_text": message.quoted[:CUSTOMER_TEXT_LIMIT],
        "attachments": list(message.attachments),
        "suggested_fix": state["suggested_fix"],
        "our_links": links_from(state["suggested_fix"], ours),
        "because": state["because"],
        "sources": [titles.get(source, source) for source in state["sources"]],
        "asked_before": next((turn["text"] for turn in reversed(asked) if turn["who"] == "customer"), ""),
        "answered_before": turns[answers[-1]]["text"] if answers else "",
    }


def review_subject(case: Case) -> str:
    """``[C-1042] Payment methods``: the same for the life of the case, or mail programs split its thread."""
    return f"[{case.number}] {clean_header(case.subject) or '(no subject)'}"


def time_left(due_at: datetime, *, now: datetime) -> str:
    """``3 h 40 min left`` or ``overdue by 20 min``."""
    if now <= due_at:
        return f"{spoken_duration(due_at - now)} left"
    return f"overdue by {spoken_duration(now - due_at)}"


def _open_asks(state: TriageState) -> list[str]:
    """What the draft leaves out of what the customer asks; nothing where the draft was not made from articles alone."""
    if not any(ask["article"] for ask in state["asks"]):
        return []
    return [ask["text"] for ask in state["asks"] if ask["article"] is None]


def _why_no_draft(state: TriageState) -> str:
    if state["failure"]:
        return "the model gave no usable result."
    if state["feedback_score"] is not None:
        return "our answer did not help, and needs a person's words."
    return "no article answers this message."
