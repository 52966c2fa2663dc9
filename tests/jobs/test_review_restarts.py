"""What reviewers decide while the process stops, dies, loses its checkpoints or does not run: each counts once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from mailagent.ports import Handled
from mailagent.store.cases import StoredCases
from tests.fakes.mails import ADMIN, BEN, DANA, QUEUE, mail, words
from tests.jobs.lived import Lived
from tests.jobs.office import Office, Outside, open_office
from tests.jobs.replying import OWN, POLICY, answers, ask, codes, digests, later, question, reply, state

ASK = "ASK\nWhich card did you pay with?"
PAUSING = ["APPROVE", OWN, "REJECT", ASK, "CLOSE", "SPAM", "REVISE be shorter", "MODIFY\nWe refunded it."]
LEFT = {"APPROVE": 1, OWN: 1, "REJECT": 1, ASK: 1}
"""How many letters the customer has after each of those, beside the acknowledgment."""


@pytest.fixture(name="outside")
async def _outside(lived: Lived) -> Outside:
    """A case waits for its reviewer, and nobody works on it."""
    return await lived("asked", ask)


class Killed(BaseException):
    """The process is gone: nothing in mailagent catches it, as nothing catches a kill."""


@dataclass(frozen=True, kw_only=True)
class DyingCases(StoredCases):
    """The process dies when the graph has run and nothing of it is written."""

    async def commit(self, handled: Handled) -> bool:
        """Never returns."""
        raise Killed(handled.message_id)


@asynccontextmanager
async def restarted(outside: Outside) -> AsyncIterator[Office]:
    """The next process on the same folder."""
    async with open_office(outside, policy=POLICY) as office:
        yield office


async def dies(office: Office) -> None:
    """The process ends between the graph's run and its commit."""
    cases = DyingCases(sessions=office.sessions)
    dying = replace(office, resume_reviews=replace(office.resume_reviews, cases=cases))
    with pytest.raises(Killed):
        await dying.work()


@pytest.mark.parametrize("how", ["stopped", "killed", "lost"])
@pytest.mark.parametrize("word", PAUSING)
async def test_a_word_counts_once_whatever_happens_to_the_process(outside: Outside, word: str, how: str) -> None:
    """Stopped before the reply came, killed in the middle of it, or started without its checkpoints."""
    outside.reviewer_replies(word)
    if how == "killed":
        async with restarted(outside) as office:
            await dies(office)
    if how == "lost":
        outside.lose_checkpoints()

    async with restarted(outside) as office:
        await office.work()
        await later(office)
        await later(office, timedelta(hours=1))

        found = await question(office)
        assert (found.state, found.decided_by) == ("decided", "Dana Kim")
        assert len(answers(outside)) == LEFT.get(word, 0)
        if found.verb == "revise":
            assert len(digests(outside)) == 2
            await reply(office, "APPROVE", to=digests(outside)[-1])
            await later(office)
            assert len(answers(outside)) == 1


@pytest.mark.parametrize("word", ["UNDO", "REOPEN"])
@pytest.mark.parametrize("how", ["stopped", "killed", "lost"])
async def test_a_decision_is_taken_back_or_opened_again_after_a_restart(outside: Outside, word: str, how: str) -> None:
    """The case waits again, once, and the next decision sends one answer."""
    async with restarted(outside) as office:
        await reply(office, "CLOSE")
        if how == "killed":
            outside.reviewer_replies(word)
            await dies(office)
    if how == "lost":
        outside.lose_checkpoints()
    if how != "killed":
        outside.reviewer_replies(word)

    async with restarted(outside) as office:
        await office.work()
        await later(office, timedelta(hours=1))
        assert await state(office) == "waiting"
        assert len(digests(outside)) == (1 if word == "UNDO" else 2)
        await reply(office, "APPROVE", to=digests(outside)[-1])
        await later(office)

        assert len(answers(outside)) == 1


async def test_a_new_draft_that_was_never_written_down_is_made_again_once(outside: Outside) -> None:
    """Killed between the model's draft and the commit: the second run asks the model again, and puts one digest."""
    async with restarted(outside) as office:
        outside.reviewer_replies("REVISE be shorter")
        await dies(office)
    outside.model.revision = "The second try."

    async with restarted(outside) as office:
        await office.work()

        assert outside.model.instructions == ["be shorter", "be shorter"]
        assert len(digests(outside)) == 2
        assert "The second try." in words(digests(outside)[-1])
        assert (await question(office, 2)).draft == (await question(office, 2)).graph_state["response"]


