"""Decide who works on which case, within one process: many cases at once, one message of a case at a time.

Two runs on one LangGraph thread lose one of them, so a case that is being worked on is left out until it is done.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field

from mailagent.domain.case import CaseId


@dataclass(frozen=True, kw_only=True)
class LocalDispatcher:
    """`due` names the cases with something to do, longest waiting first; `work` does one message of a case."""

    due: Callable[[], Awaitable[Sequence[CaseId]]]
    work: Callable[[CaseId], Coroutine[None, None, None]]
    concurrency: int
    _running: dict[CaseId, asyncio.Task[None]] = field(default_factory=dict)

    async def drain(self) -> None:
        """Work until nothing is due. Cancelling it cancels the work in hand."""
        try:
            while True:
                for case_id in await self.due():
                    if len(self._running) >= self.concurrency:
                        break
                    if case_id not in self._running:
                        self._running[case_id] = asyncio.create_task(self.work(case_id))
                if not self._running:
                    return
                await asyncio.wait(self._running.values(), return_when=asyncio.FIRST_COMPLETED)
                await self._collect()
        finally:
            for task in self._running.values():
                task.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)
            self._running.clear()

    async def _collect(self) -> None:
        """Forget what is done; an error of `work` itself is the caller's."""
        for case_id, task in list(self._running.items()):
            if task.done():
                del self._running[case_id]
                await task
