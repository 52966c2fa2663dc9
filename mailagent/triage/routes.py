"""Where the graph goes next: pure functions of the state."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from mailagent.domain.policy import Mode, apply_mode
from mailagent.domain.routing import Disposition, Rule, Signals, route
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
WITH_A_PERSON = Disposition(
    action="escalate",
    priority="normal",
    rule="with-a-person",
    why="the customer wrote again while a person has the case",
)


def decide(rules: Sequence[Rule], mode: Mode, state: TriageState) -> Disposition:
    """The rule table's disposition, within what the mode and the sender allow."""
    if state["failure"]:
        return replace(MODEL_FAILED, why=f"{MODEL_FAILED.why} ({state['failure']})")
    disposition = route(rules, _signals(state))
    if disposition.action != "escalate" and state["with_a_person"]:
        return WITH_A_PERSON
    if disposition.action == "reply" and state["caution"]:
        return replace(NOT_ANSWERABLE, why=f"{NOT_ANSWERABLE.why}: {state['caution']}")
    return apply_mode(mode, disposition)


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
    """Without an answer a person takes over."""
    return "log" if state["response"] else "escalate"


def after_log(state: TriageState) -> Literal["await_review", "end"]:
    """An escalation waits for its decision; everything else is done."""
    return "await_review" if state["escalated"] and state["decision"] is None else "end"


def after_review(state: TriageState) -> Literal["feedback", "classify"]:
    """A decision is recorded; a new message of the customer starts over."""
    return "classify" if state["decision"] is None else "feedback"


def _signals(state: TriageState) -> Signals:
    return Signals(
        category=state["category"],
        sentiment=state["sentiment"],
        sentiment_score=state["sentiment_score"],
        language=state["language"],
        wants_human=state["wants_human"],
        confidence=state["confidence"],
        no_answer=not state["kb_results"] or not state["kb_results"][0]["automatic"],
        automatic_answers=state["automatic_answers"],
    )
