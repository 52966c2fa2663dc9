"""Words of customers that only look like a quote, a signature or a footer: none of them may be lost."""

import pytest

from mailagent.mail.quoting import split_reply

ATTRIBUTION = "On 2 March 2026 at 10:12, Support <support@example.com> wrote:"


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
        f"A form:\n{'_' * 32}\nFrom: pat@example.com\nDate: 3 March 2026 10:15\nMessage: It broke.",
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
        f"My form:\n{'_' * 40}\nName: Pat\nMail: pat@example.com\nPage: https://example.com/lid",
        f"{'_' * 10} | {'_' * 10}\nlid | red\n{'_' * 47}\npot | see http://example.com/pot",
        f"Please help me:\n{'_' * 47}\nunsubscribe\npat@example.com",
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


@pytest.mark.parametrize(
    "text",
    [
        "This is what I get:\n\n> error 12 in line 5",
        "Go to\n> Settings\n> Account\nand it crashes.",
        ">100 failures since Monday.\n\nWhat now?",
        "It prints:\n> 2026-03-03 10:15 mail from jo@example.com rejected\nWhy?",
    ],
)
@pytest.mark.parametrize("below", ["", f"\n\n{ATTRIBUTION}\n> Dear Pat,\n> what happens?"], ids=["alone", "in a reply"])
def test_marked_lines_that_nobody_announces_are_the_customers_own(text: str, below: str) -> None:
    """Menus, logs and numbers begin like that; a mail program says whom it quotes."""
    assert split_reply(text + below).new == text


@pytest.mark.parametrize(
    "quote",
    [
        "> From: Jo <jo@example.com>\n> To: Pat\n> Subject: Lid",
        "> Jo wrote on 3.3.:",
        "> On 3 March 10:15, Jo\n> wrote:",
    ],
)
def test_a_quote_that_is_announced_inside_its_marks_is_cut(quote: str) -> None:
    """Some programs mark their own line as well."""
    assert split_reply(f"It is here.\n\n{quote}\n>\n> Where is it?").new == "It is here."


@pytest.mark.parametrize("answer", ["4711", "Blue.", "(the old one)"])
def test_a_short_answer_between_long_quoted_lines_stays(answer: str) -> None:
    """A program that wraps a line once more leaves the end of a sentence, not a number."""
    asked = "> Please tell us the number of your order, as it stands in your account and then\n"
    text = f"On 2 March 2026 10:12, Support wrote:\n{asked}{answer}\n> And which colour it has.\nRed."

    assert answer in split_reply(text).new


def test_a_short_answer_below_a_quoted_line_with_room_stays() -> None:
    """A program would have written the word above."""
    text = "Support wrote:\n> Is it the red one that we saw in the shop last week\nyes\n> And is it new\nno"

    assert split_reply(text).new == text.partition("\n")[2].replace("yes\n", "yes\n\n")


@pytest.mark.parametrize(
    "footer",
    [
        "cooks mailing list\ncooks@example.org",
        "Mailingliste koche\nkoche@example.org\nhttps://example.org/koche",
        "cooks mailing list -- cooks@example.org\nTo unsubscribe send an email to cooks-leave@example.org",
        "Cooks of Vienna\ncooks@example.org\nhttps://example.org/mailman/listinfo/cooks",
    ],
)
@pytest.mark.parametrize("rule", [47, 5])
def test_the_footer_of_a_mailing_list_is_cut(footer: str, rule: int) -> None:
    """The list's program added it to every mail; what stands below it is not lost."""
    split = split_reply(f"Where is it?\n\n{'_' * rule}\n{footer}\n\nAnd order 12?")

    assert split.new == "Where is it?"
    assert split.quoted == "And order 12?"
