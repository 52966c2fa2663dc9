"""A message: one email received, immutable once it is stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NewType

from mailagent.domain.case import CaseId
from mailagent.domain.listed import ListId

MessageId = NewType("MessageId", int)

Intake = Literal["person", "auto_reply", "bounce", "automatic", "own", "review", "duplicate", "spam"]
"""What a message is before any model sees it; duplicate: a second copy of a message under the same Message-ID; spam: of
a sender whom a reviewer listed."""

MessageState = Literal["received", "ready", "handled", "aside"]
"""received: raw bytes only; ready: sorted, waits for its turn in its case; aside: kept for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMail:
    """One mail as the server gave it. `uid` is unique within `(mailbox, folder, uidvalidity)`.

    `size` is in bytes; `raw` is shorter when the mail was over the limit, and is then the first part of its header.
    `arrived_at` is when the server says that the mail came (INTERNALDATE), None where it does not say.
    """

    mailbox: str
    folder: str
    uidvalidity: int
    uid: int
    raw: bytes
    size: int
    arrived_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A stored message. `text` is what the sender newly wrote; `message_id` and `references` are as they wrote them.

    `size` is what the server said, more than was fetched where the mail is over the limit. `arrived_at` is when the
    mail came into its folder, `received_at` when we took it from there.
    `sender` is the lower-cased address of the one mailbox in From, or None where From does not name exactly one.
    `review_revision` is the escalation that a review message answers, or `list_id` the list. `part_of` is the answer
    to a list that this message is one line of. `caution` says why no automatic mail may go to
    the sender and what a person should look at first; it is empty where nothing speaks against an answer. `copied` are
    the other people whom the mail was addressed to. `begun` counts the processes that ended while they
    read it. `quoted` is what stands below the text, of a mail that we did not know.
    """

    id: MessageId
    mailbox: str
    received_at: datetime
    state: MessageState
    arrived_at: datetime | None = None
    size: int = 0
    attempts: int = 0
    begun: int = 0
    case_id: CaseId | None = None
    intake: Intake = "person"
    caution: str = ""
    authenticated: bool = False
    sender: str | None = None
    sender_name: str = ""
    subject: str = ""
    text: str = ""
    message_id: str = ""
    references: tuple[str, ...] = ()
    review_revision: int | None = None
    list_id: ListId | None = None
    part_of: MessageId | None = None
    rating: int | None = None
    attachments: tuple[str, ...] = ()
    copied: tuple[str, ...] = ()
    quoted: str = ""
    reason: str = ""

    @property
    def for_case(self) -> CaseId:
        """The case of a sorted message; raises `ValueError` where there is none."""
        if self.case_id is None:
            raise ValueError(f"message {self.id} belongs to no case")
        return self.case_id
