"""The shipped articles say the same in every language: a customer in Lyon gets the terms that one in London gets."""

import pytest

from mailagent.adapters.knowledge import ArticleFile, load_articles
from mailagent.domain.facts import unproven_claims
from mailagent.language.claims import CLAIM_WORDS
from tests.shop import SHOP

ARTICLES = {article.id: article for article in load_articles(SHOP / "knowledge")}
ORIGINALS = sorted(id_ for id_, article in ARTICLES.items() if article.language == "en")
TRANSLATIONS = sorted(ARTICLES.keys() - ORIGINALS)
READ_WRONGLY = frozenset({
    "einen anderen Tag", "un autre jour",  # "another day" is no length of time
    "à jour",  # "mettre à jour" is to update
    "un punto de", "el punto de",  # "punto de recogida" is a parcel shop, not the end of an address
    "unos dos minutos", "two minutes",  # "about two"
    "two", "Two",  # a bare "dos" is not counted, for it is in too many Spanish phrases
})  # fmt: skip
"""Claims that are none, as the fact check words them."""


def said(article: ArticleFile) -> str:
    """All that a customer may get to read of it."""
    return f"{article.title}\n{article.text}"


def claimed(article: ArticleFile, *, by: ArticleFile) -> list[str]:
    """Figures, amounts, times and links of `article` that are not in `by`.

    Promises are left out: what is promised is told by verbs, and no two languages use the same ones.
    """
    claims = unproven_claims(said(article), ours=[said(by)], customer="", words=CLAIM_WORDS)
    return [claim.words for claim in claims if claim.kind != "promise" and claim.words not in READ_WRONGLY]


@pytest.mark.parametrize("name", TRANSLATIONS)
def test_a_translation_has_the_figures_and_links_of_its_original(name: str) -> None:
    """None more, and none less: a limit that is left out is a promise too."""
    original = ARTICLES[name.rpartition(".")[0]]
    assert claimed(ARTICLES[name], by=original) == []
    assert claimed(original, by=ARTICLES[name]) == []


def test_a_wrong_figure_in_a_translation_is_found() -> None:
    """The comparison above is worth nothing if it passes whatever it is given."""
    german, english = ARTICLES["product/shipping.de"], ARTICLES["product/shipping"]
    wrong = (
        german.text.replace("kostet 4,90 €", "kostet 3,90 €")
        .replace("12:00 Uhr", "13:00 Uhr")
        .replace("help/shipping", "help")
    )
    claims = unproven_claims(wrong, ours=[said(english)], customer="", words=CLAIM_WORDS)
    assert [claim.words for claim in claims if claim.kind != "promise"] == [
        "3,90 €", "13:00 Uhr", "https://larkfield.example/help",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ORIGINALS)
def test_every_article_is_there_in_four_languages_under_the_same_rules(name: str) -> None:
    """What only a person may send in English is not sent by itself in German."""
    for language in ("de", "fr", "es"):
        translation = ARTICLES[f"{name}.{language}"]
        assert translation.language == language
        assert translation.title != ARTICLES[name].title
        for key in ("category", "answer", "owner", "valid_until"):
            assert getattr(translation, key) == getattr(ARTICLES[name], key)
