"""The store: what is received, decided, sent and known to work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailagent.domain.budget import Spent
from mailagent.domain.case import Case, CaseId
from mailagent.domain.commands import Verb
from mailagent.domain.decision import UnclearCode
from mailagent.domain.escalation import Escalation, NewEscalation, Waiting
from mailagent.domain.listed import ListId
from mailagent.domain.message import Intake, Message, MessageId, RawMail
from mailagent.domain.outgoing import NewOutboxEntry, OutboxId
from mailagent.domain.placement import Asker
from mailagent.domain.routing import Priority
from mailagent.ports.model import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far a folder was read: every UID up to `floor` is settled; above it the recorded sightings tell.
    `since` is when the mailbox was first watched; older mail was never ours.
    """

    uidvalidity: int
    floor: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A mail of ours that a mail system gave back for good. Where it went `to_customer`, nothing automatic goes to its
    recipient before `until`, and a person must see to its case.
    """

    outbox_id: OutboxId
    reason: str
    until: datetime
    to_customer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What sorting found out about a message. `case_id` None with `intake` ``person`` opens a new case; `log_entry`
    is set when sorting already ends the message (it is automatic, or our own). `caution` and `copied` are those of
    `Message`; `defects` say in words what was wrong with the mail; `quoted` is a mail that is answered in it and that
    we do not know.
    """

    intake: Intake
    caution: str
    authenticated: bool
    sender: str | None
    sender_name: str
    subject: str
    text: str
    message_id: str
    references: tuple[str, ...]
    attachments: tuple[str, ...]
    copied: tuple[str, ...]
    defects: tuple[str, ...]
    rating: int | None
    case_id: CaseId | None
    review_revision: int | None
    list_id: ListId | None = None
    quoted: str = ""
    linked_case_id: CaseId | None = None
    returned: Returned | None = None
    log_entry: Mapping[str, object] | None = None


