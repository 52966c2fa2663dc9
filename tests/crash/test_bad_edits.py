"""An admin's edit goes wrong while the daemon runs."""

import shutil
import signal
from datetime import timedelta

from tests.acceptance.world import Customer, World
from tests.crash.process import start
from tests.servers.dovecot import PASSWORD
from tests.shop import SHOP

PATIENCE = 60.0
QUESTION = "Hello, which payment methods do you accept?"


def test_fault_51_a_bad_edit_neither_stops_the_daemon_nor_loses_mail_at_the_next_start(world: World) -> None:
    """It works by what it read at its start. The next one refuses to start and names the file; mail waits, and is
    answered once the edit is mended.
    """
    (world.folder / "templates").unlink()
    shutil.copytree(SHOP / "templates", world.folder / "templates")
    files = [world.config / "mailagent.toml", *(world.folder / "templates" / "customer").glob("answer.*")]
    good = [file.read_text() for file in files]
    customer = Customer(world=world)
    daemon = start(
        world.config, world.folder / "log", {"MAILAGENT_TEST_PASSWORD": PASSWORD}, ahead=timedelta(), once=False
    )
    try:
        customer.writes("Payment methods", QUESTION)
        world.smtp.wait_for(lambda _: len(customer.received()) == 1, PATIENCE)
        for file in files:
            file.write_text("{% if [[ =")
        customer.writes("And again", f"{QUESTION} Also online?")
        world.smtp.wait_for(lambda _: len(customer.received()) == 2, PATIENCE)
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(PATIENCE) == 0
    finally:
        daemon.kill()

    customer.writes("A third time", f"{QUESTION} By check?")
    refused = world.command("run", "--once")
    assert refused.returncode == 78
    assert f"{files[0]}:1" in refused.stderr
    assert len(customer.received()) == 2

    for file, text in zip(files, good, strict=True):
        file.write_text(text)
    assert world.command("run", "--once").returncode == 0
    assert len(customer.received()) == 3
    assert world.audit() == []
