"""Many cases at once, one message of a case at a time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from mailagent.adapters.dispatch_local import LocalDispatcher
from mailagent.domain.case import CaseId


@dataclass(kw_only=True)
class Desk:
    """Cases with messages; work on one waits at its gate, unless `released`, and on a `stuck` one leads to nothing."""

    waiting: dict[int, int]
    stuck: set[int] = field(default_factory=set)
    released: bool = False
    started: list[int] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    gates: dict[int, asyncio.Event] = field(default_factory=dict)

    async def due(self) -> Sequence[CaseId]:
        """Cases that have a message left."""
        return [CaseId(case) for case, messages in self.waiting.items() if messages]

    async def work(self, case_id: CaseId) -> bool:
        """One message."""
        self.started.append(case_id)
        if case_id in self.stuck:
            return False
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        if not self.released:
            await self.gates.setdefault(case_id, asyncio.Event()).wait()
        await asyncio.sleep(0)
        self.waiting[case_id] -= 1
        self.at_once -= 1
        return True


def dispatcher(desk: Desk, *, concurrency: int = 8) -> LocalDispatcher:
    """One that works at `desk`."""
    return LocalDispatcher(due=desk.due, work=desk.work, concurrency=concurrency)


def nothing() -> None:
    """Do nothing afterwards."""


async def turn() -> None:
    """Let everything run that can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_case_in_work_is_not_started_again() -> None:
    """Two runs on one LangGraph thread lose one of them: a customer would be forgotten."""
    desk = Desk(waiting={1: 2, 2: 1})
    working = dispatcher(desk)

    await working.start_due(nothing)
    await turn()
    await working.start_due(nothing)
    await turn()
    assert desk.started == [1, 2]

    desk.gates[1].set()
    await turn()
    await working.start_due(nothing)
    await turn()
    assert desk.started == [1, 2, 1]
    await working.finish(0)


async def test_no_more_run_at_once_than_allowed() -> None:
    """A model server has its limits."""
    desk = Desk(waiting=dict.fromkeys(range(1, 8), 1), released=True)

    await dispatcher(desk, concurrency=3).drain()

    assert desk.most_at_once == 3
    assert sorted(desk.started) == list(range(1, 8))


async def test_drain_works_until_nothing_is_left() -> None:
    """``mailagent run --once`` must not leave the second message of a case lying."""
    desk = Desk(waiting={1: 3, 2: 1}, released=True)

    await dispatcher(desk).drain()

    assert desk.waiting == {1: 0, 2: 0}
    assert sorted(desk.started) == [1, 1, 1, 2]


async def test_a_case_that_gets_nowhere_is_left_until_somebody_asks_again() -> None:
    """A job that has stopped leaves its cases due; going round them for ever would eat a processor."""
    desk = Desk(waiting={1: 1, 2: 2}, stuck={1}, released=True)
    told: list[str] = []
    working = dispatcher(desk)

    await working.start_due(lambda: told.append("done"))
    await working.finish(10)
    assert told == ["done"]

    await working.drain()
    assert desk.waiting == {1: 1, 2: 0}
    assert desk.started.count(1) < 10


async def test_each_end_is_told() -> None:
    """What was decided shall leave at once, not at the next sweep."""
    desk = Desk(waiting={1: 1, 2: 1}, released=True)
    told: list[str] = []
    working = dispatcher(desk)

    await working.start_due(lambda: told.append("done"))
    await working.finish(10)

    assert told == ["done", "done"]


async def test_what_takes_too_long_at_a_stop_is_given_up() -> None:
    """A stop that waits for a hanging model is killed by the service manager, half-way through something."""
    desk = Desk(waiting={1: 1, 2: 1})
    working = dispatcher(desk)
    await working.start_due(nothing)
    await turn()
    desk.gates[1].set()
    await turn()

    assert await working.finish(0.01) == 1
    assert desk.waiting == {1: 0, 2: 1}
    assert await working.finish(0.01) == 0


async def test_a_drain_leaves_a_case_alone_that_does_not_get_on() -> None:
    """Otherwise it would be asked for again and again while another case takes its time."""
    asked: list[CaseId] = []
    slow = asyncio.Event()
    left = [CaseId(2)]

    async def due() -> list[CaseId]:
        return [CaseId(1), *left]

    async def work(case_id: CaseId) -> bool:
        asked.append(case_id)
        if case_id == CaseId(1):
            slow.set()
            return False
        await slow.wait()
        left.clear()
        return True

    await LocalDispatcher(due=due, work=work, concurrency=2).drain()

    assert sorted(asked) == [1, 2]
