"""Words that change the case for the team and nothing for the customer, alone and above a decision."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from mailagent.store.lessons import Lessons
from tests.fakes.mails import BEN, DANA, QUEUE, words
from tests.jobs.lived import Lived
from tests.jobs.office import Office, Outside, open_office
from tests.jobs.replying import POLICY, answers, ask, codes, digests, later, question, reply, state


@pytest.fixture(name="outside")
async def _outside(lived: Lived) -> Outside:
    """A case waits for its reviewer."""
    return await lived("asked", ask)


@pytest.fixture(name="office")
async def _office(outside: Outside) -> AsyncIterator[Office]:
    """Where decisions can be taken back."""
    async with open_office(outside, policy=POLICY) as office:
        yield office


async def test_a_snoozed_case_is_approved_like_any_other(outside: Outside, office: Office) -> None:
    """Only reminders pause."""
    await reply(office, "SNOOZE 2d")
    await reply(office, "APPROVE")
    await later(office)

    assert len(answers(outside)) == 1


async def test_who_assigns_a_case_to_themselves_has_it(outside: Outside, office: Office) -> None:
    """The same as TAKE; colleagues are told, and decide no less."""
    await reply(office, "ASSIGN dana")
    assert len(digests(outside, DANA)) == 1
    assert f"C-1 is with {DANA} now Dana Kim gave it there" in words(outside.mails_to(QUEUE)[-1])

    await reply(office, "APPROVE", sender=BEN)
    await later(office)

    assert len(answers(outside)) == 1
    assert outside.mails_to(DANA)[-1]["X-Mailagent-Kind"] == "confirmation"


async def test_a_case_that_comes_back_to_somebody_is_put_before_them_again(outside: Outside, office: Office) -> None:
    """Two weeks later the first mail is far down in the inbox."""
    await reply(office, "ASSIGN ben")
    await reply(office, "ASSIGN dana", sender=BEN)
    await reply(office, "ASSIGN ben")

    assert len(digests(outside, BEN)) == 2


async def test_a_correction_after_the_decision_is_kept(outside: Outside, office: Office) -> None:
    """It was wrong before, and triage can still learn from it; the answer stays as it was."""
    await reply(office, "APPROVE")
    await reply(office, "SET category=product")
    await later(office)

    assert [row["value"] for row in await Lessons(sessions=office.sessions).corrections()] == ["product"]
    assert (codes(outside), len(answers(outside))) == ([], 1)
    assert await state(office) == "answered"


@pytest.mark.parametrize("word", ["ASSIGN ben", "TAKE", "SNOOZE 2d"])
async def test_a_decided_case_is_nobody_s_to_take(outside: Outside, office: Office, word: str) -> None:
    """The reviewer hears that there is nothing left to do."""
    await reply(office, "APPROVE")
    await reply(office, word, sender=BEN)

    assert codes(outside, BEN) == ["REVIEW-08"]


async def test_a_correction_does_not_put_off_what_the_customer_was_promised(office: Office) -> None:
    """The acknowledgment named a time; a reminder that comes after it is none."""
    before = (await question(office)).due_at
    await reply(office, "SET category=product priority=normal")

    assert (await question(office)).due_at == before
    assert (await question(office)).priority == "normal"


@pytest.mark.parametrize("word", ["NOTE known customer", "SNOOZE 2d", "STATUS", "ASSIGN dana"])
async def test_what_stands_above_a_word_for_the_team_counts(outside: Outside, office: Office, word: str) -> None:
    """SET and ASSIGN are lines above any word, and half of a reply must not be lost."""
    await reply(office, f"SET category=product\nASSIGN ben\n{word}")

    found = await question(office)
    assert found.graph_state["category"] == "product"
    assert found.assigned_to == ((DANA,) if "dana" in word else (BEN,))
    assert [row["value"] for row in await Lessons(sessions=office.sessions).corrections()] == ["product"]
    assert len(digests(outside, found.assigned_to[0])) == 1


async def test_who_revises_a_colleague_s_case_sees_the_new_draft(outside: Outside, office: Office) -> None:
    """It is with Ben; Dana asked for the change and would else wait for it."""
    await reply(office, "ASSIGN ben")
    await reply(office, "REVISE be shorter")

    assert [len(digests(outside, reader)) for reader in (DANA, BEN)] == [1, 2]


async def test_a_fourth_receipt_in_a_day_is_not_written(outside: Outside, office: Office) -> None:
    """Whoever does not learn from three is a program, and would answer for ever."""
    for number in range(5):
        await reply(office, f"Thank you for your mail number {number}")
    assert len(codes(outside)) == 3

    await later(office, timedelta(days=1, minutes=1))
    await reply(office, "Thank you again")

    assert len(codes(outside)) == 4
