"""New mail into the store: nothing lost, nothing twice, nothing touched on the server before it is ours."""

from datetime import timedelta

import pytest

from mailagent.errors import TemporaryError
from tests.fakes.mails import TOM, mail
from tests.jobs.office import Office, Outside, open_office


async def received(office: Office) -> int:
    """How many messages the store holds."""
    status = await office.views.status()
    pending, handled = status["pending"], status["handled"]
    assert isinstance(pending, int)
    assert isinstance(handled, int)
    return pending + handled


async def test_mail_that_was_there_before_us_is_left_alone(outside: Outside) -> None:
    """Nobody wants last year's mail answered on the first evening."""
    outside.customer_writes("old")
    async with open_office(outside, baseline="now") as office:
        await office.receive_mail.visit()
        assert (await received(office), outside.mailbox.marked) == (0, [])

        uid = outside.customer_writes("new")
        await office.receive_mail.visit()

        assert (await received(office), outside.mailbox.marked) == (1, [uid])


async def test_unread_mail_can_be_taken_over(outside: Outside) -> None:
    """A team moves to mailagent with open mail in the box; what is read was dealt with."""
    outside.mailbox.deliver(mail("read long ago"), seen=True)
    first = outside.customer_writes("unread")
    outside.mailbox.deliver(mail("read in between"), seen=True)
    last = outside.customer_writes("unread too")
    async with open_office(outside, baseline="unseen") as office:
        await office.receive_mail.visit()
        await office.receive_mail.visit()

        assert outside.mailbox.fetched == [first, last]
        assert await received(office) == 2


async def test_all_mail_can_be_taken_over(outside: Outside) -> None:
    """For a mailbox that was opened for mailagent."""
    outside.mailbox.deliver(mail("read"), seen=True)
    outside.customer_writes("unread")
    async with open_office(outside, baseline="all") as office:
        await office.receive_mail.visit()

        assert await received(office) == 2


async def test_a_mail_is_fetched_once(outside: Outside, office: Office) -> None:
    """Every poll would otherwise load the whole folder."""
    for _ in range(3):
        outside.customer_writes()
        await office.receive_mail.visit()

    assert outside.mailbox.fetched == [1, 2, 3]


async def test_more_than_a_batch_is_received_in_one_visit(outside: Outside, office: Office) -> None:
    """After a weekend there are hundreds."""
    for number in range(230):
        outside.customer_writes(f"mail {number}")

    await office.receive_mail.visit()

    assert await received(office) == 230
    assert len(outside.mailbox.marked) == 230


async def test_fault_06_a_server_with_new_numbers_gives_nothing_twice(outside: Outside, office: Office) -> None:
    """A restored mailbox has another UIDVALIDITY: every mail looks new, and each was answered already."""
    outside.customer_writes()
    await office.work()
    outside.mailbox.rebuild()
    uid = outside.mailbox.deliver(mail("Do you ship to Japan?"), at=outside.clock.now())
    outside.mailbox.arrived[101] = outside.clock.now()

    await office.work()

    assert outside.mailbox.fetched == [1, 101, uid]
    assert len(outside.mails_to(TOM)) == 2
    assert await received(office) == 2


async def test_fault_06_new_numbers_do_not_dig_out_old_mail(outside: Outside) -> None:
    """What was there before the first start stays left alone, also after a restore."""
    outside.mailbox.deliver(mail("last year"), at=outside.clock.now() - timedelta(days=300))
    async with open_office(outside, baseline="now") as office:
        await office.receive_mail.visit()
        outside.clock.passes(timedelta(days=3))
        outside.mailbox.deliver(mail("today"), at=outside.clock.now())
        outside.mailbox.rebuild()

        await office.receive_mail.visit()

        assert outside.mailbox.fetched == [102]
        assert await received(office) == 1


async def test_a_mail_is_marked_only_once_it_is_ours(outside: Outside, office: Office) -> None:
    """A flag that comes first loses the mail when the process dies in between."""
    outside.customer_writes()
    outside.mailbox.errors["fetch"] = [TemporaryError("connection lost")]

    with pytest.raises(TemporaryError):
        await office.receive_mail.visit()
    assert outside.mailbox.marked == []

    await office.receive_mail.visit()
    assert outside.mailbox.marked == [1]


async def test_a_mark_that_failed_is_made_up_for(outside: Outside, office: Office) -> None:
    """The mail is ours and is answered; the colleague who looks at the folder sees it read a little later."""
    outside.customer_writes()
    outside.mailbox.errors["mark"] = [TemporaryError("connection lost")]

    with pytest.raises(TemporaryError):
        await office.receive_mail.visit()
    assert (await received(office), outside.mailbox.marked) == (1, [])

    await office.work()
    assert outside.mailbox.marked == [1]
    assert (outside.mailbox.fetched, len(outside.mails_to(TOM))) == ([1], 1)


async def test_a_mail_that_vanished_stops_nothing(outside: Outside, office: Office) -> None:
    """A colleague deleted it between the search and the fetch."""
    outside.customer_writes("first")
    await office.receive_mail.visit()
    outside.customer_writes("gone")
    outside.customer_writes("third")
    del outside.mailbox.mails[2]

    await office.receive_mail.visit()

    assert await received(office) == 2


async def test_the_same_mail_delivered_twice_is_one_message(outside: Outside, office: Office) -> None:
    """Relays repeat themselves after a hiccup, with another trace header."""
    raw = mail()
    outside.mailbox.deliver(raw)
    outside.mailbox.deliver(b"Received: from somewhere else\r\n" + raw)

    await office.work()

    assert len(outside.mails_to(TOM)) == 1
    assert outside.mailbox.marked == [1, 2]


async def test_a_server_that_refuses_the_flag_does_not_keep_new_mail_from_us(outside: Outside, office: Office) -> None:
    """A read-only folder is a nuisance; customers who wait because of it are a loss."""
    outside.mailbox.errors["mark"] = [TemporaryError("NO [READ-ONLY]")] * 10
    for name in ("one", "two"):
        outside.customer_writes(name)
        with pytest.raises(TemporaryError):
            await office.receive_mail.visit()

    assert (await office.views.status())["pending"] == 2
