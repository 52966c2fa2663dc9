"""Ways to a person besides the watched mailbox: a command, a webhook, another mail server; and what they told."""

import asyncio
import json
import os
import re
import shutil
import socket
import ssl
from collections.abc import Callable, Mapping
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
LAST_BYTES, PIPE_HOLDS = 4096, 65536
"""Of what a command said, in which its last line is looked for; and how much is read at once."""
LONGEST = 200
"""Characters of somebody else's words in an error."""
SECRET = re.compile(r"(\bhttps?://[^/\s]*/)\S+")
"""What comes after the host of an address."""


@dataclass(frozen=True, kw_only=True)
class CommandAlarm:
    """See `Alarm`. The command gets the text on its standard input; no shell is between."""

    words: tuple[str, ...]
    name: str = "command"

    async def sound(self, text: str) -> None:
        """See `Alarm`."""
        reading, writing = os.pipe()
        os.set_blocking(reading, False)  # what the command leaves running may keep it open
        loop, said = asyncio.get_running_loop(), bytearray()

        def hear() -> bytes:
            """The end of what it has said by now."""
            with suppress(BlockingIOError):
                more = os.read(reading, PIPE_HOLDS)
                said[:] = (said + more)[-LAST_BYTES:]
                if not more:
                    loop.remove_reader(reading)
            return bytes(said)

        loop.add_reader(reading, hear)  # it would wait for a reader; and a file may have no room when it is needed
        try:
            await self._run(text, writing, hear)
        finally:
            loop.remove_reader(reading)
            os.close(reading)

    async def reach(self) -> None:
        """See `Alarm`."""
        if shutil.which(self.words[0]) is None:
            raise ConfigurationError(
                f"{self._name}: there is no such program, or it may not be executed; correct alarm.command in"
                " mailagent.toml, or make it executable (chmod +x)"
            )

    async def _run(self, text: str, writing: int, hear: Callable[[], bytes]) -> None:
        try:
            process = await asyncio.create_subprocess_exec(
                *self.words, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=writing
            )
        except OSError as error:
            raise TemporaryError(f"{self._name}: {error.strerror}") from error
        finally:
            os.close(writing)
        try:
            async with asyncio.timeout(SECONDS):
                await process.communicate(f"{text}\n".encode())
        except TimeoutError as error:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            raise TemporaryError(f"{self._name}: not done within {SECONDS:.0f} seconds") from error
        if process.returncode:
            said = _last_line(hear())
            raise TemporaryError(f"{self._name}: exit code {process.returncode}{f': {said}' if said else ''}")

    @property
    def _name(self) -> str:
        return f"alarm command {self.words[0]}"


@dataclass(frozen=True, kw_only=True)
class WebhookAlarm:
    """See `Alarm`. Posts ``{"text": ...}``, as the chats of teams take it. The address holds a secret: no error names
    more of it than its host.
    """

    url: str = field(repr=False)
    name: str = "webhook"

    async def sound(self, text: str) -> None:
        """See `Alarm`."""
        host, answer = await self._ask("POST", self.url, {"text": text})
        if not answer.is_success:
            path = httpx.URL(self.url).raw_path
            said = _last_line(answer.content if path == b"/" else answer.content.replace(path, b"..."))
            is_page = said.startswith("<") or not said
            raise TemporaryError(f"{host}: status {answer.status_code}{'' if is_page else f': {said}'}")

    async def reach(self) -> None:
        """See `Alarm`. The address itself may do something however it is asked; that of its host does nothing."""
        await self._ask("HEAD", "/", None)

    async def _ask(self, method: str, path: str, values: Mapping[str, str] | None) -> tuple[str, httpx.Response]:
        """Its answer, and what errors call it. Raises `TemporaryError` and `ConfigurationError`."""
        try:
            address = httpx.URL(self.url)
            async with asyncio.timeout(SECONDS), httpx.AsyncClient(timeout=SECONDS) as client:
                answer = await client.request(method, address.join(path), json=values)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise ConfigurationError(
                "alarm webhook: this is no address; correct alarm.webhook in mailagent.toml, or the secret that it"
                " names: write it as in https://chat.example.com/hooks/..."
            ) from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise TemporaryError(f"alarm webhook at {address.host}: {_reason(error)}") from error
        return f"alarm webhook at {address.host}", answer


@dataclass(frozen=True, kw_only=True)
class MailAlarm:
    """See `Alarm`. `mail_sender` is on another server than the watched mailboxes."""

    mail_sender: MailSender
    sender: str
    recipient: str
    clock: Clock
    name: str = "mail"

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
        except (UncertainError, PermanentError) as error:
            raise TemporaryError(str(error)) from error

    async def reach(self) -> None:
        """See `Alarm`."""
        await self.mail_sender.reach()


def _last_line(said: bytes) -> str:
    """What a program or a server gave as its reason, in at most `LONGEST` characters, without secrets of addresses."""
    lines = said.decode("utf-8", "replace").split("\n")
    last = next((line for line in reversed(lines) if line.strip()), "")
    return SECRET.sub(r"\1...", last.strip())[:LONGEST]


def _reason(error: BaseException) -> str:
    """What the network said, in its own words; a library's are only that all attempts failed."""
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return f"no answer within {SECONDS:.0f} seconds"
    cause = error
    while (deeper := cause.__cause__ or cause.__context__) is not None:
        cause = deeper
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {cause.verify_message}"
    if isinstance(cause, OSError) and not isinstance(cause, ssl.SSLError | socket.gaierror) and cause.errno:
        return os.strerror(cause.errno)
    return str(getattr(cause, "strerror", None) or cause) or type(error).__name__


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

    def open(self) -> Mapping[str, datetime]:
        """See `AlarmBook`."""
        return {
            name: datetime.fromisoformat(str(row.get("since", row["at"])))
            for name, row in self._told.items()
            if not row["over"]
        }

    def write(self, name: str, *, at: datetime, size: int, over: bool) -> None:
        """See `AlarmBook`."""
        since = min(self.open().get(name, at), at).astimezone(UTC)
        self._told[name] = {
            "at": at.astimezone(UTC).isoformat(),
            "size": size,
            "over": over,
            "since": since.isoformat(),
        }
        new = self._path.with_suffix(".new")
        with suppress(OSError):
            new.write_text(json.dumps(self._told), "utf-8")
            new.replace(self._path)
