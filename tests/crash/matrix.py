"""Which process dies where, and what the mail server does meanwhile."""

from dataclasses import dataclass
from typing import Literal, get_args

from mailagent.crash_points import CrashPoint
from tests.servers.smtp import DROP, DROP_ACCEPTED, SLOW

Story = Literal["answered", "escalated", "approved"]
"""What happens: an article answers the mail; a reviewer is asked; and that reviewer approves the draft."""
Outcome = Literal["250", "451 later", "554 no", "drop", "drop accepted", "drop accepted, copy kept", "slow"]
"""What the server says to the first mail."""
ANSWERS: dict[Outcome, str] = {
    "451 later": "451 later",
    "554 no": "554 no",
    "drop": DROP,
    "drop accepted": DROP_ACCEPTED,
    "drop accepted, copy kept": DROP_ACCEPTED,
    "slow": SLOW,
}
UNSURE: tuple[Outcome, ...] = ("drop", "drop accepted")
KEPT: Outcome = "drop accepted, copy kept"
IN_DOUBT: tuple[CrashPoint, ...] = ("outbox.before_dot", "outbox.after_dot", "outbox.answered")
"""A process that dies there does not know whether its mail left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """One combination."""

    story: Story
    point: CrashPoint
    passing: int
    outcome: Outcome

    def __str__(self) -> str:
        return f"{self.story}-{self.point}:{self.passing}-{self.outcome}"


def all_crashes() -> list[Crash]:
    """Those that can happen: each story passes some of the points, some more than once."""
    return [
        Crash(story=story, point=point, passing=passing, outcome=outcome)
        for story in get_args(Story)
        for point in get_args(CrashPoint)
        for passing in (1, 2)
        for outcome in get_args(Outcome)
        if _happens(story, point, passing, outcome)
    ]


def some_crashes(crashes: list[Crash]) -> set[Crash]:
    """A tenth of `crashes` that has every point, every outcome and every story."""
    points = sorted({(crash.point, crash.passing) for crash in crashes})
    chosen = {
        [crash for crash in crashes if (crash.point, crash.passing) == place][number * 5 :: 7][0]
        for number, place in enumerate(points)
        if [crash for crash in crashes if (crash.point, crash.passing) == place][number * 5 :: 7]
    }
    return chosen


def _happens(story: Story, point: CrashPoint, passing: int, outcome: Outcome) -> bool:
    part = point.partition(".")[0]
    if part == "review":
        return story == "approved" and passing == 1
    return passing == 1 or part in ("model", "outbox")
