"""What a reviewer copies from a digest works in a letter: our links as they are, and no link that was made dead."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes.knowledge import PAYMENT
from tests.fakes.mails import DANA, QUEUE, TOM, words
from tests.fakes.model import ANGRY
from tests.jobs.office import Office, Outside
from tests.jobs.replying import answers, asked, codes, later, question, reply

SHORT = "larkfield.example"
OURS, THEIRS = "https://larkfield.example/pay", "https://pictures.example/proof"
DEAD = "hxxps://larkfield[.]example/pay"
HOUR = timedelta(hours=1)
LETTER = f"Hello Tom,\n\nyou can pay at {DEAD} from today on.\n\nBest regards,\nDana"


async def test_a_digest_shows_our_links_as_they_are(outside: Outside, office: Office) -> None:
    """The reviewer copies them; the model may name the customer's as well."""
    article = replace(PAYMENT, id="billing/payment-methods.de", title=f"Using {SHORT}", text=f"Pay at {OURS}.")
    outside.knowledge.articles = (article,)
    outside.model.mood, outside.model.draft = ANGRY, f"You can pay at {OURS}."
    outside.model.fix = f"Name {OURS} to Tom, who sent {THEIRS}. See {SHORT} (billing/payment-methods.de)."
    outside.customer_writes(f"You charged me twice! I paid at {OURS}, see {THEIRS}")
    await office.work()

    digest = outside.mails_to(QUEUE)[0]
    html = digest.get_body(("html",))
    assert html is not None
    for part, label in ((words(digest), "SUGGESTED FIX"), (html.get_content(), "Suggested fix")):
        told, _, fix = part.partition(label)
        assert f"You can pay at {OURS}." in told
        assert DEAD in told
        assert f"Name {OURS} to Tom" in fix
        assert f"See {SHORT} (billing/payment-methods.de)." in fix
        assert "hxxps://pictures[.]example/proof" in fix
        assert THEIRS not in part


@pytest.mark.parametrize("said", ["APPROVE", f"MODIFY\n{LETTER}", f"ASK\nDid you pay at {DEAD}?"])
async def test_a_dead_link_is_asked_about(outside: Outside, said: str) -> None:
    """The customer could not open it, and nobody would know."""
    outside.model.mood, outside.model.draft = ANGRY, LETTER
    async with asked(outside) as office:
        written = len(outside.mails_to(TOM))
        await reply(office, said)
        await later(office)

        assert codes(outside) == ["REVIEW-27"]
        assert f"could not open this: {DEAD}" in words(outside.mails_to(DANA)[-1])
        assert len(outside.mails_to(TOM)) == written
        assert (await question(office)).state == "open"


@pytest.mark.parametrize("said", [f"REVISE leave out {DEAD}", f"REJECT {DEAD} is wrong", f"NOTE see {DEAD}"])
async def test_what_the_customer_does_not_read_may_name_a_dead_link(outside: Outside, said: str) -> None:
    """Reviewers copy from the digest what they speak of."""
    async with asked(outside) as office:
        await reply(office, said)
        await later(office)

        assert codes(outside) == []


async def test_the_question_comes_however_many_receipts_came_before(outside: Outside) -> None:
    """After three a day no more are sent; without this one the next reply would not count as meant."""
    async with asked(outside) as office:
        for said in ("what?", "hm", "well", f"MODIFY\n{LETTER}"):
            await reply(office, said)
            await later(office, 2 * HOUR)

        assert codes(outside)[-1] == "REVIEW-27"
        assert answers(outside) == []


async def test_who_was_asked_about_a_place_to_fill_in_was_not_asked_about_a_link(outside: Outside) -> None:
    """One word of warning never stands for another; whoever sends the same once more means it."""
    async with asked(outside) as office:
        for said in (LETTER.replace("Dana", "[Your name]"), LETTER, LETTER):
            assert answers(outside) == []
            await reply(office, f"MODIFY\n{said}")
            await later(office)

        assert codes(outside) == ["REVIEW-26", "REVIEW-27"]
        assert DEAD in answers(outside)[0]


async def test_a_receipt_about_a_dead_link_holds_no_live_one(outside: Outside) -> None:
    """A customer may talk a model into a draft with both, glued."""
    outside.model.draft = f"You can pay at hxxps://a[.]b,{THEIRS} from today on."
    async with asked(outside) as office:
        await reply(office, "APPROVE")
        await later(office)

        assert codes(outside) == ["REVIEW-27"]
        assert "hxxps://a[.]b,hxxps://pictures[.]example/proof" in words(outside.mails_to(DANA)[-1])
        assert THEIRS not in words(outside.mails_to(DANA)[-1])
