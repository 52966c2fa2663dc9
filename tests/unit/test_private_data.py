"""Mails with data that no program should answer, and those that only look like it; all numbers are made up."""

import pytest

from mailagent.mail.private_data import private_data


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("Please use 4000 0012 3456 7899, it is valid until 12/29.", "the number of a payment card"),
        ("card: 4000001234567899", "the number of a payment card"),
        ("My Amex 3700 123456 78905 was charged twice.", "the number of a payment card"),
        ("SSN 078-05-1120", "a social security number"),
        ("my password is larkfield77, please log in", "a password"),
        ("Passwort: 7lampen", "a password"),
        ("SSN 078-05-1120, mot de passe : lampe99", "a social security number and a password"),
    ],
)
def test_what_a_mail_should_not_hold_is_named_and_not_repeated(text: str, held: str) -> None:
    """Its sender is told by a person, and the data do not spread with an automatic answer."""
    assert private_data(f"Hello,\n\n{text}\n\nMia") == held


@pytest.mark.parametrize(
    "text",
    [
        "My order 4000001234567890 is late.",
        "Tracking number 00340434161094042557",
        "Parcel 9400 1000 0000 0000 0000 00",
        "Call me at +43 664 1234567 or 0664 1234 5678 9012.",
        "My IBAN is AT61 1904 3002 3457 3201.",
        "my password is rejected since Monday",
        "The password is only valid for 24 hours, it says.",
        "https://shop.example.com/orders/4000001234567899",
        "I do not know what SSN means in your form of 2024-05-11.",
    ],
)
def test_a_long_number_or_a_lost_password_is_nothing_private(text: str) -> None:
    """Customers write about them every day, and expect the answer at once."""
    assert private_data(text) == ""
