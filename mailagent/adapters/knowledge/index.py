"""Which articles answer a text: SQLite FTS5 in memory, with a floor under what counts as an answer.

Every language has a shelf, for a word's stem means nothing in another one. What shares words of its title, keywords or
heading with a text is judged by the floor; FTS5 ranks what is left.
"""

import heapq
import json
import math
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from mailagent.adapters.knowledge.articles import ArticleFile, Part
from mailagent.language.words import bare_words, contains_phrase, content_words, sentences, stem, stemmed_words

WEIGHTS = "bm25(5.0, 5.0, 5.0, 1.0)"
"""BM25 weights of title, keywords, heading and body."""
CATEGORY_BOOST = 1.3
"""An article of the mail's own category counts 1.3 times: enough to decide between two that fit about equally, not to
put one that hardly fits before one that does."""
LANGUAGE_BOOST = 1.5
"""The same for an article in the mail's own language."""
LONGEST_TEXT = 4_000
"""Characters of a text that are searched for."""
MOST_TERMS = 48
MOST_SENTENCES = 20
JUDGED = 30
"""Parts that are judged for a whole text, and again for each of its sentences: those that share the rarest words."""
TELLING_TERMS = 12
"""FTS5 ranks by this many of the rarest words; common ones would take long and say little."""
ENOUGH_TERMS = 6
"""Of a long mail no more than this many rare words need to be covered."""
LEAST_COVERED = {1: 0.5, 2: 0.42, 3: 0.32}
"""How much of a query an article must cover, by the number of words of title, keywords and heading that they share."""
LEAST_COVERED_BY_MANY = 0.2
PHRASE_COUNTS = 2
"""A whole phrase of the keywords, found in the query, counts as this many more shared words."""
NEAR_BEST = 0.45
"""An article with less than this part of the best one's score is about something else and left out."""
BODY_ONLY = 0.3
"""What a word counts that stands in the body only, beside 1.0 in the title, a keyword or the heading."""


