"""The shipped words of the reviewers' grammar: one file a language in ``command_words/``."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache

from mailagent.domain.commands import LanguageWords, Verb, Vocabulary, combine
from mailagent.language.files import FALLBACK, table_of

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "sv")

Additions = Mapping[str, Mapping[Verb, Collection[str]]]
"""An installation's own words: language, verb, words."""


def vocabulary(language: str = FALLBACK, additions: Additions | None = None) -> Vocabulary:
    """The words of a reviewer who writes `language`, those of all other languages behind them.

    A language that is not shipped has only the words that `additions` give.
    """
    added = additions or {}
    first = (language, *(other for other in (*LANGUAGES, *added) if other != language))
    return combine([_with(shipped(name), added.get(name, {})) for name in dict.fromkeys(first)])


@cache
def shipped(language: str) -> LanguageWords:
    """What ``command_words/<language>.toml`` holds; nothing where that file is not shipped."""
    if language not in LANGUAGES:
        return LanguageWords(verbs={}, weak={})
    table = dict(table_of("command_words", language))
    weekdays = {word: day for day, words in enumerate(table.pop("weekdays")) for word in words}
    units = {word: timedelta(**{unit: 1}) for unit, words in table.pop("units").items() for word in words}
    return LanguageWords(weekdays=weekdays, units=units, **table)


def _with(words: LanguageWords, added: Mapping[Verb, Collection[str]]) -> LanguageWords:
    if not added:
        return words
    verbs = {verb: (*words.verbs.get(verb, ()), *added.get(verb, ())) for verb in {*words.verbs, *added}}
    return replace(words, verbs=verbs)
