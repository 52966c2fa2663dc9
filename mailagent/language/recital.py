"""Words of a drafted reply that speak of instructions to a machine: a prompt that was recited, in whatever language.

What a letter repeats of a prompt word by word is found by the model's adapter; a translation shares no row of words
with it. It does speak of rules, instructions or a chatbot, and keeps the names of what a model fills in, and no help
article does so. One such word may stand in any letter; two of them are for a person to look at. Languages without a
list of such words in ``injection_languages/`` are not covered.
"""

import tomllib
from collections.abc import Sequence
from importlib import resources

from mailagent.language.disguise import plain, plain_words

LEAST = 2
SHORTEST = 4
"""Letters; "ki", "ia" and "bot" are words of other languages too."""
STEM = 6
"""Letters by which two forms of a word are the same."""

_FOLDER = resources.files("mailagent.language")
_DATA = tomllib.loads(_FOLDER.joinpath("injections.toml").read_text(encoding="utf-8"))
_TABLES = [
    tomllib.loads(file.read_text(encoding="utf-8"))
    for file in _FOLDER.joinpath("injection_languages").iterdir()
    if file.name.endswith(".toml")
]
_LISTED = [word for table in _TABLES for key in ("rules", "machine") for word in table.get(key, ())]
_TELLING = frozenset(plain(word).text for word in (*_LISTED, *_DATA["recited"], *_DATA["own_keys"]))


def recited_words(text: str, *, ours: Sequence[str]) -> tuple[str, ...]:
    """The words of `text` that a prompt has and none of `ours`, the articles, does: two or more different ones, each
    once and as it stands there, else none.
    """
    known = {word for one in ours for word in _telling(one)}
    found: dict[str, str] = {}
    for word, written in _telling(text).items():
        if word not in known:
            found.setdefault(word[:STEM], written)
    return tuple(found.values()) if len(found) >= LEAST else ()


def _telling(text: str) -> dict[str, str]:
    """The telling words of a text, each with how it stands there."""
    read = plain(text)
    return {
        word.text: text[read.places[word.start] : read.places[word.end - 1] + 1]
        for word in plain_words(read.text)
        if len(word.text) >= SHORTEST and word.text in _TELLING
    }
