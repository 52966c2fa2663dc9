"""The knowledge articles: Markdown files with front matter, searched with SQLite FTS5 in memory.

The index holds no truth: it is built from the files at the start, and again when a file was added, removed or edited.
An edit that breaks a file keeps the last good index; `problem` says why. Searches run on the event loop: one takes
about a millisecond, and a thread would need a lock around the connection.
"""

import time
from collections.abc import Callable
from pathlib import Path

from mailagent.adapters.knowledge_fts.articles import ArticleFile, load_articles
from mailagent.adapters.knowledge_fts.index import Index
from mailagent.errors import ConfigurationError
from mailagent.ports import Article, Clock

__all__ = ["ArticleFile", "FtsKnowledge", "load_articles"]

LOOK_AGAIN = 5.0
"""Seconds between two looks at the files."""


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
        self._index = Index(load_articles(folder))

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
            fresh = Index(load_articles(self._folder))
        except ConfigurationError as error:
            self.problem = str(error)
            return
        self._index.close()
        self._index, self.problem = fresh, None


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
