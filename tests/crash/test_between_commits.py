"""A process that dies between two commits, and its successor on the same files.

`Killed` is no `Exception`: nothing in mailagent catches it, as nothing catches a kill.
"""

import sqlite3
from collections.abc import Awaitable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest

from mailagent.mail.identity import content_key
from mailagent.ports import Handled
from mailagent.store.cases import StoredCases
from mailagent.store.sightings import StoredSightings
from mailagent.triage.checkpoints import safe_serializer
from tests.fakes.mails import ADMIN, DANA, QUEUE, TOM, text_of
from tests.fakes.model import ANGRY
from tests.jobs.office import Office, Outside, open_office


class Killed(BaseException):
    """The process is gone."""


@dataclass(frozen=True, kw_only=True)
class DyingCases(StoredCases):
    """The process dies when the run of the graph is over and nothing of it is written."""

    async def commit(self, handled: Handled) -> bool:
        """Never returns."""
        raise Killed(handled.message_id)


@dataclass(frozen=True, kw_only=True)
class LatelyDyingCases(StoredCases):
    """The process dies when all of it is written."""

    async def commit(self, handled: Handled) -> bool:
        """Never returns."""
        await super().commit(handled)
        raise Killed(handled.message_id)


@dataclass(frozen=True, kw_only=True)
class DyingSightings(StoredSightings):
    """The process dies when the server has marked the mail and we have not yet written that down."""

    async def marked(self, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> None:
        """Never returns."""
        raise Killed(mailbox, folder, uidvalidity, uids)


@pytest.fixture(name="outside")
def _outside(tmp_path: Path, database_server: str | None) -> Outside:
    """What outlives the process."""
    return Outside(folder=tmp_path, server=database_server)


async def dies(work: Awaitable[None]) -> None:
    """The process ends here."""
    with pytest.raises(Killed):
        await work


async def starts_and_works(outside: Outside) -> None:
    """The next process: recovers, and works twice over everything."""
    async with open_office(outside) as office:
        await office.work()
        outside.clock.passes(timedelta(hours=2))
        await office.work()
        assert await office.broken() == []


def dying(office: Office, *, written: bool = False) -> Office:
    """An office that dies at commit 2, before or after it is `written`."""
    cases = (LatelyDyingCases if written else DyingCases)(sessions=office.sessions)
    return replace(
        office,
        triage_cases=replace(office.triage_cases, cases=cases),
        resume_reviews=replace(office.resume_reviews, cases=cases),
    )


async def test_after_the_mail_was_stored_and_before_it_was_marked(outside: Outside) -> None:
    """The mail looks new on the server and is ours already."""
    outside.customer_writes()
    outside.mailbox.errors["mark"] = [Killed()]
    async with open_office(outside) as office:
        await dies(office.work())

    await starts_and_works(outside)

    assert outside.mailbox.marked == [1]
    assert outside.mailbox.fetched == [1]
    assert len(outside.mails_to(TOM)) == 1


async def test_after_the_mark_and_before_it_was_remembered(outside: Outside) -> None:
    """Marking twice changes nothing; reading twice would."""
    outside.customer_writes()
    async with open_office(outside) as office:
        sightings = DyingSightings(sessions=office.sessions, content_key=content_key)
        await dies(replace(office.receive_mail, sightings=sightings).visit())
    assert outside.mailbox.marked == [1]

    await starts_and_works(outside)

    assert (outside.mailbox.fetched, outside.mailbox.marked) == ([1], [1, 1])
    assert len(outside.mails_to(TOM)) == 1


async def test_fault_24_26_after_the_graph_ran_and_before_its_answer_was_written(outside: Outside) -> None:
    """The run is paid for again; the answer is one."""
    outside.customer_writes()
    async with open_office(outside) as office:
        await dies(dying(office).work())
    assert outside.sender.calls == 0

    await starts_and_works(outside)

    assert len(outside.mails_to(TOM)) == 1
    assert outside.model.classified == outside.model.classified[:1] * 2


async def test_fault_26_after_the_answer_was_written_and_before_it_was_sent(outside: Outside) -> None:
    """It waits in the outbox, and the mail is not read again."""
    outside.customer_writes()
    async with open_office(outside) as office:
        await dies(dying(office, written=True).work())

    await starts_and_works(outside)

    assert len(outside.mails_to(TOM)) == 1
    assert len(outside.model.classified) == 1


async def test_fault_24_26_after_the_graph_paused_and_before_the_question_was_written(outside: Outside) -> None:
    """The graph waits for a reviewer whom nobody has asked."""
    outside.model.mood = ANGRY
    outside.customer_writes()
    async with open_office(outside) as office:
        await dies(dying(office).work())

    await starts_and_works(outside)
    assert (len(outside.mails_to(QUEUE)), len(outside.mails_to(TOM))) == (1, 1)

    outside.reviewer_replies("APPROVE")
    await starts_and_works(outside)
    assert len(outside.mails_to(TOM)) == 2


@pytest.mark.parametrize("decision", ["APPROVE", "MODIFY\nHello Tom."])
async def test_fault_26_after_a_decision_resumed_the_graph_and_before_it_was_written(
    outside: Outside, decision: str
) -> None:
    """LangGraph has finished the thread and would say nothing to a second resume: the decision must not be lost."""
    outside.model.mood = ANGRY
    outside.customer_writes()
    async with open_office(outside) as office:
        await office.work()
    outside.reviewer_replies(decision)
    async with open_office(outside) as office:
        await dies(dying(office).work())
    assert len(outside.mails_to(TOM)) == 1

    await starts_and_works(outside)

    answer = outside.mails_to(TOM)[-1]
    assert len(outside.mails_to(TOM)) == 2
    assert ("We are on it." if decision == "APPROVE" else "Hello Tom.") in text_of(answer)
    assert len(outside.mails_to(DANA)) == 1


async def test_fault_26_after_a_rejection_resumed_the_graph_and_before_it_was_written(outside: Outside) -> None:
    """The draft that was rejected must not come back with the restart."""
    outside.model.mood = ANGRY
    outside.customer_writes()
    async with open_office(outside) as office:
        await office.work()
    outside.reviewer_replies("REJECT")
    async with open_office(outside) as office:
        await dies(dying(office).work())

    await starts_and_works(outside)

    assert len(outside.mails_to(TOM)) == 2
    assert "We are on it." not in "".join(map(text_of, outside.mails_to(TOM)))


async def test_fault_26_after_a_follow_up_resumed_the_graph_and_before_it_was_written(outside: Outside) -> None:
    """The graph waits at a question that the store does not know; the store's question is the old one."""
    outside.model.mood = ANGRY
    outside.customer_writes("first")
    async with open_office(outside) as office:
        await office.work()
    outside.customer_writes("second", answering=outside.mails_to(TOM)[0])
    async with open_office(outside) as office:
        await dies(dying(office).work())

    await starts_and_works(outside)
    assert len(outside.mails_to(QUEUE)) == 2

    outside.reviewer_replies("APPROVE")
    await starts_and_works(outside)
    assert len(outside.mails_to(TOM)) == 2


async def test_fault_27_after_a_mail_was_claimed_and_before_it_was_sent(outside: Outside) -> None:
    """Without the final dot no server accepts a mail: the customer need not wait for a person."""
    outside.customer_writes()
    outside.sender.errors.append(Killed())
    async with open_office(outside) as office:
        await dies(office.work())

    await starts_and_works(outside)

    assert len(outside.mails_to(TOM)) == 1
    assert outside.mails_to(ADMIN) == []


async def test_after_a_mail_was_accepted_and_before_it_was_remembered(outside: Outside) -> None:
    """The customer has it; a second one would be the failure that everybody sees."""
    outside.customer_writes()
    outside.sender.late_errors.append(Killed())
    async with open_office(outside) as office:
        await dies(office.work())

    await starts_and_works(outside)

    assert len(outside.mails_to(TOM)) == 1
    assert len(outside.mails_to(ADMIN)) == 1


async def test_in_the_middle_of_a_batch_of_mail(outside: Outside) -> None:
    """What was stored is kept, the rest is fetched again, and each customer gets one answer."""
    async with open_office(outside) as office:
        await office.work()
    outside.mailbox.group_size = 4
    for number in range(6):
        outside.customer_writes(sender=f"Tom <tom{number}@customer.example>")
    outside.mailbox.errors["fetch"] = [None, Killed()]
    async with open_office(outside) as office:
        await dies(office.work())
    assert len(outside.mailbox.fetched) == 4

    await starts_and_works(outside)

    assert sorted(outside.mailbox.fetched) == list(range(1, 7))
    recipients = [recipient for recipient, _ in outside.sender.accepted]
    assert len(recipients) == len(set(recipients)) == 6


async def test_fault_25_with_the_paused_graph_lost(outside: Outside) -> None:
    """The checkpoint file was deleted, or restored from another day: the store knows enough."""
    outside.model.mood = ANGRY
    outside.customer_writes()
    async with open_office(outside) as office:
        await office.work()
    outside.lose_checkpoints()
    outside.reviewer_replies("APPROVE")

    await starts_and_works(outside)

    assert "We are on it." in text_of(outside.mails_to(TOM)[-1])
    assert len(outside.mails_to(TOM)) == 2


async def test_fault_25_a_decision_counts_when_the_checkpoint_is_of_another_release(tmp_path: Path) -> None:
    """An upgrade happens while reviewers think: the state lacks what is new, and has what is gone."""
    outside = Outside(folder=tmp_path)
    outside.model.mood = ANGRY
    outside.customer_writes()
    async with open_office(outside) as office:
        await office.work()
    with closing(sqlite3.connect(tmp_path / "checkpoints.db")) as file, file:
        (kind, row), serializer = file.execute("SELECT type, checkpoint FROM checkpoints").fetchone(), safe_serializer()
        old = serializer.loads_typed((kind, row))
        values = {"customer_message": "the words of then", "nobody_knows_this": 7}
        old = {**old, "v": 1, "channel_values": values, "channel_versions": dict.fromkeys(values, "1")}
        file.execute("UPDATE checkpoints SET type = ?, checkpoint = ?", serializer.dumps_typed(old))
    outside.reviewer_replies("APPROVE")

    await starts_and_works(outside)

    assert "We are on it." in text_of(outside.mails_to(TOM)[-1])
    assert len(outside.mails_to(TOM)) == 2


@pytest.mark.parametrize("how", ["torn", "hostile"])
async def test_fault_25_a_decision_counts_when_the_checkpoint_is_damaged(
    outside: Outside, how: Literal["torn", "hostile"]
) -> None:
    """A torn page must not lose what a reviewer decided."""
    outside.model.mood = ANGRY
    outside.customer_writes()
    async with open_office(outside) as office:
        await office.work()
    outside.damage_checkpoints(how)
    outside.reviewer_replies("APPROVE")
    async with open_office(outside) as office:
        await office.work()

    assert len(outside.mails_to(TOM)) == 2
