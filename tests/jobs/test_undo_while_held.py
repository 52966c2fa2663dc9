"""What reviewers may take back while an admin holds all mail."""

import pytest

from mailagent.ports import Hold
from mailagent.store.holds import StoredHolds
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
