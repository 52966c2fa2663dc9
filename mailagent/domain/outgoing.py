"""A mail that leaves: what it says, and its entry in the outbox."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NewType

from mailagent.domain.case import CaseId

OutboxId = NewType("OutboxId", int)

MailKind = Literal[
    "answer", "acknowledgment", "holding", "ask", "digest", "reminder", "list", "receipt", "confirmation", "notice"
]
ANSWERS: frozenset[MailKind] = frozenset({"answer", "acknowledgment", "holding", "ask"})
"""What goes to customers."""
OutboxState = Literal[
    "ready", "sending", "eod", "sent", "failed", "uncertain", "returned", "withdrawn", "held", "listed"
]
"""sending: the server has no more of it than its text, so it may be sent again. eod, the end of the data: its final dot
is written from here on, and the server may accept it. uncertain: nobody knows whether it did; a copy is looked for, and
then a person is told. returned: it was sent, and a mail system gave it back for good. withdrawn: a reviewer took the
decision back before it left. held: a digest of a burst, which waits for a list of them; listed: the list went in its
place, and it leaves when a reviewer asks for it."""
LONGEST_RETRY = timedelta(hours=1)
"""How long an entry waits for its next try at most."""
BLOCKED_FOR = timedelta(days=60)
"""How long nothing automatic goes to an address that does not exist."""
MOST_TRIES = 60
"""Then an entry is given up: after about two days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One mail to one recipient, before it is bytes. Ids carry their angle brackets."""

    kind: MailKind
    recipient: str
    subject: str
    text: str
    html: str
    message_id: str
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    reply_to: str | None = None
    sender_address: str
    sender_name: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOutboxEntry:
    """`key` is unique and made from the cause: one cause, one mail. `raw` is never rebuilt. `automatic` mail to a
    customer was decided by no person, and counts against the caps. `not_before` is when it may leave at the earliest,
    or, where it is `held`, when the list is made that goes in its place.
    """

    key: str
    kind: MailKind
    mailbox: str
    case_id: CaseId | None
    recipient: str
    message_id: str
    raw: bytes
    automatic: bool = False
    not_before: datetime | None = None
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEntry(NewOutboxEntry):
    """An entry with its fate. `due_at` is when it may be tried next; `error` the server's words at the last try.
    `uncertain_since` is when we lost sight of it.
    """

    id: OutboxId
    state: OutboxState
    attempts: int
    due_at: datetime
    sent_at: datetime | None = None
    uncertain_since: datetime | None = None
    error: str = ""
