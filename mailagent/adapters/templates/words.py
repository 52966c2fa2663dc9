"""What customers read, in their language: ``customer/words/``, one TOML file a language.

Each holds the texts that ``en.toml`` has, and is read once. Admins may add texts for their own templates: to
``en.toml``, and so to each other language.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import TypedDict, cast

from mailagent.domain.times import Due
from mailagent.errors import ConfigurationError

DEFAULT = "en"
FREE = frozenset({"zones"})
"""Tables whose keys each language chooses."""
TAG = re.compile(r"([a-z]{2,3})(?:[-_].{0,40})?", re.IGNORECASE)

Texts = dict[str, "str | list[str] | Texts"]


class DueWords(TypedDict):
    """The table `due`; the weekdays begin with Monday."""

    today: str
    tomorrow: str
    later: str
    weekdays: list[str]
    months: list[str]


class CustomerWords:
    """The texts by language."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read_before: dict[str, Texts] = {}

    def languages(self) -> tuple[str, ...]:
        """The codes of the languages that have a file, sorted; `en` in any case, which must have one."""
        return tuple(sorted({DEFAULT, *(file.stem for file in self._folder.glob("*.toml"))}))

    def of(self, tag: str) -> Texts:
        """The texts for a BCP 47 tag such as "de-AT", of which the first part counts; `en` where it has no file.

        The text `language` is the code of the file. Raises `ConfigurationError`, which names file, text and remedy.
        """
        found = TAG.fullmatch(tag)
        language = found[1].lower() if found else DEFAULT
        if language not in self._read_before:
            if language != DEFAULT and not (self._folder / f"{language}.toml").is_file():
                return self.of(DEFAULT)
            self._read_before[language] = self._read(language)
        return self._read_before[language]

    def _read(self, language: str) -> Texts:
        file = f"templates/customer/words/{language}.toml"
        try:
            texts: Texts = tomllib.loads((self._folder / f"{language}.toml").read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise ConfigurationError(
                f"{file}: error the file is missing; copy it from the shipped templates"
            ) from error
        except (ValueError, OSError) as error:
            raise ConfigurationError(f"{file}: error {error}; correct this line") from error
        texts["language"] = language
        problems = [] if language == DEFAULT else [*_differences("", texts, self.of(DEFAULT))]
        if problems:
            raise ConfigurationError("\n".join(f"{file}: error {problem}" for problem in problems))
        return texts


def promised(due: Due, say: Texts) -> str:
    """Until when, in words such as "today by 14:00 (CET)"; a filter for templates."""
    words, zones = cast("DueWords", say["due"]), cast("dict[str, str]", say["zones"])
    return words[due.when].format(
        clock=due.clock,
        zone=zones.get(due.zone, due.zone),
        weekday=words["weekdays"][due.weekday],
        day=due.day,
        month=words["months"][due.month - 1],
    )


def _differences(table: str, texts: Texts, english: Texts) -> Iterator[str]:
    """What speaks against a language: a text that is missing or unknown, or that leaves out what is filled in."""
    for key in sorted(texts.keys() ^ english.keys()):
        if key in english:
            yield f"{table}{key} is missing; translate the one in {DEFAULT}.toml"
        else:
            yield f"{table}{key} is not in {DEFAULT}.toml; correct its name, or add it there"
    for key in sorted(english.keys() & texts.keys() - FREE):
        text, original = texts[key], english[key]
        if isinstance(text, dict) and isinstance(original, dict):
            yield from _differences(f"{table}{key}.", text, original)
        elif isinstance(text, list) and isinstance(original, list) and len(text) != len(original):
            yield f"{table}{key} has {len(text)} entries instead of {len(original)}"
        elif type(text) is not type(original) or not text:
            yield f"{table}{key} must be what it is in {DEFAULT}.toml: a text, a list or a table"
        elif isinstance(text, str) and isinstance(original, str) and _filled_in(text) != _filled_in(original):
            yield f"{table}{key} must hold {', '.join(_filled_in(original)) or 'no braces'}, as in {DEFAULT}.toml"


def _filled_in(text: str) -> list[str]:
    """The values that a text shows: ``["{due}"]``; one list with an odd entry where its braces are wrong."""
    try:
        return sorted({f"{{{name}}}" for _, name, _, _ in Formatter().parse(text) if name is not None})
    except ValueError as error:
        return [str(error)]
