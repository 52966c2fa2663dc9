"""Take a customer's message through the graph and write down what follows from it.

Commit 2 marks the message as handled and queues its mails in one transaction. A process that dies before it runs the
message again from the store; nothing has left by then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from mailagent.crash_points import passing
from mailagent.domain.budget import Budget, nearly_used_up, used_up
from mailagent.domain.caps import Caps, reached
from mailagent.domain.case import Case
from mailagent.domain.deadlines import Deadlines
from mailagent.domain.escalation import Escalation, NewEscalation
from mailagent.domain.message import Message
from mailagent.domain.outgoing import NewOutboxEntry
from mailagent.domain.policy import BURST, Modes
from mailagent.errors import TemporaryError, spoken
from mailagent.events import log
from mailagent.letters.customer import CustomerLetters
from mailagent.letters.notices import Notices
from mailagent.letters.review import ReviewLetters
from mailagent.mail.tokens import new_nonce
from mailagent.ports import Cases, Clock, Handled, Messages, Outbox, Spending, Turn
from mailagent.triage.engine import Engine, Outcome
from mailagent.triage.routes import LOW_RATING
from mailagent.triage.state import TriageState, fresh

RETRY = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True)
class TriageCases:
    """A `Job` over messages of customers. After `bundle_above` digests within `BURST` the next are held for a list."""

    engine: Engine
    messages: Messages
    cases: Cases
    outbox: Outbox
    customer: CustomerLetters
    review: ReviewLetters
    notices: Notices
    caps: Caps
    budget: Budget
    deadlines: Deadlines
    modes: Modes
    bundle_above: int
    clock: Clock
    name: str = "triage_cases"

    async def due(self) -> Sequence[Message]:
        """The dispatcher hands out messages case by case."""
        return []

    async def handle(self, message: Message) -> None:
        """Decide about one message."""
        case = await self.cases.get(message.for_case)
        message, alarms = await self._within_caps(case, message)
        no_cost, budget_alarms = await self._within_budget(case, message)
        history: list[Turn] = []
        earlier = 0
        if message.authenticated and message.sender:
            history, earlier = await self.messages.history(case.id, of=message.sender, before=message.id)
        language = await self.messages.language(case.id, before=message.id)
        state = fresh(case, message, history, no_cost=no_cost, language=language)
        waiting = await self.cases.open_escalation(case.id)
        if message.rating is not None and (case.with_a_person or message.rating > LOW_RATING):
            outcome, waiting = await self.engine.rate(state), None
        elif waiting is not None:
            outcome = await self.engine.follow_up(waiting, state)
        else:
            outcome = await self.engine.start(state)
        handled = await self._follow(case, message, outcome, waiting, earlier=earlier)
        usage = outcome.state["usage"]
        tokens = usage["tokens_in"] + usage["tokens_out"]
        handled = replace(
            handled,
            spending=Spending(sender=message.sender, tokens=tokens, cost=usage["cost"]) if tokens else None,
            outbox=(*handled.outbox, *alarms, *budget_alarms),
        )
        passing("triage.decided")
        is_written = await self.cases.commit(handled)
        passing("triage.done")
        if is_written:
            log(
                "message.handled",
                message_id=message.id,
                case_id=case.id,
                disposition=outcome.state["disposition"],
                rule=outcome.state["rule"],
            )
        else:
            log("message.overtaken", message_id=message.id, case_id=case.id)

    def attempts(self, message: Message) -> int:
        """See `Job`."""
        return message.attempts

    async def postpone(self, message: Message, reason: str) -> None:
        """See `Job`."""
        await self.messages.postpone(message.id, until=self.clock.now() + RETRY, reason=reason)

    async def set_aside(self, message: Message, error: Exception) -> None:
        """See `Job`."""
        log("mail.set_aside", message_id=message.id, error=type(error).__name__, reason=spoken(error))
        await self.messages.set_aside(
            message.id, reason=f"{type(error).__name__}: {error}", notices=[self.notices.set_aside(message, error)]
        )

    async def _within_caps(self, case: Case, message: Message) -> tuple[Message, list[NewOutboxEntry]]:
        """`message` with what now speaks against automatic mail to its sender, and the notices about it.

        Two cases at work at the same time may both pass a cap by one mail each.
        """
        if message.sender is None or message.caution:
            return message, []
        now = self.clock.now()
        returned = await self.outbox.blocked(message.sender, at=now)
        if returned:
            return replace(message, caution=f"our mail to the sender came back: {returned}"), []
        found = reached(self.caps, await self.outbox.automatic_mail(message.sender, case.id, at=now))
        if found is None:
            return message, []
        cap, words = found
        log("cap.reached", message_id=message.id, case_id=case.id, cap=cap)
        alarms = [self.notices.cap_reached(case.mailbox, cap, words)] if cap in ("domain", "overall") else []
        return replace(message, caution=words), alarms

    async def _within_budget(self, case: Case, message: Message) -> tuple[str, list[NewOutboxEntry]]:
        """Why no model that costs is asked about the message, empty if one is; and the notices about it."""
        spent = await self.cases.spent(message.sender, case.id, at=self.clock.now())
        found = used_up(self.budget, spent)
        nearly = nearly_used_up(self.budget, spent)
        alarms = []
        if nearly is not None:
            gone = found is not None and found[0] == nearly[0]
            alarms = [self.notices.budget(case.mailbox, nearly[0], nearly[1], gone=gone)]
        if found is None:
            return "", alarms
        log("budget.used_up", message_id=message.id, case_id=case.id, purse=found[0])
        return f"the budget for models is used up: {found[1]}", alarms

    async def _follow(
        self, case: Case, message: Message, outcome: Outcome, waiting: Escalation | None, *, earlier: int
    ) -> Handled:
        """What an outcome leads to. In shadow mode: the log entry, and no mail; a question from before then ends, for
        its draft answers an older message.
        """
        state = outcome.state
        mode = self.modes.of(state["category"])
        log_entry = {**state["log_entry"], "mode": mode}
        bare = Handled(message_id=message.id, case_id=case.id, at=self.clock.now(), log={message.id: log_entry})
        if mode == "shadow" and waiting is not None:
            return replace(bare, supersedes=waiting.revision, case_state="open")
        if mode == "shadow" or state["disposition"] == "ignore":
            return bare
        if state["disposition"] != "reply":
            return await self._ask(bare, case, message, outcome, waiting, earlier=earlier)
        text = state["response"] or ""
        answer = self.customer.answer(case, message, text=text, language=state["language"], sources=_titles(state))
        return Handled(
            message_id=message.id,
            case_id=case.id,
            at=bare.at,
            case_state="answered",
            automatic_answer=True,
            answer=(message.id, text),
            log=bare.log,
            outbox=(answer,),
        )

    async def _bundled(self, digest: NewOutboxEntry) -> NewOutboxEntry:
        """The digest, held for a list with others if it is one of a burst. That of somebody's own question is not.

        Cases at work at the same time may each pass the limit by one.
        """
        if digest.recipient != self.review.queue:
            return digest
        now = self.clock.now()
        written, listed_at = await self.outbox.burst(digest.recipient, since=now - BURST)
        if written < self.bundle_above:
            return digest
        return replace(digest, held=True, not_before=listed_at or now + BURST)

    async def _ask(
        self,
        bare: Handled,
        case: Case,
        message: Message,
        outcome: Outcome,
        waiting: Escalation | None,
        *,
        earlier: int,
    ) -> Handled:
        """Put the question, after `earlier` messages of the customer's, and tell them once a case that a person
        answers; but not whoever seems to speak to a machine, whom any answer would teach.
        """
        state = outcome.state
        if outcome.interrupt_id is None:
            raise TemporaryError("the graph does not wait although a person must be asked")
        due_at = self.deadlines.due(state["category"], state["priority"], at=bare.at)
        if waiting is not None:  # the customer was told that time, and writing again does not move it
            due_at = min(due_at, waiting.due_at)
        question = NewEscalation(
            case_id=case.id,
            revision=await self.cases.latest_revision(case.id) + 1,
            message_id=message.id,
            interrupt_id=outcome.interrupt_id,
            priority=state["priority"],
            reason=state["escalation_reason"],
            draft=state["response"],
            due_at=due_at,
            graph_state=state,
            assigned_to=waiting.assigned_to if waiting else (),
            nonce=new_nonce(),
        )
        digests = self.review.digests(case, message, question, state, earlier_messages=earlier)
        mails = digests if question.priority == "urgent" else [await self._bundled(digest) for digest in digests]
        acknowledge = not (message.caution or case.acknowledged or state["injection_suspected"])
        if acknowledge:
            mails.append(
                self.customer.acknowledgment(
                    case, message, tone=state["sentiment"], language=state["language"], due=question.due_at
                )
            )
        return Handled(
            message_id=message.id,
            case_id=case.id,
            at=bare.at,
            case_state="waiting",
            escalated=True,
            acknowledged=acknowledge,
            opens=question,
            supersedes=waiting.revision if waiting else None,
            log=bare.log,
            outbox=tuple(mails),
        )


def _titles(state: TriageState) -> list[str]:
    titles = {article["id"]: article["title"] for article in state["kb_results"]}
    return [titles.get(source, source) for source in state["sources"]]
