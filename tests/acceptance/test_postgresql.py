"""The daemon on PostgreSQL: the main job, through a kill and a crash of the database."""

import signal

from tests.acceptance.test_main_job import ANGRY
from tests.acceptance.world import Customer, Reviewer, World, draft_of, text_of, words
from tests.servers.postgres import PASSWORD, Postgres


def test_the_main_job_goes_on_after_a_kill_and_after_a_crash_of_the_database(
    world: World, customer: Customer, reviewer: Reviewer, postgres: Postgres
) -> None:
    """An open question outlives both, is decided once, and the customer gets one answer."""
    world.settings = {"MAILAGENT__DATABASE_URL": postgres.create()}
    world.start()
    customer.writes("CHARGED THREE TIMES", ANGRY)
    digest = reviewer.receives_digest()
    customer.receives("acknowledgment")
    world.stop(signal.SIGKILL)

    world.start()
    ann = Customer(world=world, address="ann@customer.example", name="Ann Lee")
    ann.writes("Payment methods", "Which payment methods do you accept?\n")
    ann.receives("answer of the second process")
    postgres.stop(how="immediate")
    reviewer.replies(digest, "APPROVE")
    postgres.start()

    assert words(draft_of(digest))[:40] in words(text_of(customer.receives("answer")))
    reviewer.receives("confirmation")
    assert world.stop() == 0
    assert (len(customer.received()), len(ann.received())) == (2, 1)
    assert [entry["rule"] for entry in world.log()] == ["angry", "reply", "approve"]
    assert list((world.folder / "data").glob("*.db")) == []
    assert PASSWORD not in (world.folder / "daemon.log").read_text()
