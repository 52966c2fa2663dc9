"""What a search in the articles finds, on the shipped ones, and what it rightly does not find."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailagent.adapters.knowledge import LOOK_AGAIN, KnowledgeFolder, load_articles
from mailagent.adapters.knowledge.index import CATEGORY_BOOST
from mailagent.errors import ConfigurationError
from tests.shop import SHOP

SHIPPED = SHOP / "knowledge"
ARTICLE = (
    "---\ntitle: Opening hours\ncategory: general\nanswer: auto\nkeywords: [opening hours]\n---\nWe open at nine.\n"
)


class FixedClock:
    """Always the same time, until told otherwise."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 21, 12, tzinfo=UTC)
        self.seconds = 0.0

    def now(self) -> datetime:
        """See `Clock`."""
        return self.time

    def monotonic(self) -> float:
        """Seconds."""
        return self.seconds


@pytest.fixture(scope="module")
def shipped() -> KnowledgeFolder:
    """The shipped articles."""
    clock = FixedClock()
    return KnowledgeFolder(SHIPPED, clock=clock, monotonic=clock.monotonic)


def knowledge_in(folder: Path, clock: FixedClock, *, article: str = ARTICLE) -> KnowledgeFolder:
    """A folder with one article, ``hours``."""
    (folder / "hours.md").write_text(article, encoding="utf-8")
    return KnowledgeFolder(folder, clock=clock, monotonic=clock.monotonic)


ANSWERED = {
    "Which payment methods do you accept?": "billing/payment-methods",
    "how do I pay with paypal": "billing/payment-methods",
    "where is my order?": "general/order-status",
    "my package still hasn't arrived": "general/order-status",
    "the app crashes when I open it": "technical/app-crash",
    "can I change my delivery address": "general/change-of-address",
    "what size should I order": "product/sizing",
    "I forgot my password": "technical/login",
    "I can't log in to my account": "technical/login",
    "how long does shipping take to Germany": "product/shipping",
    "I was charged twice for my order": "billing/double-charge",
    "when do I get my refund": "billing/refund-policy",
    "how can I return a jumper that does not fit": "product/returns",
    "Late parcel. Hello, I ordered the spring box two weeks ago and it still has not come. The tracking has not "
    "moved. Could you check? Thanks, Lena": "general/order-status",
    "Login. I have tried to sign in since yesterday but the site says that my account is locked. I asked for "
    "a reset link but it never came. Can you help? Peter": "technical/login",
}
NOT_ANSWERED = [
    "Do you sell wholesale to restaurants in Japan?",
    "What is the capital of France?",
    "My dog ate the invoice",
    "I want to apply for a job",
    "I want to cancel my order",
    "Please send me a copy of my invoice with VAT",
    "Your driver was rude and damaged my fence",
    "Please call me. I have a question about my order.",
    "I run a small restaurant and would like to order 400 boxes at a wholesale price. Do you offer terms?",
    "I have worked in a warehouse for years, packing parcels and handling returns, and would like to apply for a job.",
    "",
    "the",
    "?!",
]


@pytest.mark.parametrize(("query", "article"), ANSWERED.items())
async def test_the_article_that_answers_comes_first(shipped: KnowledgeFolder, query: str, article: str) -> None:
    """The first article is what a customer gets, or a reviewer reads, whatever category was guessed."""
    for category in ("general", article.split("/", maxsplit=1)[0]):
        found = await shipped.search(query, category=category, limit=3)

        assert [one.id for one in found][:1] == [article]


@pytest.mark.parametrize("query", NOT_ANSWERED)
async def test_a_question_that_no_article_answers_finds_none(shipped: KnowledgeFolder, query: str) -> None:
    """One common word is no answer; finding nothing is what brings the mail to a person."""
    assert await shipped.search(query, category="general", limit=3) == ()


@pytest.mark.parametrize(
    "query",
    [
        '"',
        "order OR * NOT NEAR(",
        "title:refund AND",
        "order' ; DROP TABLE articles --",
        "^order {title}",
        "\x00 order",
        "-",
    ],
)
async def test_nothing_in_a_mail_is_search_syntax(shipped: KnowledgeFolder, query: str) -> None:
    """A customer's text can neither break a search nor steer it."""
    await shipped.search(query, category="general", limit=3)

    assert await shipped.search("where is my order?", category="general", limit=3)


async def test_an_article_far_behind_the_best_is_left_out(shipped: KnowledgeFolder) -> None:
    """It shares the word "order" and is about something else; nobody should answer with it."""
    found = await shipped.search("where is my order?", category="general", limit=5)

    assert [one.id for one in found] == ["general/order-status"]


async def test_no_more_than_asked_for_come_back(shipped: KnowledgeFolder) -> None:
    """The model pays for each."""
    assert len(await shipped.search("refund return exchange size shipping", category="product", limit=1)) == 1


async def test_only_articles_for_it_are_automatic(shipped: KnowledgeFolder) -> None:
    """A double charge needs a look at the books; the refund policy does not."""
    double, *_ = await shipped.search("I was charged twice", category="billing", limit=1)
    refund, *_ = await shipped.search("What is your refund policy?", category="billing", limit=1)

    assert (double.automatic, refund.automatic) == (False, True)


