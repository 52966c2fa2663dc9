"""Folders that lie, choke or come back from the dead: each mail is taken once, and none keeps the others from us."""

from datetime import timedelta

import pytest

from mailagent.errors import TemporaryError
from mailagent.jobs.receive_mail import COMPARE_EVERY, REFUSED_AFTER
from mailagent.jobs.sort_mail.job import ANSWERED_WITHIN, DEATHS
from mailagent.ports import RESTORED, Hold
from mailagent.store.holds import StoredHolds
from tests.fakes.mails import ADMIN, QUEUE, TOM, mail, words
from tests.jobs.office import Office, Outside, open_office

MINUTE = timedelta(minutes=1)


async def visit(office: Office, *, fails: bool = False) -> None:
    """One visit; a minute passes."""
    if fails:
        with pytest.raises(TemporaryError):
            await office.receive_mail.visit()
    else:
        await office.receive_mail.visit()
    office.outside.clock.passes(MINUTE)


async def pending(office: Office) -> object:
    """How many mails were taken and not sorted yet."""
    return (await office.views.status())["pending"]


async def test_a_mail_that_the_server_chokes_on_does_not_keep_the_others_from_us(
    outside: Outside, office: Office
) -> None:
    """A damaged mail in the store of the server makes every FETCH with it fail, at each poll, for ever."""
    for text in ("first", "damaged", "third"):
        outside.customer_writes(text)
    outside.mailbox.withheld = {2}

    await visit(office, fails=True)
    await visit(office, fails=True)
    await visit(office, fails=True)

    assert await pending(office) == 2


async def test_a_mail_that_is_never_handed_out_is_set_aside_and_told(outside: Outside, office: Office) -> None:
    """The customer waits for an answer that nobody knows is due; a person can open the mail in the mailbox."""
    outside.customer_writes("damaged")
    outside.mailbox.withheld = {1}
    await visit(office, fails=True)
    outside.customer_writes("sound")
    await visit(office, fails=True)
    outside.clock.passes(REFUSED_AFTER)

    await visit(office)
    await office.deliver()

    (row,) = await office.views.set_aside()
    assert "NO FETCH failed" in str(row["reason"])
    assert "'mailagent aside retry N'" in words(outside.mails_to(ADMIN)[0])
    assert outside.mailbox.marked == [2]

    outside.mailbox.withheld = set()
    await office.views.retry_aside(int(str(row["message"])))
    outside.clock.passes(COMPARE_EVERY)
    await visit(office)
    assert (await pending(office), await office.views.set_aside()) == (2, [])


async def test_fault_06_a_damaged_mail_is_set_aside_again_when_the_folder_was_put_back(
    outside: Outside, office: Office
) -> None:
    """It has the number under which it was set aside before; no visit may fail for that, nor sending be held."""
    for text in ("damaged", "sound", "lost"):
        outside.mailbox.deliver(mail(text), at=outside.clock.now())
    outside.mailbox.withheld = {1}
    for _ in range(2):
        await visit(office, fails=True)
        outside.mailbox.deliver(mail("another"), at=outside.clock.now())
        await visit(office, fails=True)
        outside.clock.passes(REFUSED_AFTER)
        await visit(office)
        outside.mailbox.put_back(2)

    assert (await office.views.status())["held"] == []
    assert len(await office.views.set_aside()) == 2


@pytest.mark.parametrize("how", ["made anew", "put back"])
async def test_fault_06_mail_of_the_same_day_that_was_left_alone_stays_so(outside: Outside, how: str) -> None:
    """It was answered by people in the morning, before mailagent was installed."""
    for number in range(3):
        outside.mailbox.deliver(mail(sender=f"old{number}@old.example"), at=outside.clock.now(), seen=True)
    outside.clock.passes(timedelta(minutes=10))
    async with open_office(outside, baseline="now") as office:
        await office.work()
        outside.mailbox.deliver(mail("lost"), at=outside.clock.now())
        await office.work()
        if how == "made anew":
            outside.mailbox.rebuild()
        else:
            outside.mailbox.put_back(3)
        outside.mailbox.deliver(mail(sender="new@new.example"), at=outside.clock.now())
        await office.work()
        await office.work()

        assert [len(outside.mails_to(f"old{number}@old.example")) for number in range(3)] == [0, 0, 0]
        assert len(outside.mails_to("new@new.example")) == 1


