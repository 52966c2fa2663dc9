"""What a reply leads to whose question is not open any more: it is taken back, put once more, or came too late."""

from dataclasses import dataclass, replace
from typing import cast

from mailagent.domain.decision import Decision, Unclear
from mailagent.domain.escalation import Escalation
from mailagent.jobs.resume_reviews.effects import REPLY_LIVES, Effects
from mailagent.jobs.resume_reviews.hand import InHand
from mailagent.ports import Cases, Handled
from mailagent.triage.state import TriageState

TEXTS = frozenset({"modify", "ask", "revise"})
AFTER_REJECTION = frozenset({"modify", "ask", "close"})
OUTCOMES = {"sent": "left", "ready": "leaves", "sending": "leaves", "eod": "leaves", "uncertain": "unsure"}
"""State of the customer's mail -> what the reviewer hears of it; after all others it was not delivered."""


@dataclass(frozen=True, kw_only=True)
class Afterwards:
    """Every method gives the commit that a word leads to, or why it leads to none."""

    effects: Effects
    cases: Cases

    async def of(self, hand: InHand, decision: Decision | Unclear) -> Handled | Unclear | None:
        """UNDO, REOPEN and labels; None for everything else, which `too_late` explains."""
        question = hand.question
        if isinstance(decision, Unclear):
            return None
        is_decided = question.state == "decided"
        is_last = question.revision == await self.cases.latest_revision(hand.case.id)
        if decision.verb == "undo" and is_decided:
            return await self._undone(hand, is_last=is_last)
        if decision.verb == "reopen" and is_last:
            if await self._waits(question):  # whoever opens the case again wants to see it first
                return await self._undone(hand, is_last=True)
            return await self._reopened(hand)
        return self.effects.labelled(hand, decision) if decision.verb == "set" and is_decided else None

    async def stays_open(self, hand: InHand, decision: Decision | Unclear) -> bool:
        """Whether `decision` ends a case that a rejection left open for a person."""
        if not hand.is_rejected or hand.case.state != "open" or decision.verb not in AFTER_REJECTION:
            return False
        return hand.question.revision == await self.cases.latest_revision(hand.case.id)

    async def too_late(self, hand: InHand, decision: Decision | Unclear) -> tuple[Unclear, dict[str, object]] | None:
        """Why it is too late, and what the reviewer should know. None for the same word again from the same person,
        but for a second text, whose author believes that it corrects the first.
        """
        newest = await self.cases.escalation(hand.case.id, await self.cases.latest_revision(hand.case.id))
        question = newest or hand.question
        if question.state == "open" and question.revision != hand.question.revision:
            return Unclear(code="REVIEW-09"), {"revision": hand.question.revision, "verb": hand.question.verb}
        verb = decision.verb
        if verb not in TEXTS and verb == question.verb and hand.reviewer == question.decided_by:
            return None
        told = self._decided(question)
        if question.state != "decided" or question.verb in ("close", "spam"):
            return Unclear(code="REVIEW-10"), told
        return Unclear(code="REVIEW-08"), {**told, **await self._letter(question), "yours": verb or ""}

    def has_ended(self, question: Escalation) -> bool:
        """Whether the addresses of its mails are too old to decide it."""
        return self.effects.clock.now() > question.opened_at + REPLY_LIVES

    async def _undone(self, hand: InHand, *, is_last: bool) -> Handled | Unclear:
        """The decision is taken back, with its mail, which waits in the outbox for that long; longer while an admin
        holds all mail.
        """
        effects, question = self.effects, hand.question
        decided_at = question.decided_at
        in_time = decided_at is not None and effects.clock.now() <= decided_at + effects.policy.undo_window
        in_time = in_time or await self._waits(question)
        if not in_time or question.verb == "revise":
            return Unclear(code="REVIEW-17", verb="undo")
        values = {
            "verb": question.verb,
            "reviewer": hand.reviewer,
            "due": effects.review.spoken(question.due_at),
            "is_newest": is_last,
        }
        readers = {*await effects.to_tell(hand), hand.reply.sender or ""} - {""}
        told = effects.told(hand, "undo", values, readers=readers)
        state = cast("TriageState", question.graph_state)
        mode = effects.modes.of(state["category"])
        taken_back = replace(
            told,
            undoes=question.revision,
            log={**told.log, hand.message.id: {**state["log_entry"], "mode": mode}},
        )
        return replace(taken_back, case_state="waiting", escalated=True) if is_last else taken_back

    async def _waits(self, question: Escalation) -> bool:
        """Whether the mail to the customer is still in the outbox."""
        letter = await self.effects.outbox.letter_of(question.decision_id) if question.decision_id else None
        return letter is not None and letter.state == "ready"

    async def _reopened(self, hand: InHand) -> Handled | Unclear:
        """The question is put once more, with a digest of its own; a sender that was called spam is none."""
        effects, question = self.effects, hand.question
        if effects.modes.of(str(question.graph_state["category"])) == "shadow":
            return Unclear(code="REVIEW-14")
        outcome = await effects.engine.reopen(question)
        due_at = effects.deadlines.due(outcome.state["category"], question.priority, at=effects.clock.now())
        again = hand.asked_again(outcome, due_at=due_at)
        digests = effects.review.digests(hand.case, hand.message, again, outcome.state, earlier_messages=0)
        bare = hand.bare(at=effects.clock.now(), rule="reopen", reason=f"opened again by {hand.reviewer}")
        return replace(
            bare,
            case_state="waiting",
            escalated=True,
            supersedes=question.revision if question.state == "open" else None,
            not_spam=hand.message.sender if question.verb == "spam" else None,
            opens=again,
            outbox=tuple(digests),
        )

    def _decided(self, question: Escalation) -> dict[str, object]:
        at = question.decided_at or question.opened_at
        return {
            "decided_by": question.decided_by or "",
            "verb": question.verb or "",
            "decided_at": self.effects.review.spoken(at),
        }

    async def _letter(self, question: Escalation) -> dict[str, object]:
        """What became of the mail to the customer."""
        letter = await self.effects.outbox.letter_of(question.decision_id) if question.decision_id else None
        if letter is None:
            return {"letter": "", "letter_at": ""}
        outcome = OUTCOMES.get(letter.state, "failed")
        return {"letter": outcome, "letter_at": self.effects.review.spoken(letter.sent_at or letter.due_at)}
