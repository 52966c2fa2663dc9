"""The database commits and the connection breaks before we hear of it: nobody knows whether it was written."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes.mails import ADMIN, TOM
from tests.jobs.office import Office, Outside, open_office
from tests.servers.forgetful_network import ForgetfulNetwork
from tests.servers.postgres import Postgres

ROUNDS = 3
"""Enough for what was postponed to be tried again."""


async def work(office: Office) -> None:
    """A round of the daemon, whose loops go on after an error."""
    for step in (office.receive, office.decide, office.deliver):
        await office.runner.guard(step)
    office.outside.clock.passes(timedelta(hours=2))


@pytest.mark.parametrize("done", [True, False], ids=["written", "not written"])
async def test_fault_44_whichever_commit_is_not_heard_of_the_customer_gets_one_answer(
    tmp_path: Path, postgres: Postgres, *, done: bool
) -> None:
    """Each commit on the way of one mail is lost in turn; what then holds is asked of the store, and never assumed."""
    number, lost = 0, True
    while lost:
        number += 1
        postgres.empty("store")
        async with ForgetfulNetwork(postgres.url("store"), done=done) as network:
            outside = Outside(folder=tmp_path, server=network.address)
            outside.customer_writes()
            async with open_office(outside) as office:
                network.lose = number
                for _ in range(ROUNDS):
                    await work(office)
                lost = network.lose == 0
                assert len(outside.mails_to(TOM)) == 1, f"commit {number}"
                assert await office.rules() == ["reply"], f"commit {number}"
                mails = (await office.views.status())["outbox"]
                assert isinstance(mails, dict)
                assert mails["uncertain"] == len(outside.mails_to(ADMIN)) <= int(not done), f"commit {number}"
                assert mails["sent"] == 1, f"commit {number}"
                assert await office.broken() == [], f"commit {number}"

    assert number > len(("receive", "mark", "sort", "commit 2", "claim", "sent"))
