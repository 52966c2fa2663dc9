"""What is quoted of a mail and of an article."""

import pytest

from mailagent.language.summary import LINE_LENGTH, excerpt_of, first_steps, summary_of, unwrapped

MAIL = """Hello,
I hope you are well. The weather is awful here.
I was charged twice for order LF-20412 on 3 March.
My sister likes your boxes too.
Can you refund one of the two charges?
Kind regards,
Maria"""
ARTICLE = "You can do it\nyourself.\n\n1. Open the page\n   and sign in.\n2. Save.\n3. Wait.\n4. Done.\n\nThat is all."


def test_the_two_most_telling_sentences_make_the_summary() -> None:
    """What happened and what is wanted, in the customer's own words and order."""
    assert summary_of("Charged twice", MAIL, "en").splitlines() == [
        "I was charged twice for order LF-20412 on 3 March.",
        "Can you refund one of the two charges?",
    ]


FOREIGN = {
    "de": """Sehr geehrte Damen und Herren,
ich hoffe, es geht Ihnen gut.
Die Bestellung LF-20412 wurde am 3. März zweimal abgebucht.
Meine Schwester mag Ihre Boxen auch.
Können Sie mir eine der Abbuchungen erstatten?
Mit freundlichen Grüßen
Maria Huber""",
    "fr": """Bonjour Madame,
il fait beau chez nous.
La tasse de la commande LF-20412 est arrivée cassée.
Ma sœur aime vos box.
Pouvez-vous m'envoyer une autre tasse ?
Bien cordialement,
Luc""",
    "es": """Buenos días:
Hace mucho calor por aquí.
No he recibido el reembolso de 39,90 euros del pedido LF-20412.
Mi hermana también compra.
¿Cuándo llega el reembolso?
Un cordial saludo,
Ana""",
}


@pytest.mark.parametrize(("language", "text"), FOREIGN.items())
def test_every_language_is_summed_up_in_its_own_words(language: str, text: str) -> None:
    """Greetings, small talk and names are left out wherever they come from."""
    lines = text.splitlines()

    assert summary_of("LF-20412", text, language).splitlines() == [lines[2], lines[4]]


def test_a_single_sentence_stands_below_the_subject() -> None:
    """Two lines where two are to be had."""
    assert summary_of("Sizes", "Hi,\nwhich size fits me?\nTom", "en") == "Sizes:\nwhich size fits me?"
    assert summary_of("Which size?", "Hi,\nI am very tall.\nTom", "en") == "Which size?\nI am very tall."
    assert summary_of("", "which size fits me?", "en") == "which size fits me?"


def test_an_empty_mail_says_so() -> None:
    """A reviewer sees that nothing is missing."""
    assert summary_of("", " \n ", "en") == "The mail has no text."
    assert summary_of("Order", "", "en") == "Order"


def test_a_line_is_cut_at_a_word() -> None:
    """The first screen of a phone holds it."""
    line, *_ = summary_of("", "parcel " * 100, "en").splitlines()

    assert len(line) <= LINE_LENGTH
    assert line.endswith("parcel ...")


def test_a_short_article_is_quoted_whole() -> None:
    """Nothing is lost where nothing must be."""
    assert excerpt_of("One.\n\n## Two\n\nThree.\n", "anything", "en", limit=100) == "One.\n\n## Two\n\nThree."


def test_of_a_long_article_the_section_that_fits_is_quoted() -> None:
    """With the opening paragraph, which answers first."""
    article = "Opening.\n\nMore.\n\n## Cards\n\nCards are fine.\n\n## Klarna\n\nKlarna takes 30 days.\n"

    assert excerpt_of(article, "How does Klarna work?", "en", limit=60) == "Opening.\n\nKlarna\n\nKlarna takes 30 days."


def test_a_long_article_without_sections_ends_at_a_paragraph() -> None:
    """Half a sentence helps nobody."""
    assert excerpt_of("One.\n\nTwo.\n\nThree.", "x", "en", limit=12) == "One.\n\nTwo."


def test_the_first_steps_of_an_article_fit_a_glance() -> None:
    """A reviewer gets the gist as the suggested fix."""
    assert first_steps(ARTICLE) == "You can do it yourself.\n1. Open the page and sign in.\n2. Save.\n3. Wait."


def test_a_wrapped_article_becomes_whole_lines() -> None:
    """Mail programs wrap by themselves; our line ends would leave ragged halves on a phone."""
    wrapped = "# Title\nOne\ntwo.\n\n1. First\n   step\n2. Second\n\nBreak  \nhere"

    assert unwrapped(wrapped) == "# Title\nOne two.\n\n1. First step\n2. Second\n\nBreak\nhere"
