"""A reviewer's reply in hand, and the values that it leads to whatever its word is."""

from dataclasses import dataclass
from datetime import datetime

from mailagent.domain.case import Case
from mailagent.domain.commands import Verb
from mailagent.domain.escalation import Escalation, NewEscalation
from mailagent.domain.message import Message
from mailagent.mail.tokens import new_nonce
from mailagent.ports import DecidedBy, Handled
from mailagent.triage.engine import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class InHand:
    """A reviewer's `reply`, the question that it is about, and the customer's `message` that the question is about."""

    case: Case
    message: Message
    reply: Message
    question: Escalation
    reviewer: str

    @property
    def is_rejected(self) -> bool:
        """Whether the question was answered by a rejection, which leaves the case open."""
        return self.question.state == "decided" and self.question.verb == "reject"

    def decided(self, verb: Verb) -> DecidedBy:
        """The answer to the question."""
        return DecidedBy(
            revision=self.question.revision, reviewer=self.reviewer, verb=verb, after_rejection=self.is_rejected
        )

    def entry(self, *, rule: str, reason: str, note: str = "") -> dict[str, object]:
        """The reply's entry in the log."""
        entry: dict[str, object] = {
            "case": self.case.number,
            "message": self.reply.id,
            "disposition": "review",
            "rule": rule,
            "reason": reason,
        }
        return {**entry, "note": note} if note else entry

    def bare(self, *, at: datetime, rule: str, reason: str, note: str = "") -> Handled:
        """A commit that only logs the reply."""
        entry = self.entry(rule=rule, reason=reason, note=note)
        return Handled(message_id=self.reply.id, case_id=self.case.id, at=at, log={self.reply.id: entry})

    def asked_again(self, outcome: Outcome, *, due_at: datetime) -> NewEscalation:
        """The next question about the same message."""
        question, state = self.question, outcome.state
        return NewEscalation(
            case_id=question.case_id,
            revision=question.revision + 1,
            message_id=question.message_id,
            interrupt_id=outcome.interrupt_id or "",
            priority=question.priority,
            reason=question.reason,
            draft=state["response"],
            due_at=due_at,
            graph_state=state,
            assigned_to=question.assigned_to,
            nonce=new_nonce(),
        )
