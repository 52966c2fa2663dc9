"""A rating is stored, never answered."""

import pytest

from mailagent.mail.rating import read_rating


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("Bewertung: 2 von 5\n\n\nRef C-12.abcdefgh234567ab", 2),
        ("Note : 4 sur 5", 4),
        ("Valoración: 5 de 5", 5),
        ("Rating: 1 of 5", 1),
        ("Rating: 5 of 5\n\n\nRef C-12.abcdefgh234567ab", 5),
        ("Rating: 3 of 5 ", 3),
        ("rating: 1/5", 1),
        ("Note : 2/5", 2),
        ("Rating: 2 of 5\n\nTom Lind", 2),
        ("Rating: 2 of 5\n\nBest regards,\nTom", 2),
        ("Note : 5 sur 5\n\nBonne journ\u00e9e !\nAnne", 5),
        ("Rating: 2 of 5\n\nMet vriendelijke groet,\nTom", 2),
        ("Rating: 2 of 5\n\nSerdecznie pozdrawiam!\nAnna", 2),
        ("Bewertung: 4 von 5\n\nMit freundlichen Grüßen\nTom Lind\n\nRef C-12.abcdefgh234567ab", 4),
    ],
)
def test_what_the_button_writes_is_a_rating(text: str, rating: int) -> None:
    """With the reference that leads it to its case."""
    assert read_rating(text) == rating


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Rating: 6 of 5",
        "Rating: 0 of 5",
        "My Rating: 3 of 5",
        "Rating: 3 of 5 stars",
        "Hi\nRating: 3 of 5",
        "Rating: 1 of 5\n\nYou charged me twice, call me!",
        "Rating: 1 of 5 because nobody called",
        "Rating: 1 of 5\nCall me!",
        "Rating: 1 of 5\nTom\nLind\nWho\nWaits",
        "1",
    ],
)
def test_anything_else_is_a_mail(text: str) -> None:
    """A customer who writes about ratings wants an answer."""
    assert read_rating(text) is None


@pytest.mark.parametrize(("text", "rating"), [("1", 1), ("5\n\nTom", 5), ("2/5", 2), ("6", None), ("1 is gone", None)])
def test_a_number_alone_rates_the_answer_above_it(text: str, rating: int | None) -> None:
    """Many customers answer "how was it?" with a number; as a mail, a person would have to puzzle over it."""
    assert read_rating(text, answers_us=True) == rating
