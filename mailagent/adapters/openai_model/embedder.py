"""Any OpenAI-compatible server as the maker of vectors, through the openai client.

langchain-openai's class for it cuts texts with a tokenizer that it downloads, and sends token numbers that other
servers do not know. Texts are sent as they are; each `embed` is one request, tried again by the client while there is
time.
"""

import asyncio
import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mailagent.adapters.openai_model.errors import translated
from mailagent.errors import PermanentError, TemporaryError
from mailagent.ports import Meter, Vector

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types import CreateEmbeddingResponse

MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedderSettings:
    """`api_key` may be empty. The client tries `max_retries` times more when the server is busy. `price` is what a
    million tokens cost.
    """

    base_url: str
    api_key: str = field(repr=False)
    model: str
    max_retries: int = 2
    price: float = 0.0


class OpenAiEmbedder:
    """See `Embedder`. What the server says that it used goes to `meter`."""

    def __init__(self, settings: EmbedderSettings, *, meter: Meter | None = None) -> None:
        self.model = settings.model
        self._settings = settings
        self._meter = meter
        self._building = asyncio.Lock()
        self._client: AsyncOpenAI | None = None

    async def embed(self, texts: Sequence[str], *, seconds: float) -> list[Vector]:
        """See `Embedder`."""
        client = await self._ready()
        try:
            async with asyncio.timeout(seconds):
                # named, for the client's own choice is a packed form that few other servers know
                answer = await client.embeddings.create(model=self.model, input=list(texts), encoding_format="float")
            await self._count(answer)
            rows = {row.index: row.embedding for row in answer.data}
            vectors = [_of_length_one(rows[number]) for number in range(len(texts))]
        except TimeoutError as error:
            raise TemporaryError(f"the embeddings server did not answer within {seconds:.0f} s") from error
        except Exception as error:
            raise translated(error, self._settings.api_key, under=" under [embeddings]", models="model") from error
        if len({len(vector) for vector in vectors}) > 1:
            raise PermanentError("the embeddings server gave vectors of several widths")
        return vectors

    async def _count(self, answer: "CreateEmbeddingResponse") -> None:
        """Some servers leave out what they used."""
        usage = getattr(answer, "usage", None)
        if self._meter is not None and usage is not None:
            tokens = usage.total_tokens
            await self._meter.count(tokens=tokens, cost=tokens * self._settings.price / MILLION)

    async def _ready(self) -> "AsyncOpenAI":
        async with self._building:
            if self._client is None:
                self._client = await asyncio.to_thread(_build, self._settings)
            return self._client

    async def close(self) -> None:
        """End its connections."""
        if self._client is not None:
            await self._client.close()


def _build(settings: EmbedderSettings) -> "AsyncOpenAI":
    """Blocking, a second the first time."""
    from openai import AsyncOpenAI  # noqa: PLC0415 (slow)

    return AsyncOpenAI(
        base_url=settings.base_url, api_key=settings.api_key or "unused", max_retries=settings.max_retries
    )


def _of_length_one(numbers: Sequence[float]) -> Vector:
    """Raises `ValueError` where there is none: for no numbers, for zeros, and for what is no number."""
    length = math.hypot(*numbers)
    if not (length > 0 and math.isfinite(length)):
        raise ValueError("this vector has no direction")
    return Vector(array("f", (number / length for number in numbers)).tobytes())
