"""Thousands of mails pile up while a server is down: none of them is taken into memory for its row's sake."""

import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from mailagent.domain.message import RawMail
from mailagent.domain.outgoing import NewOutboxEntry
from mailagent.mail.parse import sender_of
from mailagent.store.database import open_database
from mailagent.store.erasure import Erasure, Forgotten
from mailagent.store.sending import StoredSending
from mailagent.store.sightings import StoredSightings
from mailagent.store.tables import CaseRow, MessageRow, OutboxRow
from mailagent.store.times import StoredTimes
from tests.fakes.chain import keys
from tests.fakes.mails import TOM

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
MANY, LARGE = 100, 200_000
MANY_YEARS, MOST_VALUES = 250, 220
ANN = "ann@customer.example"


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

    done = await Erasure(sessions=sessions, sender_of=sender_of, remember=lambda *_: None).forget(
        "c1@customer.example", at=AT
    )

    _, peak = tracemalloc.get_traced_memory()
    assert peak - before < MANY * LARGE / 4
    assert done.messages == MANY / 2
    await engine.dispose()


async def test_a_customer_of_many_years_is_forgotten(database: Path | str) -> None:
    """They have more mail, cases and answers than a database takes values in one question, 32,766 with SQLite; so each
    question has some hundred.
    """
    engine, sessions = await open_database(database, keys)
    async with sessions.begin() as session:
        session.add_all(_case(TOM if n < MANY_YEARS else ANN) for n in range(1, MANY_YEARS + 1))
        await session.flush()
        for n in range(1, MANY_YEARS + 1):
            session.add_all([_message(f"tom {n}", TOM, n), _message(f"ann {n}", ANN, MANY_YEARS), _answer(n)])

    def count(*asked: object) -> None:
        values, is_many = asked[3], asked[5]
        assert is_many or len(values) <= MOST_VALUES  # type: ignore[arg-type]  # of one statement: a mapping or tuple

    event.listen(engine.sync_engine, "before_cursor_execute", count)
    done = await Erasure(sessions=sessions, sender_of=sender_of, remember=lambda *_: None).forget(TOM, at=AT)

    assert done == Forgotten(
        is_known=True, cases=MANY_YEARS - 1, messages=MANY_YEARS, mails=MANY_YEARS, others=MANY_YEARS
    )
    await engine.dispose()


def _case(customer: str) -> CaseRow:
    return CaseRow(mailbox="support", customer=customer, customer_name="", subject="", state="answered", opened_at=AT)


def _message(key: str, sender: str, case: int) -> MessageRow:
    row = MessageRow(content_key=key, mailbox="support", received_at=AT, due_at=AT, size=1, state="handled")
    row.sender, row.case_id, row.copied = sender, case, [TOM]
    return row


def _answer(number: int) -> OutboxRow:
    return OutboxRow(
        key=str(number),
        kind="answer",
        mailbox="support",
        recipient=TOM,
        message_id=f"<{number}@larkfield.example>",
        raw=b"x",
        state="sent",
        created_at=AT,
        due_at=AT,
    )
