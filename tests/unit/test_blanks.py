"""What is still to be filled in is told from other words in brackets."""

import pytest

from mailagent.language.blanks import blanks_in


@pytest.mark.parametrize(
    "blank",
    [
        "[Your name]",
        "[Customer Name]",
        "[ORDER NUMBER]",
        "[insert date here]",
        "<company>",
        "{{ order.number }}",
        "{order_number}",
        "[Ihr Name]",
        "[numéro de commande]",
        "[nombre del cliente]",
        "[tracking link]",
        "[Bitte Namen einsetzen]",
        "[Vorname]",
        "[Nachname]",
        "[hier einsetzen]",
    ],
)
def test_what_is_to_be_filled_in_is_found(blank: str) -> None:
    """The customer would read it as it stands."""
    assert blanks_in(f"Hello,\n\nit is on its way.\n\nBest regards,\n{blank}\n{blank}") == (blank,)


@pytest.mark.parametrize(
    "text",
    [
        "Choose [Settings], then [Sign in].",
        "See [1] and [C-1042].",
        'You wrote "it [the parcel] is late".',
        "Write to <help@larkfield.example> or see <https://larkfield.example/name>.",
        "Look at [your orders](https://larkfield.example/orders).",
        "for (i = 0; i < name; i++) { return 1 }",
        "We have it [in blue\n\nYour name] or not",
        "[Please read the whole of our terms before you place your order with us]",
    ],
)
def test_other_words_in_brackets_are_left_alone(text: str) -> None:
    """A letter that is held for nothing makes reviewers careless."""
    assert blanks_in(text) == ()


@pytest.mark.parametrize("blank", ["[Name of the\nproduct]", "<Your \r\nname>", "{{ order\nnumber }}"])
def test_a_mail_program_that_wraps_lines_hides_none(blank: str) -> None:
    """Reviewers' programs end lines after some 76 characters, wherever that is."""
    (found,) = blanks_in(f"Hello,\n\nit is on its way: {blank}.\nBest regards,\nDana")

    assert found == " ".join(blank.split())
