"""What the graph knows about the message in hand: plain JSON values, so that any version can read a checkpoint."""

from collections.abc import Sequence
from typing import Literal, TypedDict

from mailagent.domain.case import Case
from mailagent.domain.commands import Verb
from mailagent.domain.message import Message
from mailagent.domain.person import greeting_name
from mailagent.domain.routing import Action, Priority
from mailagent.domain.signals import Sentiment
from mailagent.ports import LONGEST_MAIL, CustomerMail, Turn

HISTORY_LIMIT = 4_000
"""Characters of earlier mails of the case that a model sees, the newest kept."""


class Found(TypedDict):
    """One article that the search found; see `ports.Article`."""

    id: str
    title: str
    category: str
    text: str
    score: float
    automatic: bool
    section: str
    covered: float
    language: str


class Ask(TypedDict):
    """One question of the customer's; `found` is the id of the best article for it alone, `article` that of the one
    from which the drafted reply answers it.
    """

    text: str
    found: str | None
    article: str | None


class UnprovenClaim(TypedDict):
    """What the drafted reply says and nothing proves: see `domain.facts.Claim`, `language.recital` for the kind
    ``instructions``, or `language.blanks` for the kind ``blank``.
    """

    kind: str
    words: str


class DecisionState(TypedDict):
    """A reviewer's decision; `message_id` is the message that brought it."""

    verb: Verb
    text: str
    note: str
    reviewer: str
    message_id: int


class UsageState(TypedDict):
    """Model calls and tokens spent on this message, which model answered last, and what failed; see `ports.Usage`."""

    calls: int
    tokens_in: int
    tokens_out: int
    cost: float
    by: str
    problems: str


class TriageState(TypedDict):
    """The state of one message on its way through the graph. Every field is set afresh for each message.

    `resumed_by` is the message that ended the pause before, 0 where there was none.
    `signals` are those of `domain.signals` that the rules last saw, without sender and subject; what escalate adds to
    the state after them is for a person. Empty where no rule was asked.
    """

    message_id: int
    case_number: str
    subject: str
    customer_message: str
    quoted: str
    history: list[dict[str, str]]
    greeting_name: str
    sender: str
    mailbox: str
    has_attachments: bool
    caution: str
    no_cost: str
    case_language: str
    with_a_person: bool
    automatic_answers: int

    category: str
    sentiment: Sentiment
    sentiment_score: float
    mood_words: list[str]
    language: str
    wants_human: bool
    asks: list[Ask]
    complexity: float
    injection_suspected: bool
    confidence: float
    search_query: str
    kb_results: list[Found]
    claims: list[UnprovenClaim]

    signals: dict[str, object]
    disposition: Action
    rule: str
    because: list[str]
    priority: Priority
    escalated: bool
    escalation_reason: str
    summary: str
    suggested_fix: str
    response: str | None
    sources: list[str]
    instruction: str

    resumed_by: int
    decision: DecisionState | None
    feedback_score: int | None
    failure: str
    usage: UsageState
    log_entry: dict[str, object]


class NewDraft(TypedDict):
    """What a paused case is resumed with when a reviewer gave a text for the draft, or said how to change it: one of
    both is empty. It pauses again with the new draft.
    """

    kind: Literal["draft"]
    by: int
    text: str
    instruction: str


class FollowUp(TypedDict):
    """What a paused case is resumed with when the customer wrote again: the new message's fresh state."""

    kind: Literal["message"]
    by: int
    state: TriageState


class Reviewed(TypedDict):
    """What a paused case is resumed with when a reviewer decided."""

    kind: Literal["decision"]
    by: int
    decision: DecisionState


def fresh(
    case: Case, message: Message, history: Sequence[Turn], *, no_cost: str = "", language: str = ""
) -> TriageState:
    """The state before the first node. LangGraph keeps values from the message before, so nothing is left out.

    `no_cost` and `language` are those of `ports.CustomerMail`.
    """
    return TriageState(
        message_id=int(message.id),
        case_number=case.number,
        subject=message.subject,
        customer_message=message.text[:LONGEST_MAIL],
        quoted=message.quoted,
        history=_newest(history),
        greeting_name=greeting_name(message.sender_name),
        sender=message.sender or "",
        mailbox=message.mailbox,
        has_attachments=bool(message.attachments),
        caution=message.caution,
        no_cost=no_cost,
        case_language=language,
        with_a_person=case.with_a_person,
        automatic_answers=case.automatic_answers,
        category="",
        sentiment="neutral",
        sentiment_score=0.0,
        mood_words=[],
        language=language or "en",
        wants_human=False,
        asks=[],
        complexity=0.0,
        injection_suspected=False,
        confidence=0.0,
        search_query="",
        kb_results=[],
        claims=[],
        signals={},
        disposition="escalate",
        rule="",
        because=[],
        priority="normal",
        escalated=False,
        escalation_reason="",
        summary="",
        suggested_fix="",
        response=None,
        sources=[],
        instruction="",
        resumed_by=0,
        decision=None,
        feedback_score=message.rating,
        failure="",
        usage=UsageState(calls=0, tokens_in=0, tokens_out=0, cost=0.0, by="", problems=""),
        log_entry={},
    )


def customer_mail(state: TriageState) -> CustomerMail:
    """The part of the state that a model sees."""
    return CustomerMail(
        subject=state["subject"],
        text=state["customer_message"],
        quoted=state["quoted"],
        history=tuple(Turn(who=turn["who"], text=turn["text"]) for turn in state["history"]),
        no_cost=state["no_cost"],
        language=state["case_language"],
    )


def _newest(history: Sequence[Turn]) -> list[dict[str, str]]:
    kept: list[dict[str, str]] = []
    room = HISTORY_LIMIT
    for turn in reversed(history):
        text = turn.text[:room]
        if not text:
            break
        kept.append({"who": turn.who, "text": text})
        room -= len(text)
    return kept[::-1]
