"""Parse each new message, find out what it is and which case it belongs to.

Mail that is automatic, our own, or a second copy ends here: recorded and never answered.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from mailagent.domain.case import CaseId, case_in_subject, case_number
from mailagent.domain.decision import Decision
from mailagent.domain.message import Intake, Message
from mailagent.domain.outgoing import ANSWERS, NewOutboxEntry
from mailagent.domain.placement import NamedCase, Placement, Verdict, place
from mailagent.errors import PermanentError, spoken
from mailagent.events import log
from mailagent.letters.notices import NO_TOKEN, Notices
from mailagent.mail.addresses import addresses, without_tag
from mailagent.mail.automatic import Kind, from_mail_system, kind_of
from mailagent.mail.body import DISAGREEMENT
from mailagent.mail.bounce import Bounce, read_bounce
from mailagent.mail.cautions import cautions_of, sender_verdict
from mailagent.mail.identity import same_words
from mailagent.mail.parse import ParsedMail, parse
from mailagent.mail.rating import read_rating
from mailagent.mail.reviewing import Styles, read_reply, reply_text
from mailagent.mail.tokens import ReviewToken, Signed, Tokens
from mailagent.ports import Cases, Clock, Messages, Outbox, Returned, Sorted

BATCH = 200
SUBJECT_LIMIT = 300
"""Characters; more is no subject, and every mail about the case would carry it."""
LONGEST_REVIEW = 200_000
"""Characters; nobody decides at such length."""
LONGEST_QUOTE = 8_000
"""Characters that are kept of a mail that a customer quotes, and that no case of ours knows."""
MOST_COPIED = 20
"""People copied in who belong to the case from then on."""
RETRY = timedelta(seconds=30)
DEATHS = 3
ANSWERED_WITHIN = timedelta(hours=72)
"""Older mail was answered by somebody, or a machine's answer comes too late."""
BLOCKED_FOR = timedelta(days=60)
"""How long nothing automatic goes to an address that does not exist."""


