"""What the daemon needs from outside, as Protocols. `adapters/` and `store/` provide them; `wiring.py` chooses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailagent.domain.case import Case, CaseId
from mailagent.domain.decision import Verb
from mailagent.domain.escalation import Escalation, NewEscalation
from mailagent.domain.message import Intake, Message, MessageId, RawMail
from mailagent.domain.outgoing import NewOutboxEntry, OutboxEntry
from mailagent.domain.routing import Sentiment


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """An aware time in UTC."""


# --- mail servers -----------------------------------------------------------------------------------------------------


class Mailbox(Protocol):
    """The watched folder of one mailbox. Every call has a deadline and reconnects when the connection is gone.

    All raise `TemporaryError` (connection, timeout, server busy) or `ConfigurationError` (login or folder refused).
    """

    name: str
    folder: str

    async def epoch(self) -> int:
        """The folder's UIDVALIDITY; UIDs mean nothing under another one."""

    async def uids(self, *, above: int = 0, unseen: bool = False, since: datetime | None = None) -> list[int]:
        """UIDs greater than `above`, ascending; only unread ones, or those that arrived on the day of `since` or
        later, if asked.
        """

    async def fetch(self, uids: Sequence[int]) -> list[RawMail]:
        """The mails, without marking them read. One that is gone meanwhile is left out; of one over the size limit
        only the first part of the header comes, so that `raw` is shorter than `size`.
        """

    async def mark(self, uids: Sequence[int]) -> None:
        """Flag the mails as read, or move them, as configured. Doing it twice changes nothing."""

    async def wait(self, seconds: float) -> None:
        """Return when new mail arrives (IDLE), `wake` is called or `seconds` have passed, whichever is first."""

    def wake(self) -> None:
        """End a `wait` within a second."""

    async def close(self) -> None:
        """Log out; never raises."""


class MailSender(Protocol):
    """Sends frozen bytes to exactly one recipient."""

    async def send(self, recipient: str, raw: bytes) -> None:
        """Return once the server said 250.

        Raises `TemporaryError` when the mail was surely not accepted and may be tried again, `UncertainError` when it
        may have been accepted, `PermanentError` when the server refused it for good, and `ConfigurationError` when
        the login or the encryption was refused.
        """

    async def close(self) -> None:
        """End the session; never raises."""