def plain_language(tag: str) -> str:
    """``de`` of ``de-AT``, in lower case."""
    return tag.partition("-")[0].lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An article that was found, with its best part. `score` is 0 or more, comparable within one search only;
    `covered` is the share of the words of the text, or of its sentence that fits best, that it has, from 0.0 to 1.0;
    `why` says in words what they share.
    """

    article: ArticleFile
    heading: str
    score: float
    covered: float = 0.0
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A part of an article as the floor sees it: stems of `keyed` words, of all `words`, and phrases of them."""

    article: ArticleFile
    heading: str
    keyed: frozenset[str]
    words: frozenset[str]
    phrases: tuple[list[str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    """How well a row covers a text: its share from 0.0 to 1.0, and what they share."""

    row: int
    covered: float
    phrase: str
    shared: tuple[str, ...]

    @property
    def worth(self) -> float:
        """A whole phrase doubles it."""
        return self.covered * (2.0 if self.phrase else 1.0)

    @property
    def why(self) -> str:
        """For an admin who asks why it was found."""
        phrase = f', the phrase "{self.phrase}"' if self.phrase else ""
        return f"{', '.join(self.shared)}{phrase}; covers {self.covered:.0%}"


class Index:
    """The usable articles, by language. Not safe to use from several threads at once."""

    def __init__(self) -> None:
        self._shelves: dict[str, _Shelf] = {}
        self._languages: dict[str, str] = {}

    def put(self, article: ArticleFile) -> None:
        """Add `article`, in place of the one with its id; one that is never an answer is left out."""
        self.drop(article.id)
        if article.answer != "never":
            language = plain_language(article.language)
            self._languages[article.id] = language
            self._shelves.setdefault(language, _Shelf(language)).put(article)

    def drop(self, article_id: str) -> None:
        """Take an article out, if it is in."""
        language = self._languages.pop(article_id, None)
        if language is not None:
            self._shelves[language].drop(article_id)

    def search(self, text: str, *, category: str | None, language: str | None, today: date) -> list[Hit]:
        """The articles that pass the floor, each with its best part: by BM25 times coverage times the boosts, best
        first. Those far behind the best are left out.
        """
        spoken = plain_language(language) if language else None
        best: dict[str, Hit] = {}
        for shelf in self._shelves.values():
            boost = LANGUAGE_BOOST if shelf.language == spoken else 1.0
            for hit in shelf.search(text[:LONGEST_TEXT], category=category, spoken=spoken, boost=boost):
                if not hit.article.expired(today) and (
                    hit.article.id not in best or hit.score > best[hit.article.id].score
                ):
                    best[hit.article.id] = hit
        found = sorted(best.values(), key=lambda hit: (-hit.score, hit.article.id))
        return [hit for hit in found if hit.score >= found[0].score * NEAR_BEST]


class _Shelf:
    """The articles of one language: the stems of each part in an FTS5 table, and beside it for the floor."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._rows: dict[int, _Row] = {}
        self._row_ids: dict[str, list[int]] = {}
        self._next = 0
        self._spread: Counter[str] = Counter()
        self._keyed: dict[str, set[int]] = defaultdict(set)
        self._database = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._database.execute(
            "CREATE VIRTUAL TABLE parts USING fts5(title, keywords, heading, body,"
            " tokenize = 'unicode61 remove_diacritics 2', detail = column)"
        )
        self._database.execute("INSERT INTO parts (parts, rank) VALUES ('rank', ?)", (WEIGHTS,))

    def put(self, article: ArticleFile) -> None:
        title = stemmed_words(article.title, self.language)
        keywords = stemmed_words(" | ".join(article.keywords), self.language)
        phrases = [self._phrase(phrase) for phrase in (article.title, *article.keywords)]
        for part in article.parts:
            self._put_part(article, part, title=title, keywords=keywords, phrases=phrases)

    def _put_part(
        self,
        article: ArticleFile,
        part: Part,
        *,
        title: Mapping[str, str],
        keywords: Mapping[str, str],
        phrases: list[list[str]],
    ) -> None:
        heading, body = stemmed_words(part.heading, self.language), stemmed_words(part.text, self.language)
        keyed = frozenset({*title, *keywords, *heading})
        phrases = [*phrases, self._phrase(part.heading)]
        row = _Row(
            article=article,
            heading=part.heading,
            keyed=keyed,
            words=keyed | body.keys(),
            phrases=tuple(phrase for phrase in phrases if len(phrase) > 1),
        )
        self._next += 1
        self._rows[self._next] = row
        self._row_ids.setdefault(article.id, []).append(self._next)
        self._spread.update(row.words)
        for stemmed in keyed:
            self._keyed[stemmed].add(self._next)
        columns = (" ".join(stems) for stems in (title, keywords, heading, body))
        self._database.execute(
            "INSERT INTO parts (rowid, title, keywords, heading, body) VALUES (?, ?, ?, ?, ?)", (self._next, *columns)
        )

    def drop(self, article_id: str) -> None:
        for row_id in self._row_ids.pop(article_id):
            row = self._rows.pop(row_id)
            self._spread.subtract(row.words)
            for stemmed in row.keyed:
                self._keyed[stemmed].discard(row_id)
            self._database.execute("DELETE FROM parts WHERE rowid = ?", (row_id,))

    def search(self, text: str, *, category: str | None, spoken: str | None, boost: float) -> Iterator[Hit]:
        """The parts that pass the floor."""
        whole = self._asked(text, spoken)
        fits = {fit.row: fit for fit in self._fitting(text, whole)}
        for sentence in sentences(text)[:MOST_SENTENCES]:
            for fit in self._fitting(sentence, self._asked(sentence, spoken), alone=True):
                if fit.row not in fits or fit.worth > fits[fit.row].worth:
                    fits[fit.row] = fit
        ranks = self._ranks(whole, fits)
        for row_id, fit in fits.items():
            row = self._rows[row_id]
            boosts = boost * (CATEGORY_BOOST if row.article.category == category else 1.0)
            score = fit.worth * (1.0 + ranks.get(row_id, 0.0)) * boosts
            yield Hit(article=row.article, heading=row.heading, score=score, covered=fit.covered, why=fit.why)

    def _asked(self, text: str, spoken: str | None) -> dict[str, str]:
        """The stems that are searched for, without the stop words of the language that the text is written in."""
        found = stemmed_words(text, self.language)
        if spoken is not None and spoken != self.language:
            telling = set(content_words(text, spoken))
            found = {stemmed: word for stemmed, word in found.items() if word in telling}
        return dict(list(found.items())[:MOST_TERMS])

    def _phrase(self, text: str) -> list[str]:
        return [stem(word, self.language) for word in bare_words(text, self.language)]

    def _ranks(self, terms: Mapping[str, str], rows: Iterable[int]) -> dict[int, float]:
        """BM25, 0 or more, of those `rows` that share the most telling `terms`."""
        telling = heapq.nsmallest(
            TELLING_TERMS, (term for term in terms if self._spread[term]), key=self._spread.__getitem__
        )
        wanted = json.dumps(list(rows))
        asked = " OR ".join(f'"{term}"' for term in telling)
        query = "SELECT rowid, rank FROM parts WHERE parts MATCH ? AND rowid IN (SELECT value FROM json_each(?))"
        found = self._database.execute(query, (asked, wanted)) if telling else ()
        return {row: max(0.0, -rank) for row, rank in found}

    def _judged(self, rarity: Mapping[str, float]) -> list[int]:
        """The rows that share most words of title, keywords and heading, rare ones counting more."""
        shared: dict[int, float] = defaultdict(float)
        for term, weight in rarity.items():
            for row in self._keyed.get(term, ()):
                shared[row] += weight
        return heapq.nsmallest(JUDGED, shared, key=lambda row: (-shared[row], row))

    def _fitting(self, text: str, terms: Mapping[str, str], *, alone: bool = False) -> Iterator[_Fit]:
        """How well parts cover `text`, for those that do so well enough to be an answer.

        Coverage is the share of the text's words that a part has, rare words counting more and words that no article
        knows most: sharing "order" says little about a mail on "wholesale". At least one shared word must be in the
        title, a keyword or the heading; the more of them, the less of a long mail needs to be covered. A sentence
        `alone` needs two of them or a whole phrase: people wrap one question in a long story, and short sentences say
        little.
        """
        rarity = {term: math.log(1 + (len(self._rows) + 1) / (self._spread[term] + 0.5)) for term in terms}
        wanted = sum(heapq.nlargest(ENOUGH_TERMS, rarity.values()))
        asked, said = frozenset(terms), self._phrase(text)
        for row_id in self._judged(rarity):
            row = self._rows[row_id]
            keyed = row.keyed & asked
            body = (row.words & asked) - keyed
            weight = sum(rarity[term] for term in keyed) + BODY_ONLY * sum(rarity[term] for term in body)
            covered = min(1.0, weight / wanted)
            if covered < LEAST_COVERED_BY_MANY:
                continue
            phrase = _longest_said(row.phrases, said)
            fit = _Fit(
                row=row_id,
                covered=covered,
                phrase=" ".join(phrase),
                shared=tuple(word for term, word in terms.items() if term in keyed or term in body),
            )
            shared = len(keyed) + (PHRASE_COUNTS if phrase else 0)
            if shared >= (PHRASE_COUNTS if alone else 1) and fit.covered >= LEAST_COVERED.get(
                shared, LEAST_COVERED_BY_MANY
            ):
                yield fit


def _longest_said(phrases: Iterable[list[str]], said: list[str]) -> list[str]:
    """The longest of the phrases that stand in `said`; empty if none does."""
    words = set(said)
    return max((one for one in phrases if words.issuperset(one) and contains_phrase(said, one)), key=len, default=[])
