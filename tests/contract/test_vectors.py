"""The store of article vectors: what is kept by its text and model, and what is cleared away."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mailagent.adapters.openai_model import EmbedderSettings, OpenAiEmbedder
from mailagent.domain.case import CaseId
from mailagent.ports import Vector
from mailagent.store.cases import StoredCases
from mailagent.store.database import open_database
from mailagent.store.figures import Figures
from mailagent.store.meter import StoredMeter
from mailagent.store.vectors import StoredVectors
from tests.fakes.clock import FakeClock
from tests.servers.model import TOKENS_IN, ModelServer

ONE, OTHER = Vector(b"\x00\x00\x80\x3f"), Vector(b"\x00\x00\x80\xbf")


@pytest.fixture(name="vectors")
async def _vectors(database: Path | str) -> AsyncIterator[StoredVectors]:
    """On an empty database."""
    engine, sessions = await open_database(database)
    yield StoredVectors(sessions=sessions)
    await engine.dispose()


async def test_a_vector_comes_back_as_it_was_put(vectors: StoredVectors) -> None:
    """It was paid for; one that is put again is replaced, and another model's does not stand in for it."""
    await vectors.put("small", {"a": OTHER, "b": OTHER})
    await vectors.put("small", {"a": ONE})

    assert await vectors.get("small", ["a", "b", "c"]) == {"a": ONE, "b": OTHER}
    assert await vectors.get("large", ["a"]) == {}


async def test_what_no_article_says_any_more_is_deleted(vectors: StoredVectors) -> None:
    """Or the database would grow with every edit and every change of the model."""
    await vectors.put("large", {"a": ONE})
    await vectors.put("small", {"a": ONE, "b": ONE})

    await vectors.keep_only("small", ["b", "c"])

    assert await vectors.get("small", ["a", "b"]) == {"b": ONE}
    assert await vectors.get("large", ["a"]) == {}


async def test_thousands_of_parts_are_no_obstacle(vectors: StoredVectors) -> None:
    """A database takes only so many values in one question."""
    many = {str(number): ONE for number in range(1_001)}
    await vectors.put("small", many)

    assert await vectors.get("small", many) == many
    await vectors.keep_only("small", [])
    assert await vectors.get("small", many) == {}


async def test_what_vectors_cost_counts_for_the_day(tmp_path: Path) -> None:
    """A flood of mail is a flood of requests for vectors, and they are on the same bill; a day later they are not."""
    engine, sessions = await open_database(tmp_path / "mailagent.db")
    clock = FakeClock()
    with ModelServer() as server:
        settings = EmbedderSettings(base_url=server.url, api_key="", model="small", max_retries=0, price=20_000.0)
        embedder = OpenAiEmbedder(settings, meter=StoredMeter(sessions=sessions, clock=clock))
        for _ in range(2):
            await embedder.embed(["late parcel"], seconds=20.0)
        await embedder.close()

    async def spent(at: datetime) -> tuple[int, float]:
        found = await StoredCases(sessions=sessions).spent("tom@customer.example", CaseId(1), at=at)
        return found.overall_day, found.money_day

    assert await spent(clock.time) == (2 * TOKENS_IN, 2 * TOKENS_IN * 0.02)
    assert await spent(clock.time + timedelta(days=1)) == (0, 0.0)
    used = {figure.name: figure.rows[0][1] for figure in await Figures(sessions=sessions).all() if figure.rows}
    assert (used["llm_tokens"], used["llm_cost"]) == (2 * TOKENS_IN, 2 * TOKENS_IN * 0.02)
    await engine.dispose()
