"""Which mail about a waiting question is due: the latest that it has reached, and none that was written before."""

from datetime import UTC, datetime, timedelta

import pytest

from mailagent.domain.case import CaseId
from mailagent.domain.escalation import Waiting
from mailagent.domain.reminders import Stage, next_stage

ASKED = datetime(2026, 11, 16, 9, tzinfo=UTC)


def waiting(*, unreached: str = "", hours: int = 4) -> Waiting:
    """A question that is due after so many hours."""
    return Waiting(
        case_id=CaseId(1),
        revision=1,
        priority="normal",
        category="billing",
        opened_at=ASKED,
        due_at=ASKED + timedelta(hours=hours),
        unreached=unreached,
    )


@pytest.mark.parametrize(
    ("elapsed", "unreached", "done", "stage"),
    [
        (0.74, "", [], None),
        (0.75, "", [], "due_soon"),
        (0.75, "", ["due_soon"], None),
        (1, "", [], "overdue"),
        (1, "", ["due_soon"], "overdue"),
        (1, "", ["overdue"], None),
        (0, "away", [], "unreached"),
        (0.8, "away", [], "unreached"),
        (0.8, "away", ["unreached"], "due_soon"),
        (0.5, "away", ["unreached"], None),
        (1, "away", [], "overdue"),
    ],
)
def test_the_latest_stage_is_due_and_only_it(
    elapsed: float, unreached: str, done: list[Stage], stage: Stage | None
) -> None:
    """Two mails about one question within a minute are one too many."""
    assert next_stage(waiting(unreached=unreached), elapsed=elapsed, done=done, hands_on=True) == stage


def test_a_question_that_was_late_when_it_was_put_is_put_once() -> None:
    """Its digest says that it is overdue; the list repeats it each day."""
    assert next_stage(waiting(hours=-1), elapsed=1, done=[], hands_on=True) is None
    assert next_stage(waiting(hours=-1, unreached="away"), elapsed=1, done=[], hands_on=True) == "unreached"


def test_a_question_is_passed_on_only_where_there_is_somebody() -> None:
    """A second mail to a queue that is away helps nobody."""
    assert next_stage(waiting(unreached="away"), elapsed=0, done=[], hands_on=False) is None
