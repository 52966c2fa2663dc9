"""Which articles answer a text: SQLite FTS5 in memory, with a floor under what counts as an answer."""

import math
import sqlite3
from collections.abc import Sequence
from datetime import date

from mailagent.adapters.knowledge_fts.articles import ArticleFile
from mailagent.language.words import contains_phrase, content_words, sentences, stem, tokens
from mailagent.ports import Article

WEIGHTS = (5.0, 5.0, 1.0)
"""BM25 weights of title, keywords and body."""
RANK = "SELECT rowid, bm25(articles, ?, ?, ?) FROM articles WHERE articles MATCH ?"
CATEGORY_BOOST = 1.3
"""An article of the mail's own category counts 1.3 times: enough to decide between two that fit about equally, not to
put one that hardly fits before one that does."""
MOST_TERMS = 48
MOST_SENTENCES = 20
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


class Index:
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
        """Give the memory back."""
        self._database.close()

    def search(self, query: str, *, category: str, limit: int, today: date) -> tuple[Article, ...]:
        """The articles that pass the floor, by BM25 times the category's boost, best first."""
        terms = _terms(query)
        fitting = self._fitting(query)
        for sentence in sentences(query)[:MOST_SENTENCES]:
            for row, fit in self._fitting(sentence, alone=True).items():
                fitting[row] = max(fit, fitting.get(row, 0.0))
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

    def _fitting(self, text: str, *, alone: bool = False) -> dict[int, float]:
        """How well each article covers `text`, for those that do so well enough to be an answer.

        A whole phrase of the keywords doubles it.

        Coverage is the share of the query's words that the article has, rare words counting more and words that no
        article knows most: sharing "order" says little about a mail on "wholesale". At least one shared word must be
        in the title or a keyword; the more of them, the less of a long mail needs to be covered. A sentence `alone`
        needs two of them or a whole phrase: people wrap one question in a long story, and short sentences say little.
        """
        terms, words = _terms(text), _stemmed(text)
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
            if shared >= (PHRASE_COUNTS if alone else 1) and covered >= LEAST_COVERED.get(
                shared, LEAST_COVERED_BY_MANY
            ):
                fitting[row] = covered * (2.0 if phrase else 1.0)
        return fitting

    def _rows(self, expression: str) -> set[int]:
        return {
            row for (row,) in self._database.execute("SELECT rowid FROM articles WHERE articles MATCH ?", (expression,))
        }


def _terms(text: str) -> list[str]:
    return list(dict.fromkeys(content_words(text)))[:MOST_TERMS]


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
