"""What commands try mails with: the articles, and the graph."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mailagent.adapters.clock import SystemClock
from mailagent.adapters.knowledge import KnowledgeFolder
from mailagent.adapters.templates import JinjaTemplates
from mailagent.settings import Settings
from mailagent.store.database import open_database
from mailagent.store.meter import StoredMeter
from mailagent.store.vectors import StoredVectors
from mailagent.triage.engine import Engine
from mailagent.wiring.knowledge import knowledge_in
from mailagent.wiring.opening import chain_keys_of, place_of
from mailagent.wiring.triage import build_engine


@asynccontextmanager
async def open_knowledge(settings: Settings) -> AsyncIterator[KnowledgeFolder]:
    """The articles, searched as the daemon does it. Vectors that are missing are made and stored first; where that
    fails, the log says so.
    """
    if settings.model.embeddings is None:
        yield KnowledgeFolder(settings.path(settings.knowledge_dir), clock=SystemClock())
        return
    clock = SystemClock()
    engine, sessions = await open_database(place_of(settings), chain_keys_of(settings))
    vectors, meter = StoredVectors(sessions=sessions), StoredMeter(sessions=sessions, clock=clock)
    try:
        async with knowledge_in(settings, clock, vectors, meter) as knowledge:
            await knowledge.catch_up()
            yield knowledge
    finally:
        await engine.dispose()


@asynccontextmanager
async def open_trial(settings: Settings) -> AsyncIterator[Engine]:
    """The graph to try mails with: of these nothing is stored or sent."""
    templates = JinjaTemplates(settings.path(settings.templates_dir))
    async with open_knowledge(settings) as knowledge:
        yield build_engine(settings, SystemClock(), templates, knowledge)
