"""What mail programs mark in HTML as quoted, signed or forwarded."""

import pytest

from mailagent.mail.html import html_to_text
from mailagent.mail.quoting import split_reply


def new_words(html: str) -> str:
    """What counts as newly written of a mail in HTML."""
    read = html_to_text(f"<div>Where is it?</div>{html}")
    return split_reply(read.text, marked=read.quoted).new


@pytest.mark.parametrize(
    "quote",
    [
        '<hr id="zwchr"><div><b>Xx: </b>"Jo"<br><b>Yy: </b>Pat</div><div>old</div>',
        '<div name="quote"><div><b>Xx:</b> Jo</div><div name="quoted-content">old</div></div>',
        '<div name="messageReplySection">Xx Jo:<br>old</div>',
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3pt"><p><b>Xx:</b> Jo</p></div><p>old</p>',
        '<div style="border:none; border-top:solid #B5C4DF 1.0pt"><p><b>Xx:</b> Jo</p></div><p>old</p>',
        '<div id="x_divRplyFwdMsg"><b>Xx:</b> Jo</div><div>old</div>',
        '<div class="zmail_extra">Xx Jo<blockquote>old</blockquote></div>',
        '<div class="gmail_quote"><div class="gmail_attr">Xx Jo:<br></div><blockquote>old</blockquote></div>',
        '<blockquote style="border:none;border-left:solid #CCCCCC 1.0pt">old</blockquote>',
    ],
    ids=["zimbra", "gmx", "spark", "outlook", "outlook 2010", "outlook quoted", "zoho", "gmail", "gmail in outlook"],
)
def test_a_quote_is_known_by_its_structure_in_any_language(quote: str) -> None:
    """A program whose language is not shipped writes the same elements."""
    assert new_words(quote) == "Where is it?"


@pytest.mark.parametrize(
    "signature",
    [
        '<div id="ms-outlook-mobile-signature"><div>Pat Miller</div></div>',
        '<div class="gmail_signature">Pat Miller<br>Example Ltd</div>',
        '<pre class="moz-signature">Pat Miller</pre>',
    ],
    ids=["outlook", "gmail", "thunderbird"],
)
def test_a_signature_that_a_program_marks_is_not_new(signature: str) -> None:
    """It came with every mail; words behind it are the writer's own and stay."""
    assert new_words(signature) == "Where is it?"
    assert new_words(f"{signature}<div>It is blue.</div>").endswith("It is blue.")


def test_an_indented_paragraph_is_the_writers_own() -> None:
    """Gmail and Outlook indent with the same element that marks a quote, without the line at its left."""
    html = '<blockquote style="margin:0 0 0 40px;border:none;padding:0px">It is blue.</blockquote>'

    assert new_words(html) == "Where is it?\n\nIt is blue."


def test_answers_between_two_quotes_stay() -> None:
    """Each is kept with the line that it answers."""
    html = '<blockquote type="cite">Blue?</blockquote>Yes<blockquote type="cite">New?</blockquote>No'

    assert new_words(html) == "Where is it?\n\n> Blue?\nYes\n\n> New?\nNo"


def test_bold_words_in_an_outlook_quote_stay_on_their_line() -> None:
    """What is quoted goes to the model too, and is read there."""
    assert "> From: Jo here" in html_to_text('<div id="appendonsend"></div><p><b>From:</b> Jo <i>here</i></p>').text


def test_a_path_that_the_writer_marked_is_not_the_quote_below_it() -> None:
    """What they typed looks in text like what their program quoted; the HTML tells them apart."""
    path = "<div>&gt; Settings<br>&gt; Account<br>and it crashes.</div>"

    assert new_words(f"{path}<blockquote>old</blockquote>") == "Where is it?\n> Settings\n> Account\nand it crashes."
