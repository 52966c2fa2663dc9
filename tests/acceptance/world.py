"""A mail server, the daemon in a process of its own, a customer and a reviewer."""

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from mailagent.adapters.signing_keys import read_chain_keys
from mailagent.store.audit import Audit, Broken
from mailagent.store.database import open_database
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.forked import Forked
from tests.servers.smtp import SmtpServer
from tests.shop import SHOP

SUPPORT, QUEUE, ADMIN = "support@larkfield.example", "queue@larkfield.example", "ops@larkfield.example"
REVIEWER = "dana@larkfield.example"
AUTHSERV = "mx.larkfield.example"
PATIENCE = 30.0
"""Seconds to wait for something that must come."""


@dataclass(kw_only=True)
class World:
    """Everything outside the daemon, and the daemon as a process."""

    dovecot: Dovecot
    smtp: SmtpServer
    user: str
    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    process: Forked | subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.config = self.folder / "config"
        shutil.copytree(SHOP / "config", self.config)
        for name in ("templates", "knowledge"):
            (self.folder / name).symlink_to(SHOP / name)
        self.configure()

    def configure(self, *, imap_port: int | None = None, **tables: str) -> None:
        """Write the files that name servers and people; `tables` replaces whole files."""
        files = {
            "mailagent": f'name = "Larkfield Support"\ntimezone = "Europe/Vienna"\nmode = "auto"\nadmin = "{ADMIN}"\n',
            "mailboxes": f"""[[mailbox]]
name = "support"
address = "{SUPPORT}"
imap = {{ host = "127.0.0.1", port = {imap_port or self.dovecot.port}, security = "none" }}
smtp = {{ host = "127.0.0.1", port = {self.smtp.port}, security = "none" }}
user = "{self.user}"
secret = "env:MAILAGENT_TEST_PASSWORD"
smtp_user = ""
poll_seconds = 1
baseline = "all"
""",
            "review": f'queue = "{QUEUE}"\nauthentication = "required"\nauthserv_id = "{AUTHSERV}"\n'
            'undo_window = "0m"\nconfirm = "actor"\nbundle_above = 50\n',
            "reviewers": f'[[reviewer]]\nname = "Dana Kim"\naddresses = ["{REVIEWER}"]\n\n'
            '[[reviewer]]\nname = "Ben Ode"\naddresses = ["ben@larkfield.example"]\n',
            **tables,
        }
        for name, text in files.items():
            (self.config / f"{name}.toml").write_text(text)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run ``mailagent WORDS --config ...`` to its end."""
        with TemporaryDirectory(dir=self.folder) as folder:
            out, errors = Path(folder) / "out", Path(folder) / "errors"
            process = self._mailagent(*words, out=out, errors=errors)
            code = process.wait(PATIENCE)
            return subprocess.CompletedProcess(words, code, out.read_text(), errors.read_text())

    def start(self, *, cold: bool = False) -> Self:
        """Start the daemon; `cold` as a shell would, at the price of seconds."""
        log = self.folder / "daemon.log"
        if not cold:
            self.process = self._mailagent("run", out=log, errors=log)
            return self
        with log.open("ab") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "mailagent", "run", "--config", str(self.config)],
                stderr=stream,
                env={**os.environ, **self._environment()},
            )
        return self

    def stop(self, how: signal.Signals = signal.SIGTERM, *, within: float = PATIENCE) -> int:
        """Stop the daemon, in at most `within` seconds; returns its exit code."""
        if self.process is None:
            return 0
        self.process.send_signal(how)
        code = self.process.wait(within)
        self.process = None
        return code

    def status(self) -> dict[str, object]:
        """What ``mailagent status --json`` says."""
        found: dict[str, object] = json.loads(self.command("status", "--json").stdout)
        return found

    def log(self) -> list[dict[str, object]]:
        """The log entries, oldest first."""
        return [json.loads(line) for line in self.command("log").stdout.splitlines()]

    def mails_to(self, address: str) -> list[EmailMessage]:
        """All that `address` got so far."""
        return [
            read(mail.raw) for mail in self.smtp.received if [to.lower() for to in mail.recipients] == [address.lower()]
        ]

    def wait_for(self, address: str, count: int, what: str) -> list[EmailMessage]:
        """Until `address` has `count` mails."""
        try:
            self.smtp.wait_for(lambda _: len(self.mails_to(address)) >= count, PATIENCE)
        except TimeoutError:
            log = (self.folder / "daemon.log").read_text()[-3000:]
            raise AssertionError(
                f"{address} got {len(self.mails_to(address))} of {count} mails: {what}\n{log}"
            ) from None
        return self.mails_to(address)

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Ask again until `condition` holds; each question is a command of its own, which takes its time."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"still waiting for {what}"

    def deliver(self, mail: EmailMessage, *, authenticated: bool = True) -> None:
        """Put a mail into the support mailbox as the provider would: with its verdict on the sender on top."""
        domain = str(mail["From"]).rpartition("@")[2].strip(">")
        verdict = f"dmarc=pass header.from={domain}" if authenticated else f"dmarc=fail header.from={domain}"
        self.dovecot.append(self.user, f"Authentication-Results: {AUTHSERV}; {verdict}\r\n".encode() + bytes(mail))

    def audit(self, *, at: datetime | None = None) -> list[Broken]:
        """What ``mailagent audit --verify`` finds, as of `at`, without the start of a command."""
        path = self.folder / "data" / "mailagent.db"

        async def look() -> list[Broken]:
            engine, sessions = await open_database(path)
            try:
                audit = Audit(sessions=sessions)
                chain = await audit.chain(read_chain_keys(path.parent))
                return [*await audit.broken(at=at or datetime.now(UTC)), *chain.broken]
            finally:
                await engine.dispose()

        return asyncio.run(look()) if path.exists() else []

    def _environment(self) -> Mapping[str, str]:
        return {"MAILAGENT_TEST_PASSWORD": PASSWORD, **self.settings}

    def _mailagent(self, *words: str, out: Path, errors: Path) -> Forked:
        return Forked.mailagent(
            *words, "--config", str(self.config), out=out, errors=errors, environment=self._environment()
        )


@dataclass(kw_only=True)
class Customer:
    """Somebody who mails support."""

    world: World
    address: str = "tom@customer.example"
    name: str = "Tom Weber"
    got: int = 0

    def writes(self, subject: str, text: str, *, answering: EmailMessage | None = None, **headers: str) -> EmailMessage:
        """Send a mail; `answering` one of ours, as a mail client would."""
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"] = f"{self.name} <{self.address}>"
        mail["To"] = SUPPORT
        mail["Subject"] = subject
        mail["Message-ID"] = make_msgid(domain=self.address.partition("@")[2])
        if answering is not None:
            mail["In-Reply-To"] = answering["Message-ID"]
            mail["References"] = f"{answering['References'] or ''} {answering['Message-ID']}".strip()
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        self.world.deliver(mail)
        return mail

    def receives(self, what: str) -> EmailMessage:
        """The next mail to this customer."""
        self.got += 1
        return self.world.wait_for(self.address, self.got, what)[self.got - 1]

    def received(self) -> list[EmailMessage]:
        """All mail to this customer so far."""
        return self.world.mails_to(self.address)


@dataclass(kw_only=True)
class Reviewer:
    """Somebody who answers digests from an ordinary mail client."""

    world: World
    address: str = REVIEWER
    digests: int = 0
    answers: int = 0

    def receives_digest(self) -> EmailMessage:
        """The next digest in the queue."""
        self.digests += 1
        return self.world.wait_for(QUEUE, self.digests, "digest")[self.digests - 1]

    def replies(self, digest: EmailMessage, text: str, *, authenticated: bool = True) -> EmailMessage:
        """Answer a digest, with the digest quoted below."""
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"] = f"Dana Kim <{self.address}>"
        mail["To"] = str(digest["Reply-To"])
        mail["Subject"] = f"Re: {digest['Subject']}"
        mail["Message-ID"] = make_msgid(domain="larkfield.example")
        mail["In-Reply-To"] = digest["Message-ID"]
        mail["References"] = f"{digest['References'] or ''} {digest['Message-ID']}".strip()
        quoted = "\n".join(f"> {line}" for line in text_of(digest).splitlines())
        mail.set_content(f"{text}\n\nOn Sat, 21 Nov 2026 at 10:12, Larkfield Support <{SUPPORT}> wrote:\n{quoted}\n")
        self.world.deliver(mail, authenticated=authenticated)
        return mail

    def receives(self, what: str) -> EmailMessage:
        """The next receipt or confirmation."""
        self.answers += 1
        return self.world.wait_for(self.address, self.answers, what)[self.answers - 1]


def read(raw: bytes) -> EmailMessage:
    """A mail as its recipient's client reads it."""
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def text_of(mail: EmailMessage) -> str:
    """The text part."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html_of(mail: EmailMessage) -> str:
    """The HTML part."""
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def draft_of(digest: EmailMessage) -> str:
    """The suggested reply that a digest shows, as one line of words."""
    block = text_of(digest).partition("SUGGESTED REPLY")[2].partition("\n")[2]
    lines = re.split(r"\n(?!\|)", block)[0].splitlines()
    return words(" ".join(line.removeprefix("|") for line in lines))


def words(text: str) -> str:
    """Text with its white space folded, to compare what is wrapped differently."""
    return " ".join(text.split())
