"""What a reviewer can press in a receipt, and what pressing it does."""

import re
from email.message import EmailMessage
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.fakes.mails import DANA, QUEUE, TOM, mail, text_of
from tests.fakes.model import ANGRY
from tests.jobs.office import Office, Outside


@pytest.fixture(autouse=True)
async def _angry_case(outside: Outside, office: Office) -> None:
    """A case that waits for its reviewer."""
    outside.model.mood = ANGRY
    outside.customer_writes("You charged me twice!", subject="Charged twice")
    await office.work()


def buttons(message: EmailMessage) -> dict[str, str]:
    """Those of the HTML part: what stands on it, and where it leads."""
    part = message.get_body(("html",))
    assert part is not None
    found = re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)</a>', str(part.get_content()))
    return {name: unescape(link) for link, name in found}


async def press(office: Office, message: EmailMessage, name: str) -> None:
    """The mail program opens what the button says, and the reviewer sends it as it is: it answers no mail."""
    link = urlsplit(buttons(message)[name])
    fields = {key: values[0] for key, values in parse_qs(link.query).items()}
    raw = mail(fields["body"], subject=fields["subject"], sender=f"A Reviewer <{DANA}>", to=link.path)
    office.outside.mailbox.deliver(raw)
    await office.work()


async def reply(office: Office, text: str) -> EmailMessage:
    """The receipt that a reviewer's words get."""
    office.outside.reviewer_replies(text)
    await office.work()
    return office.outside.mails_to(DANA)[-1]


async def test_a_condition_becomes_an_instruction_by_one_button(outside: Outside, office: Office) -> None:
    """On a phone nobody types it a second time."""
    before = len(outside.mails_to(TOM))
    receipt = await reply(office, "Approve, but say that 100% come back {today} in full")
    assert [*buttons(receipt)] == ["New draft", "Edit and send", "Approve unchanged"]
    outside.model.revision = "All of it comes back."

    await press(office, receipt, "New draft")

    assert outside.model.instructions == ["but say that 100% come back {today} in full"]
    assert "All of it comes back." in text_of(outside.mails_to(QUEUE)[-1])
    assert len(outside.mails_to(TOM)) == before


async def test_the_draft_can_still_go_out_unchanged(outside: Outside, office: Office) -> None:
    """The condition may have been a remark."""
    receipt = await reply(office, "Approve, but change the amount")

    await press(office, receipt, "Approve unchanged")

    assert "We are on it." in text_of(outside.mails_to(TOM)[-1])


async def test_a_short_text_is_confirmed_by_one_button(outside: Outside, office: Office) -> None:
    """It was held only because it might have been an instruction."""
    receipt = await reply(office, "MODIFY\nWe refunded it yesterday.")

    await press(office, receipt, "Approve this text")

    assert "We refunded it yesterday." in text_of(outside.mails_to(TOM)[-1])


async def test_texts_to_confirm_are_not_receipts_that_somebody_did_not_learn_from(
    outside: Outside, office: Office
) -> None:
    """Each puts a question, so it always comes; and an unclear reply after them is answered all the same."""
    for number in range(4):
        newest = [*outside.mails_to(QUEUE), *outside.mails_to(DANA)][-1]
        outside.reviewer_replies(f"MODIFY\nYes, {number} times.", to=newest)
        await office.work()
    assert ["REVIEW-07" in text_of(told) for told in outside.mails_to(DANA)] == [True] * 4

    assert "REVIEW-02" in text_of(await reply(office, "Well, and what now?"))


@pytest.mark.parametrize("text", ["", "Looks good to me", "APPROVE\nREJECT", "ASK her for the order number"])
async def test_no_button_where_nobody_knows_what_was_meant(office: Office, text: str) -> None:
    """A button that is pressed by habit would decide; the words are offered instead."""
    receipt = await reply(office, text)

    assert buttons(receipt) == {}
    assert "Begin with APPROVE" in text_of(receipt)


async def test_nothing_is_offered_for_a_case_that_is_decided(outside: Outside, office: Office) -> None:
    """None of the words would do anything."""
    await reply(office, "APPROVE")
    outside.reviewer_replies("REJECT", to=outside.mails_to(QUEUE)[0])
    await office.work()

    receipt = outside.mails_to(DANA)[-1]
    assert "REVIEW-08" in text_of(receipt)
    assert "Begin with" not in text_of(receipt)
    assert buttons(receipt) == {}
