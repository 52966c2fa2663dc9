"""Which articles mean about the same as a text, whatever their words: vectors of their parts, compared.

Each part is turned into a vector once, and again when its text or the model changes; the vectors lie in the store.
This happens beside the searches, of which the first waits a moment for it. While the server does not answer, nothing is
found here and the search by words goes on alone: `Health` and one log event say so, and the server rests for a while so
that mail does not wait for it. A process that dies meanwhile goes on where it was.
"""

import asyncio
import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from mailagent.adapters.knowledge.articles import ArticleFile, Part
from mailagent.adapters.knowledge.index import LONGEST_TEXT, Hit
from mailagent.adapters.knowledge.matrix import Matrix
from mailagent.adapters.knowledge.report import Report
from mailagent.errors import ConfigurationError, PermanentError, TemporaryError
from mailagent.events import log
from mailagent.ports import Clock, Embedder, Health, Vector, Vectors

NAME = "embeddings"
"""In ``mailagent status``."""
NEAR_NEAREST = 0.1
"""A part whose cosine is this much less than the nearest one's is about something else."""
MOST_NEAR = 40
"""Parts; several may be of one article."""
QUERY_SECONDS = 5.0
"""A search waits no longer, neither for the vector of a mail nor for those of articles."""
BATCH_SECONDS = 60.0
BATCH = 32
"""Parts in one request; servers of small models take no more."""
LOADED = 1_000
"""Vectors read from the store at once."""
LONGEST_PART = 6_000
"""Characters of a part that are sent: models read some 8,000 tokens, and of some scripts a character is one."""
REST = 60.0
LONGEST_REST = 900.0
"""Seconds; the longer one where the server itself names a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a text stands."""

    article: ArticleFile
    part: Part

    def text(self) -> str:
        """What is turned into a vector: a part alone may not say what it is about."""
        about = (self.article.title, ", ".join(self.article.keywords), self.part.heading, self.part.text)
        return "\n".join(filter(None, about))[:LONGEST_PART]


