"""Somebody who is forgotten had written in the case of another customer, as a colleague in copy: nothing of theirs is
left there, and the other's case goes on.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from mailagent.domain.case import CaseId
from mailagent.domain.policy import BURST, ReviewPolicy
from mailagent.errors import TemporaryError
from tests.fakes.mails import DANA, QUEUE, TOM, text_of, words
from tests.fakes.model import ANGRY, NEUTRAL
from tests.jobs.office import Office, Outside, open_office
from tests.jobs.replying import state
from tests.jobs.test_forget import forget, unfolded

MO = "mo@customer.example"
SECRET = "zither"
KEPT = "harpsichord"


@pytest.fixture(name="outside")
def _outside(tmp_path: Path) -> Outside:
    """On SQLite, whose files can be looked through."""
    return Outside(folder=tmp_path)


async def asks_in_his_case(outside: Outside, office: Office, *, calmly: bool = False) -> EmailMessage:
    """Tom's question was answered, with Mo in copy; Mo writes too, and reviewers are asked. Returns Tom's answer."""
    outside.customer_writes(f"Which cards do you take for a {KEPT}?", Cc=f"Mo <{MO}>")
    await office.work()
    answer = outside.mails_to(TOM)[0]
    if calmly:
        outside.knowledge.articles = ()
    else:
        outside.model.mood = ANGRY
    outside.customer_writes(
        f"Where is my {SECRET}?", sender=f"Mo Weaver <{MO}>", answering=answer, subject=f"The {SECRET}"
    )
    await office.work()
    assert (await office.log())[-1]["case"] == "C-1"
    return answer


async def is_gone(outside: Outside) -> None:
    """Mo is forgotten, whole; Tom's words are there."""
    assert "Cleared: " in await asyncio.to_thread(forget, outside, MO)
    left = unfolded(outside.folder)
    assert [trace for trace in (SECRET, MO, "Mo Weaver") if trace in left] == []
    assert all(trace in left for trace in (KEPT, TOM))


@pytest.mark.parametrize("word", ["", "APPROVE", f"MODIFY\n\nYour {SECRET} is lost.", f"ASK\n\nWhich {SECRET}?"])
async def test_nothing_is_left_in_the_case_of_another(outside: Outside, word: str) -> None:
    """Neither the question, its draft and paused graph, nor the digest, what was answered, or quotes below replies."""
    async with open_office(outside) as office:
        await asks_in_his_case(outside, office)
        digest = outside.mails_to(QUEUE)[0]
        outside.reviewer_replies("NOTE as before", to=digest)
        if word:
            outside.reviewer_replies(word, to=digest)
        await office.work()
    assert SECRET in unfolded(outside.folder)

    await is_gone(outside)


async def test_the_case_of_the_other_goes_on(outside: Outside) -> None:
    """The question about what was erased is over: a late reply decides nothing, and Tom's next mail is answered in the
    case where he wrote before.
    """
    async with open_office(outside) as office:
        answer = await asks_in_his_case(outside, office)
    await is_gone(outside)

    outside.model.mood = NEUTRAL
    async with open_office(outside) as office:
        found = await office.views.case(CaseId(1))
        assert found is not None
        assert (found["state"], found["escalated"]) == ("answered", False)
        outside.reviewer_replies("APPROVE", to=outside.mails_to(QUEUE)[0])
        outside.customer_writes("And which credit cards?", answering=answer)
        await office.work()
        assert "REVIEW-10" in text_of(outside.mails_to(DANA)[-1])
        assert (await office.log())[-1]["case"] == "C-1"
        assert (await office.rules())[-1] == "reply"
        assert (len(outside.mails_to(TOM)), await office.broken()) == (2, [])


