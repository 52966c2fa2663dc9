"""A database of an older release, with data in it, is brought to the newest schema and keeps what it held."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Column, Connection, MetaData, create_engine, func, select, text
from sqlmodel import SQLModel

from mailagent.domain.case import CaseId
from mailagent.domain.message import MessageId
from mailagent.store.audit import Audit
from mailagent.store.cases import StoredCases
from mailagent.store.database import open_database
from mailagent.store.messages import StoredMessages
from mailagent.store.schema import MIGRATIONS, migrate, newest
from mailagent.store.sending import StoredSending
from mailagent.store.terms import last_start
from mailagent.store.views import Views
from tests.fakes.chain import keys
from tests.servers.postgres import Postgres

WITH_CHAIN = "0011"
AT = datetime(2026, 11, 1, 10, 0)  # noqa: DTZ001 - as it stands in the database
RELEASED = sorted(script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())
"""Every schema that a database may have."""
FIRST = """
INSERT INTO support_case (id, mailbox, customer, customer_name, subject, state, opened_at, automatic_answers,
    acknowledged, escalated) VALUES (7, 'support', 'tom@customer.example', 'Tom', 'Hello', 'answered',
    '2026-11-01 10:00:00', 1, false, false);
INSERT INTO message (id, content_key, mailbox, received_at, size, state, attempts, due_at, case_id, intake, answerable,
    authenticated, sender, sender_name, subject, text, message_id, "references", attachments, reason) VALUES
    (3, 'k', 'support', '2026-11-01 10:00:00', 10, 'handled', 0, '2026-11-01 10:00:00', 7, 'person', false, true,
    'tom@customer.example', 'Tom', 'Hello', 'text', '<1@customer.example>', '[]', '[]', '');
INSERT INTO known_id (hash, case_id) VALUES ('0f5e3cd4e6b3b4f2d3c4', 7);
INSERT INTO log_entry (message_id, case_id, at, entry) VALUES (3, 7, '2026-11-01 10:05:00', '{}')
"""
MAIL = """
INSERT INTO outbox (key, kind, mailbox, recipient, message_id, raw, state, attempts, created_at, due_at, error) VALUES
    (:state, 'answer', 'support', 'tom@customer.example', :state, :raw, :state, 1, '2026-11-01 10:00:00',
    '2026-11-01 10:00:00', '')
"""


@pytest.fixture(name="where", params=["sqlite", "postgresql"])
def _where(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """A database without any table, as `open_database` takes it."""
    if request.param == "sqlite":
        return tmp_path / "mailagent.db"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.create()


def url_of(where: Path | str) -> str:
    """As SQLAlchemy takes it."""
    return f"sqlite:///{where}" if isinstance(where, Path) else where


@contextmanager
def connected(where: Path | str) -> Iterator[Connection]:
    """A transaction."""
    engine = create_engine(url_of(where))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def test_the_migrations_make_the_tables_that_the_code_expects(where: Path | str) -> None:
    """A column that only the code knows fails on every installation but a developer's."""
    migrate(url_of(where))
    migrate(url_of(where))

    with connected(where) as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []


def test_a_folder_with_odd_characters_is_no_obstacle(tmp_path: Path) -> None:
    """A percent sign means something to the migration tool's own configuration."""
    folder = tmp_path / "100% support"
    folder.mkdir()

    migrate(f"sqlite:///{folder / 'new.db'}")


@pytest.mark.parametrize("schema", RELEASED)
async def test_a_database_of_each_release_keeps_its_rows(where: Path | str, schema: str) -> None:
    """Every table has a row, and every row is still there when the newest release has begun to use it."""
    migrate(url_of(where), to=schema)
    with connected(where) as connection:
        before = fill(connection)

    engine, sessions = await open_database(where)
    try:
        assert (await Views(sessions=sessions).status())["oldest_pending"] is None
        async with sessions.begin() as session:
            for statement in (text("UPDATE message SET state = 'ready'"), text("UPDATE outbox SET state = 'sent'")):
                await session.exec(statement)  # type: ignore[call-overload]  # plain SQL
        assert (await Views(sessions=sessions).status())["pending"] == 1
        assert schema >= WITH_CHAIN or (await Audit(sessions=sessions).chain(keys())).broken == ()
    finally:
        await engine.dispose()
    with connected(where) as connection:
        assert count(connection).items() >= {**before, "alembic_version": 1}.items()
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == newest()