class Sightings(Protocol):
    """Copies of mail on the servers: how far each folder was read, and commit 1."""

    async def cursor(self, mailbox: str, folder: str) -> Cursor | None:
        """None before the first connection."""

    async def highest(self, mailbox: str, folder: str, uidvalidity: int) -> int:
        """The highest UID that is settled or recorded; 0 where none is."""

    async def latest(self, mailbox: str, folder: str, uidvalidity: int) -> Sequence[tuple[int, bytes]]:
        """The last three mails that were recorded and whose bytes are kept, the highest UID first, and the first
        `BEGINNING` bytes of each.
        """

    async def start_cursor(
        self, mailbox: str, folder: str, cursor: Cursor, *, settled: Sequence[int] = (), anew: bool = False
    ) -> None:
        """Begin, or begin again under a new UIDVALIDITY. `settled` are UIDs above the floor to leave alone. `anew`:
        what was recorded under this UIDVALIDITY is of other mail than has these numbers now, and is forgotten.
        """

    async def unrecorded(self, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> list[int]:
        """Those of `uids` that no sighting records, ascending."""

    async def receive(self, mails: Sequence[RawMail], *, at: datetime) -> int:
        """Commit 1: sightings and raw bytes in one transaction. Returns how many were not known by content."""

    async def refuse(
        self,
        mailbox: str,
        folder: str,
        uidvalidity: int,
        uid: int,
        *,
        at: datetime,
        reason: str,
        notices: Sequence[NewOutboxEntry],
    ) -> None:
        """Record a mail that the server does not hand out: set aside, without its bytes."""

    async def taken_under(self, mailbox: str, hold: str) -> int:
        """How many mails, each counted once, were taken from the mailbox since the hold of that name was put, whatever
        clocks say.
        """

    async def unmarked(self, mailbox: str, folder: str, uidvalidity: int) -> list[int]:
        """Recorded UIDs that are not yet flagged on the server."""

    async def marked(self, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> None:
        """Remember that they were flagged."""


class Messages(Protocol):
    """Received mail, from raw bytes to its outcome."""

    async def to_sort(self, *, at: datetime, limit: int) -> list[Message]:
        """Messages in state ``received`` that are due, oldest first."""

    async def begin(self, message_id: MessageId) -> None:
        """Count that it is read now, until `sort`, `postpone` or `set_aside` says how that ended."""

    async def raw(self, message_id: MessageId) -> bytes:
        """The bytes as received."""

    async def cases_of(self, message_ids: Sequence[str]) -> list[CaseId]:
        """The cases that these Message-IDs were received or sent in, in the order of the ids, each once."""

    async def under_id(self, message_id: str, *, before: MessageId, intake: Intake) -> list[Message]:
        """Earlier messages of this kind under this Message-ID, oldest first, 20 at most; none under an empty one."""

    async def sort(
        self, message_id: MessageId, found: Sorted, *, at: datetime, notices: Sequence[NewOutboxEntry] = ()
    ) -> CaseId | None:
        """Record what sorting found, open a case for a person who has none, queue `notices`. Returns the case."""

    async def due_cases(self, *, at: datetime, limit: int) -> list[CaseId]:
        """Cases whose oldest ``ready`` message is due: of each customer the longest waiting first, then of each the
        second, and so on, so that nobody's flood keeps others waiting.
        """

    async def next_in_case(self, case_id: CaseId, *, at: datetime) -> Message | None:
        """The case's oldest ``ready`` message; None if there is none or it is not due yet."""

    async def get(self, message_id: MessageId) -> Message:
        """One message."""

    async def history(self, case_id: CaseId, *, of: str, before: MessageId) -> tuple[list[Turn], int]:
        """What `of`, an address, wrote earlier in the case, where that is proven, and our answers, oldest first: the
        newest of it, each cut after `LONGEST_MAIL` characters. And how many messages it wrote in all.
        """

    async def language(self, case_id: CaseId, *, before: MessageId) -> str:
        """That of the customer's last message which was read, as a reviewer corrected it; empty if there is none."""

    async def postpone(self, message_id: MessageId, *, until: datetime, reason: str) -> None:
        """Count an attempt and try again later."""

    async def set_aside(self, message_id: MessageId, *, reason: str, notices: Sequence[NewOutboxEntry]) -> None:
        """Keep it for a person, and queue the mail that tells one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedBy:
    """The answer to an escalation. `after_rejection` is whether it takes the place of a rejection, after which the case
    stayed open, and not that of an open question's missing answer.
    """

    revision: int
    reviewer: str
    verb: Verb
    after_rejection: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionChange:
    """What becomes of an open question without an answer; None leaves a part as it is."""

    revision: int
    assigned_to: tuple[str, ...] | None = None
    snoozed_until: datetime | None = None
    priority: Priority | None = None
    due_at: datetime | None = None
    graph_state: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What models cost for one message of `sender`, in tokens and in the currency of the prices."""

    sender: str | None
    tokens: int
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """Commit 2: everything that one message leads to. Written whole or not at all.

    `case_state` and `escalated` are the case's afterwards. `opens` puts a question, `supersedes` ends the open
    revision without an answer, `decides` ends it with one, `undoes` takes back a decision and what it queued for the
    customer: its question is open again, unless there is a newer one; `changes` keeps it open; `shows` is the revision
    whose digest leaves now, if a list was sent in its place. `answer` is the text that the customer is sent for good,
    None for none any more after an undo; `spam` an address whose mail ends unanswered from now on, `not_spam` one whose
    mail is read again, `corrections` what a reviewer corrected about a message, by signal; `log` the entries by
    message. `erases`: the message quotes somebody who was forgotten, and its words go.
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
    undoes: int | None = None
    changes: QuestionChange | None = None
    shows: int | None = None
    spam: str | None = None
    not_spam: str | None = None
    corrections: tuple[MessageId, str, Mapping[str, str]] | None = None
    answer: tuple[MessageId, str] | None = None
    spending: Spending | None = None
    erases: bool = False
    log: Mapping[MessageId, Mapping[str, object]]
    outbox: tuple[NewOutboxEntry, ...] = ()


class Cases(Protocol):
    """Cases, their escalations and the log."""

    async def get(self, case_id: CaseId) -> Case:
        """One case; raises `KeyError` if there is none."""

    async def people(self, case_id: CaseId) -> frozenset[str]:
        """The addresses that belong to a case: its customer, and whom its people copied in."""

    async def asker(self, case_id: CaseId) -> Asker | None:
        """Who waits for an answer: of the open question, else of the newest message that was not handled yet."""

    async def open_escalation(self, case_id: CaseId) -> Escalation | None:
        """The question that waits, if any."""

    async def escalation(self, case_id: CaseId, revision: int) -> Escalation | None:
        """One question, in whatever state."""

    async def waiting(self, *, after: Waiting | None = None) -> list[Waiting]:
        """The open questions of all cases, the first due first: a page of them, those that come `after` one."""

    async def was_told(self, reply: Message, code: UnclearCode, *, above: int = 0) -> bool:
        """Whether its sender has had a receipt with this code before this `reply` came, for an earlier reply about the
        same question, whose number is `above` that.
        """

    async def latest_revision(self, case_id: CaseId) -> int:
        """0 before the first escalation."""

    async def is_spam(self, address: str) -> bool:
        """Whether a reviewer listed `address`, so that its mail ends unanswered."""

    async def spent(self, sender: str | None, case_id: CaseId, *, at: datetime) -> Spent:
        """What models cost in the day before `at`."""

    async def commit(self, handled: Handled) -> bool:
        """Write it all. False, and nothing is written, when the message was already handled or the escalation that
        it decides, supersedes or changes is not open any more, or the one that it undoes was not decided by a mail
        whose effects can still be taken back.
        """

    async def remind(self, question: Waiting, mails: Sequence[NewOutboxEntry], *, at: datetime) -> bool:
        """Queue mails about a question. False, and nothing is written, when the question is not open any more."""


class Health(Protocol):
    """What `status` tells about the outside."""

    async def worked(self, name: str, *, at: datetime) -> None:
        """It was used with success; may be told as often as that happens."""

    async def failed(self, name: str, detail: str, *, at: datetime) -> None:
        """It could not be used."""