async def test_a_server_that_hands_out_nothing_is_waited_for(outside: Outside, office: Office) -> None:
    """Its disk is full since yesterday: no mail is at fault, and a pile of mail that is set aside helps nobody."""
    outside.customer_writes()
    outside.mailbox.withheld = {1}
    for _ in range(3):
        await visit(office, fails=True)
        outside.clock.passes(REFUSED_AFTER)

    assert await office.views.set_aside() == []
    outside.mailbox.withheld = set()
    await visit(office)
    assert await pending(office) == 1


async def test_mail_that_shows_up_below_what_was_read_is_found(outside: Outside, office: Office) -> None:
    """Two deliveries at once: some servers show the one with the lower UID last."""
    outside.customer_writes("first")
    await visit(office)
    early = outside.customer_writes("early")
    outside.customer_writes("late")
    hidden = outside.mailbox.mails.pop(early)
    await visit(office)
    outside.mailbox.mails[early] = hidden
    await visit(office)
    await visit(office)
    assert outside.mailbox.fetched == [1, 3]

    outside.clock.passes(COMPARE_EVERY)
    await visit(office)

    assert outside.mailbox.fetched == [1, 3, 2]


async def test_old_mail_goes_to_a_person(outside: Outside, office: Office) -> None:
    """After four days away a machine's "thanks for your mail" annoys, and somebody may have answered by hand."""
    outside.mailbox.deliver(mail(), at=outside.clock.now() - ANSWERED_WITHIN - MINUTE)
    outside.mailbox.deliver(mail("Which cards do you take?", sender="ann@customer.example"), at=outside.clock.now())

    await office.work()

    assert outside.mails_to(TOM) == []
    assert "it was in the mailbox for 3 days before it was read" in outside.mails_to(QUEUE)[0].as_string()
    assert len(outside.mails_to("ann@customer.example")) == 1


async def test_fault_19_20_what_ends_the_process_each_time_is_set_aside(outside: Outside) -> None:
    """A mail on which a library takes all memory would end the daemon at each start, before it reads any other. A
    person is told, and the mail behind it is answered.
    """
    outside.customer_writes()
    outside.customer_writes(sender="ann@ann.example")
    for _ in range(DEATHS):
        async with open_office(outside) as office:
            await office.receive_mail.visit()
            message, _ = await office.sort_mail.due()
            await office.sort_mail.messages.begin(message.id)  # and here it died
    async with open_office(outside) as office:
        await office.work()

        (row,) = await office.views.set_aside()
        assert row["reason"] == "mailagent ended 3 times while it read this mail"
        assert [len(outside.mails_to(of)) for of in (TOM, "ann@ann.example", ADMIN)] == [0, 1, 1]
        assert await office.broken() == []
        await office.views.retry_aside(int(str(row["message"])))
        await office.work()
        assert len(outside.mails_to(TOM)) == 1


async def test_a_folder_full_of_unknown_mail_is_looked_at_first(outside: Outside, office: Office) -> None:
    """Restored from somewhere else, it has a thousand mails that look new: nobody wants them all answered."""
    outside.customer_writes()
    await office.work()
    assert len(outside.mails_to(TOM)) == 1
    outside.clock.passes(MINUTE)
    for number in range(6):
        outside.mailbox.deliver(mail(f"Which cards do you take? {number}"), at=outside.clock.now())
    outside.mailbox.rebuild()

    await office.work()

    assert len(outside.mails_to(TOM)) == 1
    assert outside.mails_to(QUEUE) == []
    (notice,) = outside.mails_to(ADMIN)
    assert "6 of its 7 mails were not known" in notice.as_string()
    assert len((await office.views.status())["held"]) == 1  # type: ignore[arg-type]  # it is a list

    for hold in await StoredHolds(sessions=office.sessions).all():
        await StoredHolds(sessions=office.sessions).lift(hold.name)
    await office.work()
    assert len(outside.mails_to(TOM)) + len(outside.mails_to(QUEUE)) > 1


