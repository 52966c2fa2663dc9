"""Where a test may kill the process: between any two effects. Without ``MAILAGENT_CRASH`` a passing does nothing."""

import os
import signal
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

_passings = count(1)


def passing(point: CrashPoint) -> None:
    """Die by SIGKILL where ``MAILAGENT_CRASH=POINT:N`` names `point`, at its Nth passing."""
    wanted = os.environ.get("MAILAGENT_CRASH")
    if wanted is None:
        return
    name, _, number = wanted.partition(":")
    if name == point and next(_passings) == int(number):
        os.kill(os.getpid(), signal.SIGKILL)
