"""Deadlines count the hours in which somebody works, over week-ends, holidays and the change of the clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.domain.deadlines import Deadlines
from mailagent.domain.working_time import ALWAYS, Week, WorkingTime

VIENNA = ZoneInfo("Europe/Vienna")
OFFICE: Week = (((9 * 60, 17 * 60),),) * 5 + ((), ())
HOUR = timedelta(hours=1)
ZONES = ("Europe/Vienna", "America/New_York", "America/Havana", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")


def vienna(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    """A moment of 2026; 16 November is a Monday."""
    return datetime(2026, month, day, hour, minute, tzinfo=VIENNA)


@pytest.fixture(name="office")
def _office() -> WorkingTime:
    """Monday to Friday, 9 to 17."""
    return WorkingTime(zone=VIENNA, week=OFFICE, holidays=frozenset({date(2026, 12, 25), date(2026, 12, 28)}))


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        (vienna(16, 10), 4, vienna(16, 14)),
        (vienna(16, 13), 4, vienna(16, 17)),
        (vienna(16, 15), 4, vienna(17, 11)),
        (vienna(20, 16), 4, vienna(23, 12)),
        (vienna(21, 12), 4, vienna(23, 13)),
        (vienna(20, 17), 0, vienna(23, 9)),
        (vienna(24, 15, month=12), 4, vienna(29, 11, month=12)),
    ],
    ids=["same day", "until closing", "overnight", "week-end", "from a Saturday", "nothing", "holidays"],
)
def test_a_deadline_stands_still_outside_working_hours(
    office: WorkingTime, start: datetime, hours: int, end: datetime
) -> None:
    """Four hours from Friday at four are Monday at noon: nobody decides in between."""
    assert office.add(start, hours * HOUR) == end


def test_a_day_is_a_working_day(office: WorkingTime) -> None:
    """Who writes "1d" means the same time tomorrow, not three days of eight hours."""
    deadlines = Deadlines(by_category={"general": timedelta(days=1, hours=1)}, working=office)

    assert deadlines.due("general", "normal", at=vienna(17, 14)) == vienna(18, 15)
    assert deadlines.due("general", "urgent", at=vienna(17, 14)) == vienna(18, 15)
    assert deadlines.due("general", "urgent", at=vienna(20, 23)) == vienna(22, 0)


def test_an_unknown_category_gets_the_longest_deadline(office: WorkingTime) -> None:
    """A time that is promised must hold also for mail that could not be classified."""
    deadlines = Deadlines(by_category={"billing": HOUR, "general": 5 * HOUR}, working=office)

    assert deadlines.due("", "high", at=vienna(17, 9)) == vienna(17, 14)


def test_hours_begin_and_end_on_the_minute(office: WorkingTime) -> None:
    """A mail at 17:00 reaches people who have left."""
    assert office.is_open(vienna(16, 9))
    assert not office.is_open(vienna(16, 8, 59))
    assert not office.is_open(vienna(16, 17))
    assert not office.is_open(vienna(25, 10, month=12))
    assert office.next_open(vienna(16, 17)) == vienna(17, 9)


def test_a_night_shift_is_shorter_when_the_clock_goes_forward() -> None:
    """On 29 March 2026 it is never 2:30 in Vienna; on 25 October it is so twice."""
    night = WorkingTime(zone=VIENNA, week=(((0, 6 * 60),),) * 7)

    assert night.between(vienna(29, 0, month=3), vienna(29, 6, month=3)) == 5 * HOUR
    assert night.between(vienna(25, 0, month=10), vienna(25, 6, month=10)) == 7 * HOUR
    assert night.add(vienna(29, 1, month=3), 2 * HOUR) == vienna(29, 4, month=3)


def test_spans_in_the_hour_that_is_skipped_do_not_overlap() -> None:
    """Time that is counted twice would end a deadline early."""
    week: Week = (((60, 150), (180, 240)),) * 7
    working = WorkingTime(zone=VIENNA, week=week)

    assert working.between(vienna(29, 0, month=3), vienna(29, 12, month=3)) == 2 * HOUR


def test_a_week_without_hours_is_refused() -> None:
    """No deadline would ever come, and looking for it would never end."""
    with pytest.raises(ValueError, match="needs working hours"):
        WorkingTime(zone=VIENNA, week=((),) * 7)


def test_the_share_of_a_deadline_counts_working_time(office: WorkingTime) -> None:
    """A reminder at three quarters must not come on Sunday because the week-end has passed."""
    deadlines = Deadlines(by_category={"billing": 4 * HOUR}, working=office)
    start, due = vienna(20, 15), vienna(23, 11)

    shares = [
        deadlines.elapsed("high", start=start, due=due, now=now)
        for now in (start, vienna(20, 16), vienna(22, 12), vienna(23, 10), vienna(23, 10, 59), due, vienna(25, 9))
    ]

    assert shares == [0, 0.25, 0.5, 0.75, pytest.approx(0.996, abs=0.001), 1, 1]
    assert deadlines.elapsed("urgent", start=start, due=vienna(20, 19), now=vienna(20, 18)) == 0.75


DAYS = st.lists(st.integers(0, 1440), unique=True, max_size=6).map(
    lambda minutes: tuple(zip(*[iter(sorted(minutes))] * 2, strict=False))
)
WEEKS = st.tuples(*[DAYS] * 7).filter(any)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
LENGTHS = st.timedeltas(timedelta(seconds=1), timedelta(hours=100))


@given(st.sampled_from(ZONES), WEEKS, MOMENTS, LENGTHS)
def test_what_is_added_is_what_lies_between(zone: str, week: Week, start: datetime, length: timedelta) -> None:
    """Whatever the hours and the changes of the clock: a deadline holds exactly the time that it promises."""
    working = WorkingTime(zone=ZoneInfo(zone), week=week)

    due = working.add(start, length)

    assert working.between(start, due) == length
    assert working.between(start, due - timedelta(seconds=1)) < length


@given(st.sampled_from(ZONES), WEEKS, MOMENTS, LENGTHS, LENGTHS)
def test_two_steps_are_as_far_as_one(zone: str, week: Week, start: datetime, one: timedelta, other: timedelta) -> None:
    """Nothing is lost or counted twice at the end of a day."""
    working = WorkingTime(zone=ZoneInfo(zone), week=week)

    assert working.add(working.add(start, one), other) == working.add(start, one + other)


@given(st.sampled_from(ZONES), MOMENTS, LENGTHS)
def test_around_the_clock_is_plain_time(zone: str, start: datetime, length: timedelta) -> None:
    """An urgent case waits for no change of the clock."""
    assert WorkingTime(zone=ZoneInfo(zone), week=ALWAYS).add(start, length) == start + length


@given(WEEKS, MOMENTS)
def test_the_next_working_moment_is_one(week: Week, at: datetime) -> None:
    """What waits for it goes out then, and is not put off again."""
    working = WorkingTime(zone=VIENNA, week=week)

    assert working.is_open(working.next_open(at))
    assert working.next_open(at) >= at
