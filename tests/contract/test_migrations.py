"""A database of an older release, with data in it, is brought to the newest schema and keeps what it held."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config

from mailagent.domain.case import CaseId
from mailagent.domain.message import MessageId
from mailagent.store.cases import StoredCases
from mailagent.store.database import open_database
from mailagent.store.messages import StoredMessages
from mailagent.store.schema import MIGRATIONS

FIRST = """
INSERT INTO support_case (id, mailbox, customer, customer_name, subject, state, opened_at, automatic_answers,
    acknowledged, escalated) VALUES (7, 'support', 'tom@customer.example', 'Tom', 'Hello', 'answered',
    '2026-11-01 10:00:00', 1, 0, 0);
INSERT INTO message (id, content_key, mailbox, received_at, size, state, attempts, due_at, case_id, intake, answerable,
    authenticated, sender, sender_name, subject, text, message_id, "references", attachments, reason) VALUES
    (3, 'k', 'support', '2026-11-01 10:00:00', 10, 'handled', 0, '2026-11-01 10:00:00', 7, 'person', 0, 1,
    'tom@customer.example', 'Tom', 'Hello', 'text', '<1@customer.example>', '[]', '[]', '');
INSERT INTO known_id (hash, case_id) SELECT
    '0f5e3cd4e6b3b4f2d3c4', 7;
INSERT INTO log_entry (message_id, case_id, at, entry) VALUES (3, 7, '2026-11-01 10:05:00', '{}');
"""


async def test_data_of_the_first_schema_is_kept(tmp_path: Path) -> None:
    """Who had a list's mail then still gets no automatic answer, and a thread finds its copies and its case's age."""
    path = tmp_path / "mailagent.db"
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", f"sqlite:///{path}")
    command.upgrade(config, "0001")
    connection = sqlite3.connect(path)
    connection.executescript(FIRST)
    connection.close()

    engine, sessions = await open_database(path)
    try:
        message = await StoredMessages(sessions=sessions).get(MessageId(3))
        assert message.caution == "no automatic answer may go to this sender"
        assert (message.copied, message.text) == ((), "text")
        known = StoredMessages(sessions=sessions)
        same = await known.under_id("<1@customer.example>", before=MessageId(9), intake="person")
        assert [found.id for found in same] == [3]
        case = await StoredCases(sessions=sessions).get(CaseId(7))
        assert case.settled_at == datetime(2026, 11, 1, 10, 5, tzinfo=UTC)
    finally:
        await engine.dispose()
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT case_id FROM known_id").fetchall() == [(7,)]
    connection.close()
