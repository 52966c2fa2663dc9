"""The rule table: what admins write in ``routing.toml`` is what happens."""

from dataclasses import fields, replace

import pytest

from mailagent.domain.routing import NO_RULE, TESTS, Conditions, Disposition, Rule, explain, route, unreachable
from mailagent.domain.signals import Signals
from mailagent.settings.sections import When

SIGNALS = Signals(
    category="billing",
    sentiment="negative",
    sentiment_score=-0.4,
    confidence=0.7,
    complexity=0.5,
    language="de",
    wants_human=True,
    injection_suspected=False,
    no_answer=False,
    ask_unanswered=True,
    unproven_claim=False,
    amount=39.9,
    automatic_answers=2,
    has_attachments=True,
    sender="eva@mail.customer.example",
    subject="Rückerstattung für LF-20417",
    mailbox="support",
)
HOLD: list[Conditions] = [
    {},
    {"category": ("billing",)},
    {"category": ("product", "billing")},
    {"sentiment": ("negative", "angry")},
    {"language": ("de",)},
    {"mailbox": ("support",)},
    {"sender": ("eva@mail.customer.example",)},
    {"sender_domain": ("customer.example",)},
    {"sender_domain": ("mail.customer.example",)},
    {"subject_matches": "LF-\\d{5}$"},
    {"subject_matches": "^rück"},
    {"wants_human": True},
    {"injection_suspected": False},
    {"no_answer": False},
    {"ask_unanswered": True},
    {"unproven_claim": False},
    {"has_attachments": True},
    {"sentiment_score_below": -0.39},
    {"confidence_below": 0.71},
    {"complexity_above": 0.49},
    {"amount_over": 39},
    {"automatic_answers_at_least": 2},
    {"automatic_answers_at_least": 0},
    {"category": ("billing",), "sentiment": ("negative",), "language": ("de",), "automatic_answers_at_least": 1},
]
FAIL: list[Conditions] = [
    {"category": ("product",)},
    {"sentiment": ("angry", "positive")},
    {"language": ("en",)},
    {"mailbox": ("sales",)},
    {"sender": ("eva@customer.example",)},
    {"sender_domain": ("tomer.example",)},
    {"sender_domain": ("x.mail.customer.example",)},
    {"subject_matches": "^LF"},
    {"wants_human": False},
    {"injection_suspected": True},
    {"no_answer": True},
    {"ask_unanswered": False},
    {"unproven_claim": True},
    {"has_attachments": False},
    {"sentiment_score_below": -0.4},
    {"confidence_below": 0.7},
    {"complexity_above": 0.5},
    {"amount_over": 39.9},
    {"automatic_answers_at_least": 3},
    {"category": ("billing",), "sentiment": ("negative",), "language": ("en",)},
    {"sentiment_score_below": 1, "confidence_below": 0.1},
]
UNKNOWN = replace(SIGNALS, ask_unanswered=None, unproven_claim=None, amount=None)


def test_every_condition_is_documented_and_tried() -> None:
    """A condition that admins may write and that nothing compares would never hold, in silence."""
    assert set(When.model_fields) == set(TESTS) == set(Conditions.__annotations__)
    assert {key for conditions in HOLD for key in conditions} == set(TESTS)
    assert {key for conditions in FAIL for key in conditions} == set(TESTS)
    assert {name for name, _ in TESTS.values()} - {"sender_domain"} == {field.name for field in fields(Signals)}


@pytest.mark.parametrize("when", HOLD)
def test_conditions_that_are_true_hold(when: Conditions) -> None:
    """A rule that does not fire lets mail through that a person wanted to see."""
    assert route([Rule(name="it", when=when, then="escalate", why="")], SIGNALS).rule == "it"


@pytest.mark.parametrize("when", FAIL)
def test_one_condition_that_is_not_true_is_enough_not_to_hold(when: Conditions) -> None:
    """All of `when` must be true; below means below, not at; a domain is no ending."""
    assert route([Rule(name="it", when=when, then="escalate", why="")], SIGNALS) == NO_RULE


@pytest.mark.parametrize("key", ["ask_unanswered", "unproven_claim"])
@pytest.mark.parametrize("wanted", [True, False])
def test_what_is_not_known_yet_does_not_hold(key: str, *, wanted: bool) -> None:
    """Neither "it is proven" nor "it is not" may be concluded from a draft that does not exist."""
    when: Conditions = {"ask_unanswered": wanted} if key == "ask_unanswered" else {"unproven_claim": wanted}
    assert route([Rule(name="it", when=when, then="reply", why="")], UNKNOWN) == NO_RULE


