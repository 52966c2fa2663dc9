"""The gold set: whoever measures with it must be able to trust its labels."""

import json
from collections import Counter
from pathlib import Path

import pytest

from mailagent.adapters.knowledge import load_articles
from mailagent.settings import load_settings
from tests.shop import SHOP

ROOT = Path(__file__).parents[2]
GOLD = ROOT / "bench" / "gold" / "support.jsonl"
MAILS = [json.loads(line) for line in GOLD.read_text("utf-8").splitlines()]
CATEGORIES = {category.id for category in load_settings(SHOP / "config").categories()}
ANSWERS = {article.id: article.answer for article in load_articles(SHOP / "knowledge")}
KEYS = {
    "id", "language", "subject", "text", "category", "sentiment", "route", "articles", "asks", "wants_human", "split",
}  # fmt: skip


def test_every_language_is_there_for_tuning_and_for_measuring() -> None:
    """A figure over few mails of a language would say nothing of it."""
    counts = Counter((mail["language"], mail["split"]) for mail in MAILS)

    assert counts == {
        (code, split): n for code in ("en", "de", "fr", "es") for split, n in (("train", 30), ("test", 20))
    }


def test_both_splits_hold_every_category_in_every_language() -> None:
    """What is tuned on one must be measurable on the other."""
    held = {(mail["language"], mail["split"], mail["category"]) for mail in MAILS}

    assert len(held) == 4 * 2 * 5


def test_no_two_mails_are_alike() -> None:
    """A mail that is in both splits would be measured with what was tuned on it."""
    assert len({mail["id"] for mail in MAILS}) == len(MAILS)
    assert len({mail["text"].casefold() for mail in MAILS}) == len(MAILS)


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: str(mail["id"]))
def test_every_label_is_one_that_triage_knows(mail: dict[str, object]) -> None:
    """A wrong label counts as a miss of triage for ever."""
    assert set(mail) == KEYS
    assert mail["category"] in CATEGORIES
    assert mail["sentiment"] in {"positive", "neutral", "negative", "angry"}
    assert str(mail["id"]).startswith(f"{mail['language']}-")
    assert isinstance(mail["wants_human"], bool)
    assert isinstance(mail["asks"], int)
    assert mail["text"]


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: str(mail["id"]))
def test_a_reply_needs_an_automatic_article_and_no_reason_for_a_person(mail: dict[str, object]) -> None:
    """The labels follow the shipped rules, or a run could never reach them."""
    articles = mail["articles"]
    assert isinstance(articles, list)

    assert set(articles) <= set(ANSWERS)
    if mail["route"] == "reply":
        assert articles
        assert all(ANSWERS[article] == "auto" for article in articles)
        assert mail["category"] != "complaint"
        assert mail["sentiment"] != "angry"
        assert not mail["wants_human"]
        assert mail["asks"]
    else:
        assert mail["route"] == "escalate"
