"""The words by which mail programs mark quotes, signatures and automatic mail: one file a language in `languages/`.

Everything is casefolded. To add a language, copy a file there and translate it; a key without words is `[]`.
"""

import tomllib
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable

from mailagent.errors import ConfigurationError

KEYS = frozenset({
    "wrote", "wrote_me", "salutations", "closings", "openers", "from", "date", "to", "subject", "other_fields",
    "message", "original", "forwarded", "forward_prefixes", "reply_prefixes", "footers", "own", "devices", "lists",
    "out_of_office", "absent", "away", "challenge", "challenged", "bounced", "disclaimers", "negations",
})  # fmt: skip


def prefix_of(subject: str) -> str:
    """What stands before the first colon of a subject, casefolded, such as ``re``; empty where there is no colon."""
    before, colon, _ = subject.replace("\N{FULLWIDTH COLON}", ":").partition(":")
    return before.strip().casefold() if colon else ""


def read_language(file: Traversable) -> dict[str, tuple[str, ...]]:
    """The words of one language by key, casefolded.

    Raises ConfigurationError, which names the file and the key, unless there is a list of texts for each of `KEYS`.
    """
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        message = f"{file.name}: this is no TOML file: {error}"
        raise ConfigurationError(message) from error
    for key in sorted(KEYS ^ table.keys()):
        problem = "is missing; write [] where the language has no words for it" if key in KEYS else "is not a known key"
        message = f"{file.name}: {key} {problem}"
        raise ConfigurationError(message)
    for key, words in table.items():
        if not isinstance(words, list) or not all(isinstance(word, str) and word.strip() for word in words):
            message = f"{file.name}: {key} must be a list of texts, none of them empty"
            raise ConfigurationError(message)
    return {key: tuple(word.casefold() for word in words) for key, words in table.items()}


_FILES = (file for file in resources.files("mailagent.mail").joinpath("languages").iterdir())
_LANGUAGES = [read_language(file) for file in sorted(_FILES, key=lambda file: file.name) if file.name.endswith(".toml")]


def _all(key: str) -> Iterator[str]:
    return (word for language in _LANGUAGES for word in language[key])


OPENERS = frozenset(_all("openers"))
"""How an attribution line starts: "On 3 March ... wrote:"."""

WROTE = tuple(sorted(set(_all("wrote"))))

WROTE_ME = tuple(sorted(set(_all("wrote_me"))))
"""So a person tells who wrote; no program does."""

SALUTATIONS = tuple(sorted(set(_all("salutations"))))
"""How a mail starts; a line of its own with at most a name says nothing else."""

CLOSINGS = frozenset(_all("closings"))
"""How a mail ends; a line of its own, above a name."""

FROM = frozenset(_all("from"))
DATE = frozenset(_all("date"))
TO = frozenset(_all("to"))
SUBJECT = frozenset(_all("subject"))
OTHER_FIELDS = frozenset(_all("other_fields"))
"""The fields of a header as mail programs translate them."""

ORIGINAL = frozenset(_all("original"))
"""Between rules of dashes: enough to tell that the answered mail follows."""

MESSAGE = tuple(sorted(set(_all("message"))))
"""Between rules of dashes, as the last word, with a header below: "Reply Message", "Antwort Nachricht"."""

FORWARDED = frozenset(_all("forwarded"))
"""Alone on their line."""

FORWARD_PREFIXES = frozenset(_all("forward_prefixes"))
"""Before the colon in the subject of a mail that somebody passes on."""

REPLY_PREFIXES = frozenset(_all("reply_prefixes"))
"""Before the colon in the subject of an answer, which is that of the mail it answers."""

FOOTERS = tuple((start.lstrip(), end.strip()) for start, _, end in (line.partition("…") for line in _all("footers")))
"""How a phone's footer starts and ends, written "start … end"; it is one short line at the end of the text."""

OWN = frozenset(_all("own"))
"""In the footer of a phone ("Sent from my ..."), and in no sentence of such a form."""

DEVICES = tuple(sorted(set(_all("devices"))))
"""Phones and programs that a footer names."""

LISTS = tuple(_all("lists"))
"""In the footer of a mailing list."""

OUT_OF_OFFICE = tuple(_all("out_of_office"))
"""How the subjects of absence notes start."""

ABSENT = tuple(_all("absent"))
"""Words that start such subjects too, and those of people ("Auto: Versicherung")."""

AWAY = tuple(_all("away"))
"""What people who are away say in their notes."""

CHALLENGE = tuple(_all("challenge"))
"""How the subjects of systems start that ask a sender to prove that a person wrote."""

CHALLENGED = tuple(_all("challenged"))
"""What they give as the reason."""

BOUNCED = tuple(_all("bounced"))
"""In the subject of a mail from a mail system: a bounce."""

DISCLAIMERS = tuple(frozenset(language["disclaimers"]) for language in _LANGUAGES)
"""What legal disclaimers below a mail say, by language: each of them is a word of ordinary letters too."""

NEGATIONS = tuple(sorted(set(_all("negations"))))
"""Single words with which a sentence says the opposite."""
