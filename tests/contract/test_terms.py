"""A daemon that was replaced while it slept writes and sends nothing any more, whatever lock it believes to have."""

import asyncio
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
import structlog
from sqlalchemy.exc import DatabaseError

from mailagent.domain.outgoing import NewOutboxEntry, OutboxEntry
from mailagent.errors import ConfigurationError, TemporaryError
from mailagent.ports import Hold
from mailagent.store.database import Sessions, open_database
from mailagent.store.holds import StoredHolds
from mailagent.store.outbox import StoredOutbox
from mailagent.store.sending import StoredSending
from mailagent.store.terms import begin_term
from tests.fakes.chain import keys

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
LIMIT = 20.0
"""Seconds; it takes less than one."""


def letter(key: str) -> NewOutboxEntry:
    """A mail to a customer."""
    return NewOutboxEntry(
        key=key,
        kind="answer",
        mailbox="support",
        case_id=None,
        recipient="tom@customer.example",
        message_id=f"<{key}@example.com>",
        raw=b"Hello Tom.",
    )


async def due(sessions: Sessions) -> list[OutboxEntry]:
    """What may be sent."""
    return await StoredSending(sessions=sessions).due(at=AT, limit=9)


async def test_whoever_was_replaced_writes_nothing(database: Path | str) -> None:
    """It was paused with a mail in hand, which its successor sends: it may neither write the dot nor anything else."""
    engine, sessions = await open_database(database, keys)
    first, _ = await begin_term(sessions, database, program="the first")
    await StoredOutbox(sessions=first).write([letter("1")], at=AT)
    (entry,) = await due(first)
    assert await StoredSending(sessions=first).claim(entry)

    second, _ = await begin_term(sessions, database, program="the second")

    for write in (
        StoredSending(sessions=first).eod(entry),
        StoredSending(sessions=first).recover(at=AT),
        StoredOutbox(sessions=first).write([letter("2")], at=AT),
    ):
        with pytest.raises(ConfigurationError, match=r"the second, process .* took the data over at 20") as ended:
            await write
        assert ended.value.exit_code == 75
    await StoredSending(sessions=second).recover(at=AT)
    assert [found.key for found in await due(second)] == ["1"]
    await engine.dispose()


async def test_a_daemon_with_nothing_to_write_hears_that_it_was_replaced(database: Path | str) -> None:
    """Else it would go on receiving for a folder that is not its own."""
    engine, sessions = await open_database(database, keys)
    first, term = await begin_term(sessions, database, program="the first")
    await begin_term(sessions, database, program="the second")

    with pytest.raises(ConfigurationError, match="the second"):
        await term.watch(first, every=0)
    await engine.dispose()


async def test_fault_45_a_daemon_that_cannot_ask_goes_on_and_is_told_later(database: Path | str) -> None:
    """The database fails in a way that nobody foresaw, for a moment: no reason to end. And when it works again, the end
    of the term is noticed as before.
    """
    engine, sessions = await open_database(database, keys)
    first, term = await begin_term(sessions, database, program="the first")
    logged: asyncio.Queue[object] = asyncio.Queue()
    structlog.configure(processors=[partial(_put, logged)])
    watching = asyncio.create_task(term.watch(first, every=0))
    await _alter(sessions, "ALTER TABLE term RENAME TO away")
    assert await asyncio.wait_for(logged.get(), LIMIT) == "database.failed"
    with pytest.raises(DatabaseError):
        await StoredOutbox(sessions=first).write([letter("1")], at=AT)
    await _alter(sessions, "ALTER TABLE away RENAME TO term")

    await StoredOutbox(sessions=first).write([letter("1")], at=AT)
    await begin_term(sessions, database, program="the second")
    with pytest.raises(ConfigurationError, match="the second"):
        await asyncio.wait_for(watching, LIMIT)
    assert [found.key for found in await due(sessions)] == ["1"]
    await engine.dispose()


def _put(logged: asyncio.Queue[object], _: object, __: str, line: structlog.typing.EventDict) -> str:
    logged.put_nowait(line["event"])
    raise structlog.DropEvent


async def _alter(sessions: Sessions, statement: str) -> None:
    async with sessions.begin() as session:
        await (await session.connection()).exec_driver_sql(statement)


async def test_fault_45_a_database_file_that_cannot_be_looked_at_is_waited_for(tmp_path: Path) -> None:
    """Its disk is away for a moment: to end for that, or to set mail aside, would cost more than to try again."""
    file = tmp_path / "data" / "mailagent.db"
    engine, sessions = await open_database(file, keys)
    daemon, _ = await begin_term(sessions, file, program="mailagent run")
    file.parent.rename(tmp_path / "away")
    file.parent.touch()

    with pytest.raises(TemporaryError, match="Not a directory"):
        await StoredOutbox(sessions=daemon).write([letter("1")], at=AT)

    file.parent.unlink()
    (tmp_path / "away").rename(file.parent)
    await StoredOutbox(sessions=daemon).write([letter("1")], at=AT)
    await engine.dispose()


async def test_commands_write_beside_the_daemon(database: Path | str) -> None:
    """``hold`` and ``aside`` are not daemons, and end no term."""
    engine, sessions = await open_database(database, keys)
    daemon, _ = await begin_term(sessions, database, program="mailagent run")

    await StoredHolds(sessions=sessions).put(Hold(name="operator", reason="", since=AT, sure=True))

    await StoredOutbox(sessions=daemon).write([letter("1")], at=AT)
    assert await due(daemon) == []
    await engine.dispose()


async def test_a_daemon_whose_database_file_was_replaced_writes_nothing(tmp_path: Path) -> None:
    """A copy of the data folder was put in its place: what the old process has open, nobody else reads."""
    file = tmp_path / "mailagent.db"
    engine, sessions = await open_database(file, keys)
    daemon, _ = await begin_term(sessions, file, program="mailagent run")
    file.rename(tmp_path / "old.db")
    (tmp_path / "old.db-wal").touch()

    with pytest.raises(ConfigurationError, match="another file took the place of the database"):
        await StoredOutbox(sessions=daemon).write([letter("1")], at=AT)

    assert await due(daemon) == []
    await engine.dispose()
