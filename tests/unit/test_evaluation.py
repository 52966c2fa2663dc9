"""How triage is scored; every figure here was computed by hand."""

import pytest

from mailagent.domain.evaluation import (
    Bin,
    Expected,
    Result,
    Share,
    Triaged,
    accuracy,
    calibration,
    calibration_error,
    confusion,
    cost,
    coverage,
    misses,
    precision,
    scores_of,
)
from mailagent.domain.routing import Action

SIZING = frozenset({"product/sizing"})


def routed(wanted: Action | None, got: Action, *cited: str, articles: frozenset[str] | None = SIZING) -> Result:
    """A mail of which only the route matters."""
    return Result(
        name="a-1",
        expected=Expected(route=wanted, articles=articles),
        triaged=Triaged(route=got, rule="some-rule", cited=cited),
    )


def categorised(wanted: str | None, got: str | None, confidence: float = 0.5) -> Result:
    """A mail of which only the category matters."""
    return Result(
        name="a-1",
        expected=Expected(category=wanted),
        triaged=Triaged(route="escalate", rule="some-rule", category=got, confidence=confidence),
    )


def asked(wanted: int | None, got: int, *, money: float | None = None) -> Result:
    """A mail of which only the number of questions and the cost matter."""
    return Result(
        name="a-1",
        expected=Expected(asks=wanted),
        triaged=Triaged(route="escalate", rule="some-rule", asks=got, tokens_in=300, tokens_out=40, money=money),
    )


RIGHT = routed("reply", "reply", "product/sizing", "product/returns")
WRONG_ARTICLE = routed("reply", "reply", "product/shipping")
UNWANTED = routed("escalate", "reply", "product/sizing")
NEEDLESS = routed("reply", "escalate")
PASSED_ON = routed("escalate", "escalate")
LOST = routed("reply", "ignore")
UNLABELLED = routed(None, "reply", "product/sizing")
ALL = (RIGHT, WRONG_ARTICLE, UNWANTED, NEEDLESS, PASSED_ON, LOST, UNLABELLED)


def test_accuracy_counts_only_the_mails_that_have_the_label() -> None:
    """A file may hold labels for some fields only, and must not be punished for the others."""
    results = (categorised("billing", "billing"), categorised("billing", "product"), categorised(None, "product"))

    assert accuracy(results, "category") == Share(right=1, all=2)
    assert accuracy(results, "language") == Share(right=0, all=0)
    assert accuracy(results, "language").value is None
    assert accuracy(ALL, "route") == Share(right=3, all=6)


def test_a_person_who_is_not_asked_for_is_a_label_too() -> None:
    """ "No" is an answer that can be wrong, unlike no label at all."""
    result = Result(
        name="a-1", expected=Expected(wants_human=False), triaged=Triaged(route="escalate", rule="r", wants_human=True)
    )

    assert accuracy([result], "wants_human") == Share(right=0, all=1)
    assert misses(result) == ("wants_human is yes instead of no",)


def test_a_question_that_was_not_seen_is_a_miss() -> None:
    """It would stay unanswered without anybody noticing; a mail without the label says nothing about it."""
    assert accuracy([asked(2, 2), asked(2, 1), asked(0, 0), asked(None, 3)], "asks") == Share(right=2, all=3)


def test_the_cost_of_a_message_is_a_mean_over_those_that_have_one() -> None:
    """An admin compares two models by it; without prices it is not zero but unknown."""
    priced = scores_of([asked(1, 1, money=0.004), asked(1, 1, money=0.002)])
    unpriced = scores_of([asked(1, 1)])

    assert priced.tokens_a_message == 340
    assert priced.money_a_message == pytest.approx(0.003)
    assert (unpriced.tokens_a_message, unpriced.money_a_message) == (340, None)
    assert scores_of([]).tokens_a_message is None


def test_confusion_counts_what_was_taken_for_what() -> None:
    """It shows which categories need better examples; a failed model is told from a wrong one."""
    results = (
        categorised("billing", "billing"),
        categorised("billing", "product"),
        categorised("billing", "product"),
        categorised("general", None),
        categorised(None, "general"),
    )

    assert confusion(results) == {"billing": {"billing": 1, "product": 2}, "general": {"": 1}}


def test_an_automatic_answer_is_right_when_wanted_and_from_an_expected_article() -> None:
    """The right decision with the wrong article is a wrong answer to the customer."""
    assert precision(ALL) == Share(right=1, all=3)
    assert precision([routed("reply", "reply", "any/article", articles=None)]) == Share(right=1, all=1)
    assert precision([NEEDLESS]).value is None


def test_an_article_and_its_translations_are_one() -> None:
    """Labels name the article; a German customer is rightly answered from its German text."""
    assert routed("reply", "reply", "product/sizing.de").answered_rightly
    assert not routed("reply", "reply", "product/shipping.de").answered_rightly
    assert routed("reply", "reply", "product/sizing", articles=frozenset({"product/sizing.fr"})).answered_rightly


def test_coverage_is_how_much_of_the_work_is_taken_off_people() -> None:
    """Precision alone is won by answering nothing."""
    assert coverage(ALL) == Share(right=2, all=4)


def test_a_wrong_answer_costs_ten_needless_escalations() -> None:
    """Wrong article 10, unwanted 10, needless 1, lost 10; a mail without a route costs nothing."""
    assert [cost([result]) for result in ALL] == [0, 10, 10, 1, 0, 10, 0]
    assert cost(ALL) == 31
    assert cost([routed("escalate", "ignore"), routed("ignore", "ignore"), routed("ignore", "escalate")]) == 11


def test_calibration_compares_confidence_with_what_came_true() -> None:
    """0.8 is in the last bin and so is 1.0: mean 0.9, of which one of two is right."""
    results = (
        categorised("billing", "billing", 1.0),
        categorised("billing", "product", 0.8),
        categorised("billing", "billing", 0.1),
        categorised("billing", None, 0.0),
        categorised(None, "billing", 0.5),
    )

    bins = calibration(results)

    assert [one.mails for one in bins] == [1, 0, 0, 0, 2]
    assert bins[0] == Bin(low=0.0, high=0.2, mails=1, confidence=0.1, accuracy=1.0)
    assert bins[4] == Bin(low=0.8, high=1.0, mails=2, confidence=0.9, accuracy=0.5)


def test_the_calibration_error_is_the_mean_distance_by_mail() -> None:
    """(1 * |0.1 - 1.0| + 2 * |0.9 - 0.5|) / 3 = 1.7 / 3."""
    bins = (
        Bin(low=0.0, high=0.2, mails=1, confidence=0.1, accuracy=1.0),
        Bin(low=0.2, high=0.4, mails=0, confidence=0.0, accuracy=0.0),
        Bin(low=0.8, high=1.0, mails=2, confidence=0.9, accuracy=0.5),
    )

    assert calibration_error(bins) == pytest.approx(1.7 / 3)
    assert calibration_error(()) is None


def test_a_miss_says_what_is_wrong_and_which_rule_did_it() -> None:
    """Whoever tunes the rules reads these one by one."""
    assert misses(RIGHT) == ()
    assert misses(UNLABELLED) == ()
    assert misses(NEEDLESS) == ("route is escalate instead of reply (rule some-rule)",)
    assert misses(WRONG_ARTICLE) == ("articles are product/shipping instead of product/sizing",)
    assert misses(asked(2, 0)) == ("asks is 0 instead of 2",)
    assert misses(categorised("billing", None)) == ("category is none instead of billing",)
