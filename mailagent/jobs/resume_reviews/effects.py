"""What each of the reviewers' words does to the case: one commit, never a mail by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from mailagent.domain.case import Case, CaseState
from mailagent.domain.deadlines import Deadlines
from mailagent.domain.decision import Decision, Unclear
from mailagent.domain.escalation import Escalation, NewEscalation
from mailagent.domain.message import Message
from mailagent.domain.outgoing import NewOutboxEntry
from mailagent.domain.policy import Modes, ReviewPolicy
from mailagent.domain.routing import Priority
from mailagent.domain.times import next_moment
from mailagent.letters.customer import CustomerLetters
from mailagent.letters.review import ReviewLetters
from mailagent.ports import Cases, Clock, DecidedBy, Handled, QuestionChange, Spending
from mailagent.triage.engine import Engine, Outcome
from mailagent.triage.state import DecisionState, TriageState, UsageState

CASE_STATES: Mapping[str, CaseState] = {"reject": "open", "ask": "asked", "close": "closed", "spam": "closed"}
"""What a case becomes by a decision; after all others it is answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InHand:
    """A reviewer's `reply`, the question that it is about, and the customer's `message` that the question is about."""

    case: Case
    message: Message
    reply: Message
    question: Escalation
    reviewer: str


@dataclass(frozen=True, kw_only=True)
class Effects:
    """Every method gives the commit that a word leads to, or why it leads to none. `colleagues` are the addresses that
    ASSIGN knows, by name and by address in lower case.
    """

    engine: Engine
    cases: Cases
    customer: CustomerLetters
    review: ReviewLetters
    policy: ReviewPolicy
    colleagues: Mapping[str, str]
    deadlines: Deadlines
    modes: Modes
    clock: Clock

    async def of(self, hand: InHand, decision: Decision) -> Handled | Unclear:
        """What `decision` about an open question leads to."""
        match decision.verb:
            case "approve" | "modify" | "reject" | "ask" | "close" | "spam":
                found: Handled | Unclear = await self._ended(hand, decision)
            case "revise":
                found = await self.new_draft(hand, instruction=decision.text)
            case "assign" | "take":
                found = self._assigned(hand, decision)
            case "snooze":
                found = self._snoozed(hand, decision)
            case "set":
                found = self._corrected(hand, {str(key): value for key, value in decision.corrections})
            case _:
                found = self.said(hand, decision)
        return found if isinstance(found, Unclear) else self._with_modifiers(hand, decision, found)

    def said(self, hand: InHand, decision: Decision) -> Handled:
        """NOTE, WHY, STATUS and HELP change nothing and work at any time."""
        values: dict[str, object] = {"note": decision.note}
        if decision.verb in ("why", "status"):
            values = self.review.facts(hand.case, hand.question)
        return self._told(hand, decision.verb, values, note=decision.note if decision.verb == "note" else "")

    async def new_draft(self, hand: InHand, *, text: str = "", instruction: str = "") -> Handled | Unclear:
        """A question with a new draft takes the place of this one, whose token is dead; nothing goes out."""
        outcome = await self.engine.redraft(hand.question, text=text, instruction=instruction)
        state = outcome.state
        if instruction and state["response"] == hand.question.draft:
            return Unclear(code="REVIEW-18", detail=state["failure"], verb="revise")
        question = self._again(hand, outcome, due_at=hand.question.due_at)
        bare = self._bare(hand, rule="revise", reason=f"a new draft by {hand.reviewer}")
        before = cast("TriageState", hand.question.graph_state)["usage"]
        spent = _tokens(state["usage"]) - _tokens(before)
        told = self.review.digest(hand.case, hand.message, question, state, earlier_messages=0)
        if text:
            told = self.review.receipt(
                hand.case,
                replace(hand.reply, review_revision=question.revision),
                code="REVIEW-07",
                values={
                    "detail": text,
                    "draft_length": len(hand.question.draft or ""),
                    "due": self.review.spoken(question.due_at),
                },
            )
        return replace(
            bare,
            decides=DecidedBy(revision=hand.question.revision, reviewer=hand.reviewer, verb="revise"),
            opens=question,
            spending=Spending(sender=hand.message.sender, tokens=spent, cost=state["usage"]["cost"] - before["cost"])
            if spent
            else None,
            outbox=(told,),
        )

    async def undone(self, hand: InHand) -> Handled | Unclear:
        """The decision is taken back, with its mail, which waits in the outbox for that long."""
        decided_at = hand.question.decided_at
        if decided_at is None or hand.question.verb == "revise":
            return Unclear(code="REVIEW-17", verb="undo")
        if self.clock.now() > decided_at + self.policy.undo_window:
            return Unclear(code="REVIEW-17", verb="undo")
        told = self._told(hand, "undo", {"verb": hand.question.verb, "due": self.review.spoken(hand.question.due_at)})
        return replace(told, undoes=hand.question.revision, case_state="waiting", escalated=True)

    async def reopened(self, hand: InHand) -> Handled:
        """The question is put once more, with a digest of its own."""
        outcome = await self.engine.reopen(hand.question)
        due_at = self.deadlines.due(outcome.state["category"], hand.question.priority, at=self.clock.now())
        question = self._again(hand, outcome, due_at=due_at)
        bare = self._bare(hand, rule="reopen", reason=f"opened again by {hand.reviewer}")
        digest = self.review.digest(hand.case, hand.message, question, outcome.state, earlier_messages=0)
        return replace(bare, case_state="waiting", escalated=True, opens=question, outbox=(digest,))

    async def _ended(self, hand: InHand, decision: Decision) -> Handled:
        """Resume the graph; close the question and queue the mails in one commit.

        The store compares and sets: of two reviewers at once one wins, the other's reply is read again as too late.
        """
        given = DecisionState(
            verb=decision.verb,
            text=decision.text,
            note=decision.note,
            reviewer=hand.reviewer,
            message_id=int(hand.reply.id),
        )
        outcome = await self.engine.decide(hand.question, given)
        state = outcome.state
        now = self.clock.now()
        leaves = now + self.policy.undo_window
        letter, told = self._to_customer(hand, decision, state, now)
        mails = [replace(letter, not_before=leaves)] if letter else []
        mails += self.review.confirmations(
            hand.case,
            hand.message,
            hand.reply,
            decision,
            reviewer=hand.reviewer,
            letter=told,
            confirm=self.policy.confirm,
            assigned_to=hand.question.assigned_to,
            undo_until=leaves if self.policy.undo_window else None,
        )
        mode = self.modes.of(state["category"])
        answer = state["response"]
        return replace(
            self._bare(hand, rule=decision.verb, reason=f"decided by {hand.reviewer}"),
            case_state=CASE_STATES.get(decision.verb, "answered"),
            escalated=state["escalated"],
            decides=DecidedBy(revision=hand.question.revision, reviewer=hand.reviewer, verb=decision.verb),
            spam=hand.message.sender if decision.verb == "spam" and hand.message.authenticated else None,
            answer=None if answer is None else (hand.message.id, answer),
            log={
                hand.message.id: {**state["log_entry"], "mode": mode},
                hand.reply.id: self._entry(
                    hand, rule=decision.verb, reason=f"decided by {hand.reviewer}", note=decision.note
                ),
            },
            outbox=tuple(mails),
        )

    def _to_customer(
        self, hand: InHand, decision: Decision, state: TriageState, now: datetime
    ) -> tuple[NewOutboxEntry | None, str]:
        """The customer's mail, if one leaves, and what the confirmation says of it."""
        case, message, language = hand.case, hand.message, state["language"]
        if state["response"] is not None:
            text = state["response"]
            return self.customer.answer(case, message, text=text, language=language, automatic=False, sources=[]), text
        if decision.verb == "ask":
            tone = state["sentiment"]
            return self.customer.ask(
                case, message, question=decision.text, tone=tone, language=language, cause=hand.reply
            ), decision.text
        if decision.verb == "reject" and self.policy.on_reject == "holding" and not message.caution:
            due = self.deadlines.due(state["category"], hand.question.priority, at=now)
            letter = self.customer.holding(case, message, tone=state["sentiment"], language=language, due=due)
            spoken = self.review.spoken(due)
            return letter, f"The holding reply: we are still working on it, and a person answers by {spoken}."
        return None, ""

    def _assigned(self, hand: InHand, decision: Decision) -> Handled | Unclear:
        """The digest goes to the reviewer whose case it is from now on, and everybody is told."""
        wanted = (hand.reply.sender or "") if decision.verb == "take" else decision.who
        address = self.colleagues.get(wanted.casefold())
        if address is None:
            names = ", ".join(sorted({name for name in self.colleagues if "@" not in name}))
            return Unclear(code="REVIEW-16", detail=wanted, suggestion=names, verb=decision.verb)
        state = cast("TriageState", dict(hand.question.graph_state))
        digest = self.review.digest(hand.case, hand.message, hand.question, state, earlier_messages=0, assignee=address)
        told = self._told(hand, "assign", {"assignee": address}, to_all=True)
        return replace(
            told,
            changes=QuestionChange(revision=hand.question.revision, assigned_to=address),
            outbox=(*told.outbox, digest),
        )

    def _snoozed(self, hand: InHand, decision: Decision) -> Handled | Unclear:
        if decision.until is None:
            return Unclear(code="REVIEW-04", detail="SNOOZE", verb="snooze")
        until = next_moment(decision.until, now=self.clock.now(), zone=self.review.paper.zone)
        told = self._told(hand, "snooze", {"until": self.review.spoken(until)})
        return replace(told, changes=QuestionChange(revision=hand.question.revision, snoozed_until=until))

    def _corrected(self, hand: InHand, values: Mapping[str, str]) -> Handled:
        """Kept as labels; and the open question is put right, with the deadline of its category."""
        said = ", ".join(f"{key} = {value}" for key, value in values.items())
        told = self._told(hand, "set", {"corrections": said}, note=said)
        question = hand.question
        priority = cast("Priority", values.get("priority", question.priority))
        category = values.get("category", str(question.graph_state["category"]))
        change = QuestionChange(
            revision=question.revision,
            priority=priority,
            due_at=self.deadlines.due(category, priority, at=question.opened_at),
            graph_state={**question.graph_state, **values},
        )
        return replace(told, changes=change, corrections=(hand.message.id, hand.reviewer, dict(values)))

    def _with_modifiers(self, hand: InHand, decision: Decision, handled: Handled) -> Handled:
        """The SET and NOTE lines above a decision. Whose the question is does not matter once it is decided."""
        values = {str(key): value for line in decision.modifiers for key, value in line.corrections}
        notes = [line.note for line in decision.modifiers if line.verb == "note" and line.note]
        if values:
            given = (hand.message.id, hand.reviewer, values)
            handled = replace(handled, corrections=given)
        if notes:
            entry = handled.log[hand.reply.id]
            said = "\n".join(filter(None, [*notes, str(entry.get("note", ""))]))
            handled = replace(handled, log={**handled.log, hand.reply.id: {**entry, "note": said}})
        return handled

    @staticmethod
    def _again(hand: InHand, outcome: Outcome, *, due_at: datetime) -> NewEscalation:
        """The next question about the same message."""
        question, state = hand.question, outcome.state
        return NewEscalation(
            case_id=question.case_id,
            revision=question.revision + 1,
            message_id=question.message_id,
            interrupt_id=outcome.interrupt_id or "",
            priority=question.priority,
            reason=question.reason,
            draft=state["response"],
            due_at=due_at,
            graph_state=state,
            assigned_to=question.assigned_to,
        )

    def _told(
        self, hand: InHand, word: str, values: Mapping[str, object], *, note: str = "", to_all: bool = False
    ) -> Handled:
        """A commit that only tells what was done."""
        receipt = self.review.told(hand.case, hand.reply, word, values, to_all=to_all)
        bare = self._bare(hand, rule=word, reason=f"{word} by {hand.reviewer}", note=note)
        return replace(bare, outbox=(receipt,))

    def _bare(self, hand: InHand, *, rule: str, reason: str, note: str = "") -> Handled:
        return Handled(
            message_id=hand.reply.id,
            case_id=hand.case.id,
            at=self.clock.now(),
            log={hand.reply.id: self._entry(hand, rule=rule, reason=reason, note=note)},
        )

    @staticmethod
    def _entry(hand: InHand, *, rule: str, reason: str, note: str = "") -> dict[str, object]:
        entry: dict[str, object] = {
            "case": hand.case.number,
            "message": hand.reply.id,
            "disposition": "review",
            "rule": rule,
            "reason": reason,
        }
        return {**entry, "note": note} if note else entry


def _tokens(usage: UsageState) -> int:
    return usage["tokens_in"] + usage["tokens_out"]
