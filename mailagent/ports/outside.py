"""Mail servers, templates, the clock, and who works on which case."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailagent.domain.message import RawMail


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """An aware time in UTC."""


class Times(Protocol):
    """Times that were written down."""

    async def mend(self, *, at: datetime) -> int:
        """What a clock ahead of `at` wrote is due, and counts, as if it had been written at `at`. Returns how many rows
        were changed.
        """


BEGINNING = 8192
"""Bytes that tell which mail it is."""


class Mailbox(Protocol):
    """The watched folder of one mailbox. Every call has a deadline and reconnects when the connection is gone.

    All raise `TemporaryError` (connection, timeout, server busy) or `ConfigurationError` (login or folder refused).
    """

    name: str
    folder: str

    async def epoch(self) -> int:
        """The folder's UIDVALIDITY; UIDs mean nothing under another one."""

    async def next_uid(self) -> int | None:
        """The UID that the next mail will get, as it was at `epoch`; None where the server does not say."""

    async def uids(self, *, above: int = 0, unseen: bool = False, since: datetime | None = None) -> list[int]:
        """UIDs greater than `above`, ascending; only unread ones, or those that arrived at `since` or later by the
        server's clock, to the second, if asked.
        """

    async def beginning(self, uid: int) -> bytes:
        """The first `BEGINNING` bytes of a mail's header; none where it is gone."""

    def fetch(self, uids: Sequence[int]) -> AsyncIterator[list[RawMail]]:
        """The mails, a group that fits into memory at a time, without marking them read. One that is gone meanwhile is
        left out; of one over the size limit only the first part of the header comes, so that `raw` is shorter than
        `size`.
        """

    async def mark(self, uids: Sequence[int]) -> None:
        """Flag the mails as read, or move them, as configured. Doing it twice changes nothing."""

    async def wait(self, seconds: float) -> None:
        """Return when new mail arrives (IDLE), `wake` is called or `seconds` have passed, whichever is first."""

    def wake(self) -> None:
        """End a `wait` within a second."""

    async def close(self) -> None:
        """Log out; never raises."""


class Journal(Protocol):
    """Where copies of our own mail are kept: the provider's folder of sent mail, or one that copies are sent to."""

    async def holds(self, message_id: str) -> bool:
        """Whether a copy with exactly this Message-ID is there.

        Raises `TemporaryError` when that cannot be told now, `ConfigurationError` when an admin must act.
        """


AtEnd = Callable[[], Awaitable[None]]


class MailSender(Protocol):
    """Sends frozen bytes to exactly one recipient."""

    async def send(
        self, recipient: str, raw: bytes, *, return_path: str | None = None, at_end: AtEnd | None = None
    ) -> None:
        """Return once the server said 250. Bounces go to `return_path`, or to the address that mail goes out from.

        `at_end` is awaited when all is handed over but the final dot, without which the server accepts nothing; what it
        raises is raised, and the dot is not written.

        Raises `TemporaryError` when the mail was surely not accepted and may be tried again, `UncertainError` when it
        may have been accepted, `PermanentError` when the server refused it for good, and `ConfigurationError` when
        the login or the encryption was refused.
        """

    async def reach(self) -> None:
        """Connect and log in. Raises `TemporaryError` or `ConfigurationError` as `send` does."""

    async def close(self) -> None:
        """End the session; never raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Both parts of a mail with the same facts."""

    text: str
    html: str


class Templates(Protocol):
    """The admins' templates; sandboxed, undefined values are errors."""

    def text(self, name: str, values: Mapping[str, object]) -> str:
        """Render ``NAME.txt.j2``. Raises `ConfigurationError` with file and line when that fails."""

    def body(self, name: str, values: Mapping[str, object]) -> Body:
        """Render ``NAME.txt.j2`` and ``NAME.html.j2``."""


class Dispatcher(Protocol):
    """Who works on which case, one message of a case at a time."""

    async def start_due(self, then: Callable[[], None]) -> None:
        """Start work on the cases that are due, as many as may run at once; `then` is called after each message that
        was dealt with.
        """

    async def drain(self) -> None:
        """Work until nothing is due."""

    async def finish(self, seconds: float) -> int:
        """Wait for what is in hand, cancel what takes longer than `seconds`; returns how much was cancelled."""
