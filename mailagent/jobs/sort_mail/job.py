"""Parse each new message, find out what it is and which case it belongs to.

Mail that is automatic, our own, or a second copy ends here: recorded and never answered.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailagent.crash_points import passing
from mailagent.domain.case import CaseId
from mailagent.domain.message import Message
from mailagent.domain.outgoing import ANSWERS, BLOCKED_FOR, NewOutboxEntry
from mailagent.domain.placement import NamedCase, Placement, Verdict, place
from mailagent.errors import PermanentError, spoken
from mailagent.events import log
from mailagent.jobs.sort_mail.records import ended, exists
from mailagent.jobs.sort_mail.reviewing import ReviewMail
from mailagent.letters.notices import Notices
from mailagent.mail.addresses import addresses, without_tag
from mailagent.mail.automatic import Kind, from_mail_system, kind_of
from mailagent.mail.bounce import Bounce, delivered_ids, read_bounce
from mailagent.mail.cautions import cautions_of, sender_verdict
from mailagent.mail.identity import same_words
from mailagent.mail.parse import ParsedMail, parse
from mailagent.mail.rating import read_rating
from mailagent.mail.reviewing import BEFORE_RESTORE, Styles
from mailagent.mail.tokens import Signed, Tokens
from mailagent.ports import Cases, Clock, Holds, Messages, Outbox, Returned, Sorted

BATCH = 200
SUBJECT_LIMIT = 300
"""Characters; more is no subject, and every mail about the case would carry it."""
LONGEST_QUOTE = 8_000
"""Characters that are kept of a mail that a customer quotes, and that no case of ours knows."""
MOST_COPIED = 20
"""People copied in who belong to the case from then on."""
RETRY = timedelta(seconds=30)
DEATHS = 3
ANSWERED_WITHIN = timedelta(hours=72)
"""Older mail was answered by somebody, or a machine's answer comes too late."""


