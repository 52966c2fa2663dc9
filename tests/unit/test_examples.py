"""How a category is found by examples."""

from mailagent.domain.category import Category
from mailagent.language.examples import Examples

CATEGORIES = (
    Category(
        id="billing", says="Money.", examples=("I was charged twice.", "Where is my refund?"), words=("gift card",)
    ),
    Category(id="product", says="Goods.", examples=("The mug arrived broken.", "Which size fits me?")),
    Category(id="general", says="All else."),
)


def test_the_most_similar_example_gives_the_category() -> None:
    """Other forms of its words count as well."""
    assert Examples(CATEGORIES).nearest("", "You are charging me two times").category == "billing"
    assert Examples(CATEGORIES).nearest("", "Both mugs broke").category == "product"


def test_a_phrase_decides_without_an_example() -> None:
    """Admins teach a category by its words too."""
    assert Examples(CATEGORIES).nearest("", "How do I redeem a gift card?").category == "billing"


def test_more_evidence_is_more_confidence() -> None:
    """A rule may send the unsure ones to a person."""
    examples = Examples(CATEGORIES)

    clear = examples.nearest("Refund", "Where is my refund?").confidence
    torn = examples.nearest("", "I was charged for a broken mug").confidence
    nothing = examples.nearest("", "Xylophones").confidence

    assert 1 >= clear > torn > nothing > 0


def test_without_any_likeness_it_is_general_or_the_last() -> None:
    """Every mail gets a configured category."""
    assert Examples(CATEGORIES).nearest("", "").category == "general"
    assert Examples(CATEGORIES[:2]).nearest("", "Xylophones").category == "product"
