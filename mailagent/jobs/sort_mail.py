"""Parse each new message, find out what it is and which case it belongs to.

Mail that is automatic, or our own, ends here: recorded and never answered.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from mailagent.domain.case import CaseId, read_case_number
from mailagent.domain.message import Intake, Message
from mailagent.errors import PermanentError
from mailagent.events import log
from mailagent.letters.review import ReviewLetters
from mailagent.mail.authentication import authenticated
from mailagent.mail.automatic import kind_of
from mailagent.mail.bounce import read_bounce
from mailagent.mail.parse import ParsedMail, parse
from mailagent.mail.rating import read_rating
from mailagent.ports import Cases, Clock, Messages, Sorted

BATCH = 200
SUBJECT_LIMIT = 300
"""Characters; more is no subject, and every mail about the case would carry it."""
SUBJECT_CASE = re.compile(r"\[(C-\d{1,15})\]", re.ASCII)
RETRY = timedelta(seconds=30)
NO_TOKEN = "it carries no valid token of ours"  # noqa: S105 - a reason, not a password


@dataclass(frozen=True, kw_only=True)
class SortMail:
    """A `Job`. `ours` are all addresses that we write from; `authserv_id` is None when senders are taken at their
    word.
    """

    messages: Messages
    cases: Cases
    letters: ReviewLetters
    ours: frozenset[str]
    reviewers: frozenset[str]
    authserv_id: str | None
    clock: Clock
    name: str = "sort_mail"

    async def due(self) -> Sequence[Message]:
        """Messages of which only the bytes are known."""
        return await self.messages.to_sort(at=self.clock.now(), limit=BATCH)

    async def handle(self, message: Message) -> None:
        """Record what it is."""
        raw = await self.messages.raw(message.id)
        if len(raw) < message.size:
            raise PermanentError(f"the mail has {message.size} bytes, over the limit; only its header was fetched")
        mail = parse(raw)
        returned = self.letters.paper.desk(message.mailbox).tokens.find_return(mail)
        bounce = read_bounce(raw, mail, came_back=returned is not None)
        found = await self._sort(message, mail, bounced=bounce is not None)
        notices = []
        if found.intake == "review" and found.case_id is None:
            notices.append(self.letters.refused(replace(message, sender=found.sender), case=None, reason=NO_TOKEN))
        case_id = await self.messages.sort(message.id, found, at=self.clock.now(), notices=notices)
        log("mail.sorted", message_id=message.id, case_id=case_id, intake=found.intake, answerable=found.answerable)

    def attempts(self, message: Message) -> int:
        """See `Job`."""
        return message.attempts

    async def postpone(self, message: Message, reason: str) -> None:
        """See `Job`."""
        await self.messages.postpone(message.id, until=self.clock.now() + RETRY, reason=reason)

    async def set_aside(self, message: Message, error: Exception) -> None:
        """Keep the bytes; the admin hears of it."""
        log("mail.set_aside", message_id=message.id, error=type(error).__name__)
        notice = self.letters.set_aside(message, error)
        await self.messages.set_aside(message.id, reason=str(error), notices=[notice])

    async def _sort(self, message: Message, mail: ParsedMail, *, bounced: bool) -> Sorted:
        kind = kind_of(mail, ours=self.ours, bounced=bounced)
        tokens = self.letters.paper.desk(message.mailbox).tokens
        review = tokens.find_review(mail)
        case_id: CaseId | None = None
        linked: CaseId | None = None
        revision: int | None = None
        intake: Intake = kind.kind
        if intake == "person" and review is not None and await self._exists(review.case_id):
            intake, case_id, revision = "review", review.case_id, review.revision
        elif intake == "person" and (review is not None or tokens.claims_review(mail)):
            intake = "review"
        elif intake == "person" and mail.sender in self.reviewers and (named := await self._named_case(mail)):
            intake, case_id = "review", named
        elif intake == "person":
            case_id, linked = await self._case(message, mail)
        return Sorted(
            intake=intake,
            answerable=kind.answerable,
            authenticated=self.authserv_id is None or authenticated(mail, self.authserv_id),
            sender=mail.sender,
            sender_name=mail.sender_name,
            subject=mail.subject[:SUBJECT_LIMIT],
            text=mail.text if intake == "review" else mail.text or mail.full_text,
            message_id=mail.message_id,
            references=mail.references,
            attachments=tuple(f"{part.name} ({part.size // 1024 + 1} KB)" for part in mail.attachments),
            rating=read_rating(mail.text) if case_id is not None and intake == "person" else None,
            case_id=case_id,
            review_revision=revision,
            linked_case_id=linked,
            log_entry=_entry_if_ended(message, intake, case_id, kind.reason),
        )

    async def _named_case(self, mail: ParsedMail) -> CaseId | None:
        """The case that a reviewer's subject names: it proves nothing, but they are told so."""
        found = SUBJECT_CASE.search(mail.subject)
        case_id = read_case_number(found.group(1)) if found else None
        return case_id if case_id is not None and await self._exists(case_id) else None

    async def _exists(self, case_id: CaseId) -> bool:
        try:
            await self.cases.get(case_id)
        except KeyError:
            return False
        return True

    async def _case(self, message: Message, mail: ParsedMail) -> tuple[CaseId | None, CaseId | None]:
        """The case that a customer's mail goes on with, or (None, the case it names) for somebody else's mail.

        Our signed ids first, then References from the newest, then In-Reply-To. Never by subject.
        """
        named = [*reversed(mail.references), *mail.in_reply_to]
        tokens = self.letters.paper.desk(message.mailbox).tokens
        case_id = tokens.find_case(mail) or await self.messages.case_of(named)
        if case_id is None:
            return None, None
        if not await self._exists(case_id):
            return None, None
        case = await self.cases.get(case_id)
        return (case_id, None) if mail.sender == case.customer else (None, case_id)


def _entry_if_ended(message: Message, intake: Intake, case_id: CaseId | None, reason: str) -> dict[str, object] | None:
    """The log entry of a message that needs no more work; None for one that goes on."""
    if intake == "person" or (intake == "review" and case_id is not None):
        return None
    if intake == "review":
        reason = NO_TOKEN
    return {"message": message.id, "case": None, "disposition": "ignore", "rule": f"intake:{intake}", "reason": reason}
