"""What commands look at: the data, while the daemon runs or not."""

import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache, partial
from pathlib import Path

from mailagent.adapters.signing_keys import FILE, read_chain_keys, read_keys, signing_keys
from mailagent.domain.chain import ChainKey, ChainKeys
from mailagent.errors import TRY_AGAIN, ConfigurationError
from mailagent.ports import Holds
from mailagent.settings import Settings
from mailagent.store.audit import Audit
from mailagent.store.chain import is_sealed
from mailagent.store.database import Sessions, open_database
from mailagent.store.figures import Figures
from mailagent.store.holds import StoredHolds
from mailagent.store.lessons import Lessons
from mailagent.store.views import Views
from mailagent.store.vitals import StoredVitals
from mailagent.wiring.lock import LOCK

DATABASE = "mailagent.db"
LOST = (
    "{}: error: the keys that sealed this database are not there: put the file back from your backup, before anything"
    " else. Where it is lost for good, 'mailagent keys --rotate' makes another; then reviewers cannot answer what they"
    " hold, and what was sealed before cannot be checked"
)


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
    """What the database tells, also while the daemon runs. Raises `ConfigurationError` before its first start, and
    where its schema is not that of this release: who only looks changes none.
    """
    where = place_of(settings)
    expect_data(where)
    engine, sessions = await open_database(where, chain_keys_of(settings), migrates=False)
    try:
        yield Views(sessions=sessions)
    finally:
        await engine.dispose()


def chain_keys_of(settings: Settings) -> ChainKeys:
    """The keys that seal the chain, read when they are needed. Raises `ConfigurationError` where there are none."""

    def read() -> Sequence[ChainKey]:
        data_dir = settings.path(settings.data_dir)
        found = read_chain_keys(data_dir)
        if not found:
            raise ConfigurationError(LOST.format(data_dir / FILE))
        return found

    return cache(read)


async def make_keys_once(settings: Settings, sessions: Sessions) -> None:
    """Make the keys of a new installation. Raises `ConfigurationError` where there were some and they are lost: new
    ones in their place would end every open question, and hide that nobody can check the chain.
    """
    data_dir = settings.path(settings.data_dir)
    if read_keys(data_dir):
        return
    async with sessions.read() as session:
        if await is_sealed(session):
            raise ConfigurationError(LOST.format(data_dir / FILE))
    signing_keys(data_dir)
    started = (data_dir / LOCK).stat().st_mtime_ns
    os.utime(data_dir / FILE, ns=(started, started))  # or it would seem changed since, see `changed_since_start`


def missing_keys(settings: Settings) -> str:
    """What to do about keys that are not there, or cannot be read, where there were some; empty for whole ones, and on
    a machine on which no daemon ever ran: where the database is a server's, somebody may look from any.
    """
    data_dir = settings.path(settings.data_dir)
    if isinstance(place_of(settings), str) and not (data_dir / LOCK).exists():
        return ""
    try:
        return "" if read_keys(data_dir) else LOST.format(data_dir / FILE)
    except ConfigurationError as error:
        return str(error)


async def lost_keys(settings: Settings) -> str:
    """The same, empty also where there never were any. Raises `TemporaryError`, and `ConfigurationError` for a database
    that cannot be opened.
    """
    if not (lost := missing_keys(settings)):
        return ""
    try:
        async with open_views(settings) as views, views.sessions.read() as session:
            return lost if await is_sealed(session) else ""
    except ConfigurationError as error:
        if error.exit_code != TRY_AGAIN:
            raise
        return ""  # there is no data, or none of this release: its first start tells


def place_of(settings: Settings) -> Path | str:
    """The database as `open_database` takes it: the address of a server's, or a file."""
    return settings.database_url.get_secret_value() or settings.path(settings.data_dir) / DATABASE


def expect_data(where: Path | str) -> None:
    """Raises `ConfigurationError` before the first start. Of one on a server, opening it tells."""
    if isinstance(where, Path) and not where.exists():
        raise ConfigurationError(
            f"{where}: there is no data yet; start the daemon with 'mailagent run'", exit_code=TRY_AGAIN
        )


def vitals_of(settings: Settings, sessions: Sessions) -> StoredVitals:
    """What the store tells of the configured mailboxes."""
    mailboxes = {row.name: timedelta(seconds=row.poll_seconds) for row in settings.mailbox}
    return StoredVitals(
        sessions=sessions,
        mailboxes=mailboxes,
        budget=settings.budget(),
        missing_keys=partial(missing_keys, settings),
    )


def free_bytes(settings: Settings) -> int:
    """What the disk of the data folder has left, also before there is one."""
    folder = settings.path(settings.data_dir).absolute()
    return shutil.disk_usage(next(place for place in (folder, *folder.parents) if place.exists())).free
