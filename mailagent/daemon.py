"""Which job runs when.

A watcher a mailbox receives mail when IDLE or the scheduled poll wakes it; then mail is sorted, cases are worked on and
the outbox is sent, each loop woken by the one before it, and by a sweep that finds what was postponed. Once a minute
reviewers are reminded of what waits for them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from mailagent.errors import ConfigurationError
from mailagent.events import log
from mailagent.jobs.bundle_digests import BundleDigests
from mailagent.jobs.deliver_outbox import DeliverOutbox
from mailagent.jobs.follow_clock import FollowClock
from mailagent.jobs.list_waiting import ListWaiting
from mailagent.jobs.receive_mail import ReceiveMail
from mailagent.jobs.remind_reviewers import RemindReviewers
from mailagent.jobs.resume_reviews import ResumeLists
from mailagent.jobs.settle_uncertain import SettleUncertain
from mailagent.jobs.sort_mail import SortMail
from mailagent.jobs.watch_health import WatchHealth
from mailagent.ports import Dispatcher
from mailagent.runner import Runner

SWEEP_SECONDS = 5
REMIND_SECONDS = 60
IDLE_SECONDS = 3600
FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 60.0
SORT_FIRST_SECONDS = 60.0
"""New mail is sorted before anything else is done, for as long."""
STOP_SECONDS = 10.0
"""What the work in hand has after SIGTERM; closing the connections takes up to ten more, twenty in all."""


@dataclass(frozen=True, kw_only=True)
class Watch:
    """A mailbox and how often it is polled besides IDLE."""

    receive: ReceiveMail
    poll_seconds: int

    @property
    def name(self) -> str:
        """As it stands in `status`."""
        return f"imap:{self.receive.mailbox.name}"


@dataclass(frozen=True, kw_only=True)
class Daemon:
    """Everything that runs. `alone` ends only by raising, when another process has the lock that was ours."""

    watches: Sequence[Watch]
    sort: SortMail
    resume_lists: ResumeLists
    dispatcher: Dispatcher
    remind: RemindReviewers
    list_waiting: ListWaiting
    bundle: BundleDigests
    deliver: DeliverOutbox
    watch_health: WatchHealth
    settle: SettleUncertain
    follow_clock: FollowClock
    runner: Runner
    alone: Callable[[], Awaitable[object]]
    stop_seconds: float = STOP_SECONDS
    _received: asyncio.Event = field(default_factory=asyncio.Event)
    _sorted: asyncio.Event = field(default_factory=asyncio.Event)
    _decided: asyncio.Event = field(default_factory=asyncio.Event)
    _doubted: asyncio.Event = field(default_factory=asyncio.Event)
    _minute: asyncio.Event = field(default_factory=asyncio.Event)
    _watched: asyncio.Event = field(default_factory=asyncio.Event)
    _sorting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run_once(self) -> list[Exception]:
        """Receive, decide and send what is due now, and ring where something is wrong. Returns why servers could not be
        used.
        """
        await self.follow_clock.look()
        errors = [await self.runner.reach(watch.name, watch.receive.visit) for watch in self.watches]
        await self._sort()
        await self.runner.run_due(self.resume_lists)
        await self.dispatcher.drain()
        await self.runner.run_due(self.resume_lists)
        await self._remind()
        await self._deliver()
        await self._settle()
        await self._deliver()
        await self._look()
        return [*(error for error in errors if error is not None), *self.runner.hindered.values()]

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set; then finish the work in hand, or abandon it after `stop_seconds`.

        Raises `ConfigurationError`, after the same, when another process took over.
        """
        tasks = [
            *(asyncio.create_task(self._watch(watch), name=watch.name) for watch in self.watches),
            asyncio.create_task(self._loop(self._received, self._sort), name="sort"),
            asyncio.create_task(self._loop(self._sorted, self._dispatch), name="dispatch"),
            asyncio.create_task(self._loop(self._minute, self._remind), name="remind"),
            asyncio.create_task(self._loop(self._decided, self._deliver), name="deliver"),
            asyncio.create_task(self._loop(self._doubted, self._settle), name="settle"),
            asyncio.create_task(self._loop(self._watched, self._look), name="watch"),
            *(
                asyncio.create_task(self._every(watch.poll_seconds, watch.receive.mailbox.wake))
                for watch in self.watches
            ),
            asyncio.create_task(self._every(SWEEP_SECONDS, self._sweep)),
            asyncio.create_task(self._every(REMIND_SECONDS, self._remember)),
        ]
        self._sweep()
        self._minute.set()
        log("daemon.started", mailboxes=len(self.watches))
        alone = asyncio.ensure_future(self.alone())
        stopped = asyncio.ensure_future(stop.wait())
        await asyncio.wait({alone, stopped}, return_when=asyncio.FIRST_COMPLETED)
        self.runner.stopping.set()
        for wake in (self._received, self._sorted, self._minute, self._decided, self._doubted, self._watched):
            wake.set()
        for watch in self.watches:
            watch.receive.mailbox.wake()
        end = asyncio.get_running_loop().time() + self.stop_seconds
        in_hand = await self.dispatcher.finish(self.stop_seconds)
        _, late = await asyncio.wait(tasks, timeout=max(0.0, end - asyncio.get_running_loop().time()))
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        log("daemon.stopped", abandoned=in_hand + len(late))
        stopped.cancel()
        if alone.done():
            alone.result()
        alone.cancel()

    async def _watch(self, watch: Watch) -> None:
        """Visit the mailbox whenever it, the schedule or a stop wakes us; while it is away, ever less often.

        A refused login is not tried again at once: providers lock accounts that hammer.
        """
        retry = FIRST_RETRY_SECONDS
        while not self.runner.stopping.is_set():
            error = await self.runner.reach(watch.name, watch.receive.visit)
            self._received.set()
            if error is None:
                retry = FIRST_RETRY_SECONDS
                error = await self.runner.reach(watch.name, partial(watch.receive.mailbox.wait, IDLE_SECONDS))
            if error is not None:
                pause = LONGEST_RETRY_SECONDS if isinstance(error, ConfigurationError) else retry
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.runner.stopping.wait(), pause)
                retry = min(retry * 2, LONGEST_RETRY_SECONDS)

    async def _loop(self, wake: asyncio.Event, work: Callable[[], Awaitable[None]]) -> None:
        while not self.runner.stopping.is_set():
            await wake.wait()
            wake.clear()
            if not self.runner.stopping.is_set():
                await self.runner.guard(work)

    async def _every(self, seconds: float, wake: Callable[[], None]) -> None:
        """Until a stop, by a clock that nobody sets: by the time of day, one that was put back would end all work."""
        while not self.runner.stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self.runner.stopping.wait(), seconds)
            wake()

    async def _sort(self) -> None:
        """At first nothing else: before mail is sorted nobody knows whose it is, and one would wait behind another's
        flood.
        """
        end = asyncio.get_running_loop().time() + SORT_FIRST_SECONDS
        async with self._sorting:
            while asyncio.get_running_loop().time() < end and await self.runner.run_due(self.sort):
                pass
        self._sorted.set()
        while await self.runner.run_due(self.sort):
            pass
        self._sorted.set()

    async def _dispatch(self) -> None:
        """An answer to a list becomes work on its cases, and when that is done a receipt."""
        if self._sorting.locked():
            return  # it wakes us
        if await self.runner.run_due(self.resume_lists):
            self._decided.set()
        await self.dispatcher.start_due(self._one_done)

    async def _remind(self) -> None:
        """Once through: what fails is due again in a minute."""
        await self.runner.run_due(self.remind)
        await self.runner.run_due(self.list_waiting)
        self._decided.set()

    async def _deliver(self) -> None:
        await self.runner.guard(self.follow_clock.look)
        await self.runner.run_due(self.bundle)
        while await self.runner.run_due(self.deliver):
            pass
        self._doubted.set()

    async def _settle(self) -> None:
        """On its own, so that a journal that does not answer holds up no mail."""
        if await self.runner.run_due(self.settle):
            self._decided.set()

    async def _look(self) -> None:
        """On its own, so that no loop that is stuck keeps it from telling so."""
        await self.runner.run_due(self.watch_health)

    def _one_done(self) -> None:
        self._sorted.set()
        self._decided.set()

    def _remember(self) -> None:
        self._minute.set()
        self._watched.set()

    def _sweep(self) -> None:
        self._received.set()
        self._sorted.set()
        self._decided.set()
