"""The words of a text: tokens, which of them carry meaning, and what is left of a word without its ending."""

import re
import unicodedata
from functools import cache, lru_cache
from threading import Lock
from typing import Any

from snowballstemmer import stemmer

from mailagent.language.files import FALLBACK, table_of
from mailagent.language.phrases import plain

TOKEN = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
SENTENCE_END = re.compile(r"(?<=[.!?])(?<!\b\w\.)(?<!\b\d\d\.)(?<!\b(?:Nr|Dr|Mr|Ms|Sr|St)\.)\s+|\n")
"""Not behind "3." of a German date, nor behind "z. B." and the like."""
WRAPPED = 60
"""A line at least this long that ends without a stop goes on in the next: mail programs wrap there."""
LONGEST_WORD = 40
STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish",
    "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian",
    "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sr": "serbian", "sv": "swedish", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
"""Snowball's names by the first part of a BCP 47 tag."""
STEMS_KEPT = 100_000
_stemming = Lock()
"""A stemmer keeps the word that it works on in itself, and articles are searched in threads."""
_DIGRAPH = re.compile("([aou])e")
"""How Germans write an umlaut on other keyboards."""


def tokens(text: str) -> list[str]:
    """Every word of `text`, lower-cased, with straight apostrophes, in order."""
    wide = unicodedata.normalize("NFKC", text).replace("\u2019", "'")
    return [word.casefold() for word in TOKEN.findall(wide)]


def content_words(text: str, language: str = FALLBACK) -> list[str]:
    """The words of `text` that carry meaning, in order: no stop words, no numbers or codes, no single letters.

    Without accents, except in English, which has none; what French elides ("l'adresse") is left out.
    """
    stop_words = _stop_words(language)
    found = (word.removesuffix("'s") for word in bare_words(text, language))
    return [word for word in found if word not in stop_words and 1 < len(word) <= LONGEST_WORD and word.isalpha()]


@lru_cache(STEMS_KEPT)
def stem(word: str, language: str = FALLBACK) -> str:
    """`word` without its ending (Snowball), the same for every form that matters in support mail.

    A word of a language without a stemmer stays whole.
    """
    written = plain(word)
    bare = _same(language).get(written) or _same(language).get(_DIGRAPH.sub(r"\1", written), written)
    if language not in STEMMERS or len(bare) > LONGEST_WORD:
        return bare
    with _stemming:
        found: str = _stemmer(language).stemWord(bare)
    return found


def stems(text: str, language: str = FALLBACK) -> list[str]:
    """The stems of the content words of `text`, in order."""
    return [stem(word, language) for word in content_words(text, language)]


def stemmed_words(text: str, language: str = FALLBACK) -> dict[str, str]:
    """The stems of the content words of `text`, in order and each once, with the first word of each."""
    found: dict[str, str] = {}
    for word in content_words(text, language):
        found.setdefault(stem(word, language), word)
    return found


def sentences(text: str) -> list[str]:
    """The sentences and lines of `text` without surrounding space, none of them empty; wrapped lines are joined."""
    lines: list[str] = []
    joins = False
    for line in text.split("\n"):
        bare = line.strip()
        if joins and bare:
            lines[-1] = f"{lines[-1]} {bare}"
        else:
            lines.append(bare)
        joins = len(bare) >= WRAPPED and bare[-1] not in ".!?:"
    return [part.strip() for part in SENTENCE_END.split("\n".join(lines)) if part.strip()]


def contains_phrase(words: list[str], phrase: list[str]) -> bool:
    """Whether `phrase` stands in `words`, its words side by side. An empty phrase stands nowhere."""
    size = len(phrase)
    return size > 0 and any(words[start : start + size] == phrase for start in range(len(words) - size + 1))


def bare_words(text: str, language: str = FALLBACK) -> list[str]:
    """Every word of `text` in order, without accents and with what French elides as a word of its own, except in
    English.
    """
    words = tokens(text)
    return words if language == FALLBACK else [plain(part) for word in words for part in word.split("'")]


@cache
def _stemmer(language: str) -> Any:  # noqa: ANN401 - snowball has no types
    return stemmer(STEMMERS[language])


@cache
def _stop_words(language: str) -> frozenset[str]:
    return frozenset(table_of("speech", language)["stop_words"])


@cache
def _same(language: str) -> dict[str, str]:
    return {form: word for word, forms in table_of("speech", language)["same"].items() for form in forms}
