"""Apply a reviewer's reply to the case that waits for it.

Who may decide is settled here and nowhere else. What is unclear is answered with a receipt and never guessed; a reply
of somebody who may not decide is recorded, answered to nobody, and the admin is told.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from mailagent.crash_points import passing
from mailagent.domain.budget import Budget, used_up
from mailagent.domain.caps import DAY
from mailagent.domain.case import Case
from mailagent.domain.decision import Decision, Known, Unclear
from mailagent.domain.escalation import Escalation
from mailagent.domain.message import Message
from mailagent.domain.outgoing import NewOutboxEntry
from mailagent.domain.policy import Modes
from mailagent.domain.reply import read_batch
from mailagent.errors import TemporaryError, spoken
from mailagent.events import log
from mailagent.jobs.resume_reviews.afterwards import Afterwards
from mailagent.jobs.resume_reviews.effects import Effects
from mailagent.jobs.resume_reviews.hand import InHand
from mailagent.jobs.resume_reviews.possible import MAY_BE_MEANT, leads_to_a_mail, what_can_be_done
from mailagent.letters.notices import NOT_LISTED, NOT_PROVEN, Notices
from mailagent.letters.review import ReviewLetters
from mailagent.mail.reviewing import Styles, read_reply
from mailagent.ports import Cases, Clock, Handled, Holds, Messages, Outbox, Spending

RETRY = timedelta(seconds=30)
MOST_RECEIPTS = 3
"""Of those that say why nothing was done: in a day, to one reviewer about one case. More answers a program."""
TOLD_ALWAYS = frozenset({"REVIEW-25", *MAY_BE_MEANT})
"""For the next reply then counts."""
ANY_TIME = frozenset({"note", "why", "status", "help"})
"""Words that change nothing, and work also when all is decided."""


@dataclass(frozen=True, kw_only=True)
class ResumeReviews:
    """A `Job` over replies to digests. `reviewers` maps each address that may decide to its owner's name, `styles` are
    how they write, `known` the values that SET may give; what REVISE costs is taken from `budget`.
    """

    effects: Effects
    messages: Messages
    cases: Cases
    outbox: Outbox
    holds: Holds
    review: ReviewLetters
    notices: Notices
    reviewers: Mapping[str, str]
    styles: Styles
    known: Known
    budget: Budget
    modes: Modes
    clock: Clock
    name: str = "resume_reviews"

    @property
    def afterwards(self) -> Afterwards:
        """What follows once all is decided."""
        return Afterwards(effects=self.effects, cases=self.cases)

    async def due(self) -> Sequence[Message]:
        """The dispatcher hands out messages case by case."""
        return []

    async def handle(self, reply: Message) -> None:
        """Read one reply and do what it says, or say why not."""
        case = await self.cases.get(reply.for_case)
        reviewer, reason = who_decides(reply, self.reviewers)
        if reason:
            await self._refuse(case, reply, reason)
            return
        question = await self.cases.escalation(case.id, reply.review_revision or 0)
        if question is None or not question.graph_state:  # the database, or mailagent on demand, has forgotten it
            is_erased = question is not None
            shown = replace(reply, text="") if is_erased else reply
            waits = await self.cases.open_escalation(case.id) is not None
            unclear = Unclear(code="REVIEW-09" if waits else "REVIEW-10")
            facts = {"verb": "", "is_open": False, "revision": 0}
            await self._tell(case, shown, None, unclear, facts, erases=is_erased)
            return
        message = await self.messages.get(question.message_id)
        hand = InHand(case=case, message=message, reply=reply, question=question, reviewer=reviewer)
        # A quarter of a second for the longest reply, in which others wait for answers
        decision = await asyncio.to_thread(self._read, reply)
        passing("review.read")
        found = await self._effect(hand, decision)
        passing("review.resumed")
        if found is None:
            await self._too_late(hand, decision)
        elif isinstance(found, Unclear):
            await self._tell(case, reply, question, found, self._facts(question), of=message.sender)
        elif await self.cases.commit(_told_once(found, reply)):
            passing("review.done")
            rule = str(found.log[reply.id]["rule"])
            log("review.decided", case_id=case.id, revision=question.revision, verb=rule, message_id=reply.id)
        elif found.undoes:
            await self._tell(case, reply, question, Unclear(code="REVIEW-17"), self._facts(question))
        else:
            raise TemporaryError("another decision came first; the reply is read again")

    def attempts(self, reply: Message) -> int:
        """See `Job`."""
        return reply.attempts

    async def postpone(self, reply: Message, reason: str) -> None:
        """See `Job`."""
        await self.messages.postpone(reply.id, until=self.clock.now() + RETRY, reason=reason)

    async def set_aside(self, reply: Message, error: Exception) -> None:
        """See `Job`."""
        log("mail.set_aside", message_id=reply.id, error=type(error).__name__, reason=spoken(error))
        await self.messages.set_aside(
            reply.id, reason=f"{type(error).__name__}: {error}", notices=[self.notices.set_aside(reply, error)]
        )

    async def _effect(self, hand: InHand, decision: Decision | Unclear) -> Handled | Unclear | None:
        """What a reply leads to, or why to nothing; None where its question is not open any more."""
        question = hand.question
        only_says = isinstance(decision, Decision) and decision.verb in ANY_TIME
        if isinstance(decision, Decision) and only_says and (question.state != "open" or not decision.modifiers):
            return replace(self.effects.said(hand, decision), shows=question.revision)
        if question.state != "open" and not await self.afterwards.stays_open(hand, decision):
            return await self.afterwards.of(hand, decision)
        if self.afterwards.has_ended(question):
            return await self.afterwards.of(hand, decision) or Unclear(code="REVIEW-10")
        if self.modes.of(str(question.graph_state["category"])) == "shadow":
            return Unclear(code="REVIEW-14")
        unseen = await self.outbox.unseen(hand.case.id, question.revision)
        insists = {code for code in MAY_BE_MEANT if await self.cases.was_told(hand.reply, code)}
        possible = what_can_be_done(decision, hand, unseen=unseen, insists=insists)
        if leads_to_a_mail(possible) and await self._may_be_done(hand):
            possible = Unclear(code="REVIEW-25")
        return await self._about_open(hand, possible)

    async def _may_be_done(self, hand: InHand) -> bool:
        """Whether a backup was put back since the question was put: it may have been decided, and the customer been
        answered, after that backup was made. Once a reviewer was told so, they know what they do.
        """
        newest = await self.holds.newest_restored()
        if newest is None or hand.question.message_id > newest:
            return False
        return not await self.cases.was_told(hand.reply, "REVIEW-25", above=newest)

    async def _about_open(self, hand: InHand, possible: Decision | Unclear) -> Handled | Unclear:
        if isinstance(possible, Decision):
            missing = await self._no_model(hand) if possible.verb == "revise" else ""
            if missing:
                return Unclear(code="REVIEW-18", detail=missing, verb="revise")
            return await self.effects.of(hand, possible)
        if possible.code == "REVIEW-07":
            return await self.effects.new_draft(hand, text=possible.text)
        return possible

    async def _no_model(self, hand: InHand) -> str:
        """Why no model may be asked for a new draft, empty where one may."""
        if not self.review.rewrites:
            return "no language model is configured"
        spent = await self.cases.spent(hand.message.sender, hand.case.id, at=self.clock.now())
        found = used_up(self.budget, spent)
        if found is None:
            return ""
        log("budget.used_up", message_id=hand.reply.id, case_id=hand.case.id, purse=found[0])
        return f"the budget for models is used up: {found[1]}"

    async def _too_late(self, hand: InHand, decision: Decision | Unclear) -> None:
        """Say why, unless it is the same word again."""
        found = await self.afterwards.too_late(hand, decision)
        if found is None:
            entry = hand.entry(rule="repeated", reason="the same decision again")
            await self._commit(hand.case, hand.reply, entry)
        else:
            await self._tell(hand.case, hand.reply, hand.question, *found)

    def _read(self, reply: Message) -> Decision | Unclear:
        words = self.styles.of(reply.sender).words
        if reply.part_of is not None:
            return next(line.reading for line in read_batch(reply.text, words))
        return read_reply(reply.text, words, self.known)

    def _facts(self, question: Escalation) -> dict[str, object]:
        """What a receipt may tell of a question."""
        return {
            "due": self.review.spoken(question.due_at),
            "draft_length": len(question.draft or ""),
            "verb": question.verb or "",
            "is_open": question.state == "open",
        }

    async def _tell(
        self,
        case: Case,
        reply: Message,
        question: Escalation | None,
        unclear: Unclear,
        values: Mapping[str, object],
        *,
        of: str | None = None,
        erases: bool = False,
    ) -> None:
        """Nothing was done, and why; the code's template says what to do. What a model took for it in vain is on the
        account `of` the customer.
        """
        spent = Spending(sender=of, tokens=unclear.tokens, cost=unclear.cost) if unclear.tokens else None
        log("review.unclear", case_id=case.id, message_id=reply.id, code=unclear.code)
        entry = _entry(case, reply, rule=unclear.code, reason="nothing was done")
        if reply.part_of is not None:
            await self._commit(
                case, reply, {**entry, "detail": str(values.get("decided_by", unclear.detail))}, erases=erases
            )
            return
        since = self.clock.now() - DAY
        is_limited = unclear.code not in TOLD_ALWAYS
        if is_limited and await self.effects.outbox.receipts(case.id, reply.sender or "", since=since) >= MOST_RECEIPTS:
            entry["reason"] = "nothing was done, and they were told often enough"
            await self._commit(case, reply, entry, spent=spent, erases=erases)
            return
        given = {"detail": unclear.detail, "suggestion": unclear.suggestion, **values}
        receipt = self.review.receipt(case, reply, question, code=unclear.code, values=given)
        await self._commit(case, reply, entry, receipt, spent=spent, erases=erases)

    async def _refuse(self, case: Case, reply: Message, reason: str) -> None:
        log("review.refused", case_id=case.id, message_id=reply.id, reason=reason)
        notice = self.notices.refused(reply, case=case, reason=reason)
        await self._commit(case, reply, _entry(case, reply, rule="refused", reason=reason), notice)

    async def _commit(
        self,
        case: Case,
        reply: Message,
        entry: Mapping[str, object],
        *mails: NewOutboxEntry,
        spent: Spending | None = None,
        erases: bool = False,
    ) -> None:
        await self.cases.commit(
            Handled(
                message_id=reply.id,
                case_id=case.id,
                at=self.clock.now(),
                shows=reply.review_revision if entry["rule"] == "REVIEW-19" else None,
                log={reply.id: entry},
                spending=spent,
                erases=erases,
                outbox=mails,
            )
        )


def who_decides(reply: Message, reviewers: Mapping[str, str]) -> tuple[str, str]:
    """The name of the reviewer whose `reply` this is, and why they may not decide, empty where they may."""
    name = reviewers.get(reply.sender or "")
    return name or "", NOT_LISTED if name is None else "" if reply.authenticated else NOT_PROVEN


def _told_once(handled: Handled, reply: Message) -> Handled:
    """Without the receipt of a line of an answer to a list: one receipt tells of all lines."""
    if reply.part_of is None:
        return handled
    mails = (mail for mail in handled.outbox if mail.kind != "receipt" or mail.recipient != reply.sender)
    return replace(handled, outbox=tuple(mails))


def _entry(case: Case, reply: Message, *, rule: str, reason: str) -> dict[str, object]:
    return {"case": case.number, "message": reply.id, "disposition": "review", "rule": rule, "reason": reason}
