"""What is new in a reply. Losing a word is worse than keeping a quote."""

import pytest

from mailagent.mail.answered import MARKER
from mailagent.mail.quoting import split_reply

QUOTE = "> Dear Pat,\n> your parcel is on its way.\n"


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, Mar 2, 2026 at 10:12 AM Support <support@example.com> wrote:",
        "On Mon, Mar 2, 2026 at 10:12 AM Support Team of Example <\nsupport@example.com> wrote:",
        "On 2 Mar 2026, at 10:12, Support\n<support@example.com>\nwrote:",
        "Am 02.03.2026 um 10:12 schrieb Support <support@example.com>:",
        "Support <support@example.com> schrieb am Mo., 2. März 2026,\n10:12:",
        "Le lun. 2 mars 2026 à 10:12, Support <support@example.com> a écrit :",
        "El lun, 2 mar 2026 a las 10:12, Support (<support@example.com>) escribió:",
        "Il giorno lun 2 mar 2026 alle ore 10:12 Support <support@example.com> ha scritto:",
        "Op ma 2 mrt 2026 om 10:12 schreef Support <support@example.com>:",
        "Op 2 mrt. 2026 om 10:12 heeft Support <support@example.com> het volgende geschreven:",
        "Em seg., 2 de mar. de 2026 às 10:12, Support <support@example.com> escreveu:",
        "Den mån 2 mars 2026 kl 10:12 skrev Support <support@example.com>:",
        "2026-03-02 10:12 GMT+01:00 Support <support@example.com>:",
        "Den man. 2. mar. 2026 kl. 10.12 skrev Support <support@example.com>:",
        "man. 2. mars 2026 kl. 10:12 skrev Support <support@example.com>:",
        "ma 2. maalisk. 2026 klo 10.12 Support <support@example.com> kirjoitti:",
        "pon., 2 mar 2026 o 10:12 Support <support@example.com> napisał(a):",
        "po 2. 3. 2026 v 10:12 odesílatel Support <support@example.com> napsal:",
        "пн, 2 мар. 2026 г. в 10:12, Support <support@example.com>:",  # noqa: RUF001 - another alphabet
        "пн, 2 бер. 2026 р. о 10:12 Support <support@example.com> пише:",  # noqa: RUF001 - another alphabet
        "Support <support@example.com>, 2 Mar 2026 Pzt, 10:12 tarihinde şunu yazdı:",  # noqa: RUF001 - another alphabet
        "2026年3月2日(月) 10:12 Support <support@example.com>:",
        "Support <support@example.com> 于2026年3月2日周一 10:12写道\uff1a",
    ],
)
@pytest.mark.parametrize("quote", [QUOTE, "Dear Pat,\nyour parcel is on its way."])
def test_an_attribution_line_starts_the_quote(attribution: str, quote: str) -> None:
    """What stands above is the reply, in every language that is shipped, with or without ``>``."""
    split = split_reply(f"Where is it?\n\n{attribution}\n\n{quote}")

    assert split.new == "Where is it?"
    assert "your parcel" in split.quoted


@pytest.mark.parametrize(
    "block",
    [
        "From: Support <support@example.com>\nSent: Monday, March 2, 2026 10:12 AM\nTo: Pat\nSubject: Parcel",
        "*Von:* Support <support@example.com>\n*Gesendet:* Montag, 2. März 2026\n*An:* Pat\n*Betreff:* Paket",
        "________________________________\nDe : Support <support@example.com>\nEnvoyé : lundi\nÀ : Pat\nObjet : Colis",
        "差出人: Support <support@example.com>\n送信日時: 2026年3月2日 10:12\n宛先: Pat\n件名: 荷物",
        "发件人\uff1aSupport <support@example.com>\n发送时间\uff1a2026年3月2日\n收件人\uff1aPat\n主题\uff1a包裹",
        "Kimden: Support <support@example.com>\nGönderildi: Pazartesi\nKime: Pat\nKonu: Paket",
        f"{'_' * 32}\nFrom: support@example.com Date: Mon, 2 Mar 2026 10:12:00 +0100\nHello Pat,",
        "-----Original Message-----\nFrom: Support",
        "-----Ursprüngliche Nachricht-----\nVon: Support",
        "---------- Forwarded message ---------\nFrom: Support",
        f"{MARKER} · C-1042\nNeeds your decision",
    ],
)
def test_a_header_block_starts_the_quote(block: str) -> None:
    """Outlook quotes without any sign on the lines themselves."""
    assert split_reply(f"Where is it?\n\n{block}\n\nDear Pat").new == "Where is it?"


def test_below_a_quote_the_reply_is_found() -> None:
    """Some people answer at the bottom."""
    assert split_reply(f"On 2 March 2026 10:12, Support wrote:\n{QUOTE}\nWhere is it?\n").new == "Where is it?"


def test_answers_between_quoted_lines_keep_the_line_they_answer() -> None:
    """A bare yes means nothing without its question."""
    text = "Support wrote:\n> Is it blue?\n\nYes.\n\n> Is it new?\n> Really?\n\nNo.\n"

    assert split_reply(text).new == "> Is it blue?\nYes.\n\n> Is it new?\n> Really?\nNo."


@pytest.mark.parametrize(
    "text",
    [
        "From: Vienna\nTo: Graz\nDate: 3 March\n\nCan I change it?",
        "On 3 March you wrote:\n\nthat it is free. It is not.",
        "Open the menu\n> Settings > Mail\nand nothing happens.",
        "I wrote: please help.\nNobody did.",
        "Item\n--\n" + "\n".join(f"line {n}" for n in range(20)),
        "1. one\n   - two\n\n\n    code\n\tTab",
        "He said to me on the phone at 10:15:\nno refund.",
        "Sent from my desk, where I wait for you.",
    ],
)
def test_words_that_only_look_like_a_quote_stay(text: str) -> None:
    """A customer's words are never thrown away for their form."""
    assert split_reply(text).new == text


