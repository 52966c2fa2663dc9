"""When a question that nobody decides is put again, and to whom.

Each stage of a question is one mail, under a key of its own: a stage that was passed while mailagent did not run is
left out, and nothing goes out twice, whatever restarts in between.
"""

from collections.abc import Collection
from typing import Literal

from mailagent.domain.case import CaseId
from mailagent.domain.escalation import Waiting

Stage = Literal["unreached", "due_soon", "overdue"]
"""unreached: the digest came back, or found a reviewer away; due_soon: three quarters of the deadline are over."""
STAGES: tuple[Stage, ...] = ("unreached", "due_soon", "overdue")
DUE_SOON = 0.75
"""The share of a deadline after which the queue is reminded."""


def next_stage(question: Waiting, *, elapsed: float, done: Collection[Stage], hands_on: bool) -> Stage | None:
    """The stage that `question` is at, unless its mail is written already. `hands_on` says whether there is somebody
    else to ask. A question that was overdue when it was put, since its customer wrote again, is put once.
    """
    was_late = question.due_at <= question.opened_at
    stage: Stage | None = None
    if elapsed >= 1 and not was_late:
        stage = "overdue"
    elif question.unreached and hands_on and "unreached" not in done:
        stage = "unreached"
    elif elapsed >= DUE_SOON and not was_late:
        stage = "due_soon"
    return None if stage in done else stage


def digest_key(case_id: CaseId, revision: int) -> str:
    """The key of the mail that puts a question first."""
    return f"{case_id}:{revision}:digest"


def reminder_key(case_id: CaseId, revision: int, stage: Stage) -> str:
    """The key of the mail that puts a question again."""
    return f"{case_id}:{revision}:reminder:{stage}"
