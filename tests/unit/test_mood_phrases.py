"""How the data files write phrases, and where those stand in a text."""

import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources

import pytest

from mailagent.language.phrases import Phrases, plain, words_of

FILES = [
    file for folder in ("moods", "speech") for file in resources.files("mailagent.language").joinpath(folder).iterdir()
]  # fmt: skip


def found(phrase: str, text: str, language: str = "en") -> list[str]:
    """What of `text` the phrase is found in."""
    words = words_of(text, language)
    return [text[words[hit.start].start : words[hit.end - 1].end] for hit in Phrases([(phrase, 1)]).hits(words)]


@pytest.mark.parametrize(
    ("phrase", "text", "hits"),
    [
        ("fed up", "I am Fed\nUP, fed - up, up fed", ["Fed\nUP", "fed - up"]),
        ("thank you so|very much", "Thank you very much, thank you much", ["Thank you very much"]),
        ("do [really] not like", "I do not like, I do really not like", ["do not like", "do really not like"]),
        ("disappoint*", "Disappointed by a disappointment", ["Disappointed", "disappointment"]),
        ("best * ever", "the best box ever, best ever", ["best box ever"]),
        ("decu", "Je suis déçu, DÉÇU", ["déçu", "DÉÇU"]),
    ],
)
def test_a_phrase_is_found_however_it_is_written(phrase: str, text: str, hits: list[str]) -> None:
    """Who adds a language writes phrases, no patterns."""
    assert found(phrase, text) == hits


def test_the_longest_phrase_at_a_word_counts() -> None:
    """So that "had enough money" can be no anger where "had enough" is."""
    words = words_of("I had enough money", "en")

    assert [hit.value for hit in Phrases([("had enough", "anger"), ("had enough money", "none")]).hits(words)] == [
        "none"
    ]


def test_french_words_end_at_an_apostrophe() -> None:
    """Or "n'est" would hide a negation; the English "don't" is one word."""
    assert [word.plain for word in words_of("Ce n\u2019est pas", "fr")] == ["ce", "n", "est", "pas"]
    assert [word.plain for word in words_of("I don\u2019t", "en")] == ["i", "don't"]


@pytest.mark.parametrize("phrase", ["", "* box", "[so] bad", "1-star review", "do [not so] bad"])
def test_a_phrase_that_nothing_could_fit_is_refused(phrase: str) -> None:
    """A slip in a data file shows when it is read, not as mail misread."""
    with pytest.raises(ValueError, match="word"):
        Phrases([(phrase, 1)])


def _phrases(table: Mapping[str, object]) -> Iterator[str]:
    for value in table.values():
        if isinstance(value, dict):
            yield from _phrases(value)
        elif isinstance(value, list):
            yield from value


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_the_phrases_of_a_language_stand_in_it_as_they_are_written(file: resources.abc.Traversable) -> None:
    """Plain forms, and no apostrophe where the language splits words at it."""
    for phrase in _phrases(tomllib.loads(file.read_text("utf-8"))):
        Phrases([(phrase, 1)])
        first = phrase.split()[0]
        assert phrase == plain(phrase)
        assert all(len(choice) > 3 for choice in first.split("|") if choice.endswith("*"))
        assert len(words_of(phrase, file.name.removesuffix(".toml"))) == len(words_of(phrase, "en"))