async def test_data_of_the_first_schema_is_kept(where: Path | str) -> None:
    """Who had a list's mail then still gets no automatic answer, and a thread finds its copies and its case's age. What
    was being sent may have been sent, and of what was given up people were told.
    """
    migrate(url_of(where), to="0001")
    with connected(where) as connection:
        for statement in FIRST.split(";\n"):
            connection.execute(text(statement))
        for state in ("sending", "failed", "uncertain"):
            connection.execute(text(MAIL), {"state": state, "raw": b"mail"})

    engine, sessions = await open_database(where, keys)
    try:
        message = await StoredMessages(sessions=sessions).get(MessageId(3))
        assert message.caution == "no automatic answer may go to this sender"
        assert (message.copied, message.text) == ((), "text")
        known = StoredMessages(sessions=sessions)
        same = await known.under_id("<1@customer.example>", before=MessageId(9), intake="person")
        assert [found.id for found in same] == [3]
        case = await StoredCases(sessions=sessions).get(CaseId(7))
        assert case.settled_at == datetime(2026, 11, 1, 10, 5, tzinfo=UTC)
        sending, now = StoredSending(sessions=sessions), datetime(2026, 11, 2, tzinfo=UTC)
        await sending.recover(at=now)
        assert await sending.due(at=now, limit=9) == []
        assert [entry.key for entry in await sending.doubtful(at=now, limit=9)] == ["sending"]
        chain = await Audit(sessions=sessions).chain(keys())
        assert (chain.entries, chain.broken) == (2, ())
    finally:
        await engine.dispose()
    with connected(where) as connection:
        assert connection.execute(text("SELECT case_id FROM known_id")).all() == [(7,)]


async def test_an_update_remembers_that_a_schedule_starts_it(where: Path | str) -> None:
    """The update is made between two of its starts; a monitor would call somebody for a daemon that was never there."""
    migrate(url_of(where), to="0013")
    with connected(where) as connection:
        connection.execute(
            text("INSERT INTO term (id, number, token, holder, since) VALUES (1, 1, 'x', :holder, :since)"),
            {"holder": "mailagent run --once, process 7 on host", "since": AT},
        )

    engine, sessions = await open_database(where)
    last = await last_start(sessions)
    await engine.dispose()
    assert last is not None
    assert (last.scheduled, last.since) == (True, AT.replace(tzinfo=UTC))


async def test_a_hold_of_an_older_release_knows_what_had_come(where: Path | str) -> None:
    """Otherwise all mail of before a restore would count as mail that came since."""
    migrate(url_of(where), to="0012")
    with connected(where) as connection:
        fill(connection)

    migrate(url_of(where))

    with connected(where) as connection:
        assert connection.execute(text("SELECT newest FROM hold")).all() == [(1,)]


def fill(connection: Connection) -> Mapping[str, int]:
    """A row in every table, those that others point to first; returns how many rows each has."""
    tables = reflect(connection)
    for table in tables.sorted_tables:
        if table.name != "alembic_version":
            connection.execute(table.insert().values({column.name: value(column) for column in table.columns}))
    return count(connection)


def value(column: Column[Any]) -> object:
    """Anything that fits; 1 is every row's number, and so every pointer's."""
    if isinstance(column.type, JSON):
        return {} if column.name in {"entry", "graph_state"} else []
    return {int: 1, str: "x", bool: False, bytes: b"x", float: 1.0, datetime: AT}[column.type.python_type]


def count(connection: Connection) -> Mapping[str, int]:
    """Rows by table."""
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in reflect(connection).sorted_tables
    }


def reflect(connection: Connection) -> MetaData:
    """The tables as they are."""
    found = MetaData()
    found.reflect(connection)
    return found
