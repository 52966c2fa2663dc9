"""What commands open: views of the data, the articles, the graph to try mails with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from mailagent.adapters.clock import SystemClock
from mailagent.adapters.knowledge import KnowledgeFolder
from mailagent.adapters.templates import JinjaTemplates
from mailagent.errors import ConfigurationError
from mailagent.ports import Holds
from mailagent.settings import Settings
from mailagent.store.audit import Audit
from mailagent.store.database import open_database
from mailagent.store.figures import Figures
from mailagent.store.holds import StoredHolds
from mailagent.store.lessons import Lessons
from mailagent.store.meter import StoredMeter
from mailagent.store.vectors import StoredVectors
from mailagent.store.views import Views
from mailagent.triage.engine import Engine
from mailagent.wiring.knowledge import knowledge_in
from mailagent.wiring.triage import build_engine

DATABASE = "mailagent.db"


@asynccontextmanager
async def open_knowledge(settings: Settings) -> AsyncIterator[KnowledgeFolder]:
    """The articles, searched as the daemon does it. Vectors that are missing are made and stored first; where that
    fails, the log says so.
    """
    if settings.model.embeddings is None:
        yield KnowledgeFolder(settings.path(settings.knowledge_dir), clock=SystemClock())
        return
    clock = SystemClock()
    engine, sessions = await open_database(place_of(settings))
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


@asynccontextmanager
async def open_audit(settings: Settings) -> AsyncIterator[Audit]:
    """What looks for broken promises; see `open_views`."""
    async with open_views(settings) as views:
        yield Audit(sessions=views.sessions)


@asynccontextmanager
async def open_figures(settings: Settings) -> AsyncIterator[Figures]:
    """What is counted for monitoring; see `open_views`."""
    async with open_views(settings) as views:
        yield Figures(sessions=views.sessions)


@asynccontextmanager
async def open_holds(settings: Settings) -> AsyncIterator[Holds]:
    """Whether anything is sent; see `open_views`."""
    async with open_views(settings) as views:
        yield StoredHolds(sessions=views.sessions)


@asynccontextmanager
async def open_lessons(settings: Settings) -> AsyncIterator[Lessons]:
    """What reviewers taught; see `open_views`."""
    async with open_views(settings) as views:
        yield Lessons(sessions=views.sessions)


@asynccontextmanager
async def open_views(settings: Settings) -> AsyncIterator[Views]:
    """What the database tells, also while the daemon runs. Raises `ConfigurationError` before its first start."""
    where = place_of(settings)
    if isinstance(where, Path) and not where.exists():
        raise ConfigurationError(f"{where}: there is no data yet; start the daemon with 'mailagent run'", exit_code=75)
    engine, sessions = await open_database(where)
    try:
        yield Views(sessions=sessions)
    finally:
        await engine.dispose()


def place_of(settings: Settings) -> Path | str:
    """The database as `open_database` takes it: the address of a server's, or a file."""
    return settings.database_url.get_secret_value() or settings.path(settings.data_dir) / DATABASE