@dataclass(frozen=True, kw_only=True)
class SortMail:
    """A `Job`. `ours` are all addresses that we write from; `authserv_id` is None when senders are taken at their
    word; `styles` are how reviewers write; with `requires_auth` nothing automatic goes to a sender whose address is not
    proven. `escalate_to` is who is asked when a reviewer is away.
    """

    messages: Messages
    cases: Cases
    outbox: Outbox
    notices: Notices
    ours: frozenset[str]
    reviewers: frozenset[str]
    styles: Styles
    escalate_to: str | None
    authserv_id: str | None
    requires_auth: bool
    clock: Clock
    name: str = "sort_mail"

    async def due(self) -> Sequence[Message]:
        """Messages of which only the bytes are known."""
        return await self.messages.to_sort(at=self.clock.now(), limit=BATCH)

    async def handle(self, message: Message) -> None:
        """Record what it is. What ended `DEATHS` processes is not read again."""
        if message.begun >= DEATHS:
            raise PermanentError(f"mailagent ended {message.begun} times while it read this mail")
        await self.messages.begin(message.id)
        raw = await self.messages.raw(message.id)
        if len(raw) < message.size:
            raise PermanentError(f"the mail has {message.size} bytes, over the limit; only its header was fetched")
        tokens = self.notices.paper.desk(message.mailbox).tokens
        # A second for the worst mail, in which others wait for answers
        mail, signed, bounce = await asyncio.to_thread(_read, raw, tokens)
        found, notices = await self._sort(message, mail, signed, bounce)
        case_id = await self.messages.sort(message.id, found, at=self.clock.now(), notices=notices)
        answerable = found.log_entry is None and not found.caution
        log("mail.sorted", message_id=message.id, case_id=case_id, intake=found.intake, answerable=answerable)

    def attempts(self, message: Message) -> int:
        """See `Job`."""
        return message.attempts

    async def postpone(self, message: Message, reason: str) -> None:
        """See `Job`."""
        await self.messages.postpone(message.id, until=self.clock.now() + RETRY, reason=reason)

    async def set_aside(self, message: Message, error: Exception) -> None:
        """Keep the bytes; the admin hears of it."""
        log("mail.set_aside", message_id=message.id, error=type(error).__name__, reason=spoken(error))
        notice = self.notices.set_aside(message, error)
        await self.messages.set_aside(message.id, reason=str(error), notices=[notice])

    async def _sort(
        self, message: Message, mail: ParsedMail, signed: Signed, bounce: Bounce | None
    ) -> tuple[Sorted, Sequence[NewOutboxEntry]]:
        """What it is, and the notices about it."""
        kind = kind_of(mail, ours=self.ours, bounced=bounce is not None)
        verdict = sender_verdict(mail, self.authserv_id)
        is_rewritten = kind.kind == "person" and mail.sender is not None and without_tag(mail.sender) in self.ours
        bare = Sorted(
            intake=kind.kind,
            caution="",
            authenticated=verdict == "pass",
            sender=None if is_rewritten else mail.sender,
            sender_name=mail.sender_name,
            subject=mail.subject[:SUBJECT_LIMIT],
            text=mail.full_text if mail.passes_on else mail.text or mail.full_text,
            message_id=mail.message_id,
            references=mail.references,
            attachments=tuple(f"{part.name} ({part.size // 1024 + 1} KB)" for part in mail.attachments),
            copied=self._copied(mail),
            defects=mail.defects,
            rating=None,
            case_id=None,
            review_revision=None,
        )
        if kind.kind == "bounce" and bounce is not None:
            return await self._bounce(message, mail, bare, bounce, verdict=verdict, signed=signed)
        if kind.kind == "auto_reply" and signed.review is not None and await self._exists(signed.review.case_id):
            return self._missed(message, bare, signed.review, reason=kind.reason)
        if kind.kind != "person":
            return _ended(bare, message, kind.kind, kind.reason), []
        review = await self._review(message, mail, bare, signed)
        if review is None:
            return await self._customer(message, mail, bare, kind=kind, verdict=verdict, signed=signed), []
        if review.log_entry is None:
            return await self._once(message, review), []
        known = mail.sender if mail.sender in self.reviewers else None
        reply = replace(message, sender=mail.sender)
        return review, [self.notices.refused(reply, case=None, reason=NO_TOKEN, reviewer=known or "")]

    async def _bounce(
        self, message: Message, mail: ParsedMail, bare: Sorted, bounce: Bounce, *, verdict: Verdict, signed: Signed
    ) -> tuple[Sorted, Sequence[NewOutboxEntry]]:
        """Find the mail of ours that came back. Whoever was sent it or copied in knows its id, so the id alone proves
        nothing: without proof the admin is told, and nothing changes.
        """
        returned_ids = () if signed.returned_id else bounce.returned_ids
        entry = await self.outbox.find_sent(returned_ids, starting=signed.returned_id)
        named = entry or await self.outbox.find_sent(mail.in_reply_to, starting=None)
        if named is None:
            return _ended(bare, message, "bounce", "it returns no mail of ours"), []
        about = replace(bare, case_id=named.case_id)
        if not bounce.permanent:
            return _ended(about, message, "bounce", f"our {named.kind} is delayed"), []
        reason = f"{bare.sender or 'a mail system'}: {bare.subject or 'no subject'}"
        desk = self.notices.paper.desk(named.mailbox)
        has_own_address = desk.return_path(named.message_id) != desk.address
        is_genuine = signed.returned_id or (not has_own_address and from_mail_system(mail) and verdict != "fail")
        if entry is None or not is_genuine or entry.recipient not in bounce.refused:
            notices = [] if named.kind == "notice" else [self.notices.returned(named, reason=reason, until=None)]
            return _ended(about, message, "bounce", f"nothing proves that our {named.kind} came back"), notices
        returned = Returned(
            outbox_id=entry.id,
            reason=reason,
            until=self.clock.now() + BLOCKED_FOR,
            to_customer=entry.kind in ANSWERS,
        )
        log("mail.returned", message_id=message.id, outbox_id=entry.id, case_id=entry.case_id)
        notices = [] if entry.kind == "notice" else [self.notices.returned(entry, reason=reason, until=returned.until)]
        return replace(_ended(about, message, "bounce", f"our {entry.kind} came back"), returned=returned), notices

    def _missed(
        self, message: Message, bare: Sorted, token: ReviewToken, *, reason: str
    ) -> tuple[Sorted, Sequence[NewOutboxEntry]]:
        """A program answered a mail that asks for a decision. Noted on the question, so that it is passed on; where
        there is nobody else to ask, the admin hears of it.
        """
        sender = bare.sender or "somebody"
        log("reviewer.missed", message_id=message.id, case_id=token.case_id, revision=token.revision)
        about = replace(bare, case_id=token.case_id, review_revision=token.revision)
        named = replace(message, case_id=token.case_id, subject=bare.subject)
        notices = [self.notices.missed(named, sender=sender)] if self.escalate_to in (None, sender) else []
        return _ended(about, message, "auto_reply", f"{sender} answers by itself: {reason}"), notices

    async def _review(self, message: Message, mail: ParsedMail, bare: Sorted, signed: Signed) -> Sorted | None:
        """A reply to a question, or what claims to be one; None for a customer's mail."""
        token, has_right = signed.review, signed.review is not None or signed.listed is not None
        if not has_right and not signed.claims_review and mail.sender not in self.reviewers:
            return None
        is_short = len(mail.full_text) <= LONGEST_REVIEW
        if has_right and not is_short:
            raise PermanentError(f"a reviewer's reply has more than {LONGEST_REVIEW:,} characters")
        style = self.styles.of(mail.sender)
        review = replace(
            bare,
            intake="review",
            text=reply_text(mail, style) if is_short else "",
            caution=DISAGREEMENT if DISAGREEMENT in mail.defects else "",
        )
        if signed.listed is not None:
            return replace(review, list_id=signed.listed)
        if token is not None and await self._exists(token.case_id):
            return replace(review, case_id=token.case_id, review_revision=token.revision)
        named = None if token or signed.claims_review else await self._case_in_subject(mail)
        if named is not None:
            return replace(review, case_id=named)
        decides = token or signed.claims_review or isinstance(read_reply(review.text, style.words), Decision)
        return _ended(review, message, "review", NO_TOKEN) if decides else None

    async def _once(self, message: Message, review: Sorted) -> Sorted:
        """`review`, or the end of a copy: a header that no signature covers makes other bytes of a mail that was caught
        on its way, and after an UNDO it would decide again.
        """
        for earlier in await self.messages.under_id(review.message_id, before=message.id, intake="review"):
            if earlier.sender == review.sender and (earlier.authenticated or not review.authenticated):
                return _ended(review, message, "duplicate", f"a copy of message {earlier.id}")
        return review

    async def _customer(
        self, message: Message, mail: ParsedMail, bare: Sorted, *, kind: Kind, verdict: Verdict, signed: Signed
    ) -> Sorted:
        """What a person wrote to us: its case, and what speaks against answering it automatically."""
        if bare.sender is not None and await self.cases.is_spam(bare.sender):
            return _ended(bare, message, "spam", "a reviewer called mail of this sender spam")
        known = self.ours | self.reviewers
        cautions = cautions_of(mail, kind, verdict, requires_auth=self.requires_auth, known=known)
        if signed.returned_id is not None:
            cautions.append("it was sent to the return address of a mail of ours, where programs answer")
        age = message.arrived_at and self.clock.now() - message.arrived_at
        if age and age > ANSWERED_WITHIN:
            cautions.append(f"it was in the mailbox for {age.days} days before it was read")
        if signed.has_our_id:
            cautions.append("its Message-ID is one that we made for a mail of ours")
        for earlier in await self.messages.under_id(mail.message_id, before=message.id, intake="person"):
            is_copy = earlier.sender == bare.sender and same_words(earlier.text, bare.text)
            if is_copy and (earlier.authenticated or verdict != "pass"):
                return _ended(
                    replace(bare, case_id=earlier.case_id), message, "duplicate", f"a copy of message {earlier.id}"
                )
            cautions.append(f"its Message-ID was used before, by message {earlier.id}")
            break
        placement = await self._place(mail, bare.sender, verdict, signed)
        own_thread = placement.case_id is not None or mail.passes_on
        return replace(
            bare,
            quoted="" if own_thread else mail.quoted[:LONGEST_QUOTE],
            caution="; ".join([*cautions, *filter(None, [placement.caution])]),
            rating=await self._rating(mail, placement.case_id),
            case_id=placement.case_id,
            linked_case_id=placement.linked,
        )

    async def _rating(self, mail: ParsedMail, case_id: CaseId | None) -> int | None:
        """How the customer rates our last answer, where no person gave it or waits for theirs."""
        if case_id is None:
            return None
        case = await self.cases.get(case_id)
        return read_rating(mail.text, answers_us=case.state == "answered" and case.automatic_answers > 0)

    async def _place(self, mail: ParsedMail, sender: str | None, verdict: Verdict, signed: Signed) -> Placement:
        """Our signed ids first, then References from the newest, then In-Reply-To."""
        named = await self.messages.cases_of([*reversed(mail.references), *mail.in_reply_to])
        cases = []
        for case_id in dict.fromkeys([*filter(None, [signed.case_id]), *named]):
            if await self._exists(case_id):
                case = await self.cases.get(case_id)
                people = await self.cases.people(case_id)
                by_us = case_id == signed.case_id
                asker = await self.cases.asker(case_id)
                cases.append(
                    NamedCase(case_id=case_id, people=people, settled_at=case.settled_at, signed=by_us, asker=asker)
                )
        return place(cases, sender=sender, verdict=verdict, at=self.clock.now())

    async def _case_in_subject(self, mail: ParsedMail) -> CaseId | None:
        """The case that a reviewer's subject names: it proves nothing, but they are told so."""
        case_id = case_in_subject(mail.subject)
        return case_id if case_id is not None and await self._exists(case_id) else None

    async def _exists(self, case_id: CaseId) -> bool:
        try:
            await self.cases.get(case_id)
        except KeyError:
            return False
        return True

    def _copied(self, mail: ParsedMail) -> tuple[str, ...]:
        named = (address for value in (*mail.values("to"), *mail.values("cc")) for address in addresses(value))
        others = dict.fromkeys(address for address in named if without_tag(address) not in self.ours)
        return tuple(others)[:MOST_COPIED]


def _read(raw: bytes, tokens: Tokens) -> tuple[ParsedMail, Signed, Bounce | None]:
    mail = parse(raw)
    return mail, tokens.read(mail), read_bounce(raw, mail)


def _ended(found: Sorted, message: Message, intake: Intake, reason: str) -> Sorted:
    """With the log entry of a message that needs no more work."""
    entry = {
        "message": message.id,
        "case": None if found.case_id is None else case_number(found.case_id),
        "disposition": "ignore",
        "rule": f"intake:{intake}",
        "reason": reason,
    }
    return replace(found, intake=intake, log_entry=entry)
