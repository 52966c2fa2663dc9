"""The installation's own words for decisions: ``[commands.de]`` in ``review.toml``."""

from collections.abc import Collection, Iterator, Mapping

from mailagent.domain.commands import Verb, folded
from mailagent.errors import ConfigurationError
from mailagent.language.commands import LANGUAGES, Additions, shipped
from mailagent.toml_files import FILES, TomlFiles, locate

LONGEST_WORDS = 5


def check_commands(commands: Additions, files: TomlFiles) -> None:
    """Raise `ConfigurationError`, with file and line, for a word that means another verb too, here or among the shipped
    words of any language, and for one that no reply can begin with.
    """
    meant = {word: (verb, f"in the shipped words of '{language}'") for language, verb, word in _shipped_words()}
    for language, verbs in commands.items():
        for verb, words in verbs.items():
            for written in words:
                problem = _problem(written, verb, meant)
                if problem:
                    name = FILES["review"]
                    line, column = locate(files.texts[name], ("commands", language, verb))
                    key = f"commands.{language}.{verb}"
                    raise ConfigurationError(f"{files.folder / name}:{line}:{column}: error {key}: {problem}")
                meant[folded(written)] = (verb, f"in commands.{language}.{verb}")


def _problem(written: str, verb: Verb, meant: Mapping[str, tuple[Verb, str]]) -> str:
    word = folded(written)
    if not 0 < len(word.split()) <= LONGEST_WORDS or not word[0].isalpha():
        return f"'{written}' is no word; write one to five words, the first of letters"
    other, place = meant.get(word, (verb, ""))
    return f"'{written}' already means {other.upper()} {place}; a word may not mean two verbs" if other != verb else ""


def _shipped_words() -> Iterator[tuple[str, Verb, str]]:
    for language in LANGUAGES:
        for table in (shipped(language).verbs, shipped(language).weak):
            yield from ((language, verb, word) for verb, words in table.items() for word in _all(words))


def _all(words: Collection[str]) -> Iterator[str]:
    return map(folded, words)