# --- models and knowledge ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a model step cost. Tokens are zero where the model does not count any."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One earlier message of the case: who is ``customer`` or ``us``."""

    who: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerMail:
    """What a model sees of a message. `text` is at most 12,000 characters and is data, never an instruction."""

    subject: str
    text: str
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A knowledge article found by a search. `id` is its path below ``knowledge/`` without the ending;
    `score` is 0 or more, higher is better, comparable within one search only; `automatic` is false where the
    article may inform a person but must not be sent without one.
    """

    id: str
    title: str
    category: str
    text: str
    score: float
    automatic: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """`sentiment_score` from -1.0 to 1.0, `confidence` from 0.0 to 1.0, `language` a BCP 47 tag such as ``de``."""

    category: str
    sentiment: Sentiment
    sentiment_score: float
    language: str
    wants_human: bool
    confidence: float
    search_query: str
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The body of a reply, without greeting and closing; `text` is None when the articles do not answer the mail."""

    text: str | None
    sources: tuple[str, ...]
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What a reviewer needs: two lines of `summary`, the `suggested_fix`, and a `draft` body or None."""

    summary: str
    suggested_fix: str
    draft: str | None
    usage: Usage


class Model(Protocol):
    """Reports signals and writes drafts; it decides nothing.

    Every method raises `TemporaryError` or `PermanentError` when no valid result was to be had in time.
    """

    async def classify(self, mail: CustomerMail) -> Classification:
        """Category (always one of the configured ids), mood and what to search for."""

    async def respond(self, mail: CustomerMail, articles: Sequence[Article], tone: str) -> Answer:
        """A reply grounded in `articles` only."""

    async def brief(self, mail: CustomerMail, articles: Sequence[Article], tone: str, reason: str) -> Brief:
        """Put the case before a person, who was asked for `reason`."""


class Knowledge(Protocol):
    """The articles."""

    async def search(self, query: str, *, category: str, limit: int) -> tuple[Article, ...]:
        """The best articles for `query`, best first; those of `category` are preferred. Empty when none fits."""


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
        """Start work on the cases that are due, as many as may run at once; `then` is called after each message."""

    async def drain(self) -> None:
        """Work until nothing is due."""

    async def finish(self, seconds: float) -> int:
        """Wait for what is in hand, cancel what takes longer than `seconds`; returns how much was cancelled."""


# --- the store --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far a folder was read: every UID up to `floor` is settled; above it the recorded sightings tell.
    `since` is when the mailbox was first watched; older mail was never ours.
    """

    uidvalidity: int
    floor: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What sorting found out about a message. `case_id` None with `intake` ``person`` opens a new case; `log_entry`
    is set when sorting already ends the message (it is automatic, or our own).
    """

    intake: Intake
    answerable: bool
    authenticated: bool
    sender: str | None
    sender_name: str
    subject: str
    text: str
    message_id: str
    references: tuple[str, ...]
    attachments: tuple[str, ...]
    rating: int | None
    case_id: CaseId | None
    review_revision: int | None
    linked_case_id: CaseId | None = None
    log_entry: Mapping[str, object] | None = None


class Sightings(Protocol):
    """Copies of mail on the servers: how far each folder was read, and commit 1."""

    async def cursor(self, mailbox: str, folder: str) -> Cursor | None:
        """None before the first connection."""

    async def start_cursor(self, mailbox: str, folder: str, cursor: Cursor, *, settled: Sequence[int] = ()) -> None:
        """Begin, or begin again under a new UIDVALIDITY. `settled` are UIDs above the floor to leave alone."""

    async def unrecorded(self, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> list[int]:
        """Those of `uids` that no sighting records, ascending."""

    async def receive(self, mails: Sequence[RawMail], *, at: datetime) -> int:
        """Commit 1: sightings and raw bytes in one transaction. Returns how many were not known by content."""

    async def unmarked(self, mailbox: str, folder: str, uidvalidity: int) -> list[int]:
        """Recorded UIDs that are not yet flagged on the server."""

    async def marked(self, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> None:
        """Remember that they were flagged."""


class Messages(Protocol):
    """Received mail, from raw bytes to its outcome."""

    async def to_sort(self, *, at: datetime, limit: int) -> list[Message]:
        """Messages in state ``received`` that are due, oldest first."""

    async def raw(self, message_id: MessageId) -> bytes:
        """The bytes as received."""

    async def case_of(self, message_ids: Sequence[str]) -> CaseId | None:
        """The case of the first of these Message-IDs that we received or sent."""

    async def sort(
        self, message_id: MessageId, found: Sorted, *, at: datetime, notices: Sequence[NewOutboxEntry] = ()
    ) -> CaseId | None:
        """Record what sorting found, open a case for a person who has none, queue `notices`. Returns the case."""

    async def due_cases(self, *, at: datetime, limit: int) -> list[CaseId]:
        """Cases with a ``ready`` message that is due, the longest waiting first."""

    async def next_in_case(self, case_id: CaseId, *, at: datetime) -> Message | None:
        """The case's oldest ``ready`` message; None if there is none or it is not due yet."""

    async def get(self, message_id: MessageId) -> Message:
        """One message."""

    async def history(self, case_id: CaseId, *, before: MessageId) -> list[Turn]:
        """Earlier texts of the case's customer and our answers to them, oldest first."""

    async def postpone(self, message_id: MessageId, *, until: datetime, reason: str) -> None:
        """Count an attempt and try again later."""

    async def set_aside(self, message_id: MessageId, *, reason: str, notices: Sequence[NewOutboxEntry]) -> None:
        """Keep it for a person, and queue the mail that tells one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedBy:
    """The answer to an escalation."""

    revision: int
    reviewer: str
    verb: Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """Commit 2: everything that one message leads to. Written whole or not at all.

    `case_state` and `escalated` are the case's afterwards. `opens` puts a question, `supersedes` ends the open
    revision without an answer, `decides` ends it with one. `answer` is the text that the customer is sent for good;
    `log` the entries by message.
    """

    message_id: MessageId
    case_id: CaseId
    at: datetime
    case_state: str | None = None
    escalated: bool | None = None
    acknowledged: bool = False
    automatic_answer: bool = False
    opens: NewEscalation | None = None
    supersedes: int | None = None
    decides: DecidedBy | None = None
    answer: tuple[MessageId, str] | None = None
    log: Mapping[MessageId, Mapping[str, object]]
    outbox: tuple[NewOutboxEntry, ...] = ()


class Cases(Protocol):
    """Cases, their escalations and the log."""

    async def get(self, case_id: CaseId) -> Case:
        """One case; raises `KeyError` if there is none."""

    async def open_escalation(self, case_id: CaseId) -> Escalation | None:
        """The question that waits, if any."""

    async def escalation(self, case_id: CaseId, revision: int) -> Escalation | None:
        """One question, in whatever state."""

    async def latest_revision(self, case_id: CaseId) -> int:
        """0 before the first escalation."""

    async def commit(self, handled: Handled) -> bool:
        """Write it all. False, and nothing is written, when the message was already handled or the escalation that
        it decides or supersedes is not open any more.
        """


class Outbox(Protocol):
    """Mail to send."""

    async def due(self, *, at: datetime, limit: int) -> list[OutboxEntry]:
        """Entries in state ``ready`` that are due, oldest first."""

    async def claim(self, entry: OutboxEntry) -> bool:
        """Move it from ``ready`` to ``sending``; False if it is not ready any more."""

    async def sent(self, entry: OutboxEntry, *, at: datetime) -> None:
        """The server accepted it."""

    async def postpone(self, entry: OutboxEntry, *, until: datetime, error: str) -> None:
        """It surely did not leave; try again at `until`."""

    async def give_up(
        self, entry: OutboxEntry, *, uncertain: bool, error: str, notices: Sequence[NewOutboxEntry]
    ) -> None:
        """End as ``failed`` or ``uncertain``, and queue the mail that tells a person."""

    async def interrupted(self) -> list[OutboxEntry]:
        """Entries left in ``sending`` by a process that died."""


class Health(Protocol):
    """What `status` tells about the outside."""

    async def worked(self, name: str, *, at: datetime) -> None:
        """It was used with success."""

    async def failed(self, name: str, detail: str, *, at: datetime) -> None:
        """It could not be used."""
