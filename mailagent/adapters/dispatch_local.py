"""Decide who works on which case, within one process: many cases at once, one message of a case at a time.

Two runs on one LangGraph thread lose one of them, so a case that is being worked on is left out until it is done.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from mailagent.domain.case import CaseId


@dataclass(frozen=True, kw_only=True)
class LocalDispatcher:
    """See `ports.Dispatcher`.

    `due` names the cases with something to do, longest waiting first; `work` does one message, raises nothing, and says
    whether it got anywhere: a case that did not is left until somebody asks again.
    """

    due: Callable[[], Awaitable[Sequence[CaseId]]]
    work: Callable[[CaseId], Awaitable[bool]]
    concurrency: int
    _running: dict[CaseId, asyncio.Task[None]] = field(default_factory=dict)

    async def start_due(self, then: Callable[[], None]) -> None:
        """See `ports.Dispatcher`."""
        await self._start(then, leave_out=set())

    async def drain(self) -> None:
        """See `ports.Dispatcher`. A case that does not get on is left out for the rest of it."""
        stuck: set[CaseId] = set()
        while True:
            await self._start(lambda: None, leave_out=stuck)
            if not self._running:
                return
            await asyncio.wait(self._running.values(), return_when=asyncio.FIRST_COMPLETED)

    async def _start(self, then: Callable[[], None], *, leave_out: set[CaseId]) -> None:
        for case_id in await self.due():
            if len(self._running) >= self.concurrency:
                return
            if case_id not in self._running and case_id not in leave_out:
                self._running[case_id] = asyncio.create_task(self._run(case_id, then, leave_out))

    async def finish(self, seconds: float) -> int:
        """See `ports.Dispatcher`."""
        tasks = list(self._running.values())
        if not tasks:
            return 0
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return len(late)

    async def _run(self, case_id: CaseId, then: Callable[[], None], stuck: set[CaseId]) -> None:
        got_on = False
        try:
            got_on = await self.work(case_id)
        finally:
            del self._running[case_id]
            if got_on:
                then()
            else:
                stuck.add(case_id)
