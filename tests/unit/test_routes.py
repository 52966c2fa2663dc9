"""The edges of the graph: pure functions of the state."""

from datetime import UTC, datetime

import pytest

from mailagent.domain.case import Case, CaseId
from mailagent.domain.message import Message, MessageId
from mailagent.domain.policy import Mode
from mailagent.domain.routing import Action, Conditions, Rule
from mailagent.triage import routes
from mailagent.triage.state import DecisionState, Found, TriageState, fresh

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
ARTICLE = Found(id="a/b", title="A", category="a", text="Text.", score=1.0, automatic=True)
FOR_PEOPLE = Found(id="a/c", title="C", category="a", text="Text.", score=2.0, automatic=False)
DECISION = DecisionState(verb="approve", text="", note="", reviewer="Dana", message_id=2)
REPLY_RULE = Rule(name="all", then="reply", why="everything")
IGNORE_RULE = Rule(name="spam", then="ignore", why="spam")
ESCALATE_RULE = Rule(name="ask", then="escalate", priority="urgent", why="ask somebody")


@pytest.fixture(name="state")
def _state() -> TriageState:
    """A message that an article answers."""
    case = Case(
        id=CaseId(1), mailbox="support", customer="a@b.example", customer_name="", subject="", state="new", opened_at=AT
    )
    message = Message(id=MessageId(1), mailbox="support", received_at=AT, state="ready", case_id=CaseId(1))
    state = fresh(case, message, [])
    state["kb_results"] = [ARTICLE]
    return state


def test_a_rating_needs_no_triage(state: TriageState) -> None:
    """A model that reads "Rating: 4 of 5" would answer it."""
    assert routes.at_start(state) == "classify"
    state["feedback_score"] = 1
    assert routes.at_start(state) == "feedback"


@pytest.mark.parametrize(("action", "node"), [("reply", "respond"), ("escalate", "escalate"), ("ignore", "log")])
def test_the_disposition_is_followed(state: TriageState, action: Action, node: str) -> None:
    """Code decides where a message goes."""
    state["disposition"] = action

    assert routes.after_search(state) == node


def test_without_an_answer_a_person_takes_over(state: TriageState) -> None:
    """An empty reply is worse than a late one."""
    assert routes.after_respond(state) == "escalate"
    state["response"] = ""
    assert routes.after_respond(state) == "escalate"
    state["response"] = "Yes."
    assert routes.after_respond(state) == "log"


def test_only_an_undecided_question_waits(state: TriageState) -> None:
    """A decided one that waited again would hold the case for ever."""
    assert routes.after_log(state) == "end"
    state["escalated"] = True
    assert routes.after_log(state) == "await_review"
    state["decision"] = DECISION
    assert routes.after_log(state) == "end"


def test_a_follow_up_starts_over_and_a_decision_does_not(state: TriageState) -> None:
    """The pause ends in one of two ways."""
    assert routes.after_review(state) == "classify"
    state["decision"] = DECISION
    assert routes.after_review(state) == "feedback"


def test_the_table_decides_what_nothing_forbids(state: TriageState) -> None:
    """The ordinary case."""
    assert routes.decide([REPLY_RULE], "auto", state).rule == "all"
    assert routes.decide([ESCALATE_RULE], "auto", state).priority == "urgent"
    assert routes.decide([], "auto", state).rule == "no-rule"


@pytest.mark.parametrize("mode", ["auto", "suggest", "shadow"])
def test_a_failed_model_overrules_the_table(state: TriageState, mode: Mode) -> None:
    """Signals that were never measured must not route anything; also not to "ignore"."""
    state["failure"] = "classify: 503"
    found = routes.decide([IGNORE_RULE], mode, state)

    assert (found.action, found.rule) == ("escalate", "model-failed")
    assert "classify: 503" in found.why


@pytest.mark.parametrize("rule", [REPLY_RULE, IGNORE_RULE])
def test_a_case_with_a_person_stays_there(state: TriageState, rule: Rule) -> None:
    """No machine answers, and none drops, what a colleague has taken on."""
    state["with_a_person"] = True
    found = routes.decide([rule], "auto", state)

    assert (found.action, found.rule) == ("escalate", "with-a-person")
    assert routes.decide([ESCALATE_RULE], "auto", state).rule == "ask"


def test_nobody_is_answered_who_must_not_be(state: TriageState) -> None:
    """The answer would go to a list, or to somebody else than the sender."""
    state["caution"] = "it came from a list"

    found = routes.decide([REPLY_RULE], "auto", state)
    assert found.rule == "not-answerable"
    assert "it came from a list" in found.why
    assert routes.decide([IGNORE_RULE], "auto", state).action == "ignore"


def test_suggest_reviews_every_reply(state: TriageState) -> None:
    """See `apply_mode`: the graph must use it."""
    assert routes.decide([REPLY_RULE], "suggest", state).action == "escalate"


def test_a_best_article_for_people_only_is_no_answer(state: TriageState) -> None:
    """``answer: suggest`` means that a person must look first; the next best article is about something else."""
    rules = [Rule(name="none", when=Conditions(no_answer=True), then="escalate", why="nothing"), REPLY_RULE]

    assert routes.decide(rules, "auto", state).rule == "all"
    state["kb_results"] = [FOR_PEOPLE, ARTICLE]
    assert routes.decide(rules, "auto", state).rule == "none"
    state["kb_results"] = [ARTICLE, FOR_PEOPLE]
    assert routes.decide(rules, "auto", state).rule == "all"
    state["kb_results"] = []
    assert routes.decide(rules, "auto", state).rule == "none"
