"""The articles, searched by words and, where ``[embeddings]`` is configured, by meaning."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from mailagent.adapters.knowledge import KnowledgeFolder
from mailagent.adapters.openai_model import EmbedderSettings, OpenAiEmbedder
from mailagent.adapters.secrets import read_secret
from mailagent.errors import ConfigurationError
from mailagent.ports import Clock, Health, Meter, Vectors
from mailagent.settings import Settings
from mailagent.wiring.triage import OPENAI


def build_embedder(settings: Settings, *, meter: Meter | None = None) -> OpenAiEmbedder | None:
    """The server of ``[embeddings]``; None without that table.

    Raises `ConfigurationError` without its secret, and without numpy, which compares what it makes.
    """
    chosen = settings.model.embeddings
    if chosen is None:
        return None
    key = f"{settings.file('model')}: embeddings"
    try:
        import numpy  # noqa: F401, ICN001, PLC0415 (an optional extra)
    except ImportError as error:
        raise ConfigurationError(
            f"{key}: a search by meaning needs numpy: install mailagent[vectors], or remove the table [embeddings]"
        ) from error
    price = settings.model.prices.get(chosen.model)
    return OpenAiEmbedder(
        EmbedderSettings(
            base_url=chosen.base_url or OPENAI,
            api_key=read_secret(chosen.secret, key=f"{key}: secret") if chosen.secret else "",
            model=chosen.model,
            price=price.input if price else 0.0,
        ),
        meter=meter,
    )


@asynccontextmanager
async def knowledge_in(
    settings: Settings, clock: Clock, vectors: Vectors, meter: Meter, health: Health | None = None
) -> AsyncIterator[KnowledgeFolder]:
    """The articles of the configured folder. Raises `ConfigurationError` when one cannot be used."""
    folder, embedder = settings.path(settings.knowledge_dir), build_embedder(settings, meter=meter)
    if embedder is None or settings.model.embeddings is None:
        yield KnowledgeFolder(folder, clock=clock, health=health)
        return
    from mailagent.adapters.knowledge.meaning import Meaning  # noqa: PLC0415 (needs numpy)

    least_similar = settings.model.embeddings.least_similar
    meaning = Meaning(embedder, vectors, least_similar=least_similar, clock=clock, health=health)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(embedder.close)
        stack.push_async_callback(meaning.close)
        yield KnowledgeFolder(folder, clock=clock, meaning=meaning, health=health)
