"""The words of a text: tokens, which of them carry meaning, and what is left of a word without its ending."""

import re
import unicodedata
from functools import cache, lru_cache

from snowballstemmer import stemmer

from mailagent.language.files import FALLBACK, table_of
from mailagent.language.phrases import plain

TOKEN = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
SENTENCE_END = re.compile(r"(?<=[.!?])(?<!\b\w\.)(?<!\b\d\d\.)(?<!\b(?:Nr|Dr|Mr|Ms|Sr|St)\.)\s+|\n")
"""Not behind "3." of a German date, nor behind "z. B." and the like."""
WRAPPED = 60
"""A line at least this long that ends without a stop goes on in the next: mail programs wrap there."""
LONGEST_WORD = 40
STEMMERS = {"en": "english", "de": "german", "fr": "french", "es": "spanish"}
STEMS_KEPT = 20_000


def tokens(text: str) -> list[str]:
    """Every word of `text`, lower-cased, with straight apostrophes, in order."""
    wide = unicodedata.normalize("NFKC", text).replace("\u2019", "'")
    return [word.casefold() for word in TOKEN.findall(wide)]


def content_words(text: str, language: str = FALLBACK) -> list[str]:
    """The words of `text` that carry meaning, in order: no stop words, no numbers or codes, no single letters.

    Without accents, except in English, which has none; what French elides ("l'adresse") is left out.
    """
    stop_words = _stop_words(language)
    found = (word.removesuffix("'s") for word in tokens(text)) if language == FALLBACK else _bare(text)
    return [word for word in found if word not in stop_words and 1 < len(word) <= LONGEST_WORD and word.isalpha()]


@lru_cache(STEMS_KEPT)
def stem(word: str, language: str = FALLBACK) -> str:
    """`word` without its ending (Snowball), the same for every form that matters in support mail.

    A word of a language without a stemmer stays whole.
    """
    bare = _same(language).get(plain(word), plain(word))
    if language not in STEMMERS or len(bare) > LONGEST_WORD:
        return bare
    found: str = stemmer(STEMMERS[language]).stemWord(bare)
    return found


def stems(text: str, language: str = FALLBACK) -> list[str]:
    """The stems of the content words of `text`, in order."""
    return [stem(word, language) for word in content_words(text, language)]


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


def _bare(text: str) -> list[str]:
    return [plain(part) for word in tokens(text) for part in word.split("'")]


@cache
def _stop_words(language: str) -> frozenset[str]:
    return frozenset(table_of("speech", language)["stop_words"])


@cache
def _same(language: str) -> dict[str, str]:
    return {form: word for word, forms in table_of("speech", language)["same"].items() for form in forms}
