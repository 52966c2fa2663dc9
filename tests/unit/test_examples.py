"""How a category is found by examples, and what its confidence is worth."""

import tomllib
from pathlib import Path

import pytest

from mailagent.domain.category import Category
from mailagent.language.examples import Examples
from mailagent.settings import load_settings
from tests.shop import SHOP

CATEGORIES = (
    Category(
        id="billing",
        says="Money.",
        examples=("I was charged twice.", "Where is my refund?", "Ich warte auf die Rückerstattung der Rechnung."),
        words=("gift card", "Gutschein"),
    ),
    Category(id="product", says="Goods.", examples=("The mug arrived broken.", "Which size fits me?")),
    Category(id="general", says="All else."),
)
SHIPPED = Examples(load_settings(SHOP / "config").categories())
REGRESSION = tomllib.loads((Path(__file__).parent / "unseen_mails.toml").read_text("utf-8"))


def test_the_most_similar_example_gives_the_category() -> None:
    """Other forms of its words count as well."""
    assert Examples(CATEGORIES).nearest("", "You are charging me two times", "en").category == "billing"
    assert Examples(CATEGORIES).nearest("", "Both mugs broke", "en").category == "product"


def test_a_phrase_decides_without_an_example() -> None:
    """Admins teach a category by its words too."""
    assert Examples(CATEGORIES).nearest("", "How do I redeem a gift card?", "en").category == "billing"
    assert Examples(CATEGORIES).nearest("", "Zwei Gutscheine, bitte", "de").category == "billing"


def test_a_german_compound_is_as_good_as_its_parts() -> None:
    """Nobody can list them all."""
    assert Examples(CATEGORIES).nearest("", "Firmenrechnung?", "de").category == "billing"


def test_more_evidence_is_more_confidence() -> None:
    """A rule may send the unsure ones to a person."""
    examples = Examples(CATEGORIES)

    clear = examples.nearest("Refund", "Where is my refund?", "en").confidence
    torn = examples.nearest("", "I was charged for a broken mug", "en").confidence
    nothing = examples.nearest("", "Xylophones", "en").confidence

    assert 1 >= clear > torn > nothing > 0
    assert clear > 0.5 > nothing


def test_without_any_likeness_it_is_general_or_the_last() -> None:
    """Every mail gets a configured category."""
    assert Examples(CATEGORIES).nearest("", "", "en").category == "general"
    assert Examples(CATEGORIES[:2]).nearest("", "Xylophones", "en").category == "product"


@pytest.mark.parametrize("language", REGRESSION)
def test_most_mails_of_the_regression_set_get_their_category_in_every_language(language: str) -> None:
    """A team without a key can route by category, whatever its customers speak."""
    mails = [(category, text) for category, _, text in REGRESSION[language] if category != "-"]

    right = sum(SHIPPED.nearest("", text, language).category == category for category, text in mails)

    assert right >= 0.85 * len(mails)


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.5), (0.5, 0.8), (0.8, 1.0)])
def test_the_confidence_promises_no_more_than_it_holds(low: float, high: float) -> None:
    """A rule with ``confidence_below`` means what it says, also for mails that no example was made from."""
    found = [
        (nearest.confidence, nearest.category == category)
        for language, mails in REGRESSION.items()
        for category, _, text in mails
        for nearest in (SHIPPED.nearest("", text, language),)
        if low <= nearest.confidence < high
    ]
    said = sum(confidence for confidence, _ in found) / len(found)
    right = sum(right for _, right in found) / len(found)

    assert len(found) > 20
    assert said <= right + 0.05


def test_mail_about_something_else_is_hardly_sure() -> None:
    """Apple trees and choirs are nothing that a shop's article answers."""
    found = [
        SHIPPED.nearest("", text, language).confidence
        for language, mails in REGRESSION.items()
        for category, _, text in mails
        if category == "-"
    ]

    assert len(found) == 8
    assert sum(confidence < 0.5 for confidence in found) >= 7
