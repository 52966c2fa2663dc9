"""How people greet, ask and take leave: the phrases of ``speech/<language>.toml``.

To add a language, translate such a file. `greetings` and `farewells` are whole lines; `questions` begin a question also
where its mark is missing; `requests` ask for something wherever they stand; `acts` are requests that we do something;
`grave` phrases stand in mail that no article answers, such as of a death, a theft or an injury, whatever it asks;
`not_asked` look like either and are rhetorical or polite; `general` ask for help with what the rest of the mail says;
`conjunctions` stand between two questions of a sentence; `telling` words make a sentence worth quoting; `stop_words`
say nothing about what a mail is about; `same` lists words that count as another one. All are written without accents.
"""

from functools import cache
from typing import Literal

from mailagent.language.files import table_of
from mailagent.language.phrases import Phrases, Word, words_of

LONGEST_FRAME = 16
"""Words; who greets at more length says something."""
Asking = Literal["general", "not_asked", "request", "question"]


class Speech:
    """The phrases of one language."""

    def __init__(self, language: str) -> None:
        table = table_of("speech", language)
        self._language = language
        self._frames = Phrases((phrase, True) for key in ("greetings", "farewells") for phrase in table[key])
        kinds: tuple[tuple[str, Asking], ...] = (
            ("general", "general"),
            ("not_asked", "not_asked"),
            ("requests", "request"),
            ("questions", "question"),
        )
        self.asking = Phrases((phrase, kind) for key, kind in kinds for phrase in table[key])
        self.acts = Phrases((phrase, True) for phrase in table["acts"])
        self.grave = Phrases((phrase, True) for phrase in table["grave"])
        self.conjunctions = frozenset(table["conjunctions"])
        self.telling = frozenset(table["telling"])

    def words(self, text: str) -> list[Word]:
        """The words of `text` in this language."""
        return words_of(text, self._language)

    def is_frame(self, sentence: str) -> bool:
        """Whether `sentence` only greets or takes leave."""
        words = self.words(sentence)
        if "?" in sentence or len(words) > LONGEST_FRAME:
            return False
        return any(hit.start == 0 and hit.end == len(words) for hit in self._frames.hits(words))


@cache
def speech_of(language: str) -> Speech:
    """The phrases of `language`; the English ones where it has no file."""
    return Speech(language)
