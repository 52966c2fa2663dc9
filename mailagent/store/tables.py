"""The tables. Rows never leave `store/`; times are UTC; ids that senders control are kept as hashes where indexed."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlmodel import Field, SQLModel

from mailagent.store.columns import UtcTime


class FolderRow(SQLModel, table=True):
    """How far a folder was read."""

    __tablename__ = "folder"
    mailbox: str = Field(primary_key=True)
    folder: str = Field(primary_key=True)
    uidvalidity: int = Field(sa_type=BigInteger)
    floor: int = Field(sa_type=BigInteger)
    since: datetime = Field(sa_type=UtcTime)


class SightingRow(SQLModel, table=True):
    """One copy of a mail on a server. `message_id` is null for mail that was there before we came."""

    __tablename__ = "sighting"
    __table_args__ = (UniqueConstraint("mailbox", "folder", "uidvalidity", "uid"),)
    id: int | None = Field(default=None, primary_key=True)
    mailbox: str
    folder: str
    uidvalidity: int = Field(sa_type=BigInteger)
    uid: int = Field(sa_type=BigInteger)
    message_id: int | None = Field(default=None, foreign_key="message.id", index=True)
    marked: bool = Field(default=False, index=True)


class MessageRow(SQLModel, table=True):
    """One email received. Commit 1 writes what stands above `case_id`, sorting the rest. A line of an answer to a
    list, `part_of` that answer, has no bytes of its own.
    """

    __tablename__ = "message"
    id: int | None = Field(default=None, primary_key=True)
    content_key: str = Field(unique=True)
    mailbox: str
    received_at: datetime = Field(sa_type=UtcTime)
    arrived_at: datetime | None = Field(default=None, sa_type=UtcTime)
    size: int
    state: str = Field(default="received", index=True)
    attempts: int = 0
    begun: int = 0
    due_at: datetime = Field(sa_type=UtcTime)
    case_id: int | None = Field(default=None, foreign_key="support_case.id", index=True)
    intake: str = "person"
    caution: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    authenticated: bool = False
    sender: str | None = None
    sender_name: str = ""
    subject: str = ""
    text: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    message_id: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    id_hash: str = Field(default="", index=True)
    references: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    attachments: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    copied: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    defects: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    quoted: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    review_revision: int | None = None
    list_id: int | None = Field(default=None, sa_type=BigInteger, index=True)
    part_of: int | None = Field(default=None, index=True)
    rating: int | None = None
    answer: str | None = Field(default=None, sa_column=Column(Text))
    reason: str = ""


class RawMailRow(SQLModel, table=True):
    """The bytes as received."""

    __tablename__ = "raw_mail"
    message_id: int = Field(primary_key=True, foreign_key="message.id")
    raw: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class KnownIdRow(SQLModel, table=True):
    """Which cases a Message-ID belongs to, received or sent: two people may have used the same."""

    __tablename__ = "known_id"
    hash: str = Field(primary_key=True)
    case_id: int = Field(primary_key=True, foreign_key="support_case.id")


class CaseRow(SQLModel, table=True):
    """The messages about one matter with one customer. Numbers are never used again."""

    __tablename__ = "support_case"
    __table_args__ = {"sqlite_autoincrement": True}
    id: int | None = Field(default=None, primary_key=True)
    mailbox: str
    customer: str
    customer_name: str
    subject: str
    state: str = Field(index=True)
    opened_at: datetime = Field(sa_type=UtcTime)
    automatic_answers: int = 0
    acknowledged: bool = False
    escalated: bool = False
    linked_case_id: int | None = None
    settled_at: datetime | None = Field(default=None, sa_type=UtcTime)


class EscalationRow(SQLModel, table=True):
    """One question to a reviewer."""

    __tablename__ = "escalation"
    case_id: int = Field(primary_key=True, foreign_key="support_case.id")
    revision: int = Field(primary_key=True)
    message_id: int = Field(foreign_key="message.id")
    interrupt_id: str
    priority: str
    reason: str
    draft: str | None = Field(default=None, sa_column=Column(Text))
    due_at: datetime = Field(sa_type=UtcTime)
    graph_state: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    state: str = Field(default="open", index=True)
    opened_at: datetime = Field(sa_type=UtcTime)
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=UtcTime)
    verb: str | None = None
    decision_id: int | None = None
    assigned_to: str | None = None
    snoozed_until: datetime | None = Field(default=None, sa_type=UtcTime)
    nonce: str = Field(default="", sa_column_kwargs={"server_default": ""})


class ListedRow(SQLModel, table=True):
    """A question that a list showed: an answer to the list is about this revision."""

    __tablename__ = "listed"
    list_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    case_id: int = Field(primary_key=True, foreign_key="support_case.id")
    revision: int


class OutboxRow(SQLModel, table=True):
    """One mail to send, with frozen bytes. `key` is made from its cause: one cause, one mail. `cause_id` is the message
    whose handling queued it; `settled_at` is when it was left to a person: it failed, or stays uncertain.
    """

    __tablename__ = "outbox"
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    kind: str
    mailbox: str
    case_id: int | None = Field(default=None, foreign_key="support_case.id", index=True)
    recipient: str
    message_id: str = Field(index=True)
    automatic: bool = False
    cause_id: int | None = Field(default=None, index=True)
    raw: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    state: str = Field(default="ready", index=True)
    attempts: int = 0
    created_at: datetime = Field(sa_type=UtcTime, index=True)
    due_at: datetime = Field(sa_type=UtcTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcTime)
    uncertain_since: datetime | None = Field(default=None, sa_type=UtcTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcTime)
    error: str = ""


class SpendingRow(SQLModel, table=True):
    """What models cost for one message; summed up over a day against the budget."""

    __tablename__ = "spending"
    message_id: int = Field(primary_key=True, foreign_key="message.id")
    case_id: int = Field(index=True)
    sender: str | None = Field(default=None, index=True)
    at: datetime = Field(sa_type=UtcTime, index=True)
    tokens: int
    cost: float


class EmbeddingSpendingRow(SQLModel, table=True):
    """What a request for vectors cost, of articles or of a mail; part of what all mail cost in a day."""

    __tablename__ = "embedding_spending"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcTime, index=True)
    tokens: int
    cost: float


class AddressBlockRow(SQLModel, table=True):
    """An address that returned our mail for good; nothing automatic goes to it until then."""

    __tablename__ = "address_block"
    address: str = Field(primary_key=True)
    until: datetime = Field(sa_type=UtcTime)
    reason: str = Field(sa_column=Column(Text, nullable=False))


class SpamSenderRow(SQLModel, table=True):
    """An address that a reviewer's decision, `decision_id`, listed: its mail is recorded and never answered."""

    __tablename__ = "spam_sender"
    address: str = Field(primary_key=True)
    decision_id: int
    reviewer: str
    at: datetime = Field(sa_type=UtcTime)


