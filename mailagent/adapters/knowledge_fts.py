"""The knowledge articles: Markdown files with front matter, searched with SQLite FTS5 in memory.

The index holds no truth: it is built from the files at the start, and again when a file was added, removed or edited.
An edit that breaks a file keeps the last good index; `problem` says why. Searches run on the event loop: one takes
about a millisecond, and a thread would need a lock around the connection.
"""

import difflib
import math
import re
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

import yaml

from mailagent.errors import ConfigurationError
from mailagent.language.summary import unwrapped
from mailagent.language.words import contains_phrase, content_words, stem, tokens
from mailagent.ports import Article, Clock

AnswerBy = Literal["auto", "suggest", "never"]
"""auto: may be sent without a person; suggest: only a person may send it; never: not used at all."""

REQUIRED = ("title", "category")
KNOWN = (*REQUIRED, "language", "answer", "owner", "keywords", "valid_until")
FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)(.*)\Z", re.DOTALL)

WEIGHTS = (5.0, 5.0, 1.0)
"""BM25 weights of title, keywords and body."""
RANK = "SELECT rowid, bm25(articles, ?, ?, ?) FROM articles WHERE articles MATCH ?"
CATEGORY_BOOST = 1.3
"""An article of the mail's own category counts 1.3 times: enough to decide between two that fit about equally, not to
put one that hardly fits before one that does."""
LOOK_AGAIN = 5.0
"""Seconds between two looks at the files."""
MOST_TERMS = 48
ENOUGH_TERMS = 6
"""Of a long mail no more than this many rare words need to be covered."""
LEAST_COVERED = {1: 0.5, 2: 0.42, 3: 0.32}
"""How much of a query an article must cover, by the number of title words and keywords that they share."""
LEAST_COVERED_BY_MANY = 0.2
PHRASE_COUNTS = 2
"""A whole phrase of the keywords, found in the query, counts as this many more shared words."""
NEAR_BEST = 0.45
"""An article with less than this part of the best one's score is about something else and left out."""
BODY_ONLY = 0.3
"""What a word counts that stands in the body only, beside 1.0 in the title or a keyword."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFile:
    """One file of the folder. `id` is its path without the ending; `valid_until` is the last day it may be used."""

    id: str
    path: Path
    title: str
    category: str
    language: str
    answer: AnswerBy
    owner: str
    keywords: tuple[str, ...]
    valid_until: date | None
    text: str


def load_articles(folder: Path) -> tuple[ArticleFile, ...]:
    """Every ``*.md`` below `folder`, sorted by id; expired ones too.

    Raises `ConfigurationError` with file, key and remedy for the first one that cannot be used.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"{folder}: there is no such folder; create it, or correct the path to the articles")
    return tuple(_load(path, folder) for path in sorted(folder.rglob("*.md")))


