"""A world whose daemons are quick to start: one article, and a database that has its schema."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from mailagent.store.database import open_database
from tests.acceptance.world import World
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer
from tests.shop import SHOP

MEMORY = Path("/dev/shm")  # noqa: S108 - with a name of its own below it
ARTICLE = Path("knowledge") / "billing" / "payment-methods.md"


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database without any mail."""
    path = tmp_path_factory.mktemp("empty") / "mailagent.db"

    async def make() -> None:
        engine, _ = await open_database(path)
        await engine.dispose()

    asyncio.run(make())
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is such a place: what a killed process has written stays there too, and nobody waits for a
    disk.
    """
    if not MEMORY.is_dir():
        yield tmp_path
        return
    with TemporaryDirectory(dir=MEMORY, prefix="mailagent-crash-") as path:
        yield Path(path)


@pytest.fixture
def world(dovecot: Dovecot, smtp_server: SmtpServer, user: str, empty_database: Path, folder: Path) -> World:
    """Its daemons are started by the tests."""
    made = World(dovecot=dovecot, smtp=smtp_server, user=user, folder=folder)
    (folder / "knowledge").unlink()
    for source, target in ((SHOP / ARTICLE, ARTICLE), (empty_database, Path("data") / "mailagent.db")):
        (folder / target).parent.mkdir(parents=True)
        shutil.copy(source, folder / target)
    return made
