"""What counts as trouble, and what a person is told of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailagent.domain.vitals import LEAST_FREE, LONG_AGO, OVER, SILENT, STUCK, UNSENT, Vitals, over, troubles

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
WELL = Vitals(read={"support": AT})


def names(vitals: Vitals, *, since: datetime = AT - timedelta(days=1)) -> list[tuple[str, bool]]:
    """The troubles' names, and whether the daemon fails."""
    return [(trouble.name, trouble.broken) for trouble in troubles(vitals, since=since, at=AT)]


@pytest.mark.parametrize(
    ("vitals", "wanted"),
    [
        (WELL, []),
        (Vitals(read={"support": AT - SILENT}), []),
        (Vitals(read={"support": AT - SILENT - SECOND}), [("mailbox:support", True)]),
        (Vitals(read={"support": None, "shop": AT}), [("mailbox:support", True)]),
        (Vitals(read={"support": AT - 2 * HOUR}, polls={"support": HOUR}), []),
        (Vitals(read={"support": AT - 2 * HOUR - SECOND}, polls={"support": HOUR}), [("mailbox:support", True)]),
        (Vitals(read={}, is_running=False), [("daemon", True)]),
        (Vitals(read={}, oldest_pending=AT - STUCK - SECOND), [("pending", True)]),
        (Vitals(read={}, oldest_pending=AT - STUCK), []),
        (Vitals(read={}, oldest_unsent=AT - UNSENT - SECOND), [("outbox", True)]),
        (Vitals(read={}, oldest_unsent=AT - UNSENT - SECOND, held=["a storm"]), [("held", False)]),
        (Vitals(read={}, stopped={"job:sort_mail": "crashed"}), [("job:sort_mail", True)]),
        (Vitals(read={}, free_bytes=LEAST_FREE - 1), [("disk", True)]),
        (Vitals(read={}, not_sent=2, aside=1), [("not-sent", False), ("aside", False)]),
        (Vitals(read={}, budget="5,000,000 tokens"), [("budget", False)]),
        (Vitals(read={}, lost_keys="put the file back"), [("keys", False)]),
        (Vitals(read={}, restored_ahead=AT + HOUR), [("restored", False)]),
    ],
)
def test_trouble_is_known_by_its_signs(vitals: Vitals, wanted: list[tuple[str, bool]]) -> None:
    """Too early, and people learn to ignore it; too late, and customers have waited."""
    assert names(vitals) == wanted


def test_each_trouble_that_alarms_tell_has_words_for_its_end() -> None:
    """Whoever reads "over: aside" at night has to look up the source."""
    ill = Vitals(
        read={"support": None},
        oldest_pending=LONG_AGO,
        oldest_unsent=LONG_AGO,
        not_sent=1,
        aside=1,
        stopped={"job:sort_mail": "crashed"},
        budget="5,000,000 tokens",
        restored_ahead=AT + HOUR,
        lost_keys="put the file back",
        free_bytes=0,
    )
    told = {name.partition(":")[0] for vitals in (ill, replace(ill, held=["a storm"])) for name, _ in names(vitals)}

    assert {*told, "database"} == OVER.keys()
    assert over("mailbox:support", since=AT) == "over: mailbox support not read (since 2026-11-02 09:00)"


def test_the_servers_words_are_told() -> None:
    """Whoever is woken decides by them whether to get up; a shell is not always at hand."""
    failing = {"imap:shop": "no route", "imap:support": "535 expired", "smtp:support": "421 busy"}
    vitals = Vitals(read={"support": AT - HOUR}, oldest_unsent=AT - 2 * HOUR, failing=failing)

    assert [trouble.text for trouble in troubles(vitals, since=LONG_AGO, at=AT)] == [
        "mailbox support could not be read for 60 minutes: 535 expired",
        "a mail could not be sent for 2 hours: 421 busy",
    ]


def test_a_daemon_that_just_started_has_time_to_log_in() -> None:
    """After a night switched off, the last reading is hours ago, and nothing is wrong."""
    assert names(Vitals(read={"support": AT - timedelta(hours=9)}), since=AT - SECOND) == []


def test_fault_46_since_when_a_mailbox_is_unread_is_not_made_up() -> None:
    """By a clock that was ahead it was read next year: "for 17758585 hours" looks like a defect of mailagent."""
    read = {"support": AT + 400 * 24 * HOUR, "shop": None}

    assert [trouble.text for trouble in troubles(Vitals(read=read), since=LONG_AGO, at=AT)] == [
        "mailbox support was last read by a clock that was ahead",
        "mailbox shop was never read",
    ]


@pytest.mark.parametrize("since", [LONG_AGO, AT - 48 * HOUR])
def test_a_mailbox_that_is_read_while_one_looks_is_read(since: datetime) -> None:
    """The daemon wrote its time down a moment after the look began: a watchdog would start it anew."""
    assert names(Vitals(read={"support": AT + timedelta(milliseconds=3)}), since=since) == []


def test_fault_46_a_clock_that_was_ahead_keeps_no_alarm_from_ringing() -> None:
    """The daemon started ahead of time; that the mailbox was read an hour ago is known all the same."""
    assert names(Vitals(read={"support": AT - timedelta(hours=1)}), since=AT + timedelta(days=400)) == [
        ("mailbox:support", True)
    ]
