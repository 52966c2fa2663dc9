"""The store of article vectors: what is kept by its text and model, and what is cleared away."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mailagent.ports import Vector
from mailagent.store.database import open_database
from mailagent.store.vectors import StoredVectors

ONE, OTHER = Vector(b"\x00\x00\x80\x3f"), Vector(b"\x00\x00\x80\xbf")


@pytest.fixture(name="vectors")
async def _vectors(tmp_path: Path) -> AsyncIterator[StoredVectors]:
    """On a new database."""
    engine, sessions = await open_database(tmp_path / "mailagent.db")
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
    many = {str(number): ONE for number in range(2_000)}
    await vectors.put("small", many)

    assert await vectors.get("small", many) == many
    await vectors.keep_only("small", [])
    assert await vectors.get("small", many) == {}
