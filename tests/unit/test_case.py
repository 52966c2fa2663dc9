"""Cases and their numbers."""

from datetime import UTC, datetime

import pytest

from mailagent.domain.case import Case, CaseId, CaseState, case_number, read_case_number
from mailagent.domain.message import Message, MessageId

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize("text", ["C-1042", "c-1042", "c1042", "1042", " C-1042 \n"])
def test_a_case_number_is_read_as_people_type_it(text: str) -> None:
    """Operators copy it from a subject or type it from memory."""
    assert read_case_number(text) == CaseId(1042)


@pytest.mark.parametrize("text", ["", "C-", "C--1", "C-1042x", "x1042", "-1", "1 042", "C-" + "9" * 16, "C-١٢"])
def test_anything_else_is_no_case_number(text: str) -> None:
    """A guess would show or decide another customer's case."""
    assert read_case_number(text) is None


@pytest.mark.parametrize(("state", "with_a_person"), [("new", 0), ("waiting", 1), ("open", 1), ("answered", 0)])
def test_a_case_is_with_a_person_while_one_is_asked_or_writes(state: CaseState, with_a_person: int) -> None:
    """No automatic answer may come between a person and their customer."""
    case = Case(
        id=CaseId(7), mailbox="support", customer="a@b.example", customer_name="", subject="", state=state, opened_at=AT
    )

    assert case.with_a_person is bool(with_a_person)
    assert case.number == case_number(CaseId(7)) == "C-7"


def test_a_message_without_a_case_says_so() -> None:
    """Better an error that names the message than a mail about the wrong case."""
    message = Message(id=MessageId(9), mailbox="support", received_at=AT, state="received")

    with pytest.raises(ValueError, match="message 9 belongs to no case"):
        _ = message.for_case
