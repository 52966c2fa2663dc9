"""The state before the first node: nothing of the message before may shine through."""

from dataclasses import replace
from datetime import UTC, datetime

from mailagent.domain.case import Case, CaseId
from mailagent.domain.message import Message, MessageId
from mailagent.ports import LONGEST_MAIL, CustomerMail, Turn
from mailagent.triage.state import HISTORY_LIMIT, TriageState, customer_mail, fresh

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
CASE = Case(
    id=CaseId(3),
    mailbox="support",
    customer="tom@customer.example",
    customer_name="Tom Weber",
    subject="Payment",
    state="waiting",
    opened_at=AT,
    automatic_answers=2,
)
MESSAGE = Message(
    id=MessageId(11),
    mailbox="support",
    received_at=AT,
    state="ready",
    case_id=CASE.id,
    caution="a list",
    sender="tom@customer.example",
    sender_name="Tom Weber",
    subject="Re: Payment",
    text="Which methods?",
)


def test_every_field_of_the_state_is_set_afresh() -> None:
    """LangGraph keeps a field that is left out: the last decision would decide the next message too."""
    assert fresh(CASE, MESSAGE, []).keys() == TriageState.__annotations__.keys()


def test_the_state_says_what_the_store_knows() -> None:
    """The rules see the case as it is now, not as it was."""
    state = fresh(CASE, replace(MESSAGE, rating=4), [])

    assert (state["case_number"], state["message_id"], state["greeting_name"]) == ("C-3", 11, "Tom")
    assert (state["caution"], state["with_a_person"], state["automatic_answers"]) == ("a list", True, 2)
    assert (state["feedback_score"], state["decision"], state["response"]) == (4, None, None)


def test_a_model_sees_a_bounded_part_of_a_mail() -> None:
    """A mail of a megabyte must not cost a megabyte of tokens."""
    assert fresh(CASE, replace(MESSAGE, text="x" * 50_000), [])["customer_message"] == "x" * LONGEST_MAIL


def test_the_newest_of_the_history_is_kept() -> None:
    """The thread's end says what the customer means by "it"."""
    turns = [Turn(who="customer", text=f"{n}" * 1_500) for n in range(6)]
    history = fresh(CASE, MESSAGE, turns)["history"]

    assert [turn["text"][0] for turn in history] == ["3", "4", "5"]
    assert sum(len(turn["text"]) for turn in history) == HISTORY_LIMIT


def test_a_model_sees_subject_text_and_history() -> None:
    """What it does not see it cannot leak."""
    turns = [Turn(who="customer", text="Cards?"), Turn(who="us", text="Yes.")]

    assert customer_mail(fresh(CASE, MESSAGE, turns)) == CustomerMail(
        subject="Re: Payment", text="Which methods?", history=tuple(turns)
    )
