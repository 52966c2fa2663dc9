"""The knowledge articles: a folder of Markdown files with front matter, searched in memory.

The index holds no truth: it is built from the files at the start, and follows those that were added, removed or
edited. An edit that breaks a file keeps its last good version; `Health` says why. Searches run in a thread, one at a
time, so that the event loop goes on meanwhile; beside the search by words there may be one by meaning.
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mailagent.adapters.knowledge.articles import (
    ArticleFile,
    Problem,
    UnusableArticleError,
    line_of,
    load_articles,
    read_article,
    read_articles,
)
from mailagent.adapters.knowledge.fusion import fused
from mailagent.adapters.knowledge.index import Hit, Index
from mailagent.adapters.knowledge.report import Report
from mailagent.errors import ConfigurationError
from mailagent.events import log
from mailagent.ports import Article, Clock, Health

if TYPE_CHECKING:
    from mailagent.adapters.knowledge.meaning import Meaning  # needs numpy

__all__ = ["ArticleFile", "Hit", "KnowledgeFolder", "Problem", "line_of", "load_articles", "read_articles"]

NAME = "knowledge"
"""In ``mailagent status``."""

LOOK_AGAIN = 5.0
"""Seconds between two looks at the files."""
Fingerprints = dict[Path, tuple[int, int]]
"""Time and size of every file."""


class KnowledgeFolder:
    """See `Knowledge`. `monotonic` gives seconds and only paces the looks at the files; `clock` dates `valid_until`.
    With `meaning` both searches are fused.

    Raises `ConfigurationError` when a file cannot be used at the start.
    """

    def __init__(
        self,
        folder: Path,
        *,
        clock: Clock,
        meaning: "Meaning | None" = None,
        health: Health | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.problem: str | None = None
        self._folder = folder
        self._clock = clock
        self._meaning = meaning
        self._report = Report(name=NAME, clock=clock, health=health)
        self._monotonic = monotonic
        self._using = threading.Lock()
        self._looked_at = monotonic()
        self._index = Index()
        self._seen: Fingerprints = {}
        self._broken: dict[Path, str] = {}
        self._follow()
        if self.problem:
            raise ConfigurationError(self.problem)

    async def search(
        self, query: str, *, category: str, limit: int, language: str | None = None, no_cost: bool = False
    ) -> tuple[Article, ...]:
        """See `Knowledge`. Without cost it goes by words alone."""
        hits = await self.hits(query, category=category, limit=limit, language=language, no_cost=no_cost)
        return tuple(map(_found, hits))

    async def hits(
        self, query: str, *, category: str | None, limit: int, language: str | None = None, no_cost: bool = False
    ) -> tuple[Hit, ...]:
        """What `search` finds, with the files and why they were found."""
        await asyncio.to_thread(self._look)
        if await self._report.tell(self.problem or "") and self.problem:
            log("knowledge.failed", articles=len(self._broken))
        words = asyncio.to_thread(self._by_words, query, category=category, language=language)
        if self._meaning is None or no_cost:
            return tuple((await words)[:limit])
        today = self._clock.now().date()
        by_words, by_meaning = await asyncio.gather(words, self._meaning.nearest(query, today=today))
        return tuple((fused(by_words, by_meaning) if by_meaning else by_words)[:limit])

    async def catch_up(self) -> None:
        """Return once a search by meaning knows every article, or could not be made to."""
        if self._meaning is not None:
            await self._meaning.catch_up()

    def _look(self) -> None:
        """Follow the files, now and then."""
        with self._using:
            now = self._monotonic()
            if now - self._looked_at >= LOOK_AGAIN:
                self._looked_at = now
                self._follow()

    def _by_words(self, query: str, *, category: str | None, language: str | None) -> list[Hit]:
        with self._using:
            today = self._clock.now().date()
            return self._index.search(query, category=category, language=language, today=today)

    def _follow(self) -> None:
        """Bring the index up to the files: only what changed since the last look is read."""
        if not self._folder.is_dir():
            self.problem = f"{self._folder}: there is no such folder; create it, or correct the path to the articles"
            return
        seen = _fingerprints(self._folder)
        for path in self._seen.keys() - seen.keys():
            self._drop(path.relative_to(self._folder).with_suffix("").as_posix())
            self._broken.pop(path, None)
        for path, fingerprint in sorted(seen.items()):
            if self._seen.get(path) != fingerprint:
                try:
                    self._put(read_article(path, self._folder))
                    self._broken.pop(path, None)
                except UnusableArticleError as error:
                    self._broken[path] = str(error)
        self._seen = seen
        self.problem = "\n".join(self._broken.values()) or None

    def _put(self, article: ArticleFile) -> None:
        self._index.put(article)
        if self._meaning is not None:
            self._meaning.put(article)

    def _drop(self, article_id: str) -> None:
        self._index.drop(article_id)
        if self._meaning is not None:
            self._meaning.drop(article_id)


def _fingerprints(folder: Path) -> Fingerprints:
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)  # noqa: PTH118 (thousands of files: a third of the time)
            if name.endswith(".md"):
                try:
                    status = os.stat(path)  # noqa: PTH116
                except OSError:
                    continue
                found[Path(path)] = (status.st_mtime_ns, status.st_size)
    return found


def _found(hit: Hit) -> Article:
    article = hit.article
    return Article(
        id=article.id,
        title=article.title,
        category=article.category,
        text=article.text,
        score=round(hit.score, 4),
        covered=round(hit.covered, 2),
        automatic=article.answer == "auto",
        section=hit.heading,
        language=article.language,
    )
