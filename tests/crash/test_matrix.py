"""A process that is killed anywhere, whatever the mail server does, and what customers and reviewers see of it."""

from collections import Counter

import pytest

from tests.acceptance.world import World
from tests.crash.matrix import (
    BEFORE_DOT,
    BEFORE_EOD,
    FETCHED,
    FLAGGED,
    NAMED,
    RECORDED,
    SAID_YES,
    Crash,
    all_crashes,
    some_crashes,
)
from tests.crash.survival import survive

CRASHES = all_crashes()
SOME = some_crashes(CRASHES)


@pytest.mark.parametrize(
    "crash", [pytest.param(crash, id=str(crash), marks=[] if crash in SOME else pytest.mark.full) for crash in CRASHES]
)
def test_a_killed_process_loses_nothing_and_answers_nobody_twice(crash: Crash, world: World) -> None:
    """Every mail leaves once; where nobody can know that it did, a person is told."""
    survive(crash, world)


def test_fault_15_killed_before_a_mail_is_written_down(world: World) -> None:
    """It was fetched, and nothing says so: it is fetched again."""
    assert survive(FETCHED, world) == (1, 0)


def test_fault_15_17_killed_after_a_mail_was_written_down_and_before_it_is_flagged(world: World) -> None:
    """On the server it looks new, and it is ours: it is not taken again."""
    assert survive(RECORDED, world) == (1, 0)


def test_fault_17_killed_before_it_is_written_down_that_a_mail_was_flagged(world: World) -> None:
    """It is flagged a second time, which changes nothing."""
    assert survive(FLAGGED, world) == (1, 0)


def test_fault_33_killed_before_the_end_of_a_mail_is_noted(world: World) -> None:
    """The server has all of it but the dot, and throws it away: it is sent again, and nobody is bothered."""
    assert survive(BEFORE_EOD, world) == (1, 0)


def test_fault_34_killed_before_the_dot(world: World) -> None:
    """From what was written down, it may have left. It did not, and a person is told, who writes themselves."""
    assert survive(BEFORE_DOT, world) == (0, 1)


def test_fault_37_killed_after_the_server_said_yes(world: World) -> None:
    """The customer has the answer, and gets no second one; the next process cannot know, so a person is told."""
    assert survive(SAID_YES, world) == (1, 1)


def test_the_combinations_of_every_day_are_a_tenth_of_all_from_everywhere() -> None:
    """Else a place, or an answer of the server, would be tried once in months only."""
    some = {*SOME, *NAMED}
    outcomes, stories = Counter(crash.outcome for crash in some), Counter(crash.story for crash in some)

    assert len(some) >= len(CRASHES) / 10
    assert {(crash.point, crash.passing) for crash in some} == {(crash.point, crash.passing) for crash in CRASHES}
    assert (len(outcomes), len(stories)) == (7, 3)
    assert max(outcomes.values()) - min(outcomes.values()) <= 1
    assert min(stories.values()) >= len(some) // 4
