"""What of a quoted mail is seen in a reviewer's letter, and which letters are none of that."""

import pytest

from mailagent.domain.decision import Decision, Unclear
from mailagent.language.commands import vocabulary
from mailagent.mail.left_over import HEADINGS, left_over
from mailagent.mail.reviewing import read_reply
from mailagent.shipped import shipped_folder

LETTER = "Dear Mia,\n\nyour lamp was sent today.\n"
WORDS = vocabulary()


@pytest.mark.parametrize(
    "line",
    [
        "Le mar. 6 janv. 2026 a écrit :",
        "Larkfield Support a écrit :",
        "Am Dienstag schrieb Larkfield Support <support@example.com>:",
        "2026-01-06 10:14 Larkfield Support <support@example.com>",
        "2026 m. sausio 6 d. Larkfield Support <support@example.com> rašė:",
        "Larkfield Support <support@example.com> kirjutas:",
        "On Tuesday, 6 January 2026 at 10:14\nLarkfield Support\n<support@example.com> wrote:",
        "-----Original Message-----\nLarkfield Support",
        "NEEDS YOUR DECISION  C-1042  URGENT",
        "HOW TO ANSWER: reply to this email. The first word decides.",
        "Nuo: Larkfield Support <support@example.com>\nIšsiųsta: 2026-01-06 10:14\nTema: Late lamp",
    ],
)
@pytest.mark.parametrize("verb", ["modify", "ask"])
def test_a_letter_is_held_where_another_mail_may_begin(verb: str, line: str) -> None:
    """Below a line that no rule cuts at stands what is about other customers, or decides their cases."""
    found = read_reply(f"{verb}\n{LETTER}\n{line}\nwhat another customer wrote", WORDS)

    assert isinstance(found, Unclear)
    assert (found.code, found.verb) == ("REVIEW-22", verb)
    assert found.detail == line.split("\n", maxsplit=1)[0]


def test_a_closing_above_the_quote_does_not_let_it_pass() -> None:
    """A letter that closes below what it quotes goes on there; this one had ended."""
    letter = (
        f"{LETTER}\nKind regards\nDana\n\nLarkfield Support a écrit :\nwhat another customer wrote\nKind regards\nTom"
    )

    assert left_over(letter, WORDS) == "Larkfield Support a écrit :"


def test_a_short_text_above_a_quote_does_not_become_the_draft() -> None:
    """The next reviewer approves it with one word, without reading as far as its end."""
    found = read_reply("modify\nIt was sent.\n> Mia\n", WORDS)

    assert isinstance(found, Unclear)
    assert found.code == "REVIEW-22"


@pytest.mark.parametrize("verb", ["modify", "ask", "revise"])
def test_a_quote_alone_is_no_text(verb: str) -> None:
    """A program that quotes without saying so would give the customer's own words for the answer."""
    found = read_reply(f"{verb}\n\n> When does my lamp come?\n>\n> Mia", WORDS)

    assert isinstance(found, Unclear)
    assert found.code == "REVIEW-04"


@pytest.mark.parametrize(
    "text",
    [
        "On 3 March 2026 Jo <jo@example.org> wrote:\nIt is free.\nThat still holds.",
        'On 3 March you wrote:\n"The lamp is late."\nIt was sent today.',
        "On 3 March you wrote:\n> The lamp is late.\nIt was sent today.",
        "> Does it come with a bulb?\nYes.\n> And a cable?\nYes, of two metres.",
        "Name: Mia Hall\nEmail: mia@example.org\nDate: 6 January 2026, 10:00\nPlease say whether this is right.",
        "Here is what we sent on 6 January 2026:\n- a lamp\n- a cable",
        "Write to our workshop, and give the number of your order:\nworkshop@example.com",
        "Your case is C-1042, please give that number on the phone.",
        "This needs your decision: shall we send a new one or the money?",
    ],
)
def test_an_ordinary_letter_goes_out(text: str) -> None:
    """A letter that is held for nothing makes a customer wait for it."""
    found = read_reply(f"MODIFY\n{LETTER}\n{text}\n\nKind regards\nDana", WORDS)

    assert isinstance(found, Decision)
    assert found.text.endswith("Dana")


def test_our_own_headings_are_those_of_the_shipped_mail() -> None:
    """Words that were changed in the one and not in the other are looked for in vain."""
    digest = (shipped_folder() / "templates/review/digest.txt.j2").read_text("utf-8").upper()

    assert all(heading.split("  ")[0].removesuffix(" C-") in digest for heading in HEADINGS)


def test_a_draft_as_the_digest_shows_it_is_told_from_a_letter() -> None:
    """Reviewers copy the suggested reply; its heading and the marks of a quote come along."""
    assert left_over("SUGGESTED REPLY, sent exactly like this if you approve\nDear Mia,\nall is well.", WORDS)
