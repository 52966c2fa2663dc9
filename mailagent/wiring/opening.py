"""What commands look at: the data, while the daemon runs or not."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache, partial
from pathlib import Path

from mailagent.adapters.signing_keys import chain_keys
from mailagent.domain.chain import ChainKeys
from mailagent.errors import ConfigurationError
from mailagent.ports import Holds
from mailagent.settings import Settings
from mailagent.store.audit import Audit
from mailagent.store.database import Sessions, open_database
from mailagent.store.figures import Figures
from mailagent.store.holds import StoredHolds
from mailagent.store.lessons import Lessons
from mailagent.store.views import Views
from mailagent.store.vitals import StoredVitals

DATABASE = "mailagent.db"


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
    engine, sessions = await open_database(where, chain_keys_of(settings))
    try:
        yield Views(sessions=sessions)
    finally:
        await engine.dispose()


def chain_keys_of(settings: Settings) -> ChainKeys:
    """The keys that seal the chain, read or made when they are needed."""
    return cache(partial(chain_keys, settings.path(settings.data_dir)))


def place_of(settings: Settings) -> Path | str:
    """The database as `open_database` takes it: the address of a server's, or a file."""
    return settings.database_url.get_secret_value() or settings.path(settings.data_dir) / DATABASE


def vitals_of(settings: Settings, sessions: Sessions) -> StoredVitals:
    """What the store tells of the configured mailboxes."""
    mailboxes = {row.name: timedelta(seconds=row.poll_seconds) for row in settings.mailbox}
    return StoredVitals(sessions=sessions, mailboxes=mailboxes, budget=settings.budget())


def free_bytes(settings: Settings) -> int:
    """What the disk of the data folder has left, also before there is one."""
    folder = settings.path(settings.data_dir).absolute()
    return shutil.disk_usage(next(place for place in (folder, *folder.parents) if place.exists())).free
