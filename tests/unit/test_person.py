"""The name a customer is greeted with. They choose it; we send it."""

import pytest

from mailagent.domain.person import greeting_name


@pytest.mark.parametrize(
    ("display_name", "greeting"),
    [
        ("Tom Weber", "Tom"),
        ("TOM WEBER", "Tom"),
        ("tom", "Tom"),
        ("Weber, Tom", "Tom"),
        ('"Weber, Tom"', "Tom"),
        ("'Tom Weber'", "Tom"),
        ("Dr. Anna Schmidt", "Anna"),
        ("Frau Prof. Anna Schmidt", "Anna"),
        ("Jean-Luc Picard", "Jean-Luc"),
        ("O'Neil Pat", "O'Neil"),
        ("McKenna Ode", "McKenna"),
        ("Łukasz Żak", "Łukasz"),
        ("Олена Коваль", "Олена"),
        ("  Tom   Weber ", "Tom"),
    ],
)
def test_a_person_is_greeted_by_the_first_name(display_name: str, greeting: str) -> None:
    """ "Hi Weber," is worse than no name."""
    assert greeting_name(display_name) == greeting


@pytest.mark.parametrize(
    "display_name",
    [
        "",
        "   ",
        "tom@customer.example",
        "Tom <tom@customer.example>",
        "https://evil.example",
        "Win http://evil.example now",
        "evil.example",
        "Click here: 0900-123456",
        "Tom\nBcc: eve@evil.example",
        "Tom\u202eWeber",
        "<b>Tom</b>",
        "{{ company }}",
        "%s",
        "Tom 2000",
        "$$$",
        "A, B, C",
        "Support Team",
        "The Boss",
        "info",
        "Mr",
        "x" * 31,
        "\N{PARTY POPPER} Tom",
    ],
)
def test_a_name_that_is_not_plainly_one_is_left_out(display_name: str) -> None:
    """Senders choose their display name; none of it may put a link, an order or a line end into our mail."""
    assert greeting_name(display_name) == ""
