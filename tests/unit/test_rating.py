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
        "rating: 3 of 5",
        "My Rating: 3 of 5",
        "Rating: 3 of 5 stars",
        "Hi\nRating: 3 of 5",
        "Rating: 1 of 5\n\nYou charged me twice, call me!",
    ],
)
def test_anything_else_is_a_mail(text: str) -> None:
    """A customer who writes about ratings wants an answer."""
    assert read_rating(text) is None
