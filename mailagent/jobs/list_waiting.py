"""Send the list of all that waits for a decision, at the times that the admin set.

A time that passed while mailagent did not run is made up for within the same day's working hours, the latest only;
the key in the outbox names the time, so each list goes out once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time

from mailagent.domain.case import Case
from mailagent.domain.escalation import Escalation, Waiting
from mailagent.domain.listed import list_key, list_of
from mailagent.domain.policy import Modes
from mailagent.domain.working_time import WorkingTime
from mailagent.events import log
from mailagent.letters.notices import Notices
from mailagent.letters.waiting_list import LONGEST_LIST, WaitingList
from mailagent.ports import Cases, Clock, Lists, Outbox


@dataclass(frozen=True, kw_only=True)
class ListWaiting:
    """A `Job` whose items are moments at which a list is due. `times` are those of a day, in the zone of `working`."""

    cases: Cases
    outbox: Outbox
    lists: Lists
    letter: WaitingList
    notices: Notices
    times: Sequence[time]
    working: WorkingTime
    modes: Modes
    clock: Clock
    name: str = "list_waiting"
    _failed: dict[datetime, int] = field(default_factory=dict)
    _given_up: set[datetime] = field(default_factory=set)

    async def due(self) -> Sequence[datetime]:
        """The latest time of today, if its list is not written and something waited by then. What came later has just
        had a mail of its own.
        """
        now = self.clock.now()
        today = now.astimezone(self.working.zone).date()
        passed = [at for clock in self.times if (at := datetime.combine(today, clock, self.working.zone)) <= now]
        if not passed or not self.working.is_open(now):
            return []
        at = max(passed)
        if at in self._given_up or await self.outbox.written([list_key(list_of(at))]):
            return []
        return [at] if any(row.opened_at <= at for row in await self._waiting()) else []

    async def handle(self, at: datetime) -> None:
        """Queue the list of what waits now."""
        rows = await self._waiting()
        shown = [entry for row in rows[:LONGEST_LIST] if (entry := await self._entry(row))]
        if shown:
            await self.lists.write(self.letter.of(shown, waiting=len(rows), list_id=list_of(at)), at=self.clock.now())
            log("review.listed", waiting=len(rows))

    def attempts(self, at: datetime) -> int:
        """Since the start of this process."""
        return self._failed.get(at, 0)

    async def postpone(self, at: datetime, reason: str) -> None:  # noqa: ARG002 - the runner has logged it
        """It is due again at the next round."""
        self._failed[at] = self.attempts(at) + 1

    async def set_aside(self, at: datetime, error: Exception) -> None:
        """There is no list this time; the admin hears of it."""
        self._given_up.add(at)
        await self.outbox.write([self.notices.not_reminded(None, list_key(list_of(at)), error)], at=self.clock.now())

    async def _waiting(self) -> list[Waiting]:
        """In shadow mode nothing leaves."""
        rows: list[Waiting] = []
        page = await self.cases.waiting()
        while page:
            rows += (row for row in page if self.modes.of(row.category) != "shadow")
            page = await self.cases.waiting(after=page[-1])
        return rows

    async def _entry(self, row: Waiting) -> tuple[Case, Escalation] | None:
        question = await self.cases.escalation(row.case_id, row.revision)
        if question is None or question.state != "open":
            return None
        return await self.cases.get(row.case_id), question