@dataclass(frozen=True, kw_only=True)
class SortMail:
    """A `Job`. `ours` are all addresses that we write from; `authserv_id` is None when senders are taken at their
    word; `styles` are how reviewers write; with `requires_auth` nothing automatic goes to a sender whose address is not
    proven. `escalate_to` is who is asked when a reviewer is away.
    """

    messages: Messages
    cases: Cases
    outbox: Outbox
    holds: Holds
    notices: Notices
    ours: frozenset[str]
    reviewers: frozenset[str]
    styles: Styles
    escalate_to: str | None
    authserv_id: str | None
    requires_auth: bool
    clock: Clock
    name: str = "sort_mail"

    @property
    def review_mail(self) -> ReviewMail:
        """How mail of reviewers is told from that of customers."""
        return ReviewMail(
            messages=self.messages,
            cases=self.cases,
            notices=self.notices,
            reviewers=self.reviewers,
            styles=self.styles,
            escalate_to=self.escalate_to,
        )

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
        mail, signed, bounce, delivered = await asyncio.to_thread(_read, raw, tokens)
        passing("sort.parsed")
        found, notices = await self._sort(message, mail, signed, bounce)
        about = await self.outbox.find_sent(delivered, starting=None) if delivered else None
        if about is not None and found.intake == "automatic":
            reason = f"our {about.kind} was delivered"
            found = ended(replace(found, case_id=about.case_id), message, "automatic", reason)
        case_id = await self.messages.sort(message.id, found, at=self.clock.now(), notices=notices)
        passing("sort.done")
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
        found = None
        if kind.kind == "auto_reply":
            found = await self.review_mail.missed(message, bare, signed, reason=kind.reason)
        elif kind.kind == "person":
            found = await self.review_mail.read(message, mail, bare, signed)
        if found is not None:
            review, notices = found
            came = message.arrived_at
            if review.intake == "review" and came is not None and await self._is_of_before(came):
                review = replace(review, caution=BEFORE_RESTORE)
            return review, notices
        if kind.kind != "person":
            return ended(bare, message, kind.kind, kind.reason), []
        return await self._customer(message, mail, bare, kind=kind, verdict=verdict, signed=signed), []

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
            return ended(bare, message, "bounce", "it returns no mail of ours"), []
        about = replace(bare, case_id=named.case_id)
        if not bounce.permanent:
            return ended(about, message, "bounce", f"our {named.kind} is delayed"), []
        reason = f"{bare.sender or 'a mail system'}: {bare.subject or 'no subject'}"
        desk = self.notices.paper.desk(named.mailbox)
        has_own_address = desk.return_path(named.message_id) != desk.address
        is_genuine = signed.returned_id or (not has_own_address and from_mail_system(mail) and verdict != "fail")
        if entry is None or not is_genuine or entry.recipient not in bounce.refused:
            notices = [] if named.kind == "notice" else [self.notices.returned(named, reason=reason, until=None)]
            return ended(about, message, "bounce", f"nothing proves that our {named.kind} came back"), notices
        returned = Returned(
            outbox_id=entry.id,
            reason=reason,
            until=self.clock.now() + BLOCKED_FOR,
            to_customer=entry.kind in ANSWERS,
        )
        log("mail.returned", message_id=message.id, outbox_id=entry.id, case_id=entry.case_id)
        notices = [] if entry.kind == "notice" else [self.notices.returned(entry, reason=reason, until=returned.until)]
        return replace(ended(about, message, "bounce", f"our {entry.kind} came back"), returned=returned), notices

    async def _customer(
        self, message: Message, mail: ParsedMail, bare: Sorted, *, kind: Kind, verdict: Verdict, signed: Signed
    ) -> Sorted:
        """What a person wrote to us: its case, and what speaks against answering it automatically."""
        if bare.sender is not None and await self.cases.is_spam(bare.sender):
            return ended(bare, message, "spam", "a reviewer called mail of this sender spam")
        known = self.ours | self.reviewers
        cautions = cautions_of(mail, kind, verdict, requires_auth=self.requires_auth, known=known)
        if signed.returned_id is not None:
            cautions.append("it was sent to the return address of a mail of ours, where programs answer")
        cautions += await self._about_age(message.arrived_at)
        if signed.has_our_id:
            cautions.append("its Message-ID is one that we made for a mail of ours")
        for earlier in await self.messages.under_id(mail.message_id, before=message.id, intake="person"):
            is_copy = earlier.sender == bare.sender and same_words(earlier.text, bare.text)
            if is_copy and (earlier.authenticated or verdict != "pass"):
                return ended(
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

    async def _about_age(self, arrived: datetime | None) -> list[str]:
        """What speaks against answering mail that waited in its folder."""
        if arrived is None:
            return []
        age = self.clock.now() - arrived
        if age > ANSWERED_WITHIN:
            return [f"it was in the mailbox for {age.days} days before it was read"]
        if await self._is_of_before(arrived):
            return ["it came before a backup was put back, and may have been answered"]
        return []

    async def _is_of_before(self, arrived: datetime) -> bool:
        """Whether a backup was put back since: what became of the mail until then is not known."""
        restored = await self.holds.restored_at()
        return restored is not None and arrived < restored

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
            if await exists(self.cases, case_id):
                case = await self.cases.get(case_id)
                people = await self.cases.people(case_id)
                by_us = case_id == signed.case_id
                asker = await self.cases.asker(case_id)
                cases.append(
                    NamedCase(case_id=case_id, people=people, settled_at=case.settled_at, signed=by_us, asker=asker)
                )
        return place(cases, sender=sender, verdict=verdict, at=self.clock.now())

    def _copied(self, mail: ParsedMail) -> tuple[str, ...]:
        named = (address for value in (*mail.values("to"), *mail.values("cc")) for address in addresses(value))
        others = dict.fromkeys(address for address in named if without_tag(address) not in self.ours)
        return tuple(others)[:MOST_COPIED]


def _read(raw: bytes, tokens: Tokens) -> tuple[ParsedMail, Signed, Bounce | None, Sequence[str]]:
    mail = parse(raw)
    return mail, tokens.read(mail), read_bounce(raw, mail), delivered_ids(raw, mail)
