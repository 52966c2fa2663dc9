"""What a digest and the letters behind it hold, and what they leave out."""

from dataclasses import replace

from mailagent.letters.desk import MAILTO_LIMIT
from tests.fakes.mails import QUEUE, TOM, text_of, words
from tests.fakes.model import ANGRY, NEUTRAL
from tests.jobs.office import Office, Outside


async def test_a_draft_too_long_for_a_link_is_left_out_of_it(outside: Outside, office: Office) -> None:
    """Mail programs cut a long link or open nothing at all; the draft stands in the digest to be copied."""
    outside.model.mood = ANGRY
    outside.model.draft = "We are on it. " * 200
    outside.customer_writes("You charged me twice!")
    await office.work()

    digest = outside.mails_to(QUEUE)[0]
    html = digest.get_body(("html",))
    assert html is not None
    links = [part.partition('"')[0] for part in html.get_content().split('href="mailto:')[1:]]
    assert any("MODIFY" in link for link in links)
    assert max(map(len, links)) <= MAILTO_LIMIT


async def test_a_draft_without_articles_leaves_no_question_open(outside: Outside, office: Office) -> None:
    """A brief answers the mail as a whole: "no article answers this" above it would be noise."""
    outside.model.mood = replace(ANGRY, asks=("Where is my money?",))
    outside.customer_writes("You charged me twice! Where is my money?")
    await office.work()

    assert "leaves it out" not in words(outside.mails_to(QUEUE)[0])


async def test_what_no_article_answers_stands_above_the_draft(outside: Outside, office: Office) -> None:
    """The reviewer adds it before the draft goes out."""
    outside.model.mood = replace(NEUTRAL, asks=("Which cards?", "And cheques?"))
    outside.model.unanswered = frozenset({"And cheques?"})
    outside.customer_writes("Which cards? And cheques?")
    await office.work()

    digest = words(outside.mails_to(QUEUE)[0])
    assert "leaves it out" in digest
    assert "And cheques?" in digest.partition("leaves it out")[2][:200]


async def test_a_reviewer_s_letter_asks_for_no_rating(outside: Outside, office: Office) -> None:
    """Ratings tell how automatic answers do; a person is not given marks."""
    outside.model.mood = ANGRY
    outside.customer_writes("You charged me twice!")
    await office.work()
    outside.reviewer_replies("APPROVE")
    await office.work()

    letter = outside.mails_to(TOM)[-1]
    html = letter.get_body(("html",))
    assert html is not None
    assert "We are on it." in text_of(letter)
    assert "Rating" not in html.get_content()


async def test_a_rejected_draft_is_no_reason_to_write_to_whom_nothing_may_go(outside: Outside, office: Office) -> None:
    """The holding reply leaves by itself: not to a list or to somebody else's address."""
    outside.customer_writes(Reply_To="eve@elsewhere.example")
    await office.work()
    outside.reviewer_replies("REJECT")
    await office.work()

    assert [kind for kind, _ in await office.mails_of()] == ["digest", "confirmation"]