def test_the_shipped_articles_read_well_as_plain_text() -> None:
    """They are sent as they stand: no markup, no second-hand links, every link to the shop."""
    articles = load_articles(SHIPPED)

    assert len(articles) == 40
    for article in articles:
        assert not any(mark in article.text for mark in ("**", "](", "\n#", "`"))
        assert "https://larkfield.example/" in article.text
        assert len(article.text) < 2_000
        assert article.id.startswith(f"{article.category}/")
        assert article.owner


async def test_the_category_decides_between_two_that_fit_alike(tmp_path: Path) -> None:
    """A boost, not a filter: the other one is still found."""
    for folder in ("shop", "museum"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "hours.md").write_text(ARTICLE.replace("general", folder), encoding="utf-8")
    clock = FixedClock()
    knowledge = KnowledgeFolder(tmp_path, clock=clock, monotonic=clock.monotonic)

    first, second = await knowledge.search("opening hours", category="shop", limit=5)

    assert (first.id, second.id) == ("shop/hours", "museum/hours")
    assert first.score == pytest.approx(second.score * CATEGORY_BOOST, rel=0.01)


async def test_an_expired_article_is_not_used_from_the_next_day(tmp_path: Path) -> None:
    """A summer sale must not be promised in autumn."""
    clock = FixedClock()
    article = ARTICLE.replace("answer:", "valid_until: 2026-11-21\nanswer:")
    knowledge = knowledge_in(tmp_path, clock, article=article)

    assert await knowledge.search("opening hours", category="general", limit=1)

    clock.time = datetime(2026, 11, 22, 0, 1, tzinfo=UTC)
    assert not await knowledge.search("opening hours", category="general", limit=1)


async def test_an_article_that_is_never_an_answer_is_not_found(tmp_path: Path) -> None:
    """``answer: never`` keeps a file in the folder and out of every mail."""
    knowledge = knowledge_in(tmp_path, FixedClock(), article=ARTICLE.replace("auto", "never"))

    assert not await knowledge.search("opening hours", category="general", limit=1)


async def test_an_edit_is_found_after_a_few_seconds(tmp_path: Path) -> None:
    """Admins correct an article without a restart."""
    clock = FixedClock()
    knowledge = knowledge_in(tmp_path, clock)
    (tmp_path / "hours.md").write_text(ARTICLE.replace("nine", "half past nine"), encoding="utf-8")
    (tmp_path / "sunday.md").write_text(ARTICLE.replace("Opening hours", "Sundays"), encoding="utf-8")

    clock.seconds += LOOK_AGAIN + 1
    found = await knowledge.search("opening hours", category="general", limit=5)

    assert {one.id for one in found} == {"hours", "sunday"}
    assert any("half past nine" in one.text for one in found)


async def test_a_bad_edit_keeps_the_last_good_articles(tmp_path: Path) -> None:
    """A typo must not leave customers without answers; the reason is kept for `status`."""
    clock = FixedClock()
    knowledge = knowledge_in(tmp_path, clock)
    (tmp_path / "hours.md").write_text("no front matter", encoding="utf-8")
    clock.seconds += LOOK_AGAIN + 1

    assert await knowledge.search("opening hours", category="general", limit=1)
    assert "hours.md" in (knowledge.problem or "")

    (tmp_path / "hours.md").write_text(ARTICLE, encoding="utf-8")
    os.utime(tmp_path / "hours.md", (1, 1))
    clock.seconds += LOOK_AGAIN + 1
    await knowledge.search("opening hours", category="general", limit=1)
    assert knowledge.problem is None


@pytest.mark.parametrize(
    ("article", "words"),
    [
        ("We open at nine.", "front matter"),
        ("---\ntitle: [\n---\ntext", "not YAML"),
        ("---\njust words\n---\ntext", "no keys"),
        ("---\ncategory: general\n---\ntext", "title"),
        ("---\ntitle: Hours\n---\ntext", "category"),
        ("---\ntitle: 2027\ncategory: general\n---\ntext", "title"),
        (ARTICLE.replace("auto", "automatic"), "answer"),
        (ARTICLE.replace("[opening hours]", "opening hours"), "keywords"),
        (ARTICLE.replace("answer: auto", "valid_until: soon"), "valid_until"),
        (ARTICLE.replace("answer", "anwser"), "did you mean 'answer'"),
        (ARTICLE.replace("We open at nine.", ""), "no text"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_key(tmp_path: Path, article: str, words: str) -> None:
    """Whoever edits articles is no programmer: the error says which file, which key and what to write."""
    (tmp_path / "hours.md").write_text(article, encoding="utf-8")

    with pytest.raises(ConfigurationError, match=r"hours\.md") as raised:
        load_articles(tmp_path)

    assert words in str(raised.value)


def test_bytes_that_are_no_text_and_a_missing_folder_are_named_too(tmp_path: Path) -> None:
    """Both happen when files are copied by hand."""
    (tmp_path / "hours.md").write_bytes(b"---\ntitle: \xff\n---\n")

    with pytest.raises(ConfigurationError, match="UTF-8"):
        load_articles(tmp_path)
    with pytest.raises(ConfigurationError, match="no such folder"):
        load_articles(tmp_path / "nowhere")