def test_a_mail_without_an_amount_is_over_none() -> None:
    """Money rules are about mails that name money."""
    assert route([Rule(name="it", when={"amount_over": 0}, then="reply", why="")], UNKNOWN) == NO_RULE


def test_a_disposition_says_which_values_made_it() -> None:
    """A reviewer who reads "very negative" asks: how negative?"""
    rule = Rule(name="sad", when={"sentiment_score_below": 0, "language": ("de",)}, then="escalate", why="sad")

    assert route([rule], replace(SIGNALS, sentiment_score=-0.456)).because == (
        "sentiment_score is -0.46",
        "language is de",
    )


def test_an_explanation_shows_each_condition_with_its_value() -> None:
    """An admin finds out why a rule did not fire."""
    rule = Rule(
        name="r", when={"category": ("product",), "wants_human": True, "unproven_claim": True}, then="reply", why=""
    )

    checks = explain(rule, UNKNOWN)

    assert [(check.condition, check.wanted, check.said, check.holds) for check in checks] == [
        ("category", ("product",), "category is billing", False),
        ("wants_human", True, "wants_human is True", True),
        ("unproven_claim", True, "unproven_claim is not known yet", False),
    ]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ({}, {"category": ("billing",)}),
        ({"sentiment": ("angry", "negative")}, {"sentiment": ("angry",), "wants_human": True}),
        ({"sentiment_score_below": 0.0}, {"sentiment_score_below": -0.5}),
        ({"confidence_below": 0.5}, {"confidence_below": 0.5}),
        ({"complexity_above": 0.2}, {"complexity_above": 0.3}),
        ({"amount_over": 10}, {"amount_over": 100, "category": ("billing",)}),
        ({"automatic_answers_at_least": 1}, {"automatic_answers_at_least": 2}),
        ({"sender_domain": ("example.com",)}, {"sender_domain": ("a.example.com", "b.example.com")}),
        ({"subject_matches": "x"}, {"subject_matches": "x", "language": ("de",)}),
    ],
)
def test_a_rule_behind_a_wider_one_is_reported(earlier: Conditions, later: Conditions) -> None:
    """Admins believe that a rule works which nothing ever reaches; the other way round it is reached."""
    wide, narrow = (
        Rule(name="wide", when=earlier, then="reply", why=""),
        Rule(name="narrow", when=later, then="reply", why=""),
    )

    assert unreachable([wide, narrow]) == [(narrow, wide)]
    if earlier != later:
        assert unreachable([narrow, wide]) == []


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ({"category": ("billing",)}, {}),
        ({"category": ("billing",)}, {"category": ("billing", "general")}),
        ({"category": ("billing",), "wants_human": True}, {"category": ("billing",)}),
        ({"wants_human": True}, {"wants_human": False}),
        ({"sender_domain": ("a.example.com",)}, {"sender_domain": ("example.com",)}),
        ({"subject_matches": "x"}, {"subject_matches": "xy"}),
    ],
)
def test_a_rule_that_is_reached_is_not_reported(earlier: Conditions, later: Conditions) -> None:
    """A false alarm teaches admins to ignore them."""
    rules = [Rule(name="one", when=earlier, then="reply", why=""), Rule(name="two", when=later, then="reply", why="")]

    assert unreachable(rules) == []


def test_the_first_rule_that_holds_decides() -> None:
    """Admins order the table by what matters most."""
    rules = [
        Rule(name="other", when=Conditions(category=("product",)), then="ignore", why="not this one"),
        Rule(name="first", when=Conditions(category=("billing",)), then="escalate", priority="urgent", why="money"),
        Rule(name="second", then="reply", why="everything"),
    ]

    assert route(rules, SIGNALS) == Disposition(
        action="escalate", priority="urgent", rule="first", why="money", because=("category is billing",)
    )
    assert route(rules, replace(SIGNALS, category="general")).rule == "second"


def test_without_a_matching_rule_a_person_decides() -> None:
    """A gap in the table must not answer or drop a customer."""
    assert route([], SIGNALS) == NO_RULE
    assert NO_RULE.action == "escalate"
