"""How two lists of articles become one."""

from pathlib import Path

from mailagent.adapters.knowledge.articles import ArticleFile
from mailagent.adapters.knowledge.fusion import fused
from mailagent.adapters.knowledge.index import Hit


def hits(*names: str, why: str, score: float = 9.0) -> list[Hit]:
    """Found in this order."""
    return [Hit(article=article(name), heading=f"{why} of {name}", score=score, why=why) for name in names]


def article(name: str) -> ArticleFile:
    """One of that name."""
    return ArticleFile(
        id=name,
        path=Path(f"{name}.md"),
        title=name,
        category="general",
        language="en",
        answer="auto",
        owner="",
        keywords=(),
        valid_until=None,
        text="Text.",
        parts=(),
    )


def order(found: list[Hit]) -> str:
    """Names, best first."""
    return "".join(hit.article.id for hit in found)


def test_what_both_found_comes_before_the_first_of_either() -> None:
    """Two independent reasons are better than a good one."""
    assert order(fused(hits("a", "b", "c", why="words"), hits("x", "y", "c", why="meaning"))) == "caxby"


def test_scores_of_the_searches_are_not_compared() -> None:
    """A cosine is never over 1 and a coverage may be; ranks alone count, and where equal, the words."""
    assert order(fused(hits("a", why="words", score=0.01), hits("x", why="meaning", score=0.99))) == "ax"


def test_the_score_is_the_sum_of_reciprocal_ranks() -> None:
    """So that a person who knows the method can check it."""
    (both, other) = fused(hits("a", "b", why="words"), hits("b", why="meaning"))

    assert (both.article.id, both.score) == ("b", 1 / 62 + 1 / 61)
    assert (other.article.id, other.score) == ("a", 1 / 61)


def test_an_article_that_both_found_has_both_reasons_and_the_part_with_the_words() -> None:
    """The part that shares words can be seen to fit."""
    (found,) = fused(hits("a", why="words"), hits("a", why="meaning"))

    assert (found.why, found.heading) == ("words; meaning", "words of a")


def test_either_list_may_be_empty() -> None:
    """No word is shared, or no meaning near enough."""
    assert order(fused([], hits("x", "y", why="meaning"))) == "xy"
    assert order(fused(hits("a", "b", why="words"), [])) == "ab"
