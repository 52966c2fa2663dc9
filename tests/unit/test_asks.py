"""What a customer asks for, and how much there is to answer."""

import pytest

from mailagent.language.asks import asks_of, complexity_of

MAILS = [
    ("en", "Hello,\nwhere is my order LF-1? I ordered last week.\nThanks, Jo", ["where is my order LF-1?"]),
    (
        "en",
        "Hi! How are you? Can I pay by PayPal and when do you ship?",
        ["Can I pay by PayPal", "when do you ship?"],
    ),
    ("en", "The mug broke. Please send a new one. I have attached a photo.", ["Please send a new one."]),
    ("en", "I would like to know which size fits me.", ["I would like to know which size fits me."]),
    ("en", "can you tell me the price of shipping", ["can you tell me the price of shipping"]),
    ("en", "Are you kidding me? How is that possible? I want a refund.", ["I want a refund."]),
    ("en", "My parcel is lost. Can you help me?", ["Can you help me?"]),
    ("en", "My parcel is lost. Can you help me? Where can I file a claim?", ["Where can I file a claim?"]),
    ("en", "Please find the photo attached. Please excuse the late reply. Have a nice day!", []),
    ("en", "When I opened the box, it was empty.", []),
    ("en", "Where is it? where is it?? WHERE IS IT", ["Where is it?"]),
    (
        "en",
        "1. Is it washable?\n2. Do you have it in red?\n- What does it cost?",
        ["Is it washable?", "Do you have it in red?", "What does it cost?"],
    ),
    (
        "en",
        "I ordered two weeks ago and I am not sure: could you please tell me\nwhere the parcel is now?\nBye",
        ["I ordered two weeks ago and I am not sure: could you please tell me where the parcel is now?"],
    ),
    ("de", "Guten Tag,\nwo bleibt mein Paket? Es ist seit Montag überfällig.\nMfG", ["wo bleibt mein Paket?"]),
    ("de", "Hallo, wie geht es Ihnen? Ich möchte wissen, wann Sie liefern.", ["Ich möchte wissen, wann Sie liefern."]),
    ("de", "Bitte senden Sie mir eine Rechnung. Vielen Dank im Voraus!", ["Bitte senden Sie mir eine Rechnung."]),
    ("de", "Bitte entschuldigen Sie die späte Antwort. Die Tasse ist da.", []),
    (
        "de",
        "Kann ich das Hemd umtauschen und wer zahlt den Rückversand?",
        ["Kann ich das Hemd umtauschen", "wer zahlt den Rückversand?"],
    ),
    ("de", "Wollen Sie mich verschaukeln? Stornieren Sie meine Bestellung!", ["Stornieren Sie meine Bestellung!"]),
    (
        "fr",
        "Bonjour, pouvez-vous m'envoyer une facture ? Merci d'avance.",
        ["Bonjour, pouvez-vous m'envoyer une facture ?"],
    ),
    (
        "fr",
        "Où est mon colis ? Je souhaite modifier mon adresse.",
        ["Où est mon colis ?", "Je souhaite modifier mon adresse."],
    ),
    ("fr", "Merci de me rembourser. Cordialement, Luc", ["Merci de me rembourser."]),
    ("fr", "Je tiens à vous remercier. Bonne journée à toute l'équipe", []),
    ("fr", "Est-ce une blague ? J'attends toujours.", []),
    ("es", "Hola, ¿dónde está mi pedido? Saludos", ["Hola, ¿dónde está mi pedido?"]),
    (
        "es",
        "Necesito saber la talla. Quiero devolver el jersey.",
        ["Necesito saber la talla.", "Quiero devolver el jersey."],
    ),
    ("es", "¿Puedo pagar con PayPal y cuánto tarda el envío?", ["¿Puedo pagar con PayPal", "cuánto tarda el envío?"]),
    ("es", "Quería darles las gracias. Un cordial saludo, Ana", []),
    ("es", "¿Cómo es posible? ¿Me pueden cambiar la taza?", ["¿Me pueden cambiar la taza?"]),
]


@pytest.mark.parametrize(("language", "text", "asks"), MAILS)
def test_each_question_and_request_is_found_as_it_stands(language: str, text: str, asks: list[str]) -> None:
    """An answer that leaves one of them open brings the customer back."""
    assert list(asks_of(text, language)) == asks


def test_no_more_than_six_are_listed() -> None:
    """A mail with more is for a person anyway."""
    things = ["mug", "bowl", "cup", "lamp", "rug", "bag", "vase"]

    asks = asks_of(" ".join(f"Do you sell {thing}s?" for thing in things), "en")

    assert len(asks) == 6
    assert asks[0] == "Do you sell mugs?"


def test_more_asks_words_and_facts_are_more_complex() -> None:
    """A rule may give what is complex to a person."""
    one = complexity_of("Where is it?", ["Where is it?"])
    two = complexity_of("Where is it? Can I return it?", ["Where is it?", "Can I return it?"])
    facts = complexity_of("Where is LF-1 of 3 May, 49.90 EUR?", ["Where is LF-1 of 3 May, 49.90 EUR?"])
    story = complexity_of("Once upon a time " * 100, [])
    all_of_it = complexity_of(" ".join(map(str, range(900))), ["?"] * 6)

    assert 0 <= one < facts < two < all_of_it == 1.0
    assert one < story <= 0.25
