"""An escalation: one question to a reviewer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mailagent.domain.case import CaseId
from mailagent.domain.commands import Verb
from mailagent.domain.message import MessageId
from mailagent.domain.routing import Priority

EscalationState = Literal["open", "decided", "superseded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEscalation:
    """A question about to be put. `graph_state` is the state at the pause: plain JSON, enough to rebuild the pause
    when the checkpoint is lost. `interrupt_id` names the pause that a decision resumes. `assigned_to` are the
    addresses of the reviewers whose it is, empty where it is everybody's. `nonce` tells it from a question that had the
    same case and revision before the database was restored from a backup; it is empty for old ones.
    """

    case_id: CaseId
    revision: int
    message_id: MessageId
    interrupt_id: str
    priority: Priority
    reason: str
    draft: str | None
    due_at: datetime
    graph_state: Mapping[str, object]
    assigned_to: tuple[str, ...] = ()
    nonce: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation(NewEscalation):
    """A stored question with its answer. `decision_id` is the message that decided it; nobody is reminded of it
    before `snoozed_until`.
    """

    state: EscalationState
    opened_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    verb: Verb | None = None
    decision_id: MessageId | None = None
    snoozed_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What is known of an open question without reading all of it. `unreached` says in words why its digest found
    nobody: it came back, or a reviewer is away; it is empty as far as we know that somebody has it.
    """

    case_id: CaseId
    revision: int
    priority: Priority
    category: str
    opened_at: datetime
    due_at: datetime
    unreached: str
    assigned_to: tuple[str, ...] = ()
    snoozed_until: datetime | None = None
