"""Row 16 of the fault matrix: the disk is full or broken, or the database is locked or may only be read.

The faults are SQLite's own, raised where a real disk raises them: no room for another page (as with ENOSPC), a write
that the kernel refuses (as with EIO), another process's lock, and a connection that may only read.
"""

import resource
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import Literal

import pytest
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from tests.fakes.mails import TOM
from tests.protocols.place import Place, Process

Fault = Literal["full", "EIO", "locked", "read-only"]
PRAGMAS: dict[Fault, str] = {
    "full": "max_page_count=1",  # the file stays as large as it is
    "EIO": "query_only=OFF",  # as usual; the kernel is told instead
    "locked": "busy_timeout=20",
    "read-only": "query_only=ON",
}
TOLD: dict[Fault, str] = {
    "full": "the database: database or disk is full",
    "EIO": "the database: disk I/O error",
    "locked": "the database: database is locked",
    "read-only": "the database: attempt to write a readonly database",
}
LARGEST = 200_000
"""Bytes that a file may have where writing fails; what pytest captures is less, and the mail is more."""
LONG_MAIL = "Which payment methods do you accept?\n\nThanks, Tom" + "\n> as I wrote before" * 20_000


@asynccontextmanager
async def broken(process: Process, fault: Fault) -> AsyncIterator[None]:
    """New connections to the database, and all are new, have the fault."""
    engine = process.office.sessions.writing

    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA {PRAGMAS[fault]}")
        cursor.close()

    event.listen(engine.sync_engine, "connect", prepare)
    await engine.dispose()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with closing(sqlite3.connect(str(engine.url.database))) as other:
        if fault == "locked":
            other.execute("BEGIN IMMEDIATE")
        if fault == "EIO":
            resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            event.remove(engine.sync_engine, "connect", prepare)
            await engine.dispose()


@pytest.mark.parametrize("fault", ["full", "EIO", "locked", "read-only"])
async def test_fault_16_a_mail_that_cannot_be_written_down(place: Place, fault: Fault) -> None:
    """It stays unread on the server, for a mail that is ours nowhere must look new to whoever looks; once there is
    room, it is taken and answered.
    """
    async with place.process() as process:
        await process.round()
        uid = place.customer_writes(LONG_MAIL)
        async with broken(process, fault):
            await process.rounds(2)
            assert process.status["imap:support"] == TOLD[fault]
            assert b"\\Seen" not in place.dovecot.messages(place.user)[uid][1]

        await process.rounds(2)
        assert process.status["imap:support"] == ""
    assert b"\\Seen" in place.dovecot.messages(place.user)[uid][1]
    assert (len(place.mails_to(TOM)), place.told()) == (1, [])


@pytest.mark.parametrize("fault", ["locked", "read-only"])
async def test_fault_16_an_answer_that_cannot_be_written_down(place: Place, fault: Fault) -> None:
    """The mail was taken, and the fault comes then: no answer leaves that is not noted before; later it leaves once."""
    async with place.process() as process:
        place.customer_writes()
        await process.office.receive_mail.visit()
        async with broken(process, fault):
            await process.rounds(2)
            assert place.smtp.received == []

        await process.rounds(2)
    assert (len(place.mails_to(TOM)), place.told()) == (1, [])
