"""What a customer passes on or answers: shown where no case of ours knows it."""

import pytest

from mailagent.jobs.sort_mail import LONGEST_QUOTE
from tests.fakes.mails import QUEUE, TOM, text_of
from tests.fakes.model import ANGRY
from tests.jobs.office import Office, Outside


@pytest.mark.parametrize(
    ("subject", "rule"),
    [("Fwd: Cup", "---------- Forwarded message ---------"), ("WG: Tasse", "-----Original Message-----")],
)
async def test_what_a_customer_passes_on_is_what_they_write(
    outside: Outside, office: Office, subject: str, rule: str
) -> None:
    """ "See below" says nothing: the anger stands in the mail that they forward."""
    text = f"See below.\n\n{rule}\nFrom: Eva <eva@example.org>\nTo: Tom <{TOM}>\nSubject: Cup\n\nThird broken cup!"
    outside.customer_writes(text, subject=subject)

    await office.receive()
    await office.decide()

    assert "Third broken cup!" in outside.model.mails[0].text
    assert outside.model.mails[0].quoted == ""


async def test_what_a_customer_answers_is_shown_where_we_do_not_know_it(outside: Outside, office: Office) -> None:
    """ "Is this right?" is about the invoice below it, which another system of ours sent."""
    outside.model.mood = ANGRY
    quote = "On Mon, 2 Mar 2026 at 10:15, Shop <shop@larkfield.example> wrote:\n> Invoice 77: EUR 900"
    outside.customer_writes(f"Is this right?\n\n{quote}")

    await office.work()

    assert outside.model.mails[0].text == "Is this right?"
    assert "Invoice 77: EUR 900" in outside.model.mails[0].quoted
    assert "Invoice 77: EUR 900" in text_of(outside.mails_to(QUEUE)[0])


async def test_our_own_words_are_not_shown_again(outside: Outside, office: Office) -> None:
    """Every mail of a thread holds all before it; the case knows them."""
    outside.customer_writes()
    await office.work()
    (answer,) = outside.mails_to(TOM)
    quote = "\n".join(f"> {line}" for line in text_of(answer).splitlines())
    outside.customer_writes(
        f"And Klarna?\n\nOn Mon, 2 Mar 2026 at 10:15, Support <a@b.example> wrote:\n{quote}", answering=answer
    )

    await office.work()

    assert outside.model.mails[-1].quoted == ""


async def test_of_a_long_quote_the_beginning_is_kept(outside: Outside, office: Office) -> None:
    """A year of mail below one line would be stored again with each mail about it."""
    older = "\n".join(f"> line {number} of an old correspondence" for number in range(1_000))
    quote = f"On Mon, 2 Mar 2026 at 10:15, Shop <shop@larkfield.example> wrote:\n{older}"
    outside.customer_writes(f"Is this right?\n\n{quote}")

    await office.work()

    quoted = outside.model.mails[0].quoted
    assert "line 0 of" in quoted
    assert len(quoted) == LONGEST_QUOTE
