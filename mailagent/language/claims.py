"""The words that make a claim: numbers, units, months, promises; one file a language in `claim_languages/`.

`domain/claim_words.py` says what each key is for. To add a language, copy a file there and translate it; a phrase may
be of several words, ``*`` at the end of a word stands for any ending, and a key without words is ``[]``. The tables
`units`, `currencies`, `days`, `alone`, `reports` and `acts` have names on the left that are the same in every language:
through them an article in one language proves a promise in another.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import chain
from typing import Any, cast, get_args

from mailagent.domain.claim_words import ClaimPhrases, ClaimWords, FigureWords, Marker, PromiseWords
from mailagent.domain.plain_text import folded
from mailagent.errors import ConfigurationError

LISTS = frozenset({"percent", "not_alone", "ranges", "steps", "clock_after"})
TABLES = frozenset(
    {"numbers", "units", "currencies", "months", "days", "clock", "markers", "promises", "alone", "reports", "acts"}
)
FIXED: dict[str, frozenset[str]] = {
    "clock": frozenset({"am", "pm", "any", "hours"}),
    "markers": frozenset(get_args(Marker)),
    "months": frozenset(map(str, range(1, 13))),
    "promises": frozenset({
        "participles", "future", "finite", "conditions", "negations", "fillers", "nominal", "harmless",
    }),
}  # fmt: skip
"""The keys of these tables; the others take any name."""

Language = dict[str, dict[str, list[str]]]
"""Phrases by table and key; the lists are in the table ""."""


def read_language(file: Traversable) -> Language:
    """The words of one language.

    Raises ConfigurationError, which names the file and the key, where a table or a list is missing, unknown or not one
    of texts.
    """
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigurationError(f"{file.name}: this is no TOML file: {error}") from error
    _same_keys(file.name, "", content, LISTS | TABLES)
    language: Language = {"": {key: content.pop(key) for key in LISTS}, **content}
    for name, table in language.items():
        if not isinstance(table, dict):
            raise ConfigurationError(f"{file.name}: {name} must be a table")
        _same_keys(file.name, f"{name}.", table, FIXED.get(name, frozenset(table)))
        for key, words in table.items():
            if not isinstance(words, list) or not all(
                isinstance(word, str) and folded(word).strip(" *") for word in words
            ):
                where = f"{name}.{key}" if name else key
                raise ConfigurationError(f"{file.name}: {where} must be a list of texts, none of them empty")
    return language


def claim_words(languages: Sequence[Language]) -> ClaimWords:
    """The words of `languages` together: figures are the same in all, promises are read in each by itself."""

    def phrases(table: str) -> ClaimPhrases[str]:
        return ClaimPhrases(chain.from_iterable(_meanings(language[table]) for language in languages))

    def among(key: str) -> list[str]:
        return [word for language in languages for word in language[""][key]]

    tables = [language[name] for language in languages for name in ("units", "currencies", "months", "clock")]
    beside = [word for table in tables for words in table.values() for word in words]
    clock = [(word, half) for language in languages for half, word in _clock(language)]
    return ClaimWords(
        figures=FigureWords(
            numbers=phrases("numbers"),
            not_alone=frozenset(map(folded, among("not_alone"))),
            percent=_listed(among("percent")),
            units=phrases("units"),
            currencies=phrases("currencies"),
            months=phrases("months"),
            days=phrases("days"),
            ranges=_listed(among("ranges")),
            steps=_listed(among("steps")),
            clock=ClaimPhrases((word, "" if half == "any" else half) for word, half in clock if half != "hours"),
            hours=ClaimPhrases((word, "") for word, half in clock if half == "hours"),
            clock_after=frozenset(map(folded, among("clock_after"))),
            beside=_listed([*among("percent"), *beside]),
        ),
        promises=tuple(map(_promise_words, languages)),
    )


def _promise_words(language: Language) -> PromiseWords:
    lists = language["promises"]
    markers = cast("Iterator[tuple[str, Marker]]", _meanings(language["markers"]))  # `read_language` knows the keys
    return PromiseWords(
        markers=ClaimPhrases(markers),
        acts=ClaimPhrases(_meanings(language["acts"])),
        alone=ClaimPhrases(_meanings(language["alone"])),
        reports=ClaimPhrases(_meanings(language["reports"])),
        participles=_forms(lists["participles"]),
        future=_forms(lists["future"]),
        finite=_forms(lists["finite"]),
        conditions=_listed(lists["conditions"]),
        negations=_listed(lists["negations"]),
        fillers=_listed(lists["fillers"]),
        nominal=_listed(lists["nominal"]),
        harmless=_listed(lists["harmless"]),
    )


def _same_keys(file: str, table: str, found: dict[str, Any], wanted: frozenset[str]) -> None:
    for key in sorted(wanted ^ found.keys()):
        problem = (
            "is missing; write [] where the language has no words for it" if key in wanted else "is not a known key"
        )
        raise ConfigurationError(f"{file}: {table}{key} {problem}")


def _meanings(table: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    return ((phrase, meaning) for meaning, phrases in table.items() for phrase in phrases)


def _clock(language: Language) -> Iterator[tuple[str, str]]:
    return ((half, word) for half, words in language["clock"].items() for word in words)


def _listed(phrases: Sequence[str]) -> ClaimPhrases[bool]:
    return ClaimPhrases((phrase, True) for phrase in phrases)


def _forms(words: Sequence[str]) -> re.Pattern[str]:
    """Matches the words, ``*`` in them standing for some letters; nothing where there are none."""
    return re.compile("|".join(re.escape(folded(word)).replace(r"\*", r"\w{1,40}") for word in words) or r"(?!)")


_FILES = sorted(resources.files("mailagent.language").joinpath("claim_languages").iterdir(), key=lambda file: file.name)
SHIPPED = tuple(read_language(file) for file in _FILES if file.name.endswith(".toml"))
CLAIM_WORDS = claim_words(SHIPPED)
"""The words of all shipped languages."""
