"""What all letters share: whose mailbox they leave from, and how they become outbox entries."""

from dataclasses import dataclass
from urllib.parse import quote
from zoneinfo import ZoneInfo

from mailagent.domain.case import CaseId
from mailagent.domain.escalation import NewEscalation
from mailagent.domain.listed import ListId
from mailagent.domain.outgoing import NewOutboxEntry, Outgoing
from mailagent.mail.compose import clean_header, compose
from mailagent.mail.tokens import ReviewToken, Tokens
from mailagent.ports import Clock, Templates

MAILTO_LIMIT = 2_000
"""Characters of a ``mailto:`` link that every mail client still opens."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One mailbox as an author of mail: its address, and the signed ids at its domain.

    With `signs_return_path` the envelope's sender names the mail, so that a bounce finds it in every form. Without
    `takes_plus` mail to its plus addresses is not delivered, and replies find their question in other ways.
    """

    mailbox: str
    address: str
    tokens: Tokens
    signs_return_path: bool = False
    takes_plus: bool = True

    def return_path(self, message_id: str) -> str:
        """Where bounces of the mail with this id go."""
        return self.tokens.return_address(self.address, message_id) if self.signs_return_path else self.address

    def review_address(self, question: NewEscalation) -> str:
        """Where a decision goes."""
        return self.tokens.review_address(self.address, _token(question)) if self.takes_plus else self.address

    def review_reference(self, question: NewEscalation) -> str:
        """The ``Ref`` line of a mail about `question`."""
        return self.tokens.review_reference(_token(question))

    def review_message_id(self, question: NewEscalation, cause: str) -> str:
        """The id of a mail that puts `question`."""
        return self.tokens.review_message_id(_token(question), cause)

    def list_address(self, list_id: ListId) -> str:
        """Where an answer to a list goes."""
        return self.tokens.list_address(self.address, list_id) if self.takes_plus else self.address

    def decide_url(self, question: NewEscalation, *, subject: str, body: str) -> str:
        """A button that opens a mail which decides. It answers nothing, so that without a plus address the Ref line
        must carry the token: below ``-- ``, where it is no part of a letter.
        """
        address = self.review_address(question)
        if address == self.address:
            body = f"{body}\n-- \nRef {self.review_reference(question)}\n"
        return mailto(address, subject=subject, body=body)


@dataclass(frozen=True, kw_only=True)
class Stationery:
    """What a letter needs beside its facts."""

    templates: Templates
    clock: Clock
    company: str
    zone: ZoneInfo
    desks: dict[str, Desk]

    def desk(self, mailbox: str) -> Desk:
        """The desk of `mailbox`; the first one for what came in by a mailbox that is not configured any more."""
        return self.desks.get(mailbox) or next(iter(self.desks.values()))

    def seal(
        self, mail: Outgoing, *, key: str, mailbox: str, case_id: CaseId | None, automatic: bool = False
    ) -> NewOutboxEntry:
        """Freeze the bytes; they are never built again."""
        return NewOutboxEntry(
            key=key,
            kind=mail.kind,
            mailbox=self.desk(mailbox).mailbox,
            case_id=case_id,
            recipient=mail.recipient,
            message_id=mail.message_id,
            raw=compose(mail, at=self.clock.now()),
            automatic=automatic,
        )


def _token(question: NewEscalation) -> ReviewToken:
    return ReviewToken(case_id=question.case_id, revision=question.revision, nonce=question.nonce)


def reply_subject(subject: str) -> str:
    """``Re: ...`` once, however often the customer's client has put it."""
    bare = clean_header(subject).strip()
    while bare[:3].casefold() == "re:":
        bare = bare[3:].strip()
    return f"Re: {bare or 'your message'}"


def mailto(address: str, *, subject: str, body: str) -> str:
    """A button that opens a mail to send; nothing acts on opening it. Line ends are CR LF, as RFC 6068 asks."""
    encoded = quote(body.replace("\r\n", "\n").replace("\n", "\r\n"), safe="")
    return f"mailto:{quote(address, safe='@+.')}?subject={quote(subject, safe='')}&body={encoded}"
