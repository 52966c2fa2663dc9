"""What is around the daemon: a mailbox, a mail server, a model, articles and a clock, all in memory."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import psycopg

from mailagent.store.schema import migrate
from tests.fakes.clock import FakeClock
from tests.fakes.knowledge import FakeKnowledge
from tests.fakes.mailbox import FakeMailbox
from tests.fakes.mails import DANA, QUEUE, mail, read, review
from tests.fakes.model import FakeModel
from tests.fakes.sender import FakeSender

DAMAGE = {"torn": "{0} = substr({0}, 1, 3)", "hostile": "type = 'pickle'"}
WITH_TABLES = TemporaryDirectory()
"""Holds a database without rows: to copy it takes a tenth of the time that every migration takes."""


@cache
def _with_tables() -> Path:
    file = Path(WITH_TABLES.name) / "mailagent.db"
    migrate(f"sqlite:///{file}")
    return file


@dataclass(kw_only=True)
class Outside:
    """Everything that a restart does not touch. Data is in files of `folder`, or in the database at `server`; after
    `damage` it is not what was written there.
    """

    folder: Path
    server: str | None = None
    clock: FakeClock = field(default_factory=FakeClock)
    mailbox: FakeMailbox = field(default_factory=FakeMailbox)
    sender: FakeSender = field(default_factory=FakeSender)
    model: FakeModel = field(default_factory=FakeModel)
    knowledge: FakeKnowledge = field(default_factory=FakeKnowledge)
    is_damaged: bool = False

    def database(self) -> Path | str:
        """Where the data is, as `open_database` takes it; a new file has its tables already."""
        if self.server is not None:
            return self.server
        file = self.folder / "mailagent.db"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(_with_tables(), file)
        return file

    def damage(self, statements: str) -> None:
        """What somebody does who can write to the database, one SQL statement after the other."""
        self.is_damaged = True
        if self.server is None:
            with closing(sqlite3.connect(self.folder / "mailagent.db")) as file:
                file.executescript(statements)
        else:
            with psycopg.connect(self.server) as connection:
                connection.execute(b"SET session_replication_role = replica;" + statements.encode())

    def lose_checkpoints(self) -> None:
        """They were deleted, or left out of a backup."""
        for file in self.folder.glob("checkpoints.db*"):
            file.unlink()
        if self.server is not None:
            with psycopg.connect(self.server) as connection:
                for table in (b"checkpoints", b"checkpoint_blobs", b"checkpoint_writes"):
                    connection.execute(b"DELETE FROM " + table)

    def damage_checkpoints(self, how: Literal["torn", "hostile"]) -> None:
        """A torn page, or somebody who writes to the file and hopes that we run what is in it."""
        table, column = ("checkpoints", "checkpoint") if self.server is None else ("checkpoint_blobs", "blob")
        statement = f"UPDATE {table} SET {DAMAGE[how].format(column)}"  # noqa: S608 - our own words
        if self.server is None:
            with closing(sqlite3.connect(self.folder / "checkpoints.db")) as file, file:
                file.execute(statement)
        else:
            with psycopg.connect(self.server) as connection:
                connection.execute(statement.encode())

    def mails_to(self, address: str) -> list[EmailMessage]:
        """What `address` got so far."""
        return [read(raw) for recipient, raw in self.sender.accepted if recipient == address]

    def customer_writes(self, text: str = "Which payment methods do you accept?", **how: object) -> int:
        """Put a customer's mail into the mailbox; see `mail`."""
        return self.mailbox.deliver(mail(text, **how))  # type: ignore[arg-type]  # the names are those of mail()

    def reviewer_replies(
        self, text: str, *, to: EmailMessage | None = None, sender: str = DANA, authenticated: bool = True
    ) -> int:
        """Answer the newest digest, or `to`."""
        digest = to or self.mails_to(QUEUE)[-1]
        return self.mailbox.deliver(review(digest, text, sender=sender, authenticated=authenticated))
