"""What each of the reviewers' words does to the case: one commit, never a mail by itself."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

from mailagent.domain.case import CaseState
from mailagent.domain.deadlines import Deadlines
from mailagent.domain.decision import Decision, Unclear
from mailagent.domain.escalation import Escalation
from mailagent.domain.outgoing import NewOutboxEntry
from mailagent.domain.policy import Modes, ReviewPolicy
from mailagent.domain.routing import Priority
from mailagent.domain.times import next_moment
from mailagent.jobs.resume_reviews.hand import InHand
from mailagent.letters.customer import CustomerLetters
from mailagent.letters.question import case_facts
from mailagent.letters.review import ReviewLetters
from mailagent.mail.tokens import shows_review
from mailagent.ports import Clock, Handled, Outbox, QuestionChange, Spending
from mailagent.triage.engine import Engine
from mailagent.triage.state import DecisionState, TriageState, UsageState

CASE_STATES: Mapping[str, CaseState] = {"reject": "open", "ask": "asked", "close": "closed", "spam": "closed"}
"""What a case becomes by a decision; after all others it is answered."""
REPLY_LIVES = timedelta(days=30)
"""How long after its question was put a reply may decide it."""


@dataclass(frozen=True, kw_only=True)
class Effects:
    """Every method gives the commit that a word leads to, or why it leads to none. `colleagues` are the addresses that
    ASSIGN knows, by the name of a person or a group and by address, in lower case.
    """

    engine: Engine
    outbox: Outbox
    customer: CustomerLetters
    review: ReviewLetters
    policy: ReviewPolicy
    colleagues: Mapping[str, tuple[str, ...]]
    deadlines: Deadlines
    modes: Modes
    clock: Clock

    async def of(self, hand: InHand, decision: Decision) -> Handled | Unclear:
        """What `decision` about an open question leads to, with the lines above it."""
        now_asked = self._put_right(hand, decision)
        if isinstance(now_asked, Unclear):
            return now_asked
        changed = replace(hand, question=now_asked)
        match decision.verb:
            case "approve" | "modify" | "reject" | "ask" | "close" | "spam":
                found: Handled | Unclear = await self._ended(changed, decision)
            case "revise":
                found = await self.new_draft(changed, instruction=decision.text)
            case "assign" | "take":
                found = self._bare(changed, "assign", note=decision.note)
            case "snooze":
                until = self.review.spoken(now_asked.snoozed_until or now_asked.due_at)
                found = self.told(changed, "snooze", {"until": until})
            case "set":
                found = self.labelled(changed, decision)
            case _:
                found = self.said(changed, decision)
        if isinstance(found, Unclear):
            return found
        if found.decides is None and now_asked != hand.question:
            found = replace(found, changes=_change(now_asked))
        if found.case_state is None and now_asked.assigned_to != hand.question.assigned_to:
            found = replace(
                found, outbox=(*found.outbox, *await self._assigned(changed, is_new=found.opens is not None))
            )
        return _with_lines(hand, decision, found)

    def said(self, hand: InHand, decision: Decision) -> Handled:
        """NOTE, WHY, STATUS and HELP change nothing and work at any time."""
        values: dict[str, object] = {"note": decision.note}
        if decision.verb in ("why", "status"):
            values = case_facts(self.review.paper, hand.case, hand.question)
        return self.told(hand, decision.verb, values, note=decision.note if decision.verb == "note" else "")

    def labelled(self, hand: InHand, decision: Decision) -> Handled:
        """SET: what was wrong is kept, to learn from, also when all is decided."""
        said = ", ".join(f"{key} = {value}" for key, value in decision.corrections)
        due = self.review.spoken(hand.question.due_at)
        values = {"corrections": said, "due": due, "is_open": hand.question.state == "open"}
        return _with_lines(hand, decision, self.told(hand, "set", values, note=said))

    async def new_draft(self, hand: InHand, *, text: str = "", instruction: str = "") -> Handled | Unclear:
        """A question with a new draft takes the place of this one, whose token is dead; nothing goes out."""
        outcome = await self.engine.redraft(hand.question, by=hand.reply.id, text=text, instruction=instruction)
        state = outcome.state
        before = cast("TriageState", hand.question.graph_state)["usage"]
        spent, cost = _tokens(state["usage"]) - _tokens(before), state["usage"]["cost"] - before["cost"]
        if instruction and state["response"] == hand.question.draft:
            return Unclear(code="REVIEW-18", detail=state["failure"], verb="revise", tokens=spent, cost=cost)
        if shows_review(state["response"] or ""):
            return Unclear(code="REVIEW-15", verb="revise" if instruction else "modify", tokens=spent, cost=cost)
        question = hand.asked_again(outcome, due_at=hand.question.due_at)
        mails = self.review.digests(hand.case, hand.message, question, state, earlier_messages=0)
        own = hand.reply.sender or ""
        if own not in question.assigned_to and (question.assigned_to or own in await self.asked(hand)):
            mails.append(self.review.digest(hand.case, hand.message, question, state, earlier_messages=0, reader=own))
        if text:
            values = {
                "detail": text,
                "draft_length": len(hand.question.draft or ""),
                "due": self.review.spoken(question.due_at),
            }
            mails.append(self.review.receipt(hand.case, hand.reply, question, code="REVIEW-07", values=values))
        return replace(
            self._bare(hand, "revise", reason=f"a new draft by {hand.reviewer}"),
            decides=hand.decided("revise"),
            case_state="waiting" if hand.is_rejected else None,
            opens=question,
            spending=Spending(sender=hand.message.sender, tokens=spent, cost=cost) if spent else None,
            outbox=tuple(mails),
        )

    def told(
        self, hand: InHand, word: str, values: Mapping[str, object], *, note: str = "", readers: Collection[str] = ()
    ) -> Handled:
        """A commit that only tells what was done: the reviewer who wrote, or `readers`."""
        mails = self.review.told(hand.case, hand.reply, hand.question, word, values, readers=readers)
        return replace(self._bare(hand, word, note=note), outbox=tuple(mails))

    async def asked(self, hand: InHand) -> frozenset[str]:
        """Whoever holds a mail that puts a question of this case."""
        since = self.clock.now() - REPLY_LIVES
        return await self.outbox.asked(hand.case.id, since=since)

    async def to_tell(self, hand: InHand) -> frozenset[str]:
        """Who hears of a decision, as the admin wants it."""
        if self.policy.confirm == "none":
            return frozenset()
        if self.policy.confirm == "actor":
            return frozenset(filter(None, [hand.reply.sender]))
        return frozenset({self.review.queue, *hand.question.assigned_to}) | await self.asked(hand)

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
            hand.question,
            decision,
            reviewer=hand.reviewer,
            letter=told,
            readers=await self.to_tell(hand),
            undo_until=leaves if self.policy.undo_window else None,
        )
        mode = self.modes.of(state["category"])
        answer = state["response"]
        return replace(
            hand.bare(at=now, rule=decision.verb, reason=f"decided by {hand.reviewer}"),
            case_state=CASE_STATES.get(decision.verb, "answered"),
            escalated=state["escalated"],
            decides=hand.decided(decision.verb),
            spam=hand.message.sender if decision.verb == "spam" and hand.message.authenticated else None,
            answer=None if answer is None else (hand.message.id, answer),
            log={
                hand.message.id: {**state["log_entry"], "mode": mode},
                hand.reply.id: hand.entry(rule=decision.verb, reason=f"decided by {hand.reviewer}", note=decision.note),
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
            revision = hand.question.revision
            return self.customer.answer(case, message, text=text, language=language, revision=revision), text
        if decision.verb == "ask":
            tone = state["sentiment"]
            return self.customer.ask(
                case, message, question=decision.text, tone=tone, language=language, cause=hand.reply
            ), decision.text
        if decision.verb == "reject" and self.policy.on_reject == "holding" and not message.caution:
            due = self.deadlines.due(state["category"], hand.question.priority, at=now)
            letter = self.customer.holding(
                case, message, tone=state["sentiment"], language=language, due=due, revision=hand.question.revision
            )
            spoken = self.review.spoken(due)
            return letter, f"The holding reply: we are still working on it, and a person answers by {spoken}."
        return None, ""

    async def _assigned(self, hand: InHand, *, is_new: bool) -> list[NewOutboxEntry]:
        """The mails to those whose the question is from now on, and to everybody else who has it. With `is_new` the
        question was just put to them.
        """
        question, owners = hand.question, hand.question.assigned_to
        others = {self.review.queue, hand.reply.sender or ""} | await self.asked(hand)
        values = {"assignee": ", ".join(owners), "reviewer": hand.reviewer}
        mails = self.review.told(hand.case, hand.reply, question, "assign", values, readers=others - {*owners, ""})
        if not is_new:
            state = cast("TriageState", dict(question.graph_state))
            mails += self.review.digests(
                hand.case, hand.message, question, state, earlier_messages=0, cause=str(hand.reply.id)
            )
        return mails

    def _put_right(self, hand: InHand, decision: Decision) -> Escalation | Unclear:
        """The question as SET, ASSIGN, TAKE and SNOOZE leave it, in the reply's order. The customer was told a time,
        so no deadline is put off.
        """
        question = hand.question
        for line in (*decision.modifiers, decision):
            values = {str(key): value for key, value in line.corrections}
            if values:
                priority = cast("Priority", values.get("priority", question.priority))
                category = values.get("category", str(question.graph_state["category"]))
                due_at = self.deadlines.due(category, priority, at=question.opened_at)
                question = replace(
                    question,
                    priority=priority,
                    due_at=min(due_at, question.due_at),
                    graph_state={**question.graph_state, **values},
                    interrupt_id="",  # the thread waits with the old state, and is put where it waits with this one
                )
            if line.verb in ("assign", "take"):
                wanted = (hand.reply.sender or "") if line.verb == "take" else line.who
                owners = self.colleagues.get(wanted.casefold())
                if owners is None:
                    names = ", ".join(sorted({name for name in self.colleagues if "@" not in name}))
                    return Unclear(code="REVIEW-16", detail=wanted, suggestion=names, verb=line.verb)
                question = replace(question, assigned_to=owners)
            if line.until is not None:
                until = next_moment(line.until, now=self.clock.now(), zone=self.review.paper.zone)
                question = replace(question, snoozed_until=until)
        return question

    def _bare(self, hand: InHand, rule: str, *, reason: str = "", note: str = "") -> Handled:
        reason = reason or f"{rule} by {hand.reviewer}"
        return hand.bare(at=self.clock.now(), rule=rule, reason=reason, note=note)


def _change(question: Escalation) -> QuestionChange:
    """All of `question` that a word may have changed."""
    return QuestionChange(
        revision=question.revision,
        assigned_to=question.assigned_to,
        snoozed_until=question.snoozed_until,
        priority=question.priority,
        due_at=question.due_at,
        graph_state=None if question.interrupt_id else question.graph_state,
    )


def _with_lines(hand: InHand, decision: Decision, handled: Handled) -> Handled:
    """What SET says is kept as labels, what NOTE says above a decision in its log entry."""
    lines = (*decision.modifiers, decision)
    values = {str(key): value for line in lines for key, value in line.corrections}
    notes = [line.note for line in decision.modifiers if line.verb == "note" and line.note]
    if values:
        handled = replace(handled, corrections=(hand.message.id, hand.reviewer, values))
    if notes:
        entry = handled.log[hand.reply.id]
        said = "\n".join(filter(None, [*notes, str(entry.get("note", ""))]))
        handled = replace(handled, log={**handled.log, hand.reply.id: {**entry, "note": said}})
    return handled


def _tokens(usage: UsageState) -> int:
    return usage["tokens_in"] + usage["tokens_out"]
