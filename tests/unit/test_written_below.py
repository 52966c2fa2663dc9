"""What a reviewer wrote below the quoted mail: it may take back what stands at the top."""

import pytest

from mailagent.language.commands import vocabulary
from mailagent.mail.parse import parse
from mailagent.mail.quoting import written_below
from mailagent.mail.reviewing import ANSWERED_BELOW, Style, doubt_about

STYLE = Style(words=vocabulary())
QUOTE = (
    "On Sat, 21 Nov 2026 at 10:12, Larkfield Support <support@larkfield.example> wrote:\n"
    "> Write your decision above this line · C-1\n>\n> SUGGESTED REPLY, sent exactly like this if you approve\n"
    "> | The lamp comes on Friday.\n{}>\n> - Begin with REJECT: then a reason if you like, or more. The draft is not\n"
    "> used, and the case stays open for a person.\n> Ref C-1.1.abcdef.aabcdefghijklmnop\n"
)
DISCLAIMER = (
    "This e-mail and any attachments are confidential and intended solely for the addressee. If you are not the"
    " intended recipient, please delete it."
)


def doubt(text: str) -> str:
    """That about a reply with this text."""
    return doubt_about(parse(f"From: dana@larkfield.example\n\n{text}".encode()), STYLE)


@pytest.mark.parametrize(
    "text",
    [
        "APPROVE\n\n" + QUOTE.format("") + "\nOh wait, the amount is wrong.",
        "APPROVE\n\n" + QUOTE.format("\nno, it does not!\n\n"),
        "ok\n\n" + QUOTE.format("") + "\nREJECT",
        "MODIFY\n\nHello Tom,\nit comes on Friday.\n\n" + QUOTE.format("") + "\nBitte vorher noch Ben fragen!",
        "APPROVE\n\n" + QUOTE.format("\non Friday?\n\n"),
    ],
)
def test_an_answer_with_more_below_the_quote_is_held(text: str) -> None:
    """People answer at the top, read on, and find what is wrong with the draft."""
    assert doubt(text) == ANSWERED_BELOW


@pytest.mark.parametrize(
    "text",
    [
        "APPROVE\n\n" + QUOTE.format(""),
        "APPROVE\n\n" + QUOTE.format("") + "\nThanks,\nDana Kim\nLarkfield",
        "APPROVE\n\n" + QUOTE.format("") + f"\n-- \nDana Kim\n\n{DISCLAIMER}",
        "APPROVE\n\n" + QUOTE.format("") + f"\n{DISCLAIMER}",
        "APPROVE\n\n" + QUOTE.format("").replace("The draft is not\n> used,", "The draft is\nnot\n> used,"),
        QUOTE.format("") + "\nAPPROVE",
        "APPROVE\n\nWhat the lamp costs is right.",
    ],
)
def test_a_signature_below_the_quote_holds_nothing(text: str) -> None:
    """Programs put signatures and legal texts there, and break quoted lines once more."""
    assert not doubt(text)


def test_without_marks_nothing_is_below() -> None:
    """Outlook quotes without ``>``: our own words would be taken for the reviewer's."""
    assert not written_below("APPROVE\n\n" + QUOTE.format("").replace("\n> ", "\n").replace("\n>", "\n"))
