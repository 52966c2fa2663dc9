"""The edges of the graph: pure functions of the state."""

from datetime import UTC, datetime

import pytest

from mailagent.domain.case import Case, CaseId
from mailagent.domain.message import Message, MessageId
from mailagent.domain.policy import Mode, Modes
from mailagent.domain.routing import Action, Conditions, Rule
from mailagent.triage import routes
from mailagent.triage.state import Ask, DecisionState, Found, TriageState, UnprovenClaim, fresh

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
ARTICLE = Found(
    id="a/b", title="A", category="a", text="Text.", score=1.0, automatic=True, section="", covered=1.0, language="en"
)
FOR_PEOPLE = Found(
    id="a/c", title="C", category="a", text="Text.", score=2.0, automatic=False, section="", covered=1.0, language="en"
)
DECISION = DecisionState(verb="approve", text="", note="", reviewer="Dana", message_id=2)
AUTO = Modes(overall="auto")
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
    assert routes.after_respond(state) == "escalate"
    state["disposition"] = "reply"
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
    assert routes.decide([REPLY_RULE], AUTO, state).rule == "all"
    assert routes.decide([ESCALATE_RULE], AUTO, state).priority == "urgent"
    assert routes.decide([], AUTO, state).rule == "no-rule"


@pytest.mark.parametrize("mode", ["auto", "suggest", "shadow"])
def test_a_failed_model_overrules_the_table(state: TriageState, mode: Mode) -> None:
    """Signals that were never measured must not route anything; also not to "ignore"."""
    state["failure"] = "classify: 503"
    found = routes.decide([IGNORE_RULE], Modes(overall=mode), state)

    assert (found.action, found.rule) == ("escalate", "model-failed")
    assert "classify: 503" in found.why


@pytest.mark.parametrize("rule", [REPLY_RULE, IGNORE_RULE])
def test_a_case_with_a_person_stays_there(state: TriageState, rule: Rule) -> None:
    """No machine answers, and none drops, what a colleague has taken on."""
    state["with_a_person"] = True
    found = routes.decide([rule], AUTO, state)

    assert (found.action, found.rule) == ("escalate", "with-a-person")
    assert routes.decide([ESCALATE_RULE], AUTO, state).rule == "ask"


def test_nobody_is_answered_who_must_not_be(state: TriageState) -> None:
    """The answer would go to a list, or to somebody else than the sender."""
    state["caution"] = "it came from a list"

    found = routes.decide([REPLY_RULE], AUTO, state)
    assert found.rule == "not-answerable"
    assert "it came from a list" in found.why
    assert routes.decide([IGNORE_RULE], AUTO, state).action == "ignore"


def test_suggest_reviews_every_reply(state: TriageState) -> None:
    """The draft is made as for an answer, grounded and checked, and then waits."""
    suggest = Modes(overall="suggest")
    assert routes.decide([REPLY_RULE], suggest, state).action == "reply"
    state["response"] = "Yes."
    assert routes.decide([REPLY_RULE], suggest, state).action == "escalate"


def test_a_category_may_have_a_mode_of_its_own(state: TriageState) -> None:
    """A team lets the machine answer about one matter first, and looks at everything else."""
    state["response"] = "Yes."
    modes = Modes(overall="suggest", by_category={"general": "auto"})

    state["category"] = "general"
    assert routes.decide([REPLY_RULE], modes, state).action == "reply"
    state["category"] = "billing"
    assert routes.decide([REPLY_RULE], modes, state).action == "escalate"
    state["category"] = ""
    assert routes.decide([REPLY_RULE], modes, state).action == "escalate"


def test_no_table_lets_out_what_nothing_proves(state: TriageState) -> None:
    """An admin who deletes the rule about claims must not send invented refunds."""
    state["response"] = "Your refund is on its way."
    state["claims"] = [UnprovenClaim(kind="promise", words="is on its way")]

    assert routes.decide([REPLY_RULE], AUTO, state).rule == "unproven-claim"
    state["claims"] = []
    assert routes.decide([REPLY_RULE], AUTO, state).action == "reply"


def test_no_table_lets_out_half_an_answer(state: TriageState) -> None:
    """A customer who asked two things and got one answer writes again, angrier."""
    state["response"] = "We take PayPal."
    state["asks"] = [
        Ask(text="PayPal?", found="a/b", article="a/b"),
        Ask(text="Where is my parcel?", found=None, article=None),
    ]

    assert routes.decide([REPLY_RULE], AUTO, state).rule == "ask-unanswered"
    state["asks"] = state["asks"][:1]
    assert routes.decide([REPLY_RULE], AUTO, state).action == "reply"


def test_rules_about_the_draft_wait_for_it(state: TriageState) -> None:
    """A rule on claims must not decide about a reply that nobody wrote yet."""
    rules = [
        Rule(name="proven", when=Conditions(unproven_claim=False), then="ignore", why="never"),
        Rule(name="claims", when=Conditions(unproven_claim=True), then="escalate", priority="urgent", why="look"),
        REPLY_RULE,
    ]

    assert routes.decide(rules, AUTO, state).rule == "all"
    state["response"] = "You get EUR 500."
    state["claims"] = [UnprovenClaim(kind="amount", words="EUR 500")]
    assert routes.decide(rules, AUTO, state).rule == "claims"


def test_a_best_article_for_people_only_is_no_answer(state: TriageState) -> None:
    """``answer: suggest`` means that a person must look first; the next best article is about something else."""
    rules = [Rule(name="none", when=Conditions(no_answer=True), then="escalate", why="nothing"), REPLY_RULE]

    assert routes.decide(rules, AUTO, state).rule == "all"
    state["kb_results"] = [FOR_PEOPLE, ARTICLE]
    assert routes.decide(rules, AUTO, state).rule == "none"
    state["kb_results"] = [ARTICLE, FOR_PEOPLE]
    assert routes.decide(rules, AUTO, state).rule == "all"
    state["kb_results"] = []
    assert routes.decide(rules, AUTO, state).rule == "none"
