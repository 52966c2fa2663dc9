"""Two daemons would answer the same mail: the second is refused, on one data folder and on one database."""

import fcntl
import os
import sys
from pathlib import Path

import psycopg
import pytest

from mailagent.__main__ import main
from mailagent.errors import ConfigurationError
from mailagent.store.postgresql import libpq_address
from mailagent.wiring.lock import hold, is_running, only_daemon
from mailagent.wiring.postgresql import OneDaemon
from tests.servers.postgres import Postgres
from tests.shop import SHOP


async def test_a_second_daemon_on_the_same_database_is_refused(tmp_path: Path, postgres: Postgres) -> None:
    """On another machine its data folder is another: the database itself says who works with it."""
    address = postgres.create()
    async with only_daemon(tmp_path / "one", address):
        with pytest.raises(ConfigurationError, match=f"another daemon.*process {os.getpid()}") as refused:
            await only_daemon(tmp_path / "two", address).__aenter__()

    assert refused.value.exit_code == 75
    async with only_daemon(tmp_path / "two", address):
        pass


async def test_a_daemon_on_another_machine_is_seen(tmp_path: Path, postgres: Postgres) -> None:
    """``status`` is asked wherever somebody sits; its data folder there has no lock."""
    address = postgres.create()
    async with only_daemon(tmp_path / "one", address):
        assert await is_running(tmp_path / "two", address)
    assert not await is_running(tmp_path / "two", address)


def test_a_daemon_starts_while_somebody_looks_whether_it_runs(tmp_path: Path) -> None:
    """The container's health check has the lock for a moment; a daemon that ended for it would be restarted for
    nothing.
    """
    os.close(hold(tmp_path))
    look = os.open(tmp_path / "lock", os.O_RDONLY)
    fcntl.flock(look, fcntl.LOCK_SH)

    os.close(hold(tmp_path, pause=lambda _: os.close(look)))


async def test_a_lock_that_was_lost_is_taken_again(postgres: Postgres) -> None:
    """The database was restarted; while nobody else works with it, the daemon goes on."""
    address = postgres.create()
    ours, other = (OneDaemon(address=libpq_address(address)) for _ in range(2))
    await ours.take()
    postgres.cut_off(address)

    await ours.look()

    with pytest.raises(ConfigurationError):
        await other.take()
    for lock in (ours, other):
        await lock.release()


async def test_a_server_that_lets_us_not_in_for_a_moment_ends_nothing(postgres: Postgres) -> None:
    """One that takes over from another refuses logins until it has its users; nobody restarts a daemon that says that
    its configuration is wrong.
    """
    address = postgres.create()
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute("CREATE ROLE stranded LOGIN PASSWORD 'larkfield'")
        ours = OneDaemon(address=libpq_address(address).replace("mailagent:", "stranded:"))
        await ours.take()
        admin.execute("ALTER ROLE stranded NOLOGIN")
        postgres.cut_off(address)
        await ours.look()

        admin.execute("ALTER ROLE stranded LOGIN")
        await ours.look()

        other = OneDaemon(address=libpq_address(address))
        with pytest.raises(ConfigurationError, match="another daemon"):
            await other.take()
        for lock in (ours, other):
            await lock.release()
        admin.execute("DROP ROLE stranded")


async def test_a_lock_that_another_daemon_has_by_now_ends_ours(postgres: Postgres) -> None:
    """It took over while the database was away for us; to go on would be two on one mailbox."""
    address = postgres.create()
    ours, other = (OneDaemon(address=libpq_address(address)) for _ in range(2))
    await ours.take()
    postgres.cut_off(address)
    await other.take()

    with pytest.raises(ConfigurationError, match="another daemon"):
        await ours.look()
    for lock in (ours, other):
        await lock.release()


def test_a_database_that_is_away_is_told_in_a_line(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Whoever starts the daemon again and again needs an exit code that says so, and no traceback."""
    monkeypatch.setenv("MAILAGENT__DATABASE_URL", postgres.url().replace(f":{postgres.port}/", ":9/"))
    monkeypatch.setenv("MAILAGENT__DATA_DIR", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["mailagent", "status", "--config", str(SHOP / "config")])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 75
    assert "Connection refused" in capsys.readouterr().err
