"""Rows 35, 36, 38, 41 and 42 of the fault matrix: nobody knows whether the server took the mail.

A copy in the folder of sent mail proves that it did. Without one a person is told within a quarter of an hour, and the
customer never gets a second answer.
"""

from dataclasses import replace

import pytest

from tests.fakes.mails import QUEUE, TOM, mail, read, words
from tests.protocols.place import Place
from tests.servers.proxy import Fault, Proxy
from tests.servers.smtp import DROP, DROP_ACCEPTED

MAYBE = "A mail may not have been sent"
ROUNDS_OF_A_QUARTER = 6
"""Rounds of three minutes, and one for the notice."""


@pytest.fixture(name="sent")
def _sent(place: Place) -> str:
    """The folder of sent mail; the place's server keeps a copy there of what it accepts."""
    with place.dovecot.client(place.user) as client:
        client.create_folder("Sent")
    place.smtp.on_accept = lambda accepted: place.dovecot.append(place.user, accepted.raw, "Sent")
    return "Sent"


async def test_fault_35_a_connection_lost_before_the_mail_was_accepted(place: Place, sent: str) -> None:
    """The customer has nothing, and only a person can tell: they are told in time, and write themselves."""
    place.customer_writes()
    place.smtp.ends = [DROP]
    async with place.process(journal={"folder": sent}) as process:
        await process.rounds(ROUNDS_OF_A_QUARTER)
        assert await process.office.mails_of() == [("answer", "uncertain")]
    assert (place.mails_to(TOM), place.told()) == ([], [MAYBE])


async def test_fault_36_a_connection_lost_after_the_mail_was_accepted(place: Place, sent: str) -> None:
    """The customer has the answer. Its copy proves it, so nobody is bothered and nothing is sent again."""
    place.customer_writes()
    place.smtp.ends = [DROP_ACCEPTED]
    async with place.process(journal={"folder": sent}) as process:
        await process.rounds(2)
        assert await process.office.mails_of() == [("answer", "sent")]
    assert (len(place.mails_to(TOM)), place.told()) == (1, [])


async def test_fault_36_without_a_folder_of_sent_mail(place: Place) -> None:
    """Nothing proves it: a person is told at once, and the customer has one answer."""
    place.customer_writes()
    place.smtp.ends = [DROP_ACCEPTED]
    async with place.process() as process:
        await process.rounds(3)
        assert await process.office.mails_of() == [("answer", "uncertain")]
    assert (len(place.mails_to(TOM)), place.told()) == (1, [MAYBE])


LATE = Fault(way="answer", sign=b"^250 accepted", delay=1.5)


async def test_fault_38_a_yes_that_comes_late_is_waited_for(place: Place) -> None:
    """Servers look through a mail before they say 250, some of them for minutes, and say everything else at once."""
    place.customer_writes()
    with Proxy(place.smtp.port, replace(LATE)) as proxy:
        async with place.process(smtp={"port": proxy.port, "timeout": 1, "final_timeout": 10}) as process:
            await process.round()
            assert await process.office.mails_of() == [("answer", "sent")]
    assert (len(place.mails_to(TOM)), place.told()) == (1, [])


async def test_fault_38_a_yes_that_comes_too_late(place: Place, sent: str) -> None:
    """Nobody listens any more when it comes. The copy tells it all the same."""
    place.customer_writes()
    with Proxy(place.smtp.port, replace(LATE)) as proxy:
        smtp = {"port": proxy.port, "final_timeout": 0.3}
        async with place.process(smtp=smtp, journal={"folder": sent}) as process:
            await process.rounds(2)
            assert await process.office.mails_of() == [("answer", "sent")]
    assert (len(place.mails_to(TOM)), place.told()) == (1, [])


