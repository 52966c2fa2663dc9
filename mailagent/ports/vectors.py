"""Texts as vectors, for a search by meaning: who makes them, and where those of the articles are kept."""

from collections.abc import Collection, Mapping, Sequence
from typing import NewType, Protocol

Vector = NewType("Vector", bytes)
"""32 bit floats in this machine's byte order, of length 1: the product of two is the cosine of their angle."""


class Embedder(Protocol):
    """Turns texts into vectors that are near each other where the texts mean about the same."""

    model: str
    """Vectors of two models cannot be compared."""

    async def embed(self, texts: Sequence[str], *, seconds: float) -> list[Vector]:
        """A vector for each text, all of one width, within `seconds`.

        Raises `TemporaryError`, `PermanentError` (a text or the answer cannot be used) or `ConfigurationError`.
        """


class Vectors(Protocol):
    """Vectors by the model that made them and a key for their text; nothing is lost but time when they are."""

    async def get(self, model: str, keys: Collection[str]) -> dict[str, Vector]:
        """Those of `keys` that are there."""

    async def put(self, model: str, vectors: Mapping[str, Vector]) -> None:
        """Add them, in place of those with their keys."""

    async def keep_only(self, model: str, keys: Collection[str]) -> None:
        """Delete all others, and all of other models."""


class Meter(Protocol):
    """Counts what models cost that work for no message of their own."""

    async def count(self, *, tokens: int, cost: float) -> None:
        """Add it to what all mail cost in the day: in tokens, and in the currency of the prices."""
