"""Tell what reviewers and their programs write from the mail of customers, and find the question that it is about.

Tokens are checked here against the database; who may decide is settled later, by `resume_reviews`.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailagent.domain.case import case_in_subject
from mailagent.domain.commands import visible
from mailagent.domain.decision import Decision
from mailagent.domain.message import Message
from mailagent.domain.outgoing import NewOutboxEntry
from mailagent.errors import PermanentError
from mailagent.events import log
from mailagent.jobs.sort_mail.records import ended, exists
from mailagent.letters.notices import NO_TOKEN, Notices
from mailagent.mail.parse import ParsedMail
from mailagent.mail.reviewing import Styles, doubt_about, read_reply, reply_text
from mailagent.mail.tokens import ReviewToken, Signed, shows_review
from mailagent.ports import Cases, Messages, Sorted

LONGEST_REVIEW = 200_000
"""Characters, also in the form in which words are compared, where one may become 18; nobody decides at such length."""


@dataclass(frozen=True, kw_only=True)
class ReviewMail:
    """Both methods give what a mail is, with the notices about it, and None where it has nothing to do with a review.
    The fields are those of `SortMail`.
    """

    messages: Messages
    cases: Cases
    notices: Notices
    reviewers: frozenset[str]
    styles: Styles
    escalate_to: str | None

    async def read(
        self, message: Message, mail: ParsedMail, bare: Sorted, signed: Signed
    ) -> tuple[Sorted, Sequence[NewOutboxEntry]] | None:
        """A reply to a question, or what claims to be one; a person wrote it."""
        review = await self._review(message, mail, bare, signed)
        if review is None:
            return None
        if review.log_entry is None:
            return await self._once(message, review), []
        known = mail.sender if mail.sender in self.reviewers else None
        reply = replace(message, sender=mail.sender)
        return review, [self.notices.refused(reply, case=None, reason=NO_TOKEN, reviewer=known or "")]

    async def missed(
        self, message: Message, bare: Sorted, signed: Signed, *, reason: str
    ) -> tuple[Sorted, Sequence[NewOutboxEntry]] | None:
        """A program answered a mail that asks for a decision, or a list of them. Noted on each question, so that it is
        passed on; where there is nobody else to ask, the admin hears of it.
        """
        about = await self._about(bare, signed.review) if signed.review else replace(bare, list_id=signed.listed)
        if about is None or (about.review_revision is None and about.list_id is None):
            return None
        sender = bare.sender or "somebody"
        log("reviewer.missed", message_id=message.id, case_id=about.case_id, revision=about.review_revision)
        named = replace(message, case_id=about.case_id, subject=bare.subject)
        known = sender if sender in {*self.reviewers, self.escalate_to} else ""
        away = self.notices.missed(named, sender=sender, reviewer=known)
        notices = [away] if self.escalate_to in (None, sender) else []
        return ended(about, message, "auto_reply", f"{sender} answers by itself: {reason}"), notices

    async def _review(self, message: Message, mail: ParsedMail, bare: Sorted, signed: Signed) -> Sorted | None:
        token, has_right = signed.review, signed.review is not None or signed.listed is not None
        if not has_right and not signed.claims_review and mail.sender not in self.reviewers:
            return None
        is_short = len(mail.full_text) <= LONGEST_REVIEW and len(visible(mail.full_text)) <= LONGEST_REVIEW
        if has_right and not is_short:
            raise PermanentError(f"a reviewer's reply has more than {LONGEST_REVIEW:,} characters")
        style = self.styles.of(mail.sender)
        review = replace(
            bare,
            intake="review",
            text=await asyncio.to_thread(reply_text, mail, style) if is_short else "",
            caution=await asyncio.to_thread(doubt_about, mail, style) if is_short else "",
        )
        if signed.listed is not None:
            return replace(review, list_id=signed.listed)
        about = await self._about(review, token) if token else None
        if about is not None:
            return about
        named = None if token or signed.claims_review else case_in_subject(mail.subject)
        if named is not None and await exists(self.cases, named):  # proves nothing, but they are told so
            return replace(review, case_id=named)
        claims = token or signed.claims_review or shows_review(mail.full_text)
        decides = claims or isinstance(read_reply(review.text, style.words), Decision)
        return ended(review, message, "review", NO_TOKEN) if decides else None

    async def _about(self, found: Sorted, token: ReviewToken) -> Sorted | None:
        """`found` with the question of `token`: with its case only, where that question is of a time that the database
        has forgotten, and another has its number by now. None where the case is forgotten too.
        """
        question = await self.cases.escalation(token.case_id, token.revision)
        if question is not None and question.nonce == token.nonce:
            return replace(found, case_id=token.case_id, review_revision=token.revision)
        return replace(found, case_id=token.case_id) if await exists(self.cases, token.case_id) else None

    async def _once(self, message: Message, review: Sorted) -> Sorted:
        """`review`, or the end of a copy: a header that no signature covers makes other bytes of a mail that was caught
        on its way, and after an UNDO it would decide again.
        """
        for earlier in await self.messages.under_id(review.message_id, before=message.id, intake="review"):
            if earlier.sender == review.sender and (earlier.authenticated or not review.authenticated):
                return ended(review, message, "duplicate", f"a copy of message {earlier.id}")
        return review
