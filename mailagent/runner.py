"""Run a job over its due items. The only place that catches an error it does not know.

One bad item never stops the others; what fails is postponed, and set aside when it cannot work. Five crashes set aside
in a row mean that the fault is ours: the job stops before it empties the inbox, and `status` says so.
"""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeVar

from mailagent.errors import ConfigurationError, PermanentError, TemporaryError, spoken
from mailagent.events import log
from mailagent.ports import Clock, Health

Item = TypeVar("Item")
Result = TypeVar("Result")
CRASHES = 3
"""Unknown errors on one item before it is set aside."""
ASIDE_IN_A_ROW = 5


class Job(Protocol[Item]):
    """What the daemon does again and again."""

    @property
    def name(self) -> str:
        """The file's name, as it stands in logs and in `status`."""

    async def due(self) -> Sequence[Item]:
        """What there is to do now."""

    async def handle(self, item: Item) -> None:
        """Do it, ending in one commit."""

    def attempts(self, item: Item) -> int:
        """How often it was tried before."""

    async def postpone(self, item: Item, reason: str) -> None:
        """Count an attempt and try again later."""

    async def set_aside(self, item: Item, error: Exception) -> None:
        """Keep it for a person, and tell one."""


@dataclass(frozen=True, kw_only=True)
class Runner:
    """`stopping` ends a run after the item in hand; `stopped` names the jobs that gave up until a restart; `hindered`
    is the last error of each job that something outside kept from its work.
    """

    health: Health
    clock: Clock
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    stopped: set[str] = field(default_factory=set)
    hindered: dict[str, Exception] = field(default_factory=dict)
    _aside: dict[str, int] = field(default_factory=dict)

    async def run_due(self, job: Job[Item]) -> int:
        """Handle all that is due, or as much as there is time for before a stop; returns how many items it were."""
        done = 0
        for item in [] if job.name in self.stopped else await job.due():
            if self.stopping.is_set() or not await self.run(job, item):
                break
            done += 1
        return done

    async def run(self, job: Job[Item], item: Item) -> bool:
        """Handle one item and see to its errors. False when the job has stopped and the item was left alone."""
        if job.name in self.stopped:
            return False
        try:
            await self._handle(job, item)
        except Exception as error:  # noqa: BLE001 - what should keep a failed item failed itself
            log("job.crashed", job=job.name, error=type(error).__name__, trace=_trace(error))
            await self.guard(partial(job.postpone, item, f"{type(error).__name__}: {error}"))
        return True

    async def _handle(self, job: Job[Item], item: Item) -> None:
        try:
            await job.handle(item)
        except (TemporaryError, ConfigurationError) as error:
            log("job.postponed", job=job.name, error=type(error).__name__, reason=spoken(error))
            self.hindered[job.name] = error
            await job.postpone(item, str(error))
            if isinstance(error, ConfigurationError):
                await self._unwell(job.name, str(error))
        except PermanentError as error:
            await job.set_aside(item, error)
        except Exception as error:  # noqa: BLE001 - a bug must not stop the others
            log("job.crashed", job=job.name, error=type(error).__name__, trace=_trace(error))
            if job.attempts(item) + 1 < CRASHES:
                await job.postpone(item, f"{type(error).__name__}: {error}")
            else:
                await self._give_up(job, item, error)
        else:
            self._aside[job.name] = 0
            await self.guard(partial(self.health.worked, f"job:{job.name}", at=self.clock.now()))

    async def reach(self, name: str, visit: Callable[[], Awaitable[None]]) -> Exception | None:
        """Use something outside; remember for `status` whether that worked. Returns what went wrong."""
        try:
            await visit()
        except (TemporaryError, ConfigurationError) as error:
            log("mailbox.failed", mailbox=name, error=type(error).__name__, reason=spoken(error))
            await self.guard(partial(self.health.failed, name, str(error), at=self.clock.now()))
            return error
        except Exception as error:  # noqa: BLE001 - a bug must not stop the mailbox for good
            log("job.crashed", job=name, error=type(error).__name__, trace=_trace(error))
            await self.guard(partial(self.health.failed, name, type(error).__name__, at=self.clock.now()))
            return error
        await self.guard(partial(self.health.worked, name, at=self.clock.now()))
        return None

    async def guard(self, work: Callable[[], Awaitable[Result]]) -> Result | None:
        """Keep a loop alive: what fails here, such as a database that is away, is met again at the next round."""
        try:
            return await work()
        except TemporaryError as error:
            log("job.postponed", job="loop", error=type(error).__name__, reason=spoken(error))
            return None
        except Exception as error:  # noqa: BLE001 - the loop must go on
            log("job.crashed", job="loop", error=type(error).__name__, trace=_trace(error))
            return None

    async def _give_up(self, job: Job[Item], item: Item, error: Exception) -> None:
        """Only what crashed us counts: a stranger must not stop a job with mail that is refused as it should be."""
        await job.set_aside(item, error)
        self._aside[job.name] = self._aside.get(job.name, 0) + 1
        if self._aside[job.name] >= ASIDE_IN_A_ROW:
            self.stopped.add(job.name)
            detail = f"{ASIDE_IN_A_ROW} items in a row crashed it; mend the cause, then restart mailagent"
            log("job.stopped", job=job.name, detail=detail)
            await self._unwell(job.name, detail)

    async def _unwell(self, name: str, detail: str) -> None:
        """`status` shows it until the job works again."""
        await self.health.failed(f"job:{name}", detail, at=self.clock.now())


def _trace(error: Exception) -> str:
    """Where it happened, without the error's own words: they may quote a mail."""
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(traceback.extract_tb(error.__traceback__)))
