"""Where the graph goes next: pure functions of the state."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from mailagent.domain.facts import largest_amount
from mailagent.domain.policy import Modes, apply_mode
from mailagent.domain.routing import Disposition, Rule, route
from mailagent.domain.signals import Signals
from mailagent.language.claims import CLAIM_WORDS
from mailagent.triage.state import TriageState

MODEL_FAILED = Disposition(
    action="escalate", priority="high", rule="model-failed", why="the model gave no usable result; a person decides"
)
NO_GROUNDED_ANSWER = Disposition(
    action="escalate", priority="high", rule="no-grounded-answer", why="the articles found do not answer this message"
)
NOT_ANSWERABLE = Disposition(
    action="escalate",
    priority="normal",
    rule="not-answerable",
    why="no automatic answer may go to this sender",
)
UNPROVEN_CLAIM = Disposition(
    action="escalate",
    priority="high",
    rule="unproven-claim",
    why="the drafted reply says something that neither an article nor the customer's mail says",
)
ASK_UNANSWERED = Disposition(
    action="escalate",
    priority="high",
    rule="ask-unanswered",
    why="the articles do not answer everything that the customer asks",
)
LOW_RATING = 2
"""Of 5: up to here an answer did not help."""
BADLY_RATED = Disposition(
    action="escalate", priority="high", rule="low-rating", why="the customer rated our answer {} of 5"
)
WITH_A_PERSON = Disposition(
    action="escalate",
    priority="normal",
    rule="with-a-person",
    why="the customer wrote again while a person has the case",
)


def decide(rules: Sequence[Rule], modes: Modes, state: TriageState) -> Disposition:
    """The rule table's disposition, within what the sender, the drafted reply and the mode allow.

    It is asked before a reply is drafted, and again with what is known about the draft. No table can let out a reply
    that claims what nothing proves or leaves a question open.
    """
    if state["failure"]:
        return replace(MODEL_FAILED, why=f"{MODEL_FAILED.why} ({state['failure']})")
    signals = signals_of(state)
    disposition = route(rules, signals)
    if disposition.action != "escalate" and state["with_a_person"]:
        return WITH_A_PERSON
    if disposition.action != "reply":
        return disposition
    drafted = state["response"] is not None
    return _held_back(state, signals) or (
        apply_mode(modes.of(state["category"]), disposition) if drafted else disposition
    )


def _held_back(state: TriageState, signals: Signals) -> Disposition | None:
    """Why a reply does not leave although a rule lets it."""
    if state["caution"]:
        return replace(NOT_ANSWERABLE, why=f"{NOT_ANSWERABLE.why}: {state['caution']}")
    if signals.unproven_claim:
        return UNPROVEN_CLAIM
    return ASK_UNANSWERED if signals.ask_unanswered else None


def at_start(state: TriageState) -> Literal["classify", "feedback"]:
    """A rating needs no triage."""
    return "classify" if state["feedback_score"] is None else "feedback"


def after_search(state: TriageState) -> Literal["respond", "escalate", "log"]:
    """Follow the disposition."""
    match state["disposition"]:
        case "reply":
            return "respond"
        case "escalate":
            return "escalate"
        case "ignore":
            return "log"


def after_respond(state: TriageState) -> Literal["log", "escalate"]:
    """Without an answer that may be sent a person takes over."""
    return "log" if state["response"] and state["disposition"] == "reply" else "escalate"


def after_log(state: TriageState) -> Literal["await_review", "end"]:
    """An escalation waits for its decision; everything else is done."""
    return "await_review" if state["escalated"] and state["decision"] is None else "end"


def after_review(state: TriageState) -> Literal["feedback", "revise", "log", "classify"]:
    """A decision is recorded; a draft is written anew, or was given and waits again; a new message of the customer,
    which has no draft yet, starts over.
    """
    if state["decision"] is not None:
        return "feedback"
    if state["instruction"]:
        return "revise"
    return "classify" if state["response"] is None else "log"


def after_feedback(state: TriageState) -> Literal["escalate", "log"]:
    """Who was not helped gets a person."""
    return "escalate" if state["decision"] is None and state["disposition"] == "escalate" else "log"


def signals_of(state: TriageState) -> Signals:
    """What the rules see. About the reply nothing is known before it is drafted."""
    drafted = state["response"] is not None
    return Signals(
        category=state["category"],
        sentiment=state["sentiment"],
        sentiment_score=state["sentiment_score"],
        language=state["language"],
        wants_human=state["wants_human"],
        complexity=state["complexity"],
        injection_suspected=state["injection_suspected"],
        confidence=state["confidence"],
        no_answer=not state["kb_results"] or not state["kb_results"][0]["automatic"],
        ask_unanswered=any(ask["article"] is None for ask in state["asks"]) if drafted else None,
        unproven_claim=bool(state["claims"]) if drafted else None,
        amount=largest_amount(f"{state['subject']}\n{state['customer_message']}", CLAIM_WORDS),
        automatic_answers=state["automatic_answers"],
        has_attachments=state["has_attachments"],
        sender=state["sender"],
        subject=state["subject"],
        mailbox=state["mailbox"],
    )
