"""The vectors of articles. See `ports.Vectors`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlmodel import col, delete, select

from mailagent.ports import Vector
from mailagent.store.database import Sessions
from mailagent.store.tables import ArticleVectorRow

AT_ONCE = 500
"""Keys in one statement; SQLite takes no more than some thousand values."""


@dataclass(frozen=True, kw_only=True)
class StoredVectors:
    """See `ports.Vectors`."""

    sessions: Sessions

    async def get(self, model: str, keys: Collection[str]) -> dict[str, Vector]:
        """See `ports.Vectors`."""
        found: dict[str, Vector] = {}
        for some in _groups(keys):
            async with self.sessions.read() as session:
                rows = await session.exec(
                    select(ArticleVectorRow.key, ArticleVectorRow.vector).where(
                        ArticleVectorRow.model == model, col(ArticleVectorRow.key).in_(some)
                    )
                )
                found |= {key: Vector(vector) for key, vector in rows}
        return found

    async def put(self, model: str, vectors: Mapping[str, Vector]) -> None:
        """See `ports.Vectors`."""
        async with self.sessions.begin() as session:
            for key, vector in vectors.items():
                await session.merge(ArticleVectorRow(model=model, key=key, vector=vector))

    async def keep_only(self, model: str, keys: Collection[str]) -> None:
        """See `ports.Vectors`."""
        wanted = frozenset(keys)
        async with self.sessions.begin() as session:
            await session.exec(delete(ArticleVectorRow).where(col(ArticleVectorRow.model) != model))
            stored = await session.exec(select(ArticleVectorRow.key))
            for some in _groups([key for key in stored if key not in wanted]):
                await session.exec(delete(ArticleVectorRow).where(col(ArticleVectorRow.key).in_(some)))


def _groups(keys: Collection[str]) -> list[list[str]]:
    listed = list(keys)
    return [listed[start : start + AT_ONCE] for start in range(0, len(listed), AT_ONCE)]
