"""Apply a reviewer's reply to the case that waits for it.

Who may decide is settled here and nowhere else. What is unclear is answered with a receipt and never guessed; a reply
of somebody who may not decide is recorded, answered to nobody, and the admin is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from mailagent.domain.case import Case
from mailagent.domain.decision import Decision, Unclear, read_decision
from mailagent.domain.escalation import Escalation
from mailagent.domain.message import Message
from mailagent.domain.outgoing import NewOutboxEntry
from mailagent.domain.policy import Modes
from mailagent.errors import TemporaryError
from mailagent.events import log
from mailagent.letters.customer import CustomerLetters
from mailagent.letters.notices import Notices
from mailagent.letters.review import ReviewLetters
from mailagent.mail.absence import speaks_of_absence
from mailagent.mail.tokens import shows_review
from mailagent.ports import Cases, Clock, DecidedBy, Handled, Messages
from mailagent.triage.engine import Engine
from mailagent.triage.state import DecisionState

RETRY = timedelta(seconds=30)
NOT_LISTED = "the sender is not in reviewers.toml"
NOT_AUTHENTICATED = "the mail provider did not vouch for the sender's address"


@dataclass(frozen=True, kw_only=True)
class ResumeReviews:
    """A `Job` over replies to digests. `reviewers` maps each address that may decide to its owner's name."""

    engine: Engine
    messages: Messages
    cases: Cases
    customer: CustomerLetters
    review: ReviewLetters
    notices: Notices
    reviewers: Mapping[str, str]
    deadlines: Mapping[str, timedelta]
    longest: timedelta
    modes: Modes
    clock: Clock
    name: str = "resume_reviews"

    async def due(self) -> Sequence[Message]:
        """The dispatcher hands out messages case by case."""
        return []

    async def handle(self, reply: Message) -> None:
        """Read one reply and do what it says, or say why not."""
        case = await self.cases.get(reply.for_case)
        escalation = await self.cases.escalation(case.id, reply.review_revision or 0)
        reviewer = self.reviewers.get(reply.sender or "")
        if reviewer is None or not reply.authenticated:
            await self._refuse(case, reply, NOT_LISTED if reviewer is None else NOT_AUTHENTICATED)
            return
        if escalation is None:
            await self._tell(case, reply, code="REVIEW-10", values={})
            return
        if escalation.state != "open":
            await self._too_late(case, reply, escalation)
            return
        if self.modes.of(str(escalation.graph_state["category"])) == "shadow":
            await self._tell(case, reply, code="REVIEW-14", values={})
            return
        message = await self.messages.get(escalation.message_id)
        decision = _possible(_surely(read_decision(reply.text)), escalation, message)
        if isinstance(decision, Unclear):
            due = self.review.spoken(escalation.due_at)
            await self._tell(case, reply, code=decision.code, values={"detail": decision.detail, "due": due})
            return
        await self._apply(case, message, reply, escalation, decision, reviewer=reviewer)

    def attempts(self, reply: Message) -> int:
        """See `Job`."""
        return reply.attempts

    async def postpone(self, reply: Message, reason: str) -> None:
        """See `Job`."""
        await self.messages.postpone(reply.id, until=self.clock.now() + RETRY, reason=reason)

    async def set_aside(self, reply: Message, error: Exception) -> None:
        """See `Job`."""
        log("mail.set_aside", message_id=reply.id, error=type(error).__name__)
        await self.messages.set_aside(
            reply.id, reason=f"{type(error).__name__}: {error}", notices=[self.notices.set_aside(reply, error)]
        )

    async def _apply(
        self,
        case: Case,
        message: Message,
        reply: Message,
        escalation: Escalation,
        decision: Decision,
        *,
        reviewer: str,
    ) -> None:
        """Resume the graph; close the question and queue the mails in one commit.

        The store compares and sets: of two reviewers at once one wins, the other's reply is read again as too late.
        """
        outcome = await self.engine.decide(
            escalation,
            DecisionState(
                verb=decision.verb,
                text=decision.text,
                note=decision.note,
                reviewer=reviewer,
                message_id=int(reply.id),
            ),
        )
        state = outcome.state
        letter = state["response"]
        now = self.clock.now()
        to_customer: NewOutboxEntry | None = None
        told = letter
        if letter is not None:
            to_customer = self.customer.answer(
                case, message, text=letter, language=state["language"], automatic=False, sources=[]
            )
        elif not message.caution:
            due = now + self.deadlines.get(state["category"], self.longest)
            to_customer = self.customer.holding(
                case, message, tone=state["sentiment"], language=state["language"], due=due
            )
            told = f"The holding reply: we are still working on it, and a person answers by {self.review.spoken(due)}."
        confirmation = self.review.confirmation(case, message, reply, decision, reviewer=reviewer, letter=told)
        handled = Handled(
            message_id=reply.id,
            case_id=case.id,
            at=now,
            case_state="open" if letter is None else "answered",
            escalated=state["escalated"],
            decides=DecidedBy(revision=escalation.revision, reviewer=reviewer, verb=decision.verb),
            answer=None if letter is None else (message.id, letter),
            log={
                message.id: {**state["log_entry"], "mode": self.modes.of(state["category"])},
                reply.id: _entry(case, reply, rule=decision.verb, reason=f"decided by {reviewer}"),
            },
            outbox=(*([to_customer] if to_customer else []), confirmation),
        )
        if not await self.cases.commit(handled):
            raise TemporaryError("another decision came first; the reply is read again")
        log("review.decided", case_id=case.id, revision=escalation.revision, verb=decision.verb, message_id=reply.id)

    async def _too_late(self, case: Case, reply: Message, escalation: Escalation) -> None:
        """Already decided, or overtaken by the customer. The same word again from the same person: silence,
        but for a second text, whose author believes that it corrects the first.
        """
        decision = read_decision(reply.text)
        verb = decision.verb if isinstance(decision, Decision) else None
        if escalation.state == "superseded":
            await self._tell(case, reply, code="REVIEW-09", values={"revision": escalation.revision})
            return
        decided_by = escalation.decided_by or ""
        if verb != "modify" and verb == escalation.verb and self.reviewers.get(reply.sender or "") == decided_by:
            entry = _entry(case, reply, rule="repeated", reason="the same decision again")
            await self._commit(case, reply, entry)
            return
        values = {
            "decided_by": decided_by,
            "verb": escalation.verb,
            "decided_at": self.review.spoken(escalation.decided_at or escalation.opened_at),
        }
        await self._tell(case, reply, code="REVIEW-08", values=values)

    async def _tell(self, case: Case, reply: Message, *, code: str, values: Mapping[str, object]) -> None:
        log("review.unclear", case_id=case.id, message_id=reply.id, code=code)
        receipt = self.review.receipt(case, reply, code=code, values=values)
        await self._commit(case, reply, _entry(case, reply, rule=code, reason="nothing was done"), receipt)

    async def _refuse(self, case: Case, reply: Message, reason: str) -> None:
        log("review.refused", case_id=case.id, message_id=reply.id, reason=reason)
        notice = self.notices.refused(reply, case=case, reason=reason)
        await self._commit(case, reply, _entry(case, reply, rule="refused", reason=reason), notice)

    async def _commit(self, case: Case, reply: Message, entry: Mapping[str, object], *mails: NewOutboxEntry) -> None:
        await self.cases.commit(
            Handled(message_id=reply.id, case_id=case.id, at=self.clock.now(), log={reply.id: entry}, outbox=mails)
        )


def _surely(decision: Decision | Unclear) -> Decision | Unclear:
    """Who is away did not decide: many programs mark their absence notes with no header, and begin with "No"."""
    if isinstance(decision, Decision) and decision.is_weak and speaks_of_absence(decision.note):
        return Unclear(code="REVIEW-02", detail=decision.note[:80])
    return decision


def _possible(decision: Decision | Unclear, escalation: Escalation, message: Message) -> Decision | Unclear:
    """A reply needs an address, and an approval a draft."""
    if isinstance(decision, Unclear) or decision.verb == "reject":
        return decision
    if message.sender is None:
        return Unclear(code="REVIEW-13")
    if decision.verb == "approve" and escalation.draft is None:
        return Unclear(code="REVIEW-12")
    if shows_review(decision.text):
        return Unclear(code="REVIEW-15")
    return decision


def _entry(case: Case, reply: Message, *, rule: str, reason: str) -> dict[str, object]:
    return {"case": case.number, "message": reply.id, "disposition": "review", "rule": rule, "reason": reason}
