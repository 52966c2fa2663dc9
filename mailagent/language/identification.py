"""Which language a text is in, by the data of py3langid."""

import threading
from functools import cache
from typing import Protocol

TOLD_APART = (
    "en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "no", "fi", "pl", "cs", "hu", "ro", "tr", "el", "ru", "uk",
    "ar", "he", "hi", "ja", "ko", "zh",
)  # fmt: skip
"""More languages than the four whose words are known: asked to choose among those, the data calls Italian Spanish."""
SHORTEST_TEXT = 12
"""Letters; the language of a shorter text is a guess."""
SURE_LANGUAGE = 0.6
SHORTEST_CHANGE = 20
SURE_CHANGE = 0.9
"""The same for a text in a case whose language is known: "Thanks, that worked" does not change it."""

_LOADING = threading.Lock()


class _Identifier(Protocol):
    """What is used of py3langid, which has no types."""

    def classify(self, text: str) -> tuple[str, float]:
        """The language and its probability."""


def language_of(text: str, *, so_far: str = "") -> str:
    """A BCP 47 tag; that of the case `so_far`, or none, where `text` is too short or its language not clear.

    Blocking, and safe to call from several threads. The first call loads the data, see `load_languages`.
    """
    if sum(letter.isalpha() for letter in text) < (SHORTEST_CHANGE if so_far else SHORTEST_TEXT):
        return so_far
    language, probability = load_languages().classify(text)
    return language if probability >= (SURE_CHANGE if so_far else SURE_LANGUAGE) else so_far


def load_languages() -> _Identifier:
    """The data, once a process: it takes most of a second and 55 MB, and for a moment 55 MB more."""
    with _LOADING:
        return _loaded()


@cache
def _loaded() -> _Identifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 (most commands need no language)

    whole = LanguageIdentifier.from_model_file(MODEL_FILE)
    whole.set_languages(list(TOLD_APART))
    found: _Identifier = LanguageIdentifier(  # one that does not keep the other languages too, a third of it all
        whole.nb_ptc,
        whole.nb_pc,
        whole.nb_classes,
        whole.tk_nextmove,
        whole.tk_output,
        norm_probs=True,
        tk_row=whole.tk_row,
    )
    return found