class CorrectionRow(SQLModel, table=True):
    """What a reviewer corrected in the triage of a message; a label to measure with and to learn from."""

    __tablename__ = "correction"
    message_id: int = Field(primary_key=True, foreign_key="message.id")
    key: str = Field(primary_key=True)
    value: str
    reviewer: str
    at: datetime = Field(sa_type=UtcTime)


class LogRow(SQLModel, table=True):
    """The one structured entry that each message ends in."""

    __tablename__ = "log_entry"
    message_id: int = Field(primary_key=True, foreign_key="message.id")
    case_id: int | None = Field(default=None, index=True)
    at: datetime = Field(sa_type=UtcTime)
    entry: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class ChainRow(SQLModel, table=True):
    """An entry of the chain, see `ChainEntry`; it is never changed. `mac` is its seal."""

    __tablename__ = "chain"
    seq: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcTime)
    kind: str
    message_id: int | None = Field(default=None, index=True)
    case_id: int | None = None
    outbox_id: int | None = Field(default=None, index=True)
    facts: str = Field(sa_column=Column(Text, nullable=False))
    digest: str
    key_id: str
    mac: str


class TermRow(SQLModel, table=True):
    """Who may write, of those who begin a term: the last; and how the last daemon among them was started. One row."""

    __tablename__ = "term"
    id: int = Field(primary_key=True)
    number: int
    token: str
    holder: str
    since: datetime = Field(sa_type=UtcTime)
    started_by: str = ""
    started_at: datetime | None = Field(default=None, sa_type=UtcTime)
    scheduled: bool = False


class HealthRow(SQLModel, table=True):
    """When a mail server or a model last worked, and what it said when it did not."""

    __tablename__ = "health"
    name: str = Field(primary_key=True)
    working: bool
    detail: str = ""
    checked_at: datetime = Field(sa_type=UtcTime)
    worked_at: datetime | None = Field(default=None, sa_type=UtcTime)


class ArticleVectorRow(SQLModel, table=True):
    """The vector that a model made of a part of an article. `key` is a hash of its text: a moved article keeps it."""

    __tablename__ = "article_vector"
    model: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    vector: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class HoldRow(SQLModel, table=True):
    """Why nothing but notices is sent, unless it was `lifted`. `sure` is false while mail is still compared; when it
    was put, `newest` was the number of the newest message.
    """

    __tablename__ = "hold"
    name: str = Field(primary_key=True)
    reason: str
    since: datetime = Field(sa_type=UtcTime)
    sure: bool
    lifted: bool = False
    newest: int = 0
