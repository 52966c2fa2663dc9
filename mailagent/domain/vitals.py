"""Whether the daemon does its work, told from what it wrote down: for alarms, and for whoever watches the process."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from mailagent.domain.numbers import counted
from mailagent.domain.times import CLOCKS_APART

SILENT = timedelta(minutes=15)
"""How long a mailbox may be unread, where it is not polled less often."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)
"""When a daemon that a schedule starts again and again began."""
STUCK = timedelta(minutes=30)
"""How long a mail may wait for its outcome."""
UNSENT = timedelta(hours=1)
"""How long a mail of ours may wait after it was due."""
LEAST_FREE = 200_000_000
"""Bytes that a disk must have left."""
OVER: Mapping[str, str] = {
    "mailbox": "mailbox {} not read",
    "job": "{} not working",
    "pending": "a mail without its outcome",
    "outbox": "a mail that could not be sent",
    "disk": "too little room on the disk of the data folder",
    "held": "sending held",
    "not-sent": "mails not sent",
    "aside": "mails set aside",
    "budget": "the budget for models used up",
    "keys": "the keys lost",
    "restored": "new mail taken for mail of before a restore",
    "database": "the database not answering",
}
"""What a trouble is called when it is over, by the first part of its name."""
SET_CLOCK = (
    "if the clock of this machine is behind that, set it; if it is right, it was ahead before: give 'mailagent hold WHY"
    " --restored' while the daemon runs, and then 'mailagent resume'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What the store and the disk tell. `read` is when each mailbox was last read, None where it never was, and `polls`
    how often it should be; `failing` is what the servers said that do not work, by their names in `status`; the two
    `oldest` are when the longest waiting mail came, and when the longest waiting one of ours was first due; `not_sent`
    counts mails of the last day that failed or may not have left; `stopped` are jobs that gave up, with their reasons;
    `budget` says what is used up, if anything is; `restored_ahead` is until when mail goes to a person because a backup
    was put back, where that time is still to come; `lost_keys` says what to do about keys that are gone; it
    `is_running` where something receives and sends, or does so again and again by a schedule.
    """

    read: Mapping[str, datetime | None]
    oldest_pending: datetime | None = None
    oldest_unsent: datetime | None = None
    not_sent: int = 0
    aside: int = 0
    stopped: Mapping[str, str] | None = None
    held: Sequence[str] = ()
    budget: str = ""
    restored_ahead: datetime | None = None
    lost_keys: str = ""
    free_bytes: int = LEAST_FREE
    is_running: bool = True
    polls: Mapping[str, timedelta] = field(default_factory=dict)
    failing: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that is wrong, under a name that stays the same while it lasts. `broken`: mailagent does not do its
    work; else a person should look. `size` is how much of it there is, where that counts.
    """

    name: str
    text: str
    broken: bool = True
    size: int = 0


def troubles(vitals: Vitals, *, since: datetime, at: datetime) -> list[Trouble]:
    """What is wrong at `at` with a daemon that started at `since`: before that nothing can have been read."""
    return [*_broken(vitals, since, at), *_to_look_at(vitals)]


def over(name: str, *, since: datetime) -> str:
    """What to tell when the trouble of this name, told at `since`, is over; in the zone of `since`."""
    kind, _, which = name.partition(":")
    return f"over: {OVER.get(kind, name).format(which)} (since {since:%Y-%m-%d %H:%M})"


def _broken(vitals: Vitals, since: datetime, at: datetime) -> Iterator[Trouble]:
    if not vitals.is_running:
        yield Trouble(name="daemon", text="the daemon is not running; start it with 'mailagent run'")
    for mailbox, read in vitals.read.items():
        # Not by a clock that was ahead; a little so is what was written while one looked, or by another machine.
        known = (when for when in (read, since) if when and when <= at + CLOCKS_APART)
        last = max(known, default=at)
        if at - last > max(SILENT, 2 * vitals.polls.get(mailbox, SILENT / 2)):
            told = f"could not be read for {_minutes(at - last)}" if read else "was never read"
            if read and last == LONG_AGO:
                told = "was last read by a clock that was ahead"
            why = vitals.failing.get(f"imap:{mailbox}")
            text = f"mailbox {mailbox} {told}{f': {why}' if why else ''}"
            yield Trouble(name=f"mailbox:{mailbox}", text=text)
    for job, reason in (vitals.stopped or {}).items():
        yield Trouble(name=job, text=f"{job} does not work: {reason}")
    if vitals.oldest_pending is not None and at - vitals.oldest_pending > STUCK:
        waits = f"a mail waits for its outcome for {_minutes(at - vitals.oldest_pending)}"
        yield Trouble(name="pending", text=f"{waits}; 'mailagent status' tells what is out of order")
    if vitals.oldest_unsent is not None and not vitals.held and at - vitals.oldest_unsent > UNSENT:
        waits = f"a mail could not be sent for {_minutes(at - vitals.oldest_unsent)}"
        said = [why for name, why in vitals.failing.items() if name.startswith("smtp:")]
        yield Trouble(name="outbox", text=f"{waits}{f': {said[0]}' if said else ''}")
    if vitals.free_bytes < LEAST_FREE:
        free = f"the disk of the data folder has {vitals.free_bytes // 1_000_000} MB left"
        yield Trouble(name="disk", text=f"{free}; without room no mail can be taken")


def _to_look_at(vitals: Vitals) -> Iterator[Trouble]:
    if vitals.held:
        held = "; ".join(vitals.held)
        yield Trouble(
            name="held", text=f"nothing but notices is sent: {held}; 'mailagent resume' goes on", broken=False
        )
    if vitals.not_sent:
        what = counted(vitals.not_sent, "mail of today was not sent", "mails of today were not sent")
        text = f"{what}, or nobody knows whether; 'mailagent status' shows more"
        yield Trouble(name="not-sent", text=text, broken=False, size=vitals.not_sent)
    if vitals.aside:
        what = counted(vitals.aside, "mail is set aside", "mails are set aside")
        text = f"{what}; 'mailagent aside list' shows more"
        yield Trouble(name="aside", text=text, broken=False, size=vitals.aside)
    if vitals.budget:
        yield Trouble(name="budget", text=f"the budget for models is used up: {vitals.budget}", broken=False)
    if vitals.lost_keys:
        yield Trouble(name="keys", text=vitals.lost_keys, broken=False)
    if vitals.restored_ahead:
        until = f"mail that comes before {vitals.restored_ahead:%Y-%m-%d %H:%M} UTC goes to a person"
        yield Trouble(name="restored", text=f"a backup was put back, and {until}; {SET_CLOCK}", broken=False)


def _minutes(passed: timedelta) -> str:
    minutes = int(passed.total_seconds() // 60)
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"  # noqa: PLR2004  # two hours
