"""Words of customers that only look like a quote, a signature or a footer: none of them may be lost."""

import pytest

from mailagent.mail.quoting import split_reply


@pytest.mark.parametrize(
    "text",
    [
        "I saw this:\n----- Error Message -----\nDisk full",
        "Es kam:\n--- Fehler Nachricht ---\nKein Platz mehr.\n\nWas nun?",
        "It says:\n*** Warning message ***\nThe battery is hot.",
    ],
)
def test_a_frame_without_a_header_below_is_not_the_answered_mail(text: str) -> None:
    """Programs frame their own messages in the same way, and customers copy them."""
    assert split_reply(text).new == text


def test_a_frame_with_a_header_below_starts_the_answered_mail() -> None:
    """Programs put many words there; the header tells."""
    text = "Yes, please.\n\n----- Support Message -----\nFrom: Larkfield\nDate: Monday\n\nShall we send it?"

    assert split_reply(text).new == "Yes, please."


@pytest.mark.parametrize(
    "text",
    [
        "Bitte umbuchen:\n\nVon: Wien\nAn: tom@example.com\nDatum: 3.3. 10:00\nBetreff: Buchung 12\nIch zahle drauf.",
        "My trip:\n\nFrom: Vienna\nTo: Graz\nDate: 3 March\nSubject: Booking 12\n\nCan I change it?",
        "The form:\n\nDate: 3 March 2026 10:15\nSubject: Lid\nFrom: pat@example.com\nTo: Larkfield\nMessage: It broke.",
        "Again:\n\nFrom: pat@example.com\nTo: Larkfield\nDate: 3 March 2026 10:15\nSubject: Lid\n\nMessage:\nIt broke.",
    ],
)
def test_journeys_and_web_forms_are_no_header_of_a_mail(text: str) -> None:
    """They have the same fields, and what follows is why the customer wrote."""
    assert split_reply(text).new == text


@pytest.mark.parametrize(
    "text",
    [
        "Hallo,\nam 2.3.2026 um 10:15 schrieb mir Ihre Kollegin jo@example.com folgendes:\nEs geht los.\nNichts kam.",
        "Sorry to ask again.\n\nOn 2 March 2026 at 10:15 your colleague jo@example.com wrote me the following:\nSoon.",
        "Je relance.\n\nLe 2 mars 2026 à 10:15 votre collègue jo@example.com m'a écrit :\nBientôt.",
        "Escribo otra vez.\n\nEl 2 de marzo de 2026 a las 10:15 jo@example.com me escribió:\nPronto.",
    ],
)
def test_a_sentence_that_tells_who_wrote_is_no_attribution(text: str) -> None:
    """No program says to whom somebody wrote; below stands what the customer asks about."""
    assert split_reply(text).new == text


@pytest.mark.parametrize("salutation", ["Hello,", "Guten Tag Frau Kim,", "Bonjour !", "Hola:"])
def test_below_a_lone_salutation_and_an_attribution_stand_the_writers_words(salutation: str) -> None:
    """Nobody answers with a salutation alone."""
    text = f"{salutation}\n\nOn 2 March 2026 at 10:15, Jo <jo@example.com> wrote:\nNothing has come so far."

    assert "Nothing has come so far." in split_reply(text).new


@pytest.mark.parametrize(
    "text",
    [
        "First problem: login fails\n--\nSecond problem: the invoice is wrong.",
        "How I returned it?\nSent via DHL",
        "Where it is?\n\nSent from Hamburg",
        "¿De dónde?\n\nEnviado desde Madrid",
        "Woher?\n\nGesendet von Hamburg",
        "Da dove?\n\nInviato da Roma",
        "Hello,\n\nSent from my hotel the parcel back.\n\nPlease confirm. Order 4711",
        "Which hotel?\n\nSent from my hotel",
        "Please remove:\n____\nmy mail pat@example.com from the mailing list\nand confirm",
    ],
)
def test_words_that_only_look_like_a_signature_stay(text: str) -> None:
    """Dashes part two problems, and "sent from" begins many an answer."""
    assert split_reply(text).new == text


@pytest.mark.parametrize("dashes", ["-- ", "--"])
def test_a_postscript_below_a_signature_stays(dashes: str) -> None:
    """It is often the one thing that is to be done."""
    text = f"Kaputt.\n\n{dashes}\nTom\n\nP.S. Bitte auch Bestellung 12 stornieren"

    assert split_reply(text).new == "Kaputt.\n\nP.S. Bitte auch Bestellung 12 stornieren"


def test_what_stands_below_a_short_signature_stays() -> None:
    """Only ``-- `` with a blank surely starts what a program adds."""
    assert split_reply("It broke.\n\n--\nTom\n\nAnd order 12 too.").new == "It broke.\n\nAnd order 12 too."


def test_what_stands_below_the_footer_of_a_phone_is_not_lost() -> None:
    """It is most often a quote without any mark; where it is none, a person can read it."""
    assert "order 12" in split_reply("It broke.\n\nSent from my iPhone\n\nCancel order 12 too.").quoted


def test_below_a_salutation_and_the_footer_of_a_phone_stands_the_text() -> None:
    """Who signs before they write has not written yet."""
    assert "Cancel order 12." in split_reply("Hello,\n\nSent from my iPhone\n\nCancel order 12.").new


@pytest.mark.parametrize("footer", ["Gesendet von meinem Fairphone 5", "Sent from my XQ-BT52", "Inviato da iPhone"])
def test_a_footer_that_names_a_device_is_cut(footer: str) -> None:
    """It is not what they wrote; the device may be one that we do not know."""
    assert split_reply(f"Where is it?\n\n{footer}").new == "Where is it?"
