"""Where a test may let the process die: between any two effects. Without ``MAILAGENT_CRASH`` a passing does nothing."""

import os
import signal
from collections.abc import Callable
from itertools import count
from typing import Literal

CrashPoint = Literal[
    "intake.fetched", "intake.recorded", "intake.flagged", "intake.done",
    "sort.parsed", "sort.done",
    "model.before", "model.after",
    "triage.decided", "triage.done",
    "review.read", "review.resumed", "review.done",
    "outbox.recovered", "outbox.claimed", "outbox.before_eod", "outbox.before_dot", "outbox.after_dot",
    "outbox.answered", "outbox.done",
    "doubt.looked", "doubt.done",
]  # fmt: skip
"""What has just happened, or is about to."""
CommandPoint = Literal["restore.ready", "restore.put_back"]
"""The same of commands, which a daemon never passes."""

_passings = count(1)


def kill_where_named(point: CrashPoint | CommandPoint) -> None:
    """Die by SIGKILL where ``MAILAGENT_CRASH=POINT:N`` names `point`, at its Nth passing."""
    wanted = os.environ.get("MAILAGENT_CRASH")
    if wanted is None:
        return
    name, _, number = wanted.partition(":")
    if name == point and next(_passings) == int(number):
        os.kill(os.getpid(), signal.SIGKILL)


watch: Callable[[CrashPoint | CommandPoint], None] = kill_where_named
"""What every passing calls: a test that plays a death within its own process puts its own here."""


def passing(point: CrashPoint | CommandPoint) -> None:
    """Tell that the process is at `point`."""
    watch(point)
