"""Opening a database, and what its drivers' errors become."""

import asyncio
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlmodel import text

from mailagent.cli.check import check_all
from mailagent.errors import ConfigurationError, TemporaryError
from mailagent.settings import load_settings
from mailagent.store.database import Sessions, open_database
from mailagent.store.failures import told_apart
from mailagent.store.health import StoredHealth
from mailagent.store.views import Views
from tests.servers.postgres import PASSWORD, Postgres
from tests.shop import SHOP

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
COUNT = text("SELECT count(*) FROM health")


async def names(sessions: Sessions) -> list[object]:
    """What `status` lists as outside."""
    outside = (await Views(sessions=sessions).status())["outside"]
    assert isinstance(outside, list)
    return [row["name"] for row in outside]


# --- transactions -----------------------------------------------------------------------------------------------------


async def test_a_reader_waits_for_no_writer_and_sees_nothing_half_done(database: Path | str) -> None:
    """An operator asks for the status while the daemon works."""
    engine, sessions = await open_database(database)
    health = StoredHealth(sessions=sessions)
    await health.worked("first", at=AT)
    async with sessions.begin() as writing:
        await writing.exec(text("DELETE FROM health"))  # type: ignore[call-overload]  # plain SQL
        assert await names(sessions) == ["first"]
    assert await names(sessions) == []
    await engine.dispose()


async def test_a_writer_waits_for_the_one_before_it(database: Path | str) -> None:
    """What was read is still so when it is written: of two that look for a free number, one finds it taken."""
    engine, sessions = await open_database(database)

    async def add_the_next() -> None:
        async with sessions.begin() as session:
            (count,) = (await session.exec(COUNT)).one()  # type: ignore[call-overload]  # plain SQL
            row = f"INSERT INTO health VALUES ('{count}', true, '', '2026-11-21 12:00:00', NULL)"  # noqa: S608 - ours
            await session.exec(text(row))  # type: ignore[call-overload]

    await asyncio.gather(*(add_the_next() for _ in range(8)))

    assert await names(sessions) == [str(number) for number in range(8)]
    await engine.dispose()


async def test_odd_characters_do_not_keep_a_row_from_being_written(database: Path | str) -> None:
    """A server may say anything; what it said is looked up when it fails."""
    engine, sessions = await open_database(database)
    await StoredHealth(sessions=sessions).failed("imap:support", "a\0b \ud800 c", at=AT)
    outside = (await Views(sessions=sessions).status())["outside"]

    assert isinstance(outside, list)
    assert outside[0]["detail"] == "a\N{REPLACEMENT CHARACTER}b \N{REPLACEMENT CHARACTER} c"
    await engine.dispose()


# --- errors that pass -------------------------------------------------------------------------------------------------


def test_a_busy_or_full_disk_database_is_tried_again(tmp_path: Path) -> None:
    """Counted as a bug, three of them would set good mail aside."""
    file = tmp_path / "x.db"
    with closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as one:
        one.execute("CREATE TABLE t (x)")
        one.execute("BEGIN IMMEDIATE")
        with (
            closing(sqlite3.connect(file, timeout=0)) as other,
            pytest.raises(TemporaryError, match="locked"),
            told_apart(),
        ):
            other.execute("INSERT INTO t VALUES (1)")
        one.execute("ROLLBACK")
        one.execute("PRAGMA max_page_count=2")
        with pytest.raises(TemporaryError, match="full"), told_apart():
            one.execute("INSERT INTO t VALUES (zeroblob(100000))")


def test_a_mistake_in_a_statement_is_no_error_that_passes() -> None:
    """It would be tried for ever, and nobody would be told."""
    with closing(sqlite3.connect(":memory:")) as one, pytest.raises(sqlite3.OperationalError), told_apart():
        one.execute("SELECT nothing")