async def test_fault_41_a_folder_of_sent_mail_that_cannot_be_reached(place: Place, sent: str) -> None:
    """What broke the sending often breaks this too. It is asked again, once a round for all mails in doubt."""
    for name in ("ann", "ben"):
        place.customer_writes(sender=f"{name}@customer.example")
    place.smtp.ends = [DROP_ACCEPTED] * 2
    login = Fault(way="answer", sign=rb"^(\S+) OK.*Logged in", line=rb"\1 NO [UNAVAILABLE] later")
    with Proxy(place.dovecot.port, login) as proxy:
        async with place.process(journal={"folder": sent, "port": proxy.port}) as process:
            await process.round()
            assert proxy.connections == 1
            proxy.hang_up()
            await process.rounds(2)
            assert await process.office.mails_of() == [("answer", "uncertain")]

            proxy.listen()
            await process.rounds(2)
            assert await process.office.mails_of(1) == await process.office.mails_of(2) == [("answer", "sent")]
    assert (len(place.smtp.received), place.told()) == (2, [])


async def test_fault_41_a_folder_of_sent_mail_that_stays_away(place: Place, sent: str) -> None:
    """The customer must not wait for a server of ours: a person is told in time all the same."""
    place.customer_writes()
    place.smtp.ends = [DROP_ACCEPTED]
    async with place.process(journal={"folder": sent, "port": 9}) as process:
        await process.rounds(ROUNDS_OF_A_QUARTER)
    assert (len(place.mails_to(TOM)), place.told()) == (1, [MAYBE])


@pytest.mark.parametrize(("folder", "told"), [("Sent", []), ("Spam", [MAYBE])], ids=["late", "in Spam"])
async def test_fault_41_a_copy_that_is_late_or_elsewhere(place: Place, sent: str, folder: str, told: list[str]) -> None:
    """Providers file it minutes later, or take it for spam where it was sent to ourselves: it is waited for, and not
    looked for elsewhere, where anybody may put mail.
    """
    place.customer_writes()
    place.smtp.ends = [DROP_ACCEPTED]
    kept: list[bytes] = []
    place.smtp.on_accept = lambda accepted: kept.append(accepted.raw)
    with place.dovecot.client(place.user) as client:
        client.create_folder("Spam")
    async with place.process(journal={"folder": sent}) as process:
        await process.rounds(3)
        assert (place.told(), len(kept)) == ([], 1)
        place.dovecot.append(place.user, kept[0], folder)
        await process.rounds(ROUNDS_OF_A_QUARTER - 3)
    assert (len(place.mails_to(TOM)), place.told()) == (1, told)


async def test_fault_42_mail_with_the_text_of_our_message_id_proves_nothing(place: Place, sent: str) -> None:
    """Somebody who hopes that an answer never leaves fills the folder of sent mail, where copies are mailed to: the
    server's search finds each of these for our Message-ID.
    """
    place.customer_writes()
    place.smtp.ends = [DROP]
    async with place.process(journal={"folder": sent}) as process:
        await process.round()
        (entry,) = await process.office.settle_uncertain.due()
        ours = entry.message_id
        for forged in (f"{ours[:-1]}.evil.example>", f"<x.{ours[1:]}", ours.upper(), f"<1@evil.example> {ours}"):
            raw = f"From: support@larkfield.example\r\nMessage-ID: {forged}\r\n\r\nMessage-ID: {ours}\r\n"
            place.dovecot.append(place.user, raw.encode(), sent)
        await process.rounds(ROUNDS_OF_A_QUARTER)
        assert await process.office.mails_of() == [("answer", "uncertain")]
    assert (place.mails_to(TOM), place.told()) == ([], [MAYBE])


async def test_fault_42_mail_under_our_message_id_goes_to_a_person(place: Place) -> None:
    """Whoever got an answer knows its Message-ID, and may send a mail of their own under it: nothing that looks like
    ours is answered by a machine, and the answer that we sent is not touched.
    """
    place.customer_writes()
    async with place.process() as process:
        await process.round()
        (answer,) = place.mails_to(TOM)
        raw = mail("Which cards do you take?", sender="eve@customer.example")
        own = str(read(raw)["Message-ID"]).encode()
        place.dovecot.append(place.user, raw.replace(own, str(answer["Message-ID"]).encode()))
        await process.rounds(2)
        assert await process.office.mails_of() == [("answer", "sent")]
    (digest,) = place.mails_to(QUEUE)
    assert "its Message-ID is one that we made for a mail of ours" in words(digest)
    assert [len(place.mails_to(name)) for name in (TOM, "eve@customer.example")] == [1, 0]
