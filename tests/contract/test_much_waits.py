"""Thousands of mails pile up while a server is down: none of them is taken into memory for its row's sake."""

import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailagent.domain.message import RawMail
from mailagent.domain.outgoing import NewOutboxEntry
from mailagent.mail.parse import sender_of
from mailagent.store.database import open_database
from mailagent.store.erasure import Erasure
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


@pytest.mark.usefixtures("memory")
async def test_a_person_is_forgotten_without_the_bytes_of_all_that_was_not_read(database: Path | str) -> None:
    """Who wrote is looked up in each of them; all at once they may be more than the machine has memory for."""
    engine, sessions = await open_database(database, keys)
    sightings = StoredSightings(sessions=sessions, content_key=lambda raw: str(hash(raw)))
    for uid in range(1, MANY + 1):
        raw = f"From: c{uid % 2}@customer.example\r\n\r\n{uid}".encode() + b"x" * LARGE
        mail = RawMail(mailbox="support", folder="INBOX", uidvalidity=7, uid=uid, raw=raw, size=len(raw))
        await sightings.receive([mail], at=AT)
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()

    done = await Erasure(sessions=sessions, sender_of=sender_of).forget("c1@customer.example", at=AT)

    _, peak = tracemalloc.get_traced_memory()
    assert peak - before < MANY * LARGE / 4
    assert done.messages == MANY / 2
    await engine.dispose()