class FtsKnowledge:
    """See `Knowledge`. `monotonic` gives seconds and only paces the looks at the files; `clock` dates `valid_until`.

    Raises `ConfigurationError` when a file cannot be used at the start.
    """

    def __init__(self, folder: Path, *, clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.problem: str | None = None
        self._folder = folder
        self._clock = clock
        self._monotonic = monotonic
        self._seen = _fingerprint(folder)
        self._looked_at = monotonic()
        self._index = _Index(load_articles(folder))

    async def search(self, query: str, *, category: str, limit: int) -> tuple[Article, ...]:
        """See `Knowledge`."""
        self._look_again()
        return self._index.search(query, category=category, limit=limit, today=self._clock.now().date())

    def _look_again(self) -> None:
        """Build the index anew if the files changed since the last look."""
        now = self._monotonic()
        if now - self._looked_at < LOOK_AGAIN:
            return
        self._looked_at = now
        seen = _fingerprint(self._folder)
        if seen == self._seen:
            return
        self._seen = seen
        try:
            fresh = _Index(load_articles(self._folder))
        except ConfigurationError as error:
            self.problem = str(error)
            return
        self._index.close()
        self._index, self.problem = fresh, None


class _Index:
    """The usable articles in an FTS5 table, and the words of their titles and keywords."""

    def __init__(self, articles: Sequence[ArticleFile]) -> None:
        self._articles = [article for article in articles if article.answer != "never"]
        self._phrases = [
            [words for phrase in (article.title, *article.keywords) if len(words := _stemmed(phrase)) > 1]
            for article in self._articles
        ]
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.execute(
            "CREATE VIRTUAL TABLE articles USING fts5(title, keywords, body, tokenize = 'porter unicode61')"
        )
        self._database.executemany(
            "INSERT INTO articles (rowid, title, keywords, body) VALUES (?, ?, ?, ?)",
            (
                (row, article.title, " | ".join(article.keywords), article.text)
                for row, article in enumerate(self._articles)
            ),
        )

    def close(self) -> None:
        self._database.close()

    def search(self, query: str, *, category: str, limit: int, today: date) -> tuple[Article, ...]:
        """The articles that pass the floor, by BM25 times the category's boost, best first."""
        terms = list(dict.fromkeys(content_words(query)))[:MOST_TERMS]
        words = _stemmed(query)
        fitting = self._fitting(terms, words)
        if not fitting:
            return ()
        found = []
        ranks = self._database.execute(RANK, (*WEIGHTS, " OR ".join(map(_quoted, terms))))
        for row, rank in ranks:
            article = self._articles[row]
            if row in fitting and (article.valid_until is None or article.valid_until >= today):
                boost = CATEGORY_BOOST if article.category == category else 1.0
                found.append((fitting[row] * (1.0 + max(0.0, -rank)) * boost, article))
        found.sort(key=lambda pair: (-pair[0], pair[1].id))
        return tuple(_found(article, score) for score, article in found[:limit] if score >= found[0][0] * NEAR_BEST)

    def _fitting(self, terms: Sequence[str], words: list[str]) -> dict[int, float]:
        """How well each article covers the query, 0.0 to 1.0, for those that do so well enough to be an answer.

        Coverage is the share of the query's words that the article has, rare words counting more and words that no
        article knows most: sharing "order" says little about a mail on "wholesale". At least one shared word must be
        in the title or a keyword; the more of them, the less of a long mail needs to be covered.
        """
        strong = [self._rows(f"{{title keywords}} : {_quoted(term)}") for term in terms]
        anywhere = [self._rows(_quoted(term)) for term in terms]
        rarity = [math.log(1 + (len(self._articles) + 1) / (len(rows) + 0.5)) for rows in anywhere]
        wanted = sum(sorted(rarity, reverse=True)[:ENOUGH_TERMS])
        fitting: dict[int, float] = {}
        for row in set().union(*strong):
            weights = [
                value * (1.0 if row in keyed else BODY_ONLY)
                for value, keyed, rows in zip(rarity, strong, anywhere, strict=True)
                if row in rows
            ]
            covered = min(1.0, sum(weights) / wanted)
            phrase = any(contains_phrase(words, phrase) for phrase in self._phrases[row])
            shared = sum(row in keyed for keyed in strong) + PHRASE_COUNTS * phrase
            if covered >= LEAST_COVERED.get(shared, LEAST_COVERED_BY_MANY):
                fitting[row] = covered * (2.0 if phrase else 1.0)
        return fitting

    def _rows(self, expression: str) -> set[int]:
        return {
            row for (row,) in self._database.execute("SELECT rowid FROM articles WHERE articles MATCH ?", (expression,))
        }


def _quoted(term: str) -> str:
    """A word as an FTS5 string: whatever it holds, it is no syntax."""
    return '"' + term.replace('"', '""') + '"'


def _stemmed(text: str) -> list[str]:
    return [stem(word) for word in tokens(text)]


def _found(article: ArticleFile, score: float) -> Article:
    return Article(
        id=article.id,
        title=article.title,
        category=article.category,
        text=article.text,
        score=round(score, 3),
        automatic=article.answer == "auto",
    )


def _fingerprint(folder: Path) -> dict[str, tuple[int, int]]:
    """Time and size of every article, by path."""
    found = {}
    for path in folder.rglob("*.md"):
        try:
            status = path.stat()
        except OSError:
            continue
        found[str(path)] = (status.st_mtime_ns, status.st_size)
    return found


def _load(path: Path, folder: Path) -> ArticleFile:
    try:
        whole = FRONT_MATTER.match(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read ({error}); save it as UTF-8 text") from error
    if whole is None:
        raise ConfigurationError(f"{path}: no front matter; start the file with a line ---, the keys, and a line ---")
    try:
        values = yaml.safe_load(whole[1])
    except yaml.YAMLError as error:
        words = " ".join(str(error).split())
        raise ConfigurationError(
            f"{path}: the front matter is not YAML ({words}); quote values with a colon"
        ) from error
    if not isinstance(values, dict):
        raise ConfigurationError(f"{path}: the front matter has no keys; write lines such as title: Returns")
    _check_keys(path, values)
    text = unwrapped(whole[2]).strip()
    if not text:
        raise ConfigurationError(f"{path}: the article has no text; write it below the front matter")
    return ArticleFile(
        id=path.relative_to(folder).with_suffix("").as_posix(),
        path=path,
        title=_string(path, values, "title"),
        category=_string(path, values, "category"),
        language=_string(path, values, "language", default="en"),
        answer=_answer(path, values),
        owner=_string(path, values, "owner", default=""),
        keywords=_keywords(path, values),
        valid_until=_day(path, values),
        text=text,
    )


def _check_keys(path: Path, values: Mapping[object, object]) -> None:
    for key in values:
        if key not in KNOWN:
            near = difflib.get_close_matches(str(key), KNOWN, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(KNOWN)}"
            raise ConfigurationError(f"{path}: {key}: unknown key; {hint}")


def _string(path: Path, values: Mapping[object, object], key: str, *, default: str | None = None) -> str:
    value = values.get(key, default)
    if not isinstance(value, str) or (key in REQUIRED and not value.strip()):
        raise ConfigurationError(
            f"{path}: {key}: a text is needed; write a line {key}: ... (in quotes if it is a number)"
        )
    return value.strip()


def _answer(path: Path, values: Mapping[object, object]) -> AnswerBy:
    value = values.get("answer", "suggest")
    if value not in ("auto", "suggest", "never"):
        raise ConfigurationError(f"{path}: answer: {value!r} is not known; write auto, suggest or never")
    return value


def _keywords(path: Path, values: Mapping[object, object]) -> tuple[str, ...]:
    value = values.get("keywords") or []
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise ConfigurationError(f"{path}: keywords: a list of texts is needed; write keywords: [parcel, tracking]")
    return tuple(value)


def _day(path: Path, values: Mapping[object, object]) -> date | None:
    value = values.get("valid_until")
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    raise ConfigurationError(f"{path}: valid_until: {value!r} is not a day; write it as 2027-03-31")
