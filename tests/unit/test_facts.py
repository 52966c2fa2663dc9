"""What a reply may say: it is compared with its sources by meaning, over notations and four languages."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.domain.facts import Claim, unproven_claims
from mailagent.language.claims import CLAIM_WORDS
from tests.shop import SHOP

HERE = Path(__file__).parent
ARTICLES = {path.stem: path.read_text("utf-8").split("---\n", 2)[2] for path in (SHOP / "knowledge").rglob("*.md")}


def claims(text: str, *ours: str, customer: str = "") -> tuple[Claim, ...]:
    """The claims of a reply, in the shipped languages."""
    return unproven_claims(text, ours=ours, customer=customer, words=CLAIM_WORDS)


def kinds(text: str, *ours: str, customer: str = "") -> set[str]:
    """The kinds of the claims of a reply."""
    return {claim.kind for claim in claims(text, *ours, customer=customer)}


PROVEN = [
    (article, reply)
    for article, table in tomllib.loads((HERE / "replies_proven.toml").read_text("utf-8")).items()
    for reply in table["replies"]
]
UNPROVEN = [
    (kind, article, reply)
    for kind, articles in tomllib.loads((HERE / "replies_unproven.toml").read_text("utf-8")).items()
    for article, table in articles.items()
    for reply in table["replies"]
]


@pytest.mark.parametrize("article", ARTICLES.values(), ids=ARTICLES)
def test_an_article_proves_itself(article: str) -> None:
    """The offline model answers with an article as it is; that needs no person."""
    assert claims(article, article) == ()


@pytest.mark.parametrize(("article", "reply"), PROVEN, ids=lambda text: text[:40])
def test_a_reply_in_other_words_or_another_language_is_proven(article: str, reply: str) -> None:
    """False alarms would keep good answers from customers, and reviewers would stop reading them."""
    assert claims(reply, ARTICLES.get(article, "")) == ()


@pytest.mark.parametrize(("kind", "article", "reply"), UNPROVEN, ids=lambda text: text[:40])
def test_what_the_article_does_not_say_is_a_claim(kind: str, article: str, reply: str) -> None:
    """A wrong amount, date, link or promise would bind the shop."""
    assert kind in kinds(reply, ARTICLES[article])


@pytest.mark.parametrize(
    ("reply", "ours"),
    [
        ("39,90 €", "It costs EUR 39.90."),
        ("€39.90", "39,90 Euro"),
        ("1.234,56 €", "EUR 1,234.56"),
        ("EUR 1234.50", "1'234,5 €"),
        ("1 234,56 EUR", "EUR 1,234.56"),
        ("CHF 20", "20.00 Swiss francs"),
        ("zwanzig Franken", "CHF 20.-"),
        ("5 items", "five items"),
        ("fünf Artikel", "5 items"),
        ("cinco", "cinq"),
        ("two hundred and ten items", "200 and 10 items"),
        ("twenty-five items", "25 items"),
        ("3. März", "March 3"),
        ("2026-03-03", "March 3"),
        ("3 mars 2026", "03.03.2026"),
        ("3 de marzo de 2026", "2026-03-03"),
        ("March 3rd", "3 March 2026"),
        ("1er mars", "1 March"),
        ("March 3 to 5", "from 3 March to 5 March"),
        ("in März", "March 3"),
        ("lundi", "Monday"),
        ("mañana", "tomorrow"),
        ("2 pm", "14:00"),
        ("14 Uhr", "14:00"),
        ("14h30", "2:30 pm"),
        ("24 hours", "vierundzwanzig Stunden"),
        ("two weeks", "14 days"),
        ("a 30-day window", "30 jours"),
        ("30-tägige Frist", "30 days"),
        ("3 or 5 days", "3-5 days"),
        ("3 Prozent", "3%"),
        ("3 por ciento", "three per cent"),
        ("order LF 20417", "order LF-20417"),
        ("Call (030) 123-4567", "Telephone: 030 / 123 45 67"),
        ("larkfield.example/returns", "https://larkfield.example/returns/"),
        ("<https://LARKFIELD.example/returns>.", "http://larkfield.example/returns"),
        ("[returns](https://larkfield.example/returns)", "https://larkfield.example/returns"),
        ("Support@larkfield.example", "mailto:support@larkfield.example"),
        ("We reimburse you", "we refund you"),
        ("Wir ersetzen den Artikel", "Nous remplaçons l'article"),
        ("Le enviamos un paquete", "We send a parcel"),
        ("Your mail has been received.", "Hello, your mail has been received. Thank you"),
        ("Once we have packed it", "it is packed"),
    ],
)
def test_the_same_in_another_notation_is_proven(reply: str, ours: str) -> None:
    """Comparison is by meaning: nobody should have to write an article as a model writes replies."""
    assert claims(reply, ours) == ()


@pytest.mark.parametrize(
    ("reply", "ours", "kind"),
    [
        ("5 weeks", "5 working days", "duration"),
        ("5 days", "5 working days", "duration"),
        ("5 working days", "5 days", "duration"),
        ("24 hours", "a working day", "duration"),
        ("in a few days", "in 5 days", "duration"),
        ("5 USD", "5 EUR", "amount"),
        ("50 €", "5 € and 0", "amount"),
        ("EUR 1.234", "EUR 1.23", "amount"),
        ("5 EUR", "5 days", "amount"),
        ("5 percent", "5 items", "percentage"),
        ("March 3, 2027", "March 3, 2026", "date"),
        ("March 4", "March 3", "date"),
        ("March 3", "in March", "date"),
        ("2 am", "14:00", "time"),
        ("larkfield.example/returns", "https://larkfield.example/return", "link"),
        ("We have refunded you", "We refund you", "promise"),
        ("We refund you", "We have refunded you", "promise"),
        ("We have refunded you", "As soon as we have refunded you, you get an email", "promise"),
        ("We refund you", "We do not refund you", "promise"),
        ("We do not refund you", "We refund you", "promise"),
        ("We send and replace it", "We send it", "promise"),
        ("We refund you", "Write to us for a refund", "promise"),
        ("Your account has been locked", "After five attempts an account is locked", "promise"),
    ],
)
def test_almost_the_same_is_a_claim(reply: str, ours: str, kind: str) -> None:
    """A look at the digits alone would let the worst mistakes pass: another unit, currency, year or tense."""
    assert kinds(reply, ours) == {kind}


@pytest.mark.parametrize(
    ("reply", "customer"),
    [
        ("Your order LF-20417", "My order is lf20417"),
        ("Your order 20417", "My order is LF-20417"),
        ("You wrote that you paid EUR 39.90 on 3 March", "Ich habe am 3.3. 39,90 € bezahlt"),
        ("You ordered 3 shirts", "I ordered three shirts"),
        ("You have waited for two weeks", "Ich warte seit zwei Wochen"),
    ],
)
def test_a_customer_proves_the_figures_that_a_reply_repeats(reply: str, customer: str) -> None:
    """A reply may name the order and the amount that it is about."""
    assert claims(reply, customer=customer) == ()
    assert claims(reply) != ()


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("See https://evil.example/pay", "link"),
        ("Write to boss@evil.example", "address"),
        ("Call 030 1234567", "phone"),
        ("We have refunded you", "promise"),
        ("We refund you EUR 500", "amount"),
        ("Wir erstatten Ihnen 500 €", "amount"),
        ("We refund you within 2 days", "duration"),
        ("Someone will call you tomorrow", "date"),
    ],
)
def test_a_customer_proves_no_promise_and_nothing_to_follow(reply: str, kind: str) -> None:
    """Anyone can write to a support mailbox what they would like to be told, or shown to others."""
    customer = f"{reply}. We refund: 500 EUR within 2 days tomorrow."

    assert kind in kinds(reply, "We refund. Someone will call you.", customer=customer) | kinds(
        reply, customer=customer
    )


def test_an_amount_in_a_promise_needs_our_word_even_if_the_promise_is_ours() -> None:
    """ "Refund me 500 EUR" is a wish; the refund policy makes no sum of it."""
    policy = ARTICLES["refund-policy"]

    assert claims("We refund EUR 500.", policy, customer="Refund me 500 EUR!") == (
        Claim(kind="amount", words="EUR 500"),
    )
    assert claims("We refund order LF-20417.", policy, customer="My order is LF-20417") == ()


@pytest.mark.parametrize(
    ("kind", "reply"),
    [
        ("link", "https://l\u0430rkfield.example/returns"),
        ("link", "https://larkfield.example\u2044@evil.example/returns"),
        ("link", "https://larkfield.ex\u200bample/returns"),
        ("link", "https:\u2215\u2215evil.example"),
        ("link", "evil\u3002example"),
        ("link", "\uff45vil.example"),
        ("address", "help\uff20evil.example"),
        ("address", "help [at] evil [dot] example"),
        ("promise", "We have can\u200bcelled your order."),
        ("promise", "W\u0435 h\u0430v\u0435 c\u0430ncelled it."),
        ("promise", "\uff37\uff45 have cancelled it."),
        ("promise", "We have can\u00adcelled it"),
        ("promise", "We\nhave\ncancelled it"),
        ("promise", "We have c\u0301ancelled it"),
        ("promise", "WE\u00a0HAVE\u2009CANCELLED IT"),
        ("promise", "1. We have cancelled it"),
        ("promise", "No worries we have cancelled it"),
        ("promise", "We have (of course) cancelled it"),
        ("amount", "EUR \uff15.90"),
        ("amount", "\u20ac 5\u200a000"),
        ("amount", "5\u200b00 EUR"),
        ("amount", "EUR \u0664\u0660"),
        ("amount", "\u20ac\U0001d7d3\U0001d7ce"),
        ("amount", "EUR\u00a050"),
        ("amount", "5O EUR 50 EUR"),
        ("duration", "within \u0663 weeks"),
        ("duration", "5\n    weeks"),
        ("duration", "\u2464 weeks"),
        ("duration", "within\n7) weeks"),
        ("duration", "5 **weeks**"),
        ("duration", "5 full calendar weeks"),
        ("duration", "five (5) weeks"),
        ("amount", "50,- \u20ac"),
        ("amount", "EUR **50**"),
        ("amount", "EUR 4.90 million"),
        ("amount", "5 hundred euros"),
        ("duration", "a 5-year warranty"),
        ("duration", "un an de garantie"),
        ("promise", "Order cancelled."),
        ("promise", 'We have "cancelled" it'),
        ("percentage", "1\u2075\uff05"),
        ("code", "SAVE\u200b20"),
        ("phone", "\u0660\u0663\u0660 1234567"),
    ],
)
def test_no_trick_gets_a_claim_past(kind: str, reply: str) -> None:
    """A customer may talk a model into writing what its reader understands and a simple search does not."""
    assert kind in kinds(reply, ARTICLES["returns"], ARTICLES["shipping"])


@pytest.mark.parametrize(
    "reply",
    [
        "1. Open it.\n2. Print it.\n3) Keep it.",
        "  1. Open it.\n  2. Print it.",
        "Thank you, one of us is glad that you wrote. The article neuf, très bien; los dos.",
        "You may return it once; if it is lost, tell us.",
        "Please see e.g. the photo.jpg, i.e. the first one, z.B. das Bild, p.ej. la foto.",
        "",
        "\n\n \u200b",
    ],
)
def test_what_only_looks_like_a_claim_is_none(reply: str) -> None:
    """List markers, articles and abbreviations are in every reply."""
    assert claims(reply) == ()


def test_claims_are_shown_as_they_stand_in_the_reply_once_and_in_order() -> None:
    """A reviewer looks for these very words in the draft below."""
    reply = "We  have\nrefunded \uff15\uff10 \u20ac. See https://Evil.example/A, and again https://Evil.example/A."

    assert claims(reply) == (
        Claim(kind="promise", words="We have refunded"),
        Claim(kind="amount", words="\uff15\uff10 \u20ac"),
        Claim(kind="link", words="https://Evil.example/A"),
    )


PIECES = """
we have will refunded refund not if 5 10 EUR € % days March may 3 . , ; - to and wird erstattet hemos nous Uhr few ½ ٣ ﷺ
00000000000000000000 1.2.3 24/7 31.12. 99:99 999999999999999999999999999999.5 two a@b x.yz/ LF-1 :// (at) \u200b 1st
2026 pm las h (1)
1. 2) ? ! : avant
"""
SPACES = st.sampled_from([" ", "", "\n", "\n\n"])


@given(st.lists(st.sampled_from(PIECES.split()) | SPACES, max_size=60).map(" ".join) | st.text(max_size=200))
def test_any_text_proves_itself(text: str) -> None:
    """What our own words say is never a claim, and no text stops the check."""
    assert claims(text, text) == ()


@given(st.text(max_size=100), st.text(max_size=100))
def test_no_text_stops_the_check(text: str, customer: str) -> None:
    """One odd mail must not stop the others."""
    assert all(claim.words for claim in claims(text, customer=customer))