@pytest.mark.parametrize(
    "footer",
    [
        "-- \nPat Miller\nExample Ltd",
        "--\nPat Miller",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Envoyé de mon iPhone",
        "_______________________________________________\nusers mailing list\nusers@example.org",
    ],
)
def test_a_signature_is_cut(footer: str) -> None:
    """It is not what they wrote, and a model would read it."""
    assert split_reply(f"Where is it?\n\n{footer}\n").new == "Where is it?"


def test_nothing_new_is_nothing() -> None:
    """A reviewer who sends back only our mail has decided nothing."""
    assert split_reply(f"On 2 March 2026 10:12, Support wrote:\n{QUOTE}").new == ""


def test_long_and_odd_lines_take_no_time() -> None:
    """One mail must not stop the others."""
    for line in (">" * 200_000, "a" * 500_000, "On 1:1 " * 50_000 + "wrote:", "<a@" * 100_000, "From: " * 80_000):
        split_reply("\n".join([line] * 3))
    split_reply("On 1 January 2026 10:00 x <a@b.c> wrote:\n" * 20_000)


@pytest.mark.parametrize("line", ["--", "=====", "Sent from my phone", "_" * 31, "> a"])
def test_a_text_of_very_many_lines_is_read_at_once(line: str) -> None:
    """Each of these froze the daemon; what stands below the first lines is kept, not looked through."""
    found = split_reply("\n".join([line] * 200_000))

    assert len(found.new) + len(found.quoted) <= 200_000 * (len(line) + 1)


@pytest.mark.parametrize(
    "quote",
    [
        "On Tue, 3 Mar 2026 at 10:07 Jo Small\n\n<\nmailto:Jo Small <jo@example.com>\n> wrote:\nWhere is it?",
        "2026-03-03 17:21 GMT+01:00 Jo Small\n\nWhere is it?",
        "2026/3/3 Jo Small via Example <jo@example.com>\n\n| Where is it?\n|\n| Jo",
        "====\n\nMessage du : 03/03/2026 13:20\nDe : <jo@example.com>\nA : help@example.org\nSujet : Colis",
        "Date: Tue, 3 Mar 2026 10:15:02 +0000\nTo: jo@example.com\n\nWhere is it?",
        "On 3 March 2026 10:15, Jo <jo@example.com> wrote:\n> " + "long words " * 6 + "wrapped\nonce more\n>\n> Jo",
    ],
    ids=["address on its own lines", "zone and name", "bars", "french portal", "without From", "wrapped twice"],
)
def test_odd_quotes_are_cut(quote: str) -> None:
    """Each is how some program of the last twenty years quotes."""
    assert split_reply(f"It is here.\n\n{quote}\n").new == "It is here."


@pytest.mark.parametrize("glue", ["--- ", " -- ", "----"])
def test_an_attribution_behind_the_last_word_is_cut(glue: str) -> None:
    """Webmail puts its line where the cursor is."""
    text = f"Thanks a lot{glue}On Wed, 4 Mar 2026 at 3:59 PM, jo@example.com wrote:\n> Hi"

    assert split_reply(text).new == "Thanks a lot"


def test_a_quote_that_somebody_chose_is_kept_with_its_answer() -> None:
    """No program announced it: it says what the answer is about."""
    text = "> the red one\n\nThat one, please.\n\n-----Original Message-----\nFrom: Jo"

    assert split_reply(text).new == "> the red one\n\nThat one, please."


def test_below_the_only_attribution_stand_the_writers_words() -> None:
    """It stands at the very top and nothing is marked as quoted; to cut below it would leave nothing."""
    text = "On 3 March 2026 10:15, Jo <jo@example.com> wrote:\n\nWhere is it?\n\nMax"

    assert split_reply(text).new == "Where is it?\n\nMax"


@pytest.mark.parametrize(
    "footer",
    [
        "Sent from my Pear 4",
        "Gesendet von Outlook für Android<https://aka.example/x>",
        "Outlook für iOS<https://aka.example/x> beziehen",
        "Téléchargez Outlook pour iOS",
        "Scarica Outlook per iOS<https://aka.example/x>",
        "Gesendet von Mail für Windows",
        "Envoyé à partir de Courrier pour Windows",
        "__\nusers mailing list\nusers@x.org",
    ],
)
def test_what_stands_below_a_phones_or_lists_footer_is_not_the_reply(footer: str) -> None:
    """Phones quote below it without any mark."""
    assert split_reply(f"Where is it?\n\n{footer}\n\nDear Pat, it is on its way.").new == "Where is it?"


@pytest.mark.parametrize(
    "text",
    [
        "Here is the log:\n\n2026-03-03 17:21 GMT+01:00 connection refused\n\nCan you help?",
        "The plan:\n\nDate: 3 March 2026\nTo: Vienna\n\nCan I change it?",
        "Our prices:\n\n| size | price |\n| big | 3 |\n| small | 2 |\n\nIs that right?",
        "It broke.\n\nSent from Vienna on Monday.\n\nWhere is it?",
        "> Is it the red one we saw in the shop last week?\nyes\n\n> And new?\nno",
        "I typed:\n\nls -- On 3 disks\n\nand it failed.",
    ],
)
def test_more_words_that_only_look_like_a_quote_stay(text: str) -> None:
    """Logs, tables, journeys and short answers are what customers write."""
    assert split_reply(text).new == text
