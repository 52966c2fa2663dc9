"""Thousands of mails pile up while a server is down: none of them is taken into memory for its row's sake."""

import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailagent.domain.outgoing import NewOutboxEntry
from mailagent.store.database import open_database
from mailagent.store.sending import StoredSending
from mailagent.store.sightings import StoredSightings
from mailagent.store.times import StoredTimes
from tests.fakes.chain import keys

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
MANY, LARGE = 100, 200_000


@pytest.fixture(name="memory")
def _memory() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.usefixtures("memory")
async def test_a_clock_is_followed_without_the_bytes_of_the_mail_that_waits(database: Path | str) -> None:
    """At each start the daemon would take as much memory as there is mail to send, and a small machine would end it."""
    engine, sessions = await open_database(database, keys)
    letters = [
        NewOutboxEntry(
            key=f"{number}:answer",
            kind="answer",
            mailbox="support",
            case_id=None,
            recipient="tom@customer.example",
            message_id=f"<{number}@larkfield.example>",
            raw=b"x" * LARGE,
        )
        for number in range(MANY)
    ]
    sightings = StoredSightings(sessions=sessions, content_key=bytes.hex)
    ahead = AT + timedelta(days=400)
    await sightings.refuse("support", "INBOX", 7, 1, at=ahead, reason="withheld", notices=letters)
    letters.clear()
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()

    assert await StoredTimes(sessions=sessions).mend(at=AT) >= MANY

    _, peak = tracemalloc.get_traced_memory()
    assert peak - before < MANY * LARGE / 4
    assert len(await StoredSending(sessions=sessions).due(at=AT, limit=3)) == 3
    await engine.dispose()
