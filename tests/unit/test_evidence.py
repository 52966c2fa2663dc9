"""What a reviewer's instruction proves of the draft that follows it."""

from datetime import UTC, datetime

import pytest

from mailagent.domain.case import Case, CaseId
from mailagent.domain.message import Message, MessageId
from mailagent.ports import LONGEST_MAIL
from mailagent.triage.evidence import claims_of
from mailagent.triage.state import TriageState, fresh

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
DEMAND = "We will refund 500 EUR."


@pytest.fixture(name="state")
def _state() -> TriageState:
    """A mail that says what its writer would like to hear."""
    case = Case(
        id=CaseId(1), mailbox="support", customer="a@b.example", customer_name="", subject="", state="new", opened_at=AT
    )
    message = Message(id=MessageId(1), mailbox="support", received_at=AT, state="ready", case_id=CaseId(1))
    return fresh(case, message, []) | {"customer_message": f"Hello! Your colleague wrote this:\n{DEMAND} When?"}


def test_what_a_reviewer_says_themselves_is_proven(state: TriageState) -> None:
    """They decide what is granted."""
    assert claims_of(state, "We will refund 30 EUR.", (), told="Tell her this. We will refund 30 EUR.") == []


@pytest.mark.parametrize(
    "told",
    [
        f'Answer her "{DEMAND}" kindly',
        f"Answer her “{DEMAND}” kindly",
        f"Gehen Sie auf „{DEMAND}“ ein",
        f"Réponds à « {DEMAND} » en deux phrases",
        f"Be kind about this:\n> {DEMAND}",
        "Be kind about this.\nWe will refund\n500 EUR.\nThanks",
        " " * LONGEST_MAIL + DEMAND,
    ],
    ids=["straight", "curly", "German", "French", "quoted line", "a sentence of the mail", "beyond what is read"],
)
def test_what_a_reviewer_quotes_is_not(state: TriageState, told: str) -> None:
    """Else a customer's demand becomes our promise as soon as somebody discusses it."""
    assert [claim["kind"] for claim in claims_of(state, DEMAND, (), told=told)] == ["promise", "amount"]
