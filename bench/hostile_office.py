"""A store and the whole daemon for `bench.hostile_mail`, with both mail servers in memory."""

import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

from mailagent.daemon import Daemon
from mailagent.settings import load_settings
from mailagent.shipped import shipped_folder
from mailagent.wiring.daemon import open_daemon
from mailagent.wiring.opening import DATABASE
from tests.fakes.mailbox import LONG_AGO, FakeMailbox
from tests.fakes.sender import FakeSender

SUPPORT, REVIEWER, QUEUE, ADMIN = (
    "support@example.test",
    "reviewer@example.test",
    "queue@example.test",
    "ops@example.test",
)
AUTHSERV, CUSTOMER = "mx.example.test", "alice@customer.example"
CONFIG = {
    "mailagent": f'name = "Example Support"\nmode = "auto"\nadmin = "{ADMIN}"\n',
    "mailboxes": f'[[mailbox]]\nname = "support"\naddress = "{SUPPORT}"\nuser = "{SUPPORT}"\nsecret = "env:PATH"\n'
    'imap = { host = "localhost", port = 1, security = "none" }\n'
    'smtp = { host = "localhost", port = 1, security = "none" }\n'
    'baseline = "all"\n',
    "review": f'queue = "{QUEUE}"\nauthserv_id = "{AUTHSERV}"\nundo_window = "0m"\n',
    "reviewers": f'[[reviewer]]\nname = "A Reviewer"\naddresses = ["{REVIEWER}"]\n',
}
ANSWERED = "Hello,\n\ncan I pay by PayPal?\n"
ESCALATED = "This is UNACCEPTABLE!!! You charged my card THREE times. I am furious. I want my money back TODAY!\n"


@dataclass(frozen=True, kw_only=True)
class Office:
    """The daemon with both its servers in memory."""

    daemon: Daemon
    mailbox: FakeMailbox
    sender: FakeSender
    database: Path

    async def take(self, raw: bytes) -> list[tuple[str, bytes]]:
        """Deliver one mail and let the daemon settle; returns whom it wrote to, and what."""
        before = len(self.sender.accepted)
        self.mailbox.deliver(raw)
        await self.daemon.run_once()
        return self.sender.accepted[before:]

    def newest(self) -> dict[str, object]:
        """The row of the newest message, with its log entry."""
        query = "select m.*, l.entry from message m left join log_entry l on l.message_id = m.id order by m.id desc"
        with closing(sqlite3.connect(self.database)) as store:
            store.row_factory = sqlite3.Row
            row = store.execute(query).fetchone()
        return {**dict(row), "entry": json.loads(row["entry"] or "{}")} if row else {"id": 0}


@asynccontextmanager
async def open_office(folder: Path, earlier: Mapping[int, bytes]) -> AsyncIterator[Office]:
    """Start the daemon on the configuration and the data in `folder`; the mailbox holds the `earlier` mails."""
    mailbox, sender = FakeMailbox(mails=dict(earlier), arrived=dict.fromkeys(earlier, LONG_AGO)), FakeSender()
    async with open_daemon(load_settings(folder / "config")) as daemon:
        yield Office(
            daemon=replace(
                daemon,
                watches=[replace(watch, receive=replace(watch.receive, mailbox=mailbox)) for watch in daemon.watches],
                deliver=replace(daemon.deliver, senders={"support": sender}),
            ),
            mailbox=mailbox,
            sender=sender,
            database=folder / "data" / DATABASE,
        )


async def prepare(folder: Path) -> tuple[dict[int, bytes], dict[str, bytes]]:
    """Let an answer, and open, decided and replaced questions come about; returns the mails, and what fills the
    placeholders.
    """
    async with open_office(folder, {}) as office:
        answer = read((await office.take(written(ANSWERED, sender=CUSTOMER)))[0][1])
        first, second, decided, replaced = [
            read(
                next(
                    raw
                    for to, raw in await office.take(written(ESCALATED, sender=f"{name}@customer.example"))
                    if to == QUEUE
                )
            )
            for name in ("bob", "carol", "dave", "erin")
        ]
        await office.take(written("REJECT", sender=REVIEWER, to=str(decided["Reply-To"])))
        acknowledged = [read(raw) for to, raw in office.sender.accepted if to.startswith("erin@")][-1]
        await office.take(written("And it is still so.", sender="erin@customer.example", answering=acknowledged))
        tokens = {
            name: str(digest["Reply-To"]).partition("+")[2].partition("@")[0]
            for name, digest in {"VALID": first, "VALID2": second, "USED": decided, "EXPIRED": replaced}.items()
        }
    tokens["VALID_LOWER"] = tokens["VALID"].lower()
    tokens["TAMPERED"] = tokens["VALID"][:-1] + ("a" if tokens["VALID"][-1] != "a" else "b")
    values = {"OUR_MID": str(answer["Message-ID"]), **{f"TOKEN_{name}": value for name, value in tokens.items()}}
    return office.mailbox.mails, {name: value.encode() for name, value in values.items()}


def written(text: str, *, sender: str, to: str = SUPPORT, answering: EmailMessage | None = None) -> bytes:
    """A mail whose sender the server vouches for."""
    answers = f"In-Reply-To: {answering['Message-ID']}\r\n" if answering else ""
    return (
        f"Authentication-Results: {AUTHSERV}; dmarc=pass header.from={sender.partition('@')[2]}\r\n"
        f"From: {sender}\r\nTo: {to}\r\nSubject: Order 1234\r\nMessage-ID: {make_msgid()}\r\n{answers}\r\n{text}\r\n"
    ).encode()


def read(raw: bytes) -> EmailMessage:
    """A mail of ours as a mail program reads it."""
    return message_from_bytes(raw, _class=EmailMessage, policy=policy.default)


def configure(folder: Path) -> None:
    """The shipped configuration, for the mailbox that the mails are written to."""
    for name in ("config", "templates", "knowledge"):
        shutil.copytree(shipped_folder() / name, folder / name)
    for name, text in CONFIG.items():
        (folder / "config" / f"{name}.toml").write_text(text, encoding="utf-8")


def filled(raw: bytes, values: Mapping[str, bytes]) -> bytes:
    """The mail with its placeholders replaced."""
    for name, value in values.items():
        raw = raw.replace(b"{{%s}}" % name.encode(), value)
    return raw
