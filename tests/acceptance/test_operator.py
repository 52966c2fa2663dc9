"""What an operator is told of the daemon's work, by the real command line and a real daemon."""

import signal

import pytest

from tests.acceptance.world import Customer, World

QUESTION = "Which payment methods do you accept?"


def quiet(world: World) -> int:
    """What whoever watches the process goes by."""
    return world.command("status", "--quiet").returncode


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_daemon_that_ended_is_told_at_once(world: World, customer: Customer, how: signal.Signals) -> None:
    """For fifteen minutes all that it wrote down looks as if it worked; a monitor must not believe it."""
    world.start()
    customer.writes("Payment methods", QUESTION)
    customer.receives("answer")
    assert "daemon                 running since" in world.command("status").stdout
    assert quiet(world) == 0

    world.stop(how)

    shown = world.command("status")
    assert (shown.returncode, quiet(world)) == (1, 1)
    assert "NOT RUNNING; last started at" in shown.stdout
    assert "the daemon is not running; start it with 'mailagent run'" in shown.stdout


def test_between_two_runs_of_a_schedule_nothing_is_wrong(world: World, customer: Customer) -> None:
    """Who runs it by cron is not told each minute that it is dead: the last good reading of the mailbox counts."""
    customer.writes("Payment methods", QUESTION)

    assert world.command("run", "--once").returncode == 0

    assert quiet(world) == 0
    shown = world.command("status")
    assert (shown.returncode, "run by a schedule, last at" in shown.stdout) == (0, True)
