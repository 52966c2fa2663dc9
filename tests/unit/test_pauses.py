"""How long a server is left alone that serves nobody."""

from datetime import timedelta

import pytest

from mailagent.domain.pauses import Pauses
from mailagent.errors import ConfigurationError, UnreachableError
from tests.fakes.clock import NOON

REFUSED, AWAY = ConfigurationError("535 login refused", exit_code=77), UnreachableError("no connection")


def length(pauses: Pauses, error: ConfigurationError | UnreachableError) -> timedelta:
    """How long the pause is that `error` begins now."""
    pauses.begin("support", error, at=NOON)
    passed = timedelta()
    while True:
        try:
            pauses.check("support", at=NOON + passed)
        except type(error):
            passed += timedelta(seconds=15)
        else:
            return passed


def test_a_refused_login_is_left_alone_ever_longer() -> None:
    """Nothing but an admin mends it, and each further try brings the account nearer to being locked."""
    pauses = Pauses()

    minutes = [length(pauses, REFUSED) / timedelta(minutes=1) for _ in range(8)]

    assert minutes == [0.75, 1.5, 3, 6, 12, 24, 45, 45]


def test_a_server_that_is_away_is_asked_again_soon() -> None:
    """It may be back at any moment; after a login that works everything is as at the beginning."""
    pauses = Pauses()
    length(pauses, REFUSED)
    assert [length(pauses, AWAY) for _ in range(3)] == [timedelta(seconds=45)] * 3

    pauses.end("support")

    pauses.check("support", at=NOON)
    assert length(pauses, REFUSED) == timedelta(seconds=45)


def test_a_refusal_after_silence_is_the_first_one() -> None:
    """That it was away before says nothing about its password."""
    pauses = Pauses()
    length(pauses, AWAY)

    assert length(pauses, REFUSED) == timedelta(seconds=45)


def test_fault_46_a_pause_of_a_clock_that_was_ahead_is_over_when_it_is_right() -> None:
    """A machine that boots a year ahead, without network, would send nothing for a year."""
    pauses = Pauses()
    pauses.begin("support", AWAY, at=NOON + timedelta(days=400))

    pauses.check("support", at=NOON)


def test_a_pause_is_of_one_account() -> None:
    """Another mailbox sends on; whoever is turned away learns why."""
    pauses = Pauses()
    pauses.begin("support", REFUSED, at=NOON)

    pauses.check("sales", at=NOON)
    with pytest.raises(ConfigurationError, match="535 login refused"):
        pauses.check("support", at=NOON)
