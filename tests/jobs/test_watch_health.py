"""Alarms: once, with a reminder, never a stream, and by a way that does not need what is broken."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mailagent.adapters.alarms import AlarmFile
from mailagent.domain.vitals import LEAST_FREE, SILENT, Vitals
from mailagent.errors import TemporaryError
from mailagent.jobs.watch_health import WatchHealth
from mailagent.ports import Alarm
from mailagent.runner import Runner
from tests.fakes.clock import FakeClock
from tests.fakes.health import FakeHealth

REMIND = timedelta(hours=4)
MINUTE = timedelta(minutes=1)


@dataclass
class FakeAlarm:
    """See `Alarm`. While it is `broken`, nobody hears."""

    heard: list[str] = field(default_factory=list)
    broken: bool = False
    tries: int = 0
    name: str = "fake"

    async def sound(self, text: str) -> None:
        """See `Alarm`."""
        self.tries += 1
        if self.broken:
            raise TemporaryError("no route")
        self.heard.append(text)

    async def reach(self) -> None:
        """See `Alarm`."""


@dataclass
class Watched:
    """See `ports.Watched`."""

    vitals_now: Vitals
    database_down: bool = False

    async def vitals(self, *, at: datetime) -> Vitals:
        """See `ports.Watched`."""
        assert at.tzinfo is UTC
        if self.database_down:
            raise TemporaryError("database is locked")
        return self.vitals_now


@dataclass
class Watch:
    """A daemon that is watched, over restarts."""

    folder: Path
    clock: FakeClock = field(default_factory=FakeClock)
    watched: Watched = field(default_factory=lambda: Watched(Vitals(read={})))
    alarm: FakeAlarm = field(default_factory=FakeAlarm)
    others: Sequence[Alarm] = ()
    free: int = LEAST_FREE

    def process(self) -> WatchHealth:
        """A new one."""
        return WatchHealth(
            company="Larkfield",
            zone=ZoneInfo("Europe/Vienna"),
            watched=self.watched,
            free=lambda: self.free,
            alarms=[self.alarm, *self.others],
            book=AlarmFile(self.folder / "alarms.json"),
            remind=REMIND,
            started=self.clock.time - timedelta(days=1),
            clock=self.clock,
        )

    async def look(self, process: WatchHealth | None = None) -> list[str]:
        """A new process looks once, or `process`; returns what was told."""
        before = len(self.alarm.heard)
        await Runner(health=FakeHealth(), clock=self.clock).run_due(process or self.process())
        return self.alarm.heard[before:]


@pytest.fixture(name="watch")
def _watch(tmp_path: Path) -> Watch:
    return Watch(tmp_path)


async def test_trouble_is_told_once_and_again_while_it_lasts(watch: Watch) -> None:
    """One call at night is enough to get up, and a second one reminds who fell asleep again."""
    assert await watch.look() == []
    watch.watched.vitals_now = Vitals(
        read={"support": watch.clock.time - SILENT - MINUTE}, failing={"imap:support": "535 no login"}
    )

    (told,) = await watch.look()
    assert told == "mailagent at Larkfield: mailbox support could not be read for 16 minutes: 535 no login"
    watch.clock.passes(MINUTE)
    assert await watch.look() == []

    watch.clock.passes(REMIND)
    assert len(await watch.look()) == 1


@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(days=-400)])
async def test_fault_46_a_clock_that_jumps_neither_silences_an_alarm_nor_makes_a_stream(
    watch: Watch, jump: timedelta
) -> None:
    """What was told by a clock that was ahead is told again within the time of a reminder, and not in a year; and a
    clock that goes ahead reminds once.
    """
    watch.free = 0
    await watch.look()
    watch.clock.passes(jump)
    at_once = len([told for _ in range(5) for told in await watch.look()])
    watch.clock.passes(REMIND)

    assert (at_once, len(await watch.look()), len(await watch.look())) == (int(jump > timedelta()), 1, 0)


async def test_fault_46_an_alarm_began_before_it_ended(watch: Watch) -> None:
    """It was first told by a clock that was ahead; "since next year" looks like a defect of mailagent."""
    watch.clock.time = datetime(2027, 11, 21, 9, 12, tzinfo=UTC)
    watch.free = 0
    await watch.look()
    watch.clock.time = datetime(2026, 11, 21, 9, 12, tzinfo=UTC)
    await watch.look()
    watch.clock.passes(REMIND)
    assert len(await watch.look()) == 1
    watch.free = LEAST_FREE

    (told,) = await watch.look()
    assert told.endswith("(since 2026-11-21 10:12)")


async def test_the_end_is_told(watch: Watch) -> None:
    """Whoever got up may go back to bed, and knows by its words and its beginning which alarm it was, after a reminder
    too.
    """
    watch.clock.time = datetime(2026, 11, 21, 9, 12, tzinfo=UTC)
    watch.free = 0
    await watch.look()
    watch.clock.passes(REMIND)
    assert len(await watch.look()) == 1
    watch.free = LEAST_FREE

    said = "over: too little room on the disk of the data folder (since 2026-11-21 10:12)"
    assert await watch.look() == [f"mailagent at Larkfield: {said}"]
    assert await watch.look() == []


async def test_an_alarm_of_an_older_release_ends_too(watch: Watch) -> None:
    """It wrote down less; the update must not leave it ringing, or the watch dead."""
    row = '{"at": "2026-11-02T08:00:00+00:00", "size": 1, "over": false}'
    (watch.folder / "alarms.json").write_text(f'{{"aside": {row}, "old": {row}}}')

    assert await watch.look() == [
        "mailagent at Larkfield: over: mails set aside (since 2026-11-02 09:00)",
        "mailagent at Larkfield: over: old (since 2026-11-02 09:00)",
    ]


async def test_what_comes_and_goes_is_no_stream(watch: Watch) -> None:
    """A disk at its limit would ring each minute."""
    heard = []
    for free in (0, LEAST_FREE) * 10:
        watch.free = free
        heard += await watch.look()
        watch.clock.passes(MINUTE)

    assert len(heard) == 2


async def test_more_of_the_same_is_told_with_the_reminder(watch: Watch) -> None:
    """Ten mails set aside are not ten calls, and the same one is no reason to call each four hours for ever."""
    for aside, wanted in ((1, 1), (2, 0)):
        watch.watched.vitals_now = Vitals(read={}, aside=aside)
        assert len(await watch.look()) == wanted
    watch.clock.passes(REMIND)
    assert len(await watch.look()) == 1
    watch.clock.passes(REMIND)
    assert await watch.look() == []


async def test_one_more_is_told_after_others_were_seen_to(watch: Watch) -> None:
    """Three mails were read by hand, and one came: who looks at the number alone would take it for an old one."""
    for aside in (3, 0, 1):
        heard = await _after_a_while(watch, aside=aside)
    assert heard == ["mailagent at Larkfield: 1 mail is set aside; 'mailagent aside list' shows more"]
    for aside in (3, 1, 2):
        heard = await _after_a_while(watch, aside=aside)

    assert heard == ["mailagent at Larkfield: 2 mails are set aside; 'mailagent aside list' shows more"]


async def _after_a_while(watch: Watch, *, aside: int) -> list[str]:
    watch.clock.passes(REMIND)
    watch.watched.vitals_now = Vitals(read={}, aside=aside)
    return await watch.look()


async def test_a_database_that_is_gone_ends_no_other_trouble(watch: Watch) -> None:
    """Nobody knows; "over" would send whoever got up back to bed."""
    watch.watched.vitals_now = Vitals(read={"support": watch.clock.time - SILENT - MINUTE})
    await watch.look()
    watch.watched.database_down = True

    assert await watch.look() == ["mailagent at Larkfield: the database does not answer; no mail can be taken or sent"]


async def test_a_database_that_is_gone_is_told(watch: Watch) -> None:
    """It is what everything else is told from."""
    watch.watched.database_down = True

    assert await watch.look() == ["mailagent at Larkfield: the database does not answer; no mail can be taken or sent"]
    assert await watch.look() == []


async def test_an_alarm_that_nobody_heard_is_given_again(watch: Watch) -> None:
    """The network that the mailbox needs is often the one that the alarm needs."""
    watch.free, watch.alarm.broken = 0, True
    assert await watch.look() == []
    watch.alarm.broken = False

    assert len(await watch.look()) == 1


async def test_an_alarm_that_rings_and_says_that_it_failed_is_no_stream(watch: Watch) -> None:
    """As a webhook whose answer comes too late: whoever gets it each minute turns it off. Once it works, it rings."""
    watch.watched.vitals_now = Vitals(read={}, aside=1)
    process, tries = watch.process(), []
    watch.alarm.broken = True
    for minute in range(120):
        before = watch.alarm.tries
        await watch.look(process)
        tries += [minute] if watch.alarm.tries > before else []
        watch.clock.passes(MINUTE)
    assert tries == [0, 1, 3, 7, 15, 31, 61, 91]

    watch.alarm.broken = False
    watch.clock.passes(MINUTE)
    assert len(await watch.look(process)) == 1
    watch.clock.passes(MINUTE)
    assert await watch.look(process) == []


async def test_one_way_that_works_is_enough(watch: Watch) -> None:
    """The chat is down: who has a pager is told, and told once."""
    watch.free, watch.others = 0, [FakeAlarm(broken=True)]

    assert len(await watch.look()) == 1
    assert await watch.look() == []


async def test_a_spoilt_book_is_begun_anew(watch: Watch) -> None:
    """A disk that was full has cut the file: an alarm too many is better than none."""
    (watch.folder / "alarms.json").write_text('{"disk": {"at"')
    watch.free = 0

    assert len(await watch.look()) == 1
    assert json.loads((watch.folder / "alarms.json").read_text())["disk"]["over"] is False
