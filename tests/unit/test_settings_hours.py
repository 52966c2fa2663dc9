"""Working hours in the config folder: what an admin writes is understood, or refused with what to write instead."""

import shutil
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from mailagent.settings import load_settings
from mailagent.settings.hours import DAYS
from tests.shop import SHOP
from tests.unit.test_settings import change, complaint

SHIPPED = '"mon-fri 9:00-17:00"'


@pytest.fixture(name="config")
def _config(tmp_path: Path) -> Path:
    """A copy of the shipped folder, to spoil."""
    return Path(shutil.copytree(SHOP / "config", tmp_path / "config"))


def hours_of(config: Path, written: str) -> dict[str, str]:
    """The hours of each day, as they are understood."""
    change(config, "review.toml", SHIPPED, written)
    return {
        name: " ".join(f"{begin / 60:g}-{end / 60:g}" for begin, end in spans)
        for name, spans in zip(DAYS, load_settings(config).review.hours, strict=True)
        if spans
    }


def test_hours_are_written_as_people_say_them(config: Path) -> None:
    """One line for most, a list where days differ."""
    assert hours_of(config, '["Mon-Tue 9:00-12:30 13:30-17:00", "fri 8:00-12:00", "sat-sun 22:00-24:00"]') == {
        "mon": "9-12.5 13.5-17",
        "tue": "9-12.5 13.5-17",
        "fri": "8-12",
        "sat": "22-24",
        "sun": "22-24",
    }


def test_days_may_go_round_the_end_of_the_week(config: Path) -> None:
    """Where Sunday is a working day, the week begins with it."""
    assert list(hours_of(config, '"sun-tue 9:00-17:00"')) == ["mon", "tue", "sun"]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("[]", 'no deadline would ever come; write hours such as "mon-fri 9:00-17:00"'),
        ('""', 'write hours such as "mon-fri 9:00-17:00"'),
        ("8", 'write hours such as "mon-fri 9:00-17:00"'),
        ("[8]", 'write hours such as "mon-fri 9:00-17:00"'),
        ('"mon-fri"', 'write hours such as "mon-fri 9:00-17:00"'),
        ('"mon-fry 9:00-17:00"', "'fry' is no day; the days are mon, tue"),
        ('"mon 9:00-25:00"', "'25:00' is no time of day; write one such as 9:00"),
        ('"mon 9:75-17:00"', "'9:75' is no time of day"),
        ('"mon 17:00-9:00"', "'17:00-9:00' ends before it begins; write a night as 22:00-24:00"),
        ('"mon 9:00-9:00"', "ends before it begins"),
        ('"mon 9:00-17:00 12:00-18:00"', "'12:00-18:00' begins before the hours in front of it end"),
        ('["mon-fri 9:00-17:00", "wed 9:00-12:00"]', "wed is named twice"),
    ],
)
def test_hours_that_cannot_be_kept_are_refused(config: Path, written: str, words: str) -> None:
    """A week without hours would be waited for without end; the admin is told the line and what to write."""
    line = change(config, "review.toml", SHIPPED, written)

    found = complaint(config)

    assert f"review.toml:{line}:1: error hours: " in found
    assert words in found


@pytest.mark.parametrize(
    ("key", "old", "new", "words"),
    [
        ("holidays", "[]", '["25.12."]', "'25.12.' is no day; write one such as 2026-12-25"),
        ("digest_times", '"14:00"', '"2 pm"', "'2 pm' is no time of day; write one such as 9:00"),
        ("digest_times", '"14:00"', '"24:00"', "write midnight as 0:00"),
        ("digest_times", '"14:00"', '"17:00"', "17:00 is outside the hours of every day"),
    ],
)
def test_a_clock_that_cannot_be_read_is_refused(config: Path, key: str, old: str, new: str, words: str) -> None:
    """A list that is never sent is noticed by nobody."""
    line = change(config, "review.toml", f"{key} = ", f"{key} =  ")
    change(config, "review.toml", old, new)

    found = complaint(config)

    assert f"review.toml:{line}:1: error {key}" in found
    assert words in found


def test_a_reviewers_own_hours_are_checked_too(config: Path) -> None:
    """They are written in the same form."""
    change(config, "reviewers.toml", '# hours = "tue-thu 9:00-15:00"', 'hours = "tue-thu 9-15"')

    assert 'reviewers.toml:6:1: error reviewer.hours: found "tue-thu 9-15"; write hours such as' in complaint(config)


@pytest.mark.parametrize("deadline", ["61d", "99999h"])
def test_a_deadline_is_one_that_somebody_can_keep(config: Path, deadline: str) -> None:
    """A year is no promise."""
    change(config, "categories.toml", 'deadline = "4h"', f'deadline = "{deadline}"')

    assert f'found "{deadline}"; allowed is "60d" or less' in complaint(config)


def test_what_is_overdue_does_not_go_to_ourselves(config: Path) -> None:
    """A reminder to a mailbox that we read is a customer's mail to nobody."""
    change(config, "review.toml", '# escalate_to = "lead@example.com"', 'escalate_to = "support@example.com"')

    assert "support@example.com is the watched mailbox 'support'" in complaint(config)


def test_the_clock_of_the_settings(config: Path) -> None:
    """Holidays and hours reach deadlines; a person's hours hold for each of their addresses."""
    change(config, "review.toml", "holidays = []", "holidays = [2026-11-23]")
    change(config, "reviewers.toml", "# hours", "hours")

    settings = load_settings(config)

    friday = datetime(2026, 11, 20, 15, tzinfo=UTC)
    assert settings.deadlines().due("billing", "normal", at=friday) == friday + timedelta(days=3, hours=20)
    assert settings.review.digest_times == (time(9), time(14))
    own = settings.personal_hours()["dana@example.com"]
    assert own.next_open(friday) == datetime(2026, 11, 24, 8, tzinfo=UTC)
