"""The servers that tests share, and how many examples hypothesis tries."""

import gc
import itertools
import os
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

import tests.servers.statements  # noqa: F401 - what it listens for
from mailagent.adapters.imap import ImapAccount, ImapMailbox
from mailagent.domain.message import RawMail
from tests.jobs.lived import Lived
from tests.servers.certificate import Certificate, make_certificate
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.postgres import Postgres
from tests.servers.scripted_imap import ScriptedImap
from tests.servers.smtp import SmtpServer

Open = Callable[..., ImapMailbox]
"""``open_mailbox(server, key=value)``; the keys are those of `ImapAccount`, `size_limit` and `renew_idle`."""
DATABASES = ("sqlite", "postgresql")
numbers = itertools.count(1)

settings.register_profile("everyday", max_examples=150, deadline=None, derandomize=True)
settings.register_profile("nightly", max_examples=20_000, deadline=None)
settings.load_profile("everyday")  # the same examples every time: 'make test' does not fail by chance


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ours."""
    parser.addoption("--both-databases", action="store_true", help="run the tests of jobs on both databases")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: many tests wait for a server, or for a daemon that starts."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    """What was imported stays: to look through it for garbage again and again takes a twentieth of the time."""
    gc.collect()
    gc.freeze()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests that take `database_server` run on both databases. Those of jobs, also of jobs that die, run on one, chosen
    by name, where both are not asked for: each job has tests on each.
    """
    if "database_server" in metafunc.fixturenames:
        of_jobs = {"jobs", "crash"} & {*metafunc.definition.path.parts}
        on_one = of_jobs and not metafunc.config.getoption("--both-databases")
        chosen = zlib.crc32(metafunc.function.__name__.encode()) % 2
        metafunc.parametrize("database_server", DATABASES[chosen : chosen + 1] if on_one else DATABASES, indirect=True)


async def fetch_all(mailbox: ImapMailbox, uids: Sequence[int]) -> list[RawMail]:
    """The mails of all groups."""
    return [mail async for group in mailbox.fetch(uids) for mail in group]


@pytest.fixture(autouse=True)
def _logs_as_at_the_start() -> Iterator[None]:
    """A command that ran in this process logs to a stream that is closed after it."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A real IMAP server, for every test with its own user names."""
    with Dovecot() as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL, with a database for the tests that take turns in one."""
    with Postgres() as server:
        server.create("store")
        yield server


@pytest.fixture
def database_server(request: pytest.FixtureRequest) -> str | None:
    """The database of a test: None for a file, or the address of an empty one on a server. See `DATABASES`."""
    if request.param == "sqlite":
        return None
    postgres: Postgres = request.getfixturevalue("postgres")
    postgres.empty("store")
    return postgres.url("store")


@pytest.fixture
def database(database_server: str | None, tmp_path: Path) -> Path | str:
    """The same as `open_database` takes it."""
    return database_server or tmp_path / "data" / "mailagent.db"


@pytest.fixture
def lived(
    request: pytest.FixtureRequest,
    database_server: str | None,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Lived:
    """On the test's database."""
    postgres = request.getfixturevalue("postgres") if database_server else None
    return Lived(folder=tmp_path, folders=tmp_path_factory, postgres=postgres)


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """A real SMTP server that does as its script says."""
    with SmtpServer() as server:
        yield server


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A self-signed certificate for localhost."""
    folder: Path = tmp_path_factory.mktemp("certificate")
    return make_certificate(folder)


@pytest.fixture
def user() -> str:
    """A mail user whom no other test has."""
    return f"user{next(numbers)}"


@pytest.fixture
async def open_mailbox(dovecot: Dovecot, user: str) -> AsyncIterator[Open]:
    """Opens mailboxes of `user`, on `dovecot` unless told otherwise; closes them after the test."""
    opened: list[ImapMailbox] = []

    def make(
        server: Dovecot | ScriptedImap = dovecot,
        *,
        size_limit: int = 30_000_000,
        renew_idle: float = 540,
        **changes: object,
    ) -> ImapMailbox:
        values: dict[str, object] = {
            "name": "support",
            "host": server.host,
            "port": server.port,
            "security": "none",
            "user": user,
            "password": PASSWORD,
            "folder": "INBOX",
            "move_to": None,
        }
        account = ImapAccount(**{**values, **changes})  # type: ignore[arg-type]  # each test gives the right ones
        opened.append(ImapMailbox(account, size_limit=size_limit, renew_idle=renew_idle))
        return opened[-1]

    yield make
    for mailbox in opened:
        await mailbox.close()