class Meaning:
    """`put` and `drop` may be called from any thread, the rest from one event loop. A part whose cosine with a text is
    under `least_similar` is no answer to it.
    """

    def __init__(
        self,
        embedder: Embedder,
        vectors: Vectors,
        *,
        least_similar: float,
        clock: Clock,
        health: Health | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._embedder = embedder
        self._vectors = vectors
        self._report = Report(name=NAME, clock=clock, health=health)
        self._least_similar = least_similar
        self._monotonic = monotonic
        self._matrix = Matrix()
        self._using = threading.Lock()
        self._places: dict[str, dict[str, _Place]] = {}
        self._keys: dict[str, list[str]] = {}
        self._refused: set[str] = set()
        self._behind = True
        self._catching_up: asyncio.Task[None] | None = None
        self._rests_until = 0.0

    def put(self, article: ArticleFile) -> None:
        """Add `article`, in place of the one with its id; one that is never an answer is left out."""
        self.drop(article.id)
        places = [_Place(article=article, part=part) for part in article.parts if article.answer != "never"]
        with self._using:
            for place in places:
                key = hashlib.sha256(place.text().encode("utf-8", "surrogatepass")).hexdigest()
                self._places.setdefault(key, {})[article.id] = place
                self._keys.setdefault(article.id, []).append(key)
            self._behind = True

    def drop(self, article_id: str) -> None:
        """Take an article out, if it is in."""
        with self._using:
            for key in set(self._keys.pop(article_id, ())):
                del self._places[key][article_id]
                if not self._places[key]:
                    del self._places[key]
            self._behind = True

    async def nearest(self, text: str, *, today: date) -> list[Hit]:
        """The articles with a part that means about the same as `text`, nearest first; a score is the cosine. Empty
        when there is none, and when the server does not answer.
        """
        now = self._monotonic()
        if now < self._rests_until:
            return []
        if self._report.problem:
            self._rests_until = now + REST  # one mail tries it; the others go on without waiting for that
        try:
            (vector,) = await self._embedder.embed([text[:LONGEST_TEXT]], seconds=QUERY_SECONDS)
        except (TemporaryError, PermanentError, ConfigurationError) as error:
            await self._failed(error)
            return []
        self._rests_until = 0.0
        if not self._matrix.fits(vector):
            await self._start_again()
        await self._start_catching_up()
        near = await asyncio.to_thread(self._matrix.nearest, vector, least=self._least_similar, most=MOST_NEAR)
        return self._hits(near, today)

    async def catch_up(self) -> None:
        """Have a vector of every part, or try to."""
        await self._start_catching_up(seconds=None)
        if self._behind and not self._report.problem:  # what was stored turned out to be another model's
            await self._start_catching_up(seconds=None)

    async def close(self) -> None:
        """Give up what is being done."""
        if self._catching_up is not None:
            self._catching_up.cancel()
            await asyncio.wait({self._catching_up})

    def _hits(self, near: Iterable[tuple[str, float]], today: date) -> list[Hit]:
        best: dict[str, Hit] = {}
        with self._using:
            for key, cosine in near:
                for place in self._places.get(key, {}).values():
                    if place.article.id not in best and not place.article.expired(today):
                        why = f"similar meaning {cosine:.2f}"
                        hit = Hit(article=place.article, heading=place.part.heading, score=cosine, why=why)
                        best[place.article.id] = hit
        hits = list(best.values())
        return [hit for hit in hits if hit.score >= hits[0].score - NEAR_NEAREST]

    async def _start_catching_up(self, seconds: float | None = QUERY_SECONDS) -> None:
        """Start it where something changed, and wait for it; of searches only the one that starts it waits."""
        task = self._catching_up
        if task is None or (self._behind and task.done()):
            self._behind = False
            task = self._catching_up = asyncio.create_task(self._catch_up(), name="catch up with articles")
            await asyncio.wait({task}, timeout=seconds)
        elif seconds is None:
            await asyncio.wait({task})
        if task.done():
            self._behind |= task.exception() is not None
            task.result()
            if not self._behind and await self._report.tell(""):
                log("embeddings.restored")

    async def _catch_up(self) -> None:
        """Load the vectors that the store has, and have the others made."""
        model = self._embedder.model
        with self._using:
            texts = {key: next(iter(places.values())).text() for key, places in self._places.items()}
        self._refused &= texts.keys()
        self._matrix.keep_only(texts.keys())
        missing = self._matrix.missing(texts)
        for start in range(0, len(missing), LOADED):
            stored = await self._vectors.get(model, missing[start : start + LOADED])
            await asyncio.to_thread(self._matrix.put, stored, expected=len(texts))
        missing = [key for key in self._matrix.missing(texts) if key not in self._refused]
        try:
            for start in range(0, len(missing), BATCH):
                made = await self._made({key: texts[key] for key in missing[start : start + BATCH]})
                if not all(map(self._matrix.fits, made.values())):
                    await self._start_again()
                    return
                await self._vectors.put(model, made)
                self._matrix.put(made, expected=len(texts))
        except (TemporaryError, PermanentError, ConfigurationError) as error:
            self._behind = True
            await self._failed(error)
            return
        await self._vectors.keep_only(model, texts.keys())

    async def _made(self, texts: Mapping[str, str]) -> dict[str, Vector]:
        """A vector for each text; where the server refuses them together, for each that it does not refuse alone."""
        try:
            made = await self._embedder.embed([*texts.values()], seconds=BATCH_SECONDS)
            return dict(zip(texts, made, strict=True))
        except PermanentError:
            alone: dict[str, Vector] = {}
            for key, text in texts.items():
                try:
                    (alone[key],) = await self._embedder.embed([text], seconds=BATCH_SECONDS)
                except PermanentError:
                    continue
            if not alone:
                raise
            self._refused |= texts.keys() - alone.keys()
            return alone

    async def _start_again(self) -> None:
        """The server has another model under the same name: what is stored is worth nothing."""
        await self._vectors.keep_only(self._embedder.model, ())
        self._matrix.keep_only(())
        self._behind = True

    async def _failed(self, error: Exception) -> None:
        named = error.retry_after if isinstance(error, TemporaryError) else None
        self._rests_until = self._monotonic() + min(max(named or REST, 0.0), LONGEST_REST)
        if await self._report.tell(str(error)):
            log("embeddings.failed", error=type(error).__name__)
