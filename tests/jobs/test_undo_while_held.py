"""What reviewers may take back while an admin holds all mail."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mailagent.errors import TemporaryError, UncertainError
from mailagent.ports import Hold
from mailagent.store.holds import StoredHolds
from tests.fakes.journal import FakeJournal
from tests.fakes.mails import TOM
from tests.jobs.office import Outside
from tests.jobs.replying import WINDOW, asked, later, reply


@pytest.mark.parametrize("word", ["UNDO", "REOPEN"])
async def test_what_is_held_can_be_taken_back_after_the_window(outside: Outside, word: str) -> None:
    """Mail is held because something is wrong: whoever sees that their answer is, must be able to stop it."""
    async with asked(outside) as office:
        before = len(outside.mails_to(TOM))
        await reply(office, "APPROVE")
        holds = StoredHolds(sessions=office.sessions)
        await holds.put(Hold(name="operator", reason="wrong price", since=outside.clock.now(), sure=True))
        await later(office, 2 * WINDOW)

        await reply(office, word)
        await holds.lift("operator")
        await later(office)

        assert (await office.rules())[-1] == "undo"
        assert len(outside.mails_to(TOM)) == before


async def test_a_mail_that_may_have_left_before_is_not_taken_back(outside: Outside) -> None:
    """It is to be sent again, and waits; "the customer gets nothing" might be untrue."""
    async with asked(outside) as made:
        settle = replace(made.settle_uncertain, resends=frozenset({"support"}), journals={"support": FakeJournal()})
        office = replace(made, settle_uncertain=settle)
        before = len(outside.mails_to(TOM))
        outside.reviewer_replies("APPROVE")
        await office.receive()
        await office.decide()
        outside.sender.late_errors.append(UncertainError("no reply to the final dot"))
        outside.clock.passes(WINDOW)
        await office.deliver()
        outside.sender.errors.extend([TemporaryError("450 later")] * 20)
        while ("answer", "ready") not in await office.mails_of():
            outside.clock.passes(timedelta(minutes=1))
            await office.deliver()

        outside.reviewer_replies("UNDO")
        await office.receive()
        await office.decide()

        assert ("answer", "withdrawn") not in await office.mails_of()
        assert len(outside.mails_to(TOM)) == before + 1
