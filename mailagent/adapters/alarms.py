"""Ways to a person besides the watched mailbox: a command, a webhook, another mail server; and what they told."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from pathlib import Path

import httpx

from mailagent.errors import ConfigurationError, PermanentError, TemporaryError, UncertainError
from mailagent.ports import Clock, MailSender

SECONDS = 30.0
"""What each way may take."""


@dataclass(frozen=True, kw_only=True)
class CommandAlarm:
    """See `Alarm`. The command gets the text on its standard input; no shell is between."""

    words: tuple[str, ...]

    async def sound(self, text: str) -> None:
        """See `Alarm`."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self.words,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError as error:
            raise TemporaryError(f"alarm command {self.words[0]}: {error.strerror}") from error
        try:
            async with asyncio.timeout(SECONDS):
                await process.communicate(f"{text}\n".encode())
        except TimeoutError as error:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            raise TemporaryError(f"alarm command {self.words[0]}: not done within {SECONDS:.0f} seconds") from error
        if process.returncode:
            raise TemporaryError(f"alarm command {self.words[0]}: exit code {process.returncode}")


@dataclass(frozen=True, kw_only=True)
class WebhookAlarm:
    """See `Alarm`. Posts ``{"text": ...}``, as the chats of teams take it. The address holds a secret: no error names
    more of it than its host.
    """

    url: str = field(repr=False)

    async def sound(self, text: str) -> None:
        """See `Alarm`."""
        host = "its address"
        try:
            host = httpx.URL(self.url).host
            async with asyncio.timeout(SECONDS), httpx.AsyncClient(timeout=SECONDS) as client:
                answer = await client.post(self.url, json={"text": text})
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise TemporaryError(f"alarm webhook at {host}: {type(error).__name__}") from error
        if not answer.is_success:
            raise TemporaryError(f"alarm webhook at {host}: status {answer.status_code}")


@dataclass(frozen=True, kw_only=True)
class MailAlarm:
    """See `Alarm`. `mail_sender` is on another server than the watched mailboxes."""

    mail_sender: MailSender
    sender: str
    recipient: str
    clock: Clock

    async def sound(self, text: str) -> None:
        """See `Alarm`."""
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"], mail["Subject"] = self.sender, self.recipient, "mailagent needs a look"
        mail["Date"] = format_datetime(self.clock.now())
        mail["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2])
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(text)
        try:
            await self.mail_sender.send(self.recipient, mail.as_bytes())
        except (UncertainError, ConfigurationError, PermanentError) as error:
            raise TemporaryError(f"alarm mail: {error}") from error


class AlarmFile:
    """See `AlarmBook`. Where the disk is full it is remembered by this process alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._told: dict[str, dict[str, object]] = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            self._told = {}

    def told(self, name: str) -> tuple[datetime, int] | None:
        """See `AlarmBook`."""
        row = self._told.get(name)
        return None if row is None else (datetime.fromisoformat(str(row["at"])), int(str(row["size"])))

    def open(self) -> set[str]:
        """See `AlarmBook`."""
        return {name for name, row in self._told.items() if not row["over"]}

    def write(self, name: str, *, at: datetime, size: int, over: bool) -> None:
        """See `AlarmBook`."""
        self._told[name] = {"at": at.astimezone(UTC).isoformat(), "size": size, "over": over}
        new = self._path.with_suffix(".new")
        with suppress(OSError):
            new.write_text(json.dumps(self._told), "utf-8")
            new.replace(self._path)