@pytest.mark.parametrize("word", ["ASSIGN ben", "SNOOZE 2d", "SET category=product", "NOTE known", "TAKE"])
async def test_words_for_the_team_count_once_after_a_kill(outside: Outside, word: str) -> None:
    """Each is told once, and the case can still be decided."""
    async with restarted(outside) as office:
        outside.reviewer_replies(word)
        await dies(office)

    async with restarted(outside) as office:
        await office.work()
        told = [mail for mail in outside.mails_to(DANA) + outside.mails_to(BEN) if mail["Subject"]]
        assert len(told) == len({mail["Message-ID"] for mail in told})
        assert [entry["disposition"] for entry in await office.log()].count("review") == 1
        await reply(office, "APPROVE")
        await later(office)

        assert len(answers(outside)) == 1


async def test_what_was_corrected_is_decided_without_its_checkpoint(outside: Outside) -> None:
    """The store is the truth, with the correction."""
    async with restarted(outside) as office:
        await reply(office, "SET category=product")
    outside.lose_checkpoints()

    async with restarted(outside) as office:
        await reply(office, "APPROVE")

        assert (await office.log())[0]["category"] == "product"


# --- three days without a process -------------------------------------------------------------------------------------

CUSTOMERS = 10


def customer(number: int) -> str:
    """The address of one of them."""
    return f"customer{number}@customer{number}.example"


async def test_fault_48_three_days_of_replies_settle_and_each_customer_has_one_answer(outside: Outside) -> None:
    """Fifty replies wait: good ones, ones that contradict them, repeated, forged and automatic ones."""
    async with restarted(outside) as office:
        for number in range(CUSTOMERS):
            outside.customer_writes(f"Charged twice, order {number}!", sender=f"A Customer <{customer(number)}>")
        await office.work()
    asking = digests(outside)[1:]
    outside.clock.passes(timedelta(days=3))
    for number, digest in enumerate(asking):
        first, second = ("APPROVE", OWN) if number % 2 else (OWN, "REJECT")
        outside.reviewer_replies("APPROVE", to=digest, authenticated=False)
        outside.reviewer_replies(first, to=digest)
        outside.reviewer_replies(second, to=digest, sender=BEN)
        outside.reviewer_replies("SPAM", to=digest, sender="mallory@evil.example")
        outside.mailbox.deliver(
            mail(
                "No, I am out of the office until Monday.",
                sender=f"Ben Ode <{BEN}>",
                to=str(digest["Reply-To"]),
                answering=digest,
                Auto_Submitted="auto-replied",
            )
        )

    async with restarted(outside) as office:
        await office.work()
        await later(office)
        await later(office, timedelta(hours=1))
        status = await office.views.status()
        assert await office.broken() == []

    for number in range(CUSTOMERS):
        (answer,) = answers(outside, customer(number))
        assert ("We are on it." if number % 2 else "it was a reservation") in answer
    assert codes(outside, BEN) == ["REVIEW-08"] * CUSTOMERS
    assert (status["pending"], status["set_aside"], status["waiting_for_reviewers"]) == (0, 0, 1)
    assert outside.mails_to("mallory@evil.example") == []
    assert len([mail for mail in outside.mails_to(ADMIN) if "refused" in str(mail["Subject"])]) == 2 * CUSTOMERS
    assert len([mail for mail in outside.mails_to(QUEUE) if mail["X-Mailagent-Kind"] == "confirmation"]) == CUSTOMERS


async def test_a_decision_and_its_undo_that_waited_together_send_nothing(outside: Outside) -> None:
    """The reviewer took it back two days before the daemon ran again."""
    outside.reviewer_replies("APPROVE")
    outside.reviewer_replies("UNDO")
    outside.clock.passes(timedelta(days=2))

    async with restarted(outside) as office:
        await office.work()
        await later(office)

        assert answers(outside) == []
        assert await state(office) == "waiting"


async def test_fault_47_a_customer_who_wrote_meanwhile_is_not_answered_by_an_older_decision(outside: Outside) -> None:
    """In the mailbox the customer's mail lies below the approval, or above it: what came first counts first."""
    outside.customer_writes("It was the bank, sorry.", answering=outside.mails_to("tom@customer.example")[0])
    outside.reviewer_replies("APPROVE")

    async with restarted(outside) as office:
        await office.work()
        await later(office)

        assert (codes(outside), answers(outside)) == (["REVIEW-09"], [])
        assert len(digests(outside)) == 2
