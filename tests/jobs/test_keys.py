"""Changing the keys that sign reply addresses, with a question open."""

from mailagent.adapters.signing_keys import rotate_keys
from tests.fakes.mails import ADMIN, BEN, DANA, QUEUE, TOM, words
from tests.fakes.model import ANGRY
from tests.jobs.office import Outside, open_office


async def test_fault_51_a_digest_of_before_a_rotation_is_still_answered(outside: Outside) -> None:
    """Keys are changed by the calendar; reviewers must not notice."""
    outside.model.mood = ANGRY
    outside.customer_writes()
    async with open_office(outside) as office:
        await office.work()
    rotate_keys(outside.folder, forget=False)

    outside.reviewer_replies("APPROVE")
    async with open_office(outside) as office:
        await office.work()

    assert len(outside.mails_to(TOM)) == 2
    assert outside.mails_to(ADMIN) == []


async def test_fault_51_after_a_leak_old_digests_decide_nothing(outside: Outside) -> None:
    """Whoever stole the key could else decide; the admin hears of it, and the customer's next mail asks anew."""
    outside.model.mood = ANGRY
    outside.customer_writes()
    async with open_office(outside) as office:
        await office.work()
    rotate_keys(outside.folder, forget=True)

    outside.reviewer_replies("APPROVE")
    async with open_office(outside) as office:
        await office.work()
        assert len(outside.mails_to(TOM)) == 1
        assert len(outside.mails_to(ADMIN)) == 1

        outside.customer_writes("Hello?", answering=outside.mails_to(TOM)[0])
        await office.work()
        outside.reviewer_replies("APPROVE", to=outside.mails_to(QUEUE)[-1])
        await office.work()
    assert len(outside.mails_to(TOM)) == 2


async def test_each_reviewer_whose_address_has_ended_is_told_of_with_that_remedy(outside: Outside) -> None:
    """Both are listed; an admin who is sent to reviewers.toml looks for a mistake that is not there."""
    outside.model.mood = ANGRY
    outside.customer_writes()
    async with open_office(outside) as office:
        await office.work()
    rotate_keys(outside.folder, forget=True)

    outside.reviewer_replies("APPROVE")
    outside.reviewer_replies("REJECT", sender=BEN)
    outside.reviewer_replies("APPROVE", sender=BEN)
    async with open_office(outside) as office:
        await office.work()

    notices = [words(mail) for mail in outside.mails_to(ADMIN)]
    assert [DANA in told for told in notices] == [True, False]
    assert all("its reply address has ended: 'mailagent keys --forget'" in told for told in notices)
    assert not any("reviewers.toml" in told for told in notices)


async def test_fault_51_without_its_keys_nothing_is_lost_and_the_admin_is_told(outside: Outside) -> None:
    """The file was left out when the data was moved: a new key is made, old digests decide nothing, and the next mail
    of the customer asks anew.
    """
    outside.model.mood = ANGRY
    outside.customer_writes()
    async with open_office(outside) as office:
        await office.work()
    (outside.folder / "secrets").unlink()
    outside.is_damaged = True

    outside.reviewer_replies("APPROVE")
    async with open_office(outside) as office:
        await office.work()
        assert (len(outside.mails_to(TOM)), len(outside.mails_to(ADMIN))) == (1, 1)

        outside.customer_writes("Hello?", answering=outside.mails_to(TOM)[0])
        await office.work()
        outside.reviewer_replies("APPROVE", to=outside.mails_to(QUEUE)[-1])
        await office.work()
        assert len(outside.mails_to(TOM)) == 2
        assert await office.broken() == []
