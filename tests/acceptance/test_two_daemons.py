"""Two daemons on one database: the one that was asleep while the other took over ends, and sends nothing more."""

import signal
import threading

import pytest

from tests.acceptance.world import PATIENCE, Customer, World
from tests.servers.postgres import Postgres
from tests.servers.smtp import Phase


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_fault_45_a_daemon_that_slept_while_another_took_over_does_not_answer_again(
    world: World, customer: Customer, request: pytest.FixtureRequest, kind: str
) -> None:
    """Its virtual machine was frozen in the middle of a mail, and its lock is gone. It wakes before its final dot."""
    postgres: Postgres | None = request.getfixturevalue("postgres") if kind == "postgresql" else None
    address = postgres.create() if postgres else ""
    world.settings = {"MAILAGENT__DATABASE_URL": address}
    first = world.start().process
    assert first is not None
    asleep = threading.Event()

    def freeze(phase: Phase) -> None:
        if phase == "DATA" and not asleep.is_set():
            first.send_signal(signal.SIGSTOP)
            asleep.set()

    world.smtp.on_reach = freeze
    customer.writes("Payment methods", "Which payment methods do you accept?\n")
    assert asleep.wait(PATIENCE)
    (world.folder / "data" / "lock").unlink()
    if postgres:
        postgres.cut_off(address)
    world.start()
    customer.receives("answer of the second daemon")

    first.send_signal(signal.SIGCONT)

    assert first.wait(PATIENCE) == 75
    assert "took the data over" in (world.folder / "daemon.log").read_text()
    assert world.stop() == 0
    assert len(customer.received()) == 1
    assert world.command("audit", "--verify").returncode == 0
