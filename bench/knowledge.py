"""How quickly articles are indexed and searched: ``python -m bench.knowledge [--articles 5000] [--searches 300]``.

With ``--meaning`` the search by meaning runs beside, with random vectors of 1,536 numbers that need no server.

Makes articles of about 300 words in four parts in a temporary folder, in four languages, with words as unevenly spread
as in real texts without their stop words (the commonest is in every third part). A search is a mail of 80 words that
borrows some of an article's keywords; one in four is a question of six words. ``reindex`` is the look at the files and
the search after one of them was edited.
"""

import argparse
import asyncio
import itertools
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from mailagent.adapters.knowledge import LOOK_AGAIN, KnowledgeFolder
from mailagent.adapters.knowledge.meaning import Meaning
from mailagent.ports import Vector

BAR_INDEX, BAR_SEARCH = 30.0, 0.020
"""Seconds for the index, and at the median for a search."""
VOCABULARY = 20_000
WIDTH = 1_536
"""Numbers of a vector."""
LANGUAGES = ("en", "en", "de", "fr", "es")
SYLLABLES = ("ba", "der", "fi", "gon", "hul", "ka", "lem", "mi", "nor", "pes", "ra", "sil", "tor", "ug", "ver", "zan")


class Writer:
    """Writes articles and mails of made-up words, the same every time."""

    def __init__(self) -> None:
        self._random = random.Random(1)  # noqa: S311 (no secret)
        names = itertools.product(SYLLABLES, repeat=4)
        self._words = ["".join(name) for name in itertools.islice(names, 0, None, 3)][:VOCABULARY]
        self._random.shuffle(self._words)
        self._weights = list(itertools.accumulate(1 / (place + 30) for place in range(len(self._words))))

    def words(self, count: int) -> list[str]:
        """Words of a text, the common ones often."""
        return self._random.choices(self._words, cum_weights=self._weights, k=count)

    def article(self, number: int, keywords: list[str]) -> str:
        """A file's text."""
        parts = "\n\n".join(
            f"## {' '.join(self.words(3))}\n\n" + "\n".join(" ".join(self.words(15)) + "." for _ in range(5))
            for _ in range(4)
        )
        return (
            f"---\ntitle: {' '.join(keywords[:3])} {number}\ncategory: general\nlanguage: {LANGUAGES[number % 5]}\n"
            f"answer: auto\nkeywords:\n" + "".join(f"  - {one}\n" for one in keywords) + f"---\n{parts}\n"
        )

    def mail(self, keywords: list[str], number: int) -> str:
        """A question that `keywords` answer."""
        asked = self._random.sample(keywords, 3)
        if number % 4 == 0:
            return " ".join([*asked, *self.words(3)])
        story = [" ".join(self.words(11)) + "." for _ in range(7)]
        return " ".join([*story[:4], " ".join(asked) + "?", *story[4:]])


def main() -> int:
    """Print the figures; returns 1 if one is over its bar."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--articles", type=int, default=5_000)
    parser.add_argument("--searches", type=int, default=300)
    parser.add_argument("--meaning", action="store_true")
    options = parser.parse_args()
    writer = Writer()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        keywords = [writer.words(8) for _ in range(options.articles)]
        for number, words in enumerate(keywords):
            (folder / f"{number}.md").write_text(writer.article(number, words), encoding="utf-8")
        mails = [writer.mail(keywords[number % len(keywords)], number) for number in range(options.searches)]
        return asyncio.run(measure(folder, mails, with_meaning=options.meaning))


async def measure(folder: Path, mails: list[str], *, with_meaning: bool) -> int:
    """Index, search, edit and search again."""
    seconds = Seconds()
    meaning = Meaning(Guesser(), Nowhere(), least_similar=0.09, clock=seconds) if with_meaning else None
    start = time.perf_counter()
    knowledge = KnowledgeFolder(folder, clock=seconds, meaning=meaning, monotonic=seconds.monotonic)
    await knowledge.catch_up()
    indexed = time.perf_counter() - start
    taken, found = [], 0
    for mail in mails:
        start = time.perf_counter()
        found += bool(await knowledge.search(mail, category="general", limit=4, language="en"))
        taken.append(time.perf_counter() - start)
    with (folder / "0.md").open("a", encoding="utf-8") as article:
        article.write("\nOne more line.\n")
    seconds.passed += LOOK_AGAIN
    start = time.perf_counter()
    await knowledge.search(mails[0], category="general", limit=4)
    again = time.perf_counter() - start
    median = statistics.median(taken)
    print(f"index: {indexed:.1f} s (bar {BAR_INDEX:.0f} s)")
    print(f"search: median {median * 1000:.1f} ms (bar {BAR_SEARCH * 1000:.0f} ms), p95 {p95(taken) * 1000:.1f} ms,")
    print(f"  longest {max(taken) * 1000:.1f} ms; {found} of {len(mails)} mails found an article")
    print(f"reindex after one edit: {again * 1000:.0f} ms")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    return int(indexed > BAR_INDEX or median > BAR_SEARCH)


def p95(taken: list[float]) -> float:
    """What one in twenty takes longer than."""
    return statistics.quantiles(taken, n=20)[-1]


class Guesser:
    """An `Embedder` whose vectors mean nothing."""

    model = "random"

    def __init__(self) -> None:
        self._random = np.random.default_rng(1)

    async def embed(self, texts: Sequence[str], *, seconds: float) -> list[Vector]:  # noqa: ARG002 - the port's
        """See `Embedder`."""
        rows = self._random.standard_normal((len(texts), WIDTH), np.float32)
        return [Vector((row / np.linalg.norm(row)).tobytes()) for row in rows]


class Nowhere:
    """`Vectors` that are not kept: what a database takes is no part of a search."""

    async def get(self, model: str, keys: Collection[str]) -> dict[str, Vector]:  # noqa: ARG002 - the port's
        """See `Vectors`."""
        return {}

    async def put(self, model: str, vectors: Mapping[str, Vector]) -> None:
        """See `Vectors`."""

    async def keep_only(self, model: str, keys: Collection[str]) -> None:
        """See `Vectors`."""


class Seconds:
    """A `Clock` whose seconds pass when told."""

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> datetime:
        """See `Clock`."""
        return datetime(2026, 11, 21, tzinfo=UTC)

    def monotonic(self) -> float:
        """Seconds."""
        return self.passed


if __name__ == "__main__":
    sys.exit(main())
