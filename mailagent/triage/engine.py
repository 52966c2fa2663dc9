"""The only door to the graph: start a message, resume a paused case.

The store is the truth and the graph's checkpoint a convenience. LangGraph raises nothing when a thread is resumed that
is not paused, so every resume first looks whether the thread waits at the very question that the store holds. When it
does not (the process died between a resume and its commit, or the checkpoint is lost), the pause is rebuilt from the
state that the store kept with the question. When another's answer ends the pause after that look, LangGraph gives back
how the thread ended, so every resume then looks whose answer it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.types import Command

from mailagent.domain.escalation import Escalation
from mailagent.errors import TemporaryError
from mailagent.events import log
from mailagent.triage.build import Graph
from mailagent.triage.state import DecisionState, FollowUp, NewDraft, Reviewed, TriageState

OF_THE_ANSWER = ("category", "confidence", "language", "kb_results", "sources")
"""What holds of an answer as much as of the mail that rates it."""
ADDED: Mapping[str, object] = {"resumed_by": 0}
"""What states that were stored before lack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Where a message ended. `interrupt_id` is set when the graph waits for a reviewer."""

    state: TriageState
    interrupt_id: str | None


@dataclass(frozen=True, kw_only=True)
class Engine:
    """One run at a time a case: two at once on a thread lose one of them."""

    graph: Graph
    saver: BaseCheckpointSaver[str]

    async def start(self, state: TriageState) -> Outcome:
        """Run a message from the beginning, also when an earlier run of it was cut short. One that rates an answer
        begins with what was found out about that answer.
        """
        await self._readable(state["case_number"])
        if state["feedback_score"] is not None:
            rated = (await self.graph.aget_state(_config(state["case_number"]))).values
            if rated.get("response"):
                state = cast("TriageState", {**state, **{name: rated[name] for name in OF_THE_ANSWER}})
        return await self._run(state, state["case_number"])

    async def rate(self, state: TriageState) -> Outcome:
        """Record a rating, on a thread of its own: the case may be paused."""
        return await self._run(state, f"{state['case_number']}:rating")

    async def decide(self, escalation: Escalation, decision: DecisionState) -> Outcome:
        """Resume with a reviewer's decision."""
        return await self._resume(escalation, Reviewed(kind="decision", by=decision["message_id"], decision=decision))

    async def redraft(self, escalation: Escalation, *, by: int, text: str = "", instruction: str = "") -> Outcome:
        """Resume with a reviewer's text for the draft, or with what to change in it, as the message `by` says; it
        pauses again with the new one.

        `failure` of the state says why no model could write it; the draft is the old one then.
        """
        return await self._resume(escalation, NewDraft(kind="draft", by=by, text=text, instruction=instruction))

    async def reopen(self, escalation: Escalation) -> Outcome:
        """Pause once more at a question that was answered before."""
        kept = cast("TriageState", dict(escalation.graph_state))
        await self._readable(kept["case_number"])
        return await self._pause(kept)

    async def follow_up(self, escalation: Escalation, state: TriageState) -> Outcome:
        """Resume with the customer's next message; the open question ends without an answer."""
        return await self._resume(escalation, FollowUp(kind="message", by=state["message_id"], state=state))

    async def _resume(self, escalation: Escalation, answer: Reviewed | NewDraft | FollowUp) -> Outcome:
        kept = cast("TriageState", dict(escalation.graph_state))
        thread = kept["case_number"]
        interrupt_id: str | None = escalation.interrupt_id
        await self._readable(thread)
        if await self._waiting_at(thread) != interrupt_id:
            interrupt_id = (await self._pause(kept)).interrupt_id
        outcome = await self._run(Command(resume={interrupt_id: answer}), thread)
        if outcome.state["resumed_by"] != answer["by"]:
            raise TemporaryError("the case went on with another message; this one is read again")
        return outcome

    async def _pause(self, state: TriageState) -> Outcome:
        """Put a thread where it waits with this state, which an older release may have stored."""
        thread = state["case_number"]
        whole: dict[str, object] = {**ADDED, **state}
        await self.graph.aupdate_state(_config(thread), whole, as_node="log")
        return await self._run(None, thread)

    async def _readable(self, thread: str) -> None:
        """Forget a thread whose rows cannot be read, before it is run: the store knows all that matters of it."""
        try:
            await self.graph.aget_state(_config(thread))
        except TemporaryError:
            raise
        except Exception as error:  # noqa: BLE001 - a damaged row raises whatever its bytes lead to
            log("checkpoint.forgotten", thread=thread, error=type(error).__name__)
            await self.saver.adelete_thread(thread)

    async def _waiting_at(self, thread: str) -> str | None:
        """The id of the pause that the thread is at."""
        interrupts = (await self.graph.aget_state(_config(thread))).interrupts
        return interrupts[0].id if interrupts else None

    async def _run(self, given: "TriageState | Command[str] | None", thread: str) -> Outcome:
        values: Mapping[str, object] = await self.graph.ainvoke(given, _config(thread), durability="exit")
        state = cast("TriageState", {name: values[name] for name in TriageState.__annotations__})
        return Outcome(state=state, interrupt_id=await self._waiting_at(thread))


def _config(thread: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread}}