async def test_a_server_that_restarts_is_waited_for(postgres: Postgres) -> None:
    """The daemon goes on where it was, without a restart of its own."""
    address = postgres.create()
    engine, sessions = await open_database(address)
    health = StoredHealth(sessions=sessions)
    await health.worked("before", at=AT)

    postgres.stop(how="immediate")
    with pytest.raises(TemporaryError, match="the database"):
        await health.worked("lost", at=AT)
    with pytest.raises(TemporaryError, match="the database"):
        await open_database(address)
    postgres.start()

    await health.worked("after", at=AT)
    assert await names(sessions) == ["after", "before"]
    await engine.dispose()


async def test_a_connection_that_breaks_in_a_transaction_writes_nothing(postgres: Postgres) -> None:
    """Half a case would be worse than none."""
    address = postgres.create()
    engine, sessions = await open_database(address)

    async def write_half() -> None:
        async with sessions.begin() as session:
            await session.exec(text("INSERT INTO health VALUES ('half', true, '', now(), NULL)"))  # type: ignore[call-overload]
            postgres.cut_off(address)

    with pytest.raises(TemporaryError):
        await write_half()

    assert await names(sessions) == []
    await engine.dispose()


# --- what an admin must see to ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["mysql://root:hunter2@localhost/x", "postgresql://root:hunter2@localhost", "hunter2"],
    ids=["another kind", "no database", "no address"],
)
async def test_an_address_of_something_else_is_refused_without_its_password(address: str) -> None:
    """What is printed ends in logs."""
    with pytest.raises(ConfigurationError, match="database_url: error: not the address") as told:
        await open_database(address)

    assert "hunter2" not in str(told.value)


def test_the_password_is_not_shown_where_settings_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """A traceback, or a line that somebody adds while looking for a fault, prints them whole."""
    monkeypatch.setenv("MAILAGENT__DATABASE_URL", "postgresql://root:hunter2@localhost/x")

    assert "hunter2" not in repr(load_settings(SHOP / "config"))


def test_check_finds_such_an_address(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Before the daemon is started with it."""
    monkeypatch.setenv("MAILAGENT_SUPPORT_PASSWORD", "pass")
    monkeypatch.setenv("MAILAGENT__DATABASE_URL", "mysql://root:hunter2@localhost/x")

    assert check_all(SHOP / "config") == 78

    assert "database_url: error: not the address" in capsys.readouterr().err


@pytest.mark.parametrize("change", [("mailagent:", "nobody:"), (PASSWORD, "hunter2"), ("/postgres", "/nothing")])
async def test_a_server_that_lets_us_not_in_needs_an_admin(postgres: Postgres, change: tuple[str, str]) -> None:
    """To try again would not help, and the password is not shown."""
    with pytest.raises(ConfigurationError, match="PostgreSQL refused: connection failed") as told:
        await open_database(postgres.url().replace(*change))

    assert change[1] not in str(told.value) or change[1] in {"nobody:", "/nothing"}


async def test_a_user_who_may_make_no_tables_needs_an_admin(postgres: Postgres) -> None:
    """The default since PostgreSQL 15: an owner of the database may, another user may not."""
    address = postgres.create()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE ROLE guest LOGIN PASSWORD 'guest'")

    with pytest.raises(ConfigurationError, match=r"permission denied for schema public.*make tables"):
        await open_database(address.replace(f"mailagent:{PASSWORD}", "guest:guest"))


async def test_without_the_driver_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an optional extra."""
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(ConfigurationError, match=r"install mailagent\[postgresql\]"):
        await open_database("postgresql://mailagent@localhost/mailagent")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_database_of_a_newer_release_is_left_alone(kind: str, tmp_path: Path, postgres: Postgres) -> None:
    """An older release would write rows that the newer one does not expect."""
    where = tmp_path / "mailagent.db" if kind == "sqlite" else postgres.create()
    engine, sessions = await open_database(where)
    async with sessions.begin() as session:
        await session.exec(text("UPDATE alembic_version SET version_num = '9999'"))  # type: ignore[call-overload]
    await engine.dispose()

    with pytest.raises(ConfigurationError, match="schema 9999 of a newer mailagent"):
        await open_database(where)
