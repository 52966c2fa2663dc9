"""The rule table: what admins write in ``routing.toml`` is what happens."""

from dataclasses import replace

import pytest

from mailagent.domain.routing import NO_RULE, Conditions, Disposition, Rule, Signals, route

SIGNALS = Signals(
    category="billing",
    sentiment="negative",
    sentiment_score=-0.4,
    language="de",
    wants_human=True,
    confidence=0.7,
    no_answer=False,
    automatic_answers=2,
)


@pytest.mark.parametrize(
    "condition",
    [
        Conditions(),
        Conditions(category="billing"),
        Conditions(sentiment="negative"),
        Conditions(sentiment_score_below=-0.39),
        Conditions(confidence_below=0.71),
        Conditions(wants_human=True),
        Conditions(no_answer=False),
        Conditions(language="de"),
        Conditions(automatic_answers_at_least=2),
        Conditions(automatic_answers_at_least=0),
        Conditions(category="billing", sentiment="negative", language="de", automatic_answers_at_least=1),
    ],
)
def test_conditions_that_are_true_hold(condition: Conditions) -> None:
    """A rule that does not fire lets mail through that a person wanted to see."""
    assert condition.hold(SIGNALS)


@pytest.mark.parametrize(
    "condition",
    [
        Conditions(category="product"),
        Conditions(sentiment="angry"),
        Conditions(sentiment_score_below=-0.4),
        Conditions(confidence_below=0.7),
        Conditions(wants_human=False),
        Conditions(no_answer=True),
        Conditions(language="en"),
        Conditions(automatic_answers_at_least=3),
        Conditions(category="billing", sentiment="negative", language="en"),
        Conditions(sentiment_score_below=1, confidence_below=0.1),
        Conditions(automatic_answers_at_least=0, no_answer=True),
    ],
)
def test_one_condition_that_is_not_true_is_enough_not_to_hold(condition: Conditions) -> None:
    """All of `when` must be true; below means below, not at."""
    assert not condition.hold(SIGNALS)


def test_the_first_rule_that_holds_decides() -> None:
    """Admins order the table by what matters most."""
    rules = [
        Rule(name="other", when=Conditions(category="product"), then="ignore", why="not this one"),
        Rule(name="first", when=Conditions(category="billing"), then="escalate", priority="urgent", why="money"),
        Rule(name="second", then="reply", why="everything"),
    ]

    assert route(rules, SIGNALS) == Disposition(action="escalate", priority="urgent", rule="first", why="money")
    assert route(rules, replace(SIGNALS, category="general")).rule == "second"


def test_without_a_matching_rule_a_person_decides() -> None:
    """A gap in the table must not answer or drop a customer."""
    assert route([], SIGNALS) == NO_RULE
    assert NO_RULE.action == "escalate"
