"""Which process dies where, and what the mail server does meanwhile."""

from collections import Counter
from dataclasses import dataclass
from typing import Literal, get_args

from mailagent.crash_points import CrashPoint
from tests.servers.smtp import DROP, DROP_ACCEPTED, SLOW

Story = Literal["answered", "escalated", "decided"]
"""What happens: an article answers the mail; a reviewer is asked; and that reviewer decides."""
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
SAID: tuple[CrashPoint, ...] = ("outbox.answered", "outbox.done")
"""Nobody comes by there with a mail that the server said nothing about."""
FEW = 10
"""Of a place where no more combinations happen, one is tried every time; of others two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """One combination."""

    story: Story
    point: CrashPoint
    passing: int
    outcome: Outcome

    def __str__(self) -> str:
        return f"{self.story}-{self.point}:{self.passing}-{self.outcome}"


FETCHED = Crash(story="answered", point="intake.fetched", passing=1, outcome="250")
RECORDED = Crash(story="answered", point="intake.recorded", passing=1, outcome="250")
FLAGGED = Crash(story="answered", point="intake.flagged", passing=1, outcome="250")
BEFORE_EOD = Crash(story="answered", point="outbox.before_eod", passing=1, outcome="250")
BEFORE_DOT = Crash(story="answered", point="outbox.before_dot", passing=1, outcome="250")
SAID_YES = Crash(story="answered", point="outbox.answered", passing=1, outcome="250")
NAMED = (FETCHED, RECORDED, FLAGGED, BEFORE_EOD, BEFORE_DOT, SAID_YES)
"""Rows of the fault matrix, which have tests of their own."""


def all_crashes() -> list[Crash]:
    """Those that can happen: each story passes some of the points, some of them more than once."""
    return [
        crash
        for story in get_args(Story)
        for point in get_args(CrashPoint)
        for passing in (1, 2)
        for outcome in get_args(Outcome)
        if _happens(crash := Crash(story=story, point=point, passing=passing, outcome=outcome))
    ]


def some_crashes(crashes: list[Crash]) -> set[Crash]:
    """About a tenth, without those that have tests of their own: one or two for each point and passing, each time with
    the outcome, and then the story, that came up least so far.
    """
    places: dict[tuple[str, int], list[Crash]] = {}
    for crash in crashes:
        places.setdefault((crash.point, crash.passing), []).append(crash)
    some = [*NAMED]
    for found in places.values():
        for _ in range(sum(crash in found for crash in some), 2 if len(found) > FEW else 1):
            some.append(_rarest([crash for crash in found if crash not in some], beside=some))
    return {*some} - {*NAMED}


def _rarest(found: list[Crash], *, beside: list[Crash]) -> Crash:
    outcomes, stories = Counter(crash.outcome for crash in beside), Counter(crash.story for crash in beside)
    return min(found, key=lambda crash: (outcomes[crash.outcome], stories[crash.story]))


def _happens(crash: Crash) -> bool:
    """Whether any process comes by. In the story "answered" one mail leaves, and a second only to tell of its failure;
    of a mail that is tried again later another process comes by.
    """
    part, point, outcome = crash.point.partition(".")[0], crash.point, crash.outcome
    alone, decided, second = crash.story == "answered", crash.story == "decided", crash.passing > 1
    never = (
        part in ("model", "triage") and decided,
        part == "review" and not decided,
        part == "doubt" and outcome not in (*UNSURE, KEPT),
        second and part not in ("model", "outbox"),
        second and alone and part == "outbox" and point != "outbox.recovered" and outcome not in ("554 no", *UNSURE),
        second and point in SAID and outcome in UNSURE,
        second and point == "outbox.done" and (alone or outcome == "451 later"),
        (second or alone) and point in SAID and outcome == KEPT,
    )
    return not any(never)
