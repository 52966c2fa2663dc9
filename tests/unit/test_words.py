"""Words, stems and phrases."""

import pytest

from mailagent.language.words import contains_phrase, content_words, sentences, stem, tokens


def test_only_words_with_a_meaning_are_left() -> None:
    """Greetings, stop words, numbers and codes say nothing about what a mail is about."""
    text = "Hello, where is my parcel? Order LF-20412 of 3 May, the customer's neighbour doesn't have it. Regards"

    assert content_words(text) == ["parcel", "order", "lf", "customer", "neighbour"]


def test_curly_apostrophes_and_wide_letters_are_plain_words() -> None:
    """Phones type the one, some keyboards the other."""
    assert tokens("I can\u2019t \uff30\uff21\uff39") == ["i", "can't", "pay"]


@pytest.mark.parametrize(
    "forms",
    [
        ["charge", "charged", "charges", "charging"],
        ["return", "returns", "returned", "returning"],
        ["size", "sizes", "sizing"],
        ["crash", "crashes", "crashed", "crashing"],
        ["pay", "paid", "paying", "payment", "payments"],
        ["delivery", "deliveries", "delivered", "deliver"],
        ["stop", "stopped", "stopping"],
        ["complaint", "complain", "complaints"],
        ["box", "boxes"],
    ],
)
def test_all_forms_of_a_word_meet(forms: list[str]) -> None:
    """An example with one form teaches the others."""
    assert len({stem(form) for form in forms}) == 1


def test_short_words_and_those_in_double_s_keep_their_end() -> None:
    """An s is not always a plural."""
    assert [stem(word) for word in ("bus", "address", "is", "status")] == ["bus", "address", "is", "status"]


def test_a_phrase_stands_side_by_side() -> None:
    """Its words apart are something else."""
    assert contains_phrase(["a", "gift", "card"], ["gift", "card"])
    assert not contains_phrase(["gift", "a", "card"], ["gift", "card"])
    assert not contains_phrase(["gift"], [])


def test_lines_end_sentences_too() -> None:
    """Mails have few full stops."""
    assert sentences("Hello\n\nWhere is it? I wait.  Bye") == ["Hello", "Where is it?", "I wait.", "Bye"]
