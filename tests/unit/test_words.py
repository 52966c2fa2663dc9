"""Words, stems and phrases."""

from concurrent.futures import ThreadPoolExecutor

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


def test_a_wrapped_line_goes_on_in_the_next() -> None:
    """Mail programs break lines where no sentence ends; half a question is none."""
    text = "I would like to know whether the parcel that I ordered last Monday\nhas left. Has it?\nShort line\nnext"

    assert sentences(text) == [
        "I would like to know whether the parcel that I ordered last Monday has left.",
        "Has it?",
        "Short line",
        "next",
    ]


def test_dates_and_abbreviations_end_no_sentence() -> None:
    """German writes "am 3. März"."""
    assert sentences("Am 3. März und am 12. Mai, z. B. bei Dr. Huber. Ende.") == [
        "Am 3. März und am 12. Mai, z. B. bei Dr. Huber.",
        "Ende.",
    ]


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("de", ["Rückerstattung", "erstattet", "zurückerstattet", "Rückzahlung"]),
        ("de", ["Größe", "Größen", "GRÖSSE"]),
        ("fr", ["remboursement", "remboursé", "rembourse", "rembourser"]),
        ("fr", ["cassée", "cassé", "cassées"]),
        ("es", ["devolución", "devuelto", "devolver", "devolucion"]),
        ("es", ["contraseña", "contraseñas", "contrasena"]),
    ],
)
def test_forms_meet_in_every_language_with_or_without_accents(language: str, forms: list[str]) -> None:
    """Phones and foreign keyboards leave accents out."""
    assert len({stem(form.casefold(), language) for form in forms}) == 1


def test_stop_words_are_those_of_the_language() -> None:
    """ "Die" says nothing in German."""
    assert content_words("Wo ist die Bestellung, die ich hatte?", "de") == ["bestellung"]
    assert content_words("Où est l'adresse de livraison ?", "fr") == ["adresse", "livraison"]


def test_threads_do_not_disturb_each_others_stems() -> None:
    """Articles are searched in threads while mail is read: a wrong stem would stay for the life of the process."""
    words = [f"{start}{end}" for start in ("return", "refund", "order", "deliver") for end in ("ing", "ed", "s", "er")]
    stem.cache_clear()
    alone = [stem(word, language) for word in words for language in ("en", "de", "fr", "es")]
    for _ in range(20):
        stem.cache_clear()
        with ThreadPoolExecutor(8) as pool:
            found = pool.map(lambda word: [stem(word, language) for language in ("en", "de", "fr", "es")], words)
            assert [one for row in found for one in row] == alone
