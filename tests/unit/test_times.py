"""Times in the words of people: a wrong day is a broken promise."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailagent.domain.times import Due, due_time, spoken_duration, spoken_minutes, spoken_time

VIENNA, TOKYO, NEW_YORK = ZoneInfo("Europe/Vienna"), ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "zone", "spoken"),
    [
        (NOW + timedelta(hours=1), VIENNA, "today 14:00 CET"),
        (NOW + timedelta(hours=11), VIENNA, "tomorrow 00:00 CET"),
        (NOW + timedelta(hours=2), TOKYO, "today 23:00 JST"),
        (NOW + timedelta(hours=3), TOKYO, "tomorrow 00:00 JST"),
        (NOW + timedelta(days=1), NEW_YORK, "tomorrow 07:00 EST"),
        (NOW + timedelta(days=2), VIENNA, "Mon 23 Nov, 13:00 CET"),
        (NOW + timedelta(days=12), VIENNA, "Thu 3 Dec, 13:00 CET"),
        (NOW - timedelta(days=1), VIENNA, "Fri 20 Nov, 13:00 CET"),
    ],
)
def test_a_time_is_told_in_the_zone_of_the_company(at: datetime, zone: ZoneInfo, spoken: str) -> None:
    """The server runs in UTC, the reader does not; today and tomorrow are the reader's."""
    assert spoken_time(at, now=NOW, zone=zone) == spoken


def test_a_customer_s_time_comes_in_parts() -> None:
    """Each language says it in its own words; a month counted from 0 or a Sunday for a Monday is a broken promise."""
    assert due_time(NOW + timedelta(hours=1), now=NOW, zone=VIENNA) == Due(
        when="today", weekday=5, day=21, month=11, clock="14:00", zone="CET"
    )
    assert due_time(NOW + timedelta(hours=3), now=NOW, zone=TOKYO) == Due(
        when="tomorrow", weekday=6, day=22, month=11, clock="00:00", zone="JST"
    )
    assert due_time(NOW + timedelta(days=2), now=NOW, zone=VIENNA).when == "later"
    assert due_time(NOW - timedelta(days=1), now=NOW, zone=VIENNA).when == "later"


def test_the_clock_change_is_known() -> None:
    """Twice a year a fixed offset would be wrong by an hour, and "tomorrow" by a day of 23 hours."""
    before = datetime(2026, 3, 28, 22, 30, tzinfo=UTC)

    assert spoken_time(before, now=before, zone=VIENNA) == "today 23:30 CET"
    assert spoken_time(before + timedelta(hours=8), now=before, zone=VIENNA) == "tomorrow 08:30 CEST"
    assert spoken_time(before + timedelta(hours=24), now=before, zone=VIENNA) == "Mon 30 Mar, 00:30 CEST"


def test_the_turn_of_the_year_is_tomorrow() -> None:
    """The day after the 31st of December is not in another month."""
    eve = datetime(2026, 12, 31, 12, tzinfo=UTC)

    assert spoken_time(eve + timedelta(days=1), now=eve, zone=VIENNA) == "tomorrow 13:00 CET"


@pytest.mark.parametrize(
    ("length", "spoken"),
    [
        (timedelta(hours=3, minutes=40), "3 h 40 min"),
        (timedelta(hours=8), "8 h"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(seconds=20), "0 min"),
        (timedelta(0), "0 min"),
        (timedelta(days=1), "1 d"),
        (timedelta(days=2, hours=5, minutes=7), "2 d 5 h"),
        (timedelta(seconds=-1), "overdue"),
        (timedelta(days=-3), "overdue"),
    ],
)
def test_a_duration_is_told_briefly(length: timedelta, spoken: str) -> None:
    """Reviewers read it on a phone."""
    assert spoken_duration(length) == spoken


@pytest.mark.parametrize(
    ("seconds", "spoken"), [(120, "2 minutes"), (119.9, "2 minutes"), (60, "1 minute"), (5, "1 minute")]
)
def test_a_short_time_is_told_in_whole_minutes(seconds: float, spoken: str) -> None:
    """A moment that passed while the mail was written is not missed."""
    assert spoken_minutes(timedelta(seconds=seconds)) == spoken
