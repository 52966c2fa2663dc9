"""The processes on one data folder, one after the other, and what an operator does with it."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from pathlib import Path
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from mailagent import crash_points
from mailagent.adapters.alarms import AlarmFile
from mailagent.crash_points import CommandPoint, CrashPoint
from mailagent.domain.budget import Budget
from mailagent.domain.caps import Caps
from mailagent.domain.policy import Mode, ReviewPolicy
from mailagent.jobs.watch_health import WatchHealth
from mailagent.ports import RESTORED, Hold
from mailagent.store.backup import back_up
from mailagent.store.holds import StoredHolds
from mailagent.store.vitals import StoredVitals
from tests.jobs.office import Office, Outside, open_office
from tests.jobs.test_forget import command
from tests.machine.outside import MailServer

Part = Literal["receive", "decide", "deliver", "all"]
Result = TypeVar("Result")
POLICY = ReviewPolicy(undo_window=timedelta(minutes=2), bundle_above=3)
BACKUP = "machine.backup"


class Killed(BaseException):
    """The process is gone: no `Exception`, so nothing in mailagent catches it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What an admin has set; the daemon reads it once, when it starts."""

    mode: Mode = "auto"
    has_journal: bool = True
    budget: Budget = Budget()  # noqa: RUF009 - it is frozen


@dataclass(kw_only=True)
class Alarm:
    """See `ports.Alarm`."""

    heard: list[str] = field(default_factory=list)
    name: str = "fake"

    async def sound(self, text: str) -> None:
        """See `ports.Alarm`."""
        self.heard.append(text)

    async def reach(self) -> None:
        """See `ports.Alarm`."""


@dataclass(kw_only=True)
class Life:
    """`left` counts down to the passing of `point` at which the process dies; `image` holds the files of that moment.
    What a test of the machine asks of a process goes through `office`, which starts one where there is none.
    """

    outside: Outside
    image: Path
    config: Config = field(default_factory=Config)
    alarm: Alarm = field(default_factory=Alarm)
    point: CrashPoint | None = None
    left: int = 0
    deaths: int = 0
    _loop: asyncio.Runner = field(default_factory=asyncio.Runner)
    _stack: AsyncExitStack | None = None
    _office: Office | None = None
    _watch: WatchHealth | None = None

    @property
    def server(self) -> MailServer:
        """What mail is given to."""
        assert isinstance(self.outside.sender, MailServer)
        return self.outside.sender

    def play(self, work: Callable[[Office], Coroutine[None, None, Result]]) -> Result | None:
        """`work` by the process; None where it dies of that."""
        return self._loop.run(self._play(work))

    def works(self, part: Part = "all", *, dies_at: CrashPoint | None = None, passing: int = 1) -> bool:
        """Whether a round of the jobs came to its end."""
        self.point, self.left = dies_at, passing
        crash_points.watch = self._passes
        try:
            return self.play(lambda office: self._round(office, part)) is not None
        finally:
            crash_points.watch = crash_points.kill_where_named
            self.point = None

    def stops(self) -> None:
        """In good order."""
        self._loop.run(self._stop())

    def ends(self) -> None:
        """The run is over."""
        self.stops()
        self._loop.close()

    def commands(self, *words: str) -> str:
        """What ``mailagent WORDS`` prints, which needs the daemon stopped."""
        self.stops()
        return command(self.outside, *words)

    def backs_up(self) -> None:
        """While the daemon works, to the only backup there is."""
        self._backup.unlink(missing_ok=True)
        back_up(self.outside.folder / "mailagent.db", self._backup)

    def restores(self) -> None:
        """The command knows what time it is in truth; here it is another."""
        self.commands("db", "restore", str(self._backup))
        self.play(lambda office: _hold(office, RESTORED, "a backup"))

    def holds(self) -> None:
        """An operator says stop."""
        self.play(lambda office: _hold(office, "operator", "by hand"))

    def resumes(self) -> None:
        """An operator says go."""
        self.play(_resume)

    def retries(self, message: int) -> None:
        """An operator gives a mail that was set aside another try."""
        self.play(lambda office: office.views.retry_aside(message))

    @property
    def _backup(self) -> Path:
        return self.image.with_name(BACKUP)

    async def _play(self, work: Callable[[Office], Awaitable[Result]]) -> Result | None:
        try:
            return await work(await self._started())
        except Killed:
            self.deaths += 1
            await self._stop()
            if self.image.exists():
                shutil.rmtree(self.outside.folder)
                self.image.rename(self.outside.folder)
            return None

    async def _started(self) -> Office:
        if self._office is None:
            self._stack = AsyncExitStack()
            office = await self._stack.enter_async_context(
                open_office(
                    self.outside,
                    mode=self.config.mode,
                    caps=Caps(),
                    budget=self.config.budget,
                    policy=POLICY,
                    times=(time(9),),
                )
            )
            journals = {"support": self.server.journal} if self.config.has_journal else {}
            self._office = replace(office, settle_uncertain=replace(office.settle_uncertain, journals=journals))
            polls = {"support": timedelta(minutes=1)}
            vitals = StoredVitals(
                sessions=office.sessions, mailboxes=polls, budget=self.config.budget, missing_keys=lambda: ""
            )
            clock = self.outside.clock
            self._watch = WatchHealth(
                company="Larkfield",
                zone=ZoneInfo("UTC"),
                watched=vitals,
                free=lambda: 10**12,
                alarms=[self.alarm],
                book=AlarmFile(self.outside.folder / "alarms.json"),
                remind=timedelta(hours=4),
                started=clock.now(),
                clock=clock,
            )
        return self._office

    async def _stop(self) -> None:
        stack, self._stack, self._office = self._stack, None, None
        if stack is not None:
            await stack.aclose()

    async def _round(self, office: Office, part: Part) -> bool:
        """As the daemon does it, whose loops go on whatever one of them meets."""
        if part in ("receive", "all"):
            await office.runner.reach("imap:support", office.receive_mail.visit)
            while await office.runner.run_due(office.sort_mail):
                pass
        if part in ("decide", "all"):
            await office.decide()
        if part in ("deliver", "all"):
            await office.remind()
        if part == "all" and self._watch is not None:
            await office.runner.run_due(self._watch)
        return True

    def _passes(self, point: CrashPoint | CommandPoint) -> None:
        if point != self.point:
            return
        self.left -= 1
        if self.left == 0:
            if self.outside.server is None:
                shutil.copytree(self.outside.folder, self.image)
            raise Killed(point)


async def _hold(office: Office, name: str, reason: str) -> None:
    hold = Hold(name=name, reason=reason, since=office.outside.clock.now(), sure=True)
    await StoredHolds(sessions=office.sessions).put(hold)


async def _resume(office: Office) -> None:
    holds = StoredHolds(sessions=office.sessions)
    for hold in await holds.all():
        await holds.lift(hold.name)