@pytest.mark.parametrize("compared", [True, False])
async def test_a_folder_made_anew_twice_is_still_looked_at_first(
    outside: Outside, office: Office, *, compared: bool
) -> None:
    """Whoever restores a mailbox rarely gets it right at once; the second try must not let out what the first held."""
    await office.work()
    outside.clock.passes(MINUTE)
    for number in range(6):
        outside.mailbox.deliver(mail(f"Which cards do you take? {number}"), at=outside.clock.now())
    outside.mailbox.rebuild()
    if not compared:  # the connection breaks when all was taken
        outside.mailbox.errors["uids"] = [None, None, None, TemporaryError("gone")]
    await visit(office, fails=not compared)
    outside.mailbox.rebuild()

    await office.work()

    assert outside.mails_to(TOM) == []
    assert len((await office.views.status())["held"]) == 1  # type: ignore[arg-type]  # it is a list


async def test_a_folder_made_anew_with_few_new_mails_goes_on(outside: Outside, office: Office) -> None:
    """A provider moves mailboxes at night; nobody should have to get up."""
    for number in range(10):
        outside.mailbox.deliver(mail(f"Which cards do you take? {number}"), at=outside.clock.now())
    await office.work()
    outside.clock.passes(MINUTE)
    outside.mailbox.rebuild()
    outside.mailbox.deliver(mail("Do you ship to Japan?", sender="ann@customer.example"), at=outside.clock.now())

    await office.work()

    assert outside.mails_to(ADMIN) == []
    assert len(outside.mails_to("ann@customer.example")) == 1


async def test_whether_a_storm_came_is_found_out_after_a_crash_too(outside: Outside) -> None:
    """The process died while it compared; the mails that it had taken by then count."""
    async with open_office(outside) as office:
        outside.customer_writes()
        await office.work()
    outside.clock.passes(MINUTE)
    for number in range(6):
        outside.mailbox.deliver(mail(f"Which cards do you take? {number}"), at=outside.clock.now())
    outside.mailbox.rebuild()
    outside.mailbox.errors["mark"] = [TemporaryError("gone")]
    outside.mailbox.errors["uids"] = [None, None, None, TemporaryError("the process died here")]
    async with open_office(outside) as office:
        await visit(office, fails=True)
    async with open_office(outside) as office:
        await visit(office, fails=True)
        await office.work()

        assert len(outside.mails_to(TOM)) == 1
        assert len(outside.mails_to(ADMIN)) == 1


async def test_a_first_start_on_a_full_mailbox_asks_first(outside: Outside) -> None:
    """Somebody set baseline to all, and meant the ten of today."""
    for number in range(51):
        outside.customer_writes(f"Which cards do you take? {number}")
    async with open_office(outside, baseline="all") as office:
        await office.work()

        assert outside.mails_to(TOM) == []
        assert "its first reading took 51 mails" in words(outside.mails_to(ADMIN)[0])


async def test_fault_50_after_a_restore_mail_of_before_goes_to_a_person(outside: Outside, office: Office) -> None:
    """The backup does not know what was answered since; a second answer, days later, tells a customer much. A server's
    clock may be ahead by minutes.
    """
    holds = StoredHolds(sessions=office.sessions)
    outside.mailbox.deliver(mail(), at=outside.clock.now() + 2 * MINUTE)
    await holds.put(Hold(name=RESTORED, reason="a backup", since=outside.clock.now(), sure=True))
    outside.clock.passes(6 * MINUTE)
    outside.mailbox.deliver(mail("Which cards do you take?", sender="ann@customer.example"), at=outside.clock.now())
    await office.work()
    assert outside.sender.accepted == []

    await holds.lift(RESTORED)
    await office.work()

    assert outside.mails_to(TOM) == []
    assert "it came before a backup was put back" in outside.mails_to(QUEUE)[0].as_string()
    assert len(outside.mails_to("ann@customer.example")) == 1


@pytest.mark.parametrize("being_sent", [False, True])
async def test_fault_50_after_a_restore_what_waited_is_not_sent_again(
    outside: Outside, office: Office, *, being_sent: bool
) -> None:
    """It was ready, or on its way to the server, when the backup was made, and left a second later."""
    outside.customer_writes()
    await office.receive()
    await office.decide()
    if being_sent:
        (entry,) = await office.deliver_outbox.sending.due(at=outside.clock.now(), limit=9)
        await office.deliver_outbox.sending.claim(entry)
    holds = StoredHolds(sessions=office.sessions)
    await holds.put(Hold(name=RESTORED, reason="a backup", since=outside.clock.now(), sure=True))
    await office.work()
    await holds.lift(RESTORED)

    await office.work()

    assert outside.mails_to(TOM) == []
    assert "may not have been sent" in str(outside.mails_to(ADMIN)[-1]["Subject"])
