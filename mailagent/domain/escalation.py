"""An escalation: one question to a reviewer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mailagent.domain.case import CaseId
from mailagent.domain.decision import Verb
from mailagent.domain.message import MessageId
from mailagent.domain.routing import Priority

EscalationState = Literal["open", "decided", "superseded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEscalation:
    """A question about to be put. `graph_state` is the state at the pause: plain JSON, enough to rebuild the pause
    when the checkpoint is lost. `interrupt_id` names the pause that a decision resumes.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation(NewEscalation):
    """A stored question with its answer."""

    state: EscalationState
    opened_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    verb: Verb | None = None