async def test_a_question_of_the_other_stays_open(outside: Outside) -> None:
    """It is Tom's, and his draft is approved; the paused graph, which had held Mo's words, is made anew."""
    async with open_office(outside) as office:
        answer = await asks_in_his_case(outside, office)
        outside.reviewer_replies("APPROVE")
        await office.work()
        outside.customer_writes(f"My {KEPT} broke! Ask {MO}.", answering=answer)
        await office.work()
        digest = outside.mails_to(QUEUE)[-1]
        assert KEPT in words(digest)
    await is_gone(outside)

    async with open_office(outside) as office:
        assert await state(office) == "waiting"
        before = len(outside.mails_to(TOM))
        outside.reviewer_replies("APPROVE", to=digest)
        await office.work()
        assert ((await office.rules())[-1], len(outside.mails_to(TOM))) == ("approve", before + 1)
        assert await office.broken() == []


async def test_a_case_that_was_closed_stays_so(outside: Outside) -> None:
    """The reviewer who closed it has decided; that it counts as answered now would be said of nobody's answer."""
    async with open_office(outside) as office:
        await asks_in_his_case(outside, office)
        outside.reviewer_replies("CLOSE")
        await office.work()
    await is_gone(outside)

    async with open_office(outside) as office:
        assert await state(office) == "closed"


async def test_whoever_was_only_sent_what_another_wrote_is_forgotten_too(outside: Outside) -> None:
    """Their address stands in the header and in the words of the other, whose words stay otherwise."""
    outside.customer_writes(f"Which cards? {MO} pays for the {KEPT}.", Cc=f"Mo Weaver <{MO}>")
    async with open_office(outside) as office:
        await office.work()

    await is_gone(outside)

    async with open_office(outside) as office:
        found = await office.views.case(CaseId(1))
        assert f"(erased) pays for the {KEPT}" in str(found)


async def test_a_list_that_waits_does_not_put_the_question(outside: Outside) -> None:
    """Of the questions of a burst only the others' are put."""
    async with open_office(outside, policy=ReviewPolicy(bundle_above=0)) as office:
        await asks_in_his_case(outside, office, calmly=True)
        outside.customer_writes("Why was I charged twice?", sender="ann@customer.example")
        await office.work()
        outside.clock.passes(BURST)
        outside.sender.errors += [TemporaryError("450 later")] * 9
        await office.deliver()
    assert outside.mails_to(QUEUE) == []
    await is_gone(outside)

    outside.sender.errors.clear()
    outside.clock.time = max(outside.clock.time, datetime.now(UTC)) + timedelta(hours=1)  # as the command
    async with open_office(outside, policy=ReviewPolicy(bundle_above=0)) as office:
        await office.work()
    (digest,) = outside.mails_to(QUEUE)
    assert "charged twice" in words(digest)


async def test_what_programs_tell_of_them_is_cleared(outside: Outside) -> None:
    """A mail system writes whom it could not reach, and what it should have brought."""
    async with open_office(outside) as office:
        await asks_in_his_case(outside, office)
        told = f"<{MO}> is not known here. It said: We looked for your {SECRET}."
        outside.customer_writes(told, sender="MAILER-DAEMON@mx.customer.example", Auto_Submitted="auto-replied")
        await office.work()

    await is_gone(outside)


async def test_a_mail_to_another_that_waits_leaves(outside: Outside) -> None:
    """Tom would wait for his answer in vain; the operator hears that it, and what tells the reviewer of it, name Mo."""
    async with open_office(outside) as office:
        await asks_in_his_case(outside, office)
        outside.reviewer_replies("APPROVE")
        await office.work()
        outside.customer_writes("I waited for weeks!", answering=outside.mails_to(TOM)[0])
        await office.work()
        outside.reviewer_replies(f"MODIFY\n\nPlease write to {MO} about that, who knows.")
        await office.receive()
        await office.decide()

    assert "2 mails to others that wait" in await asyncio.to_thread(forget, outside, MO)

    async with open_office(outside) as office:
        await office.work()
        assert MO in words(outside.mails_to(TOM)[-1])
