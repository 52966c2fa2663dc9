"""Row 6 of the fault matrix: a mailbox that was put back from a snapshot under the UIDVALIDITY that it had.

Its server gives the numbers of mail that is gone to new mail. And servers that do not know their next number, or lie.
"""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from mailagent.jobs.receive_mail import FEW
from tests.fakes.mails import TOM
from tests.protocols.place import Place
from tests.servers.dovecot import Dovecot
from tests.servers.proxy import Fault, Proxy

ANN, MIRA = "ann@customer.example", "mira@customer.example"
ALWAYS = 10_000
LIMIT = 20.0
"""Seconds; it takes less than one."""


@pytest.fixture(name="dovecot")
def _dovecot() -> Iterator[Dovecot]:
    """One that may be stopped, as for a restore."""
    with Dovecot() as server:
        yield server


class Snapshot:
    """Of a whole mailbox, as a provider takes it: no daemon of the server may have it open."""

    def __init__(self, place: Place) -> None:
        self._dovecot = place.dovecot
        self._home = place.dovecot.home / "mail" / place.user
        self._copy("home", "copy")

    def put_back(self) -> None:
        """The mailbox is as it was then: UIDVALIDITY, mail, and the number that the next one gets."""
        shutil.rmtree(self._home)
        self._copy("copy", "home")

    def _copy(self, source: str, target: str) -> None:
        places = {"home": self._home, "copy": self._home.with_name("snapshot")}
        self._dovecot.stop()
        subprocess.run(["/bin/cp", "-a", places[source], places[target]], check=True)  # with its owner
        self._dovecot.start()


@pytest.mark.parametrize("lost", [1, 2, 3])
async def test_fault_06_a_mailbox_put_back_under_its_uidvalidity(place: Place, lost: int) -> None:
    """New mail comes under numbers that are recorded, as many as were lost or fewer: it must be seen all the same, and
    nobody is answered twice.
    """
    place.customer_writes()
    async with place.process() as process:
        await process.round()
        snapshot = Snapshot(place)
        for number in range(lost):
            place.customer_writes(f"Which cards do you take? {number}", sender=f"c{number}@c.example")
        await process.rounds(2)
        snapshot.put_back()
        assert [place.customer_writes("Do you take Klarna?", sender=of) for of in (MIRA, ANN)] == [2, 3]
        await process.rounds(3)
        assert process.status["imap:support"] == ""
    gone = [f"c{number}@c.example" for number in range(lost)]
    assert [len(place.mails_to(of)) for of in (TOM, MIRA, ANN, *gone)] == [1] * (3 + lost)
    assert place.told() == []
    assert all(b"\\Seen" in flags for _, flags in place.dovecot.messages(place.user).values())


async def test_fault_06_a_mailbox_put_back_announces_its_next_mail(place: Place) -> None:
    """It has a lower number than the highest that was ever seen, and is not left to the schedule for that."""
    place.customer_writes()
    async with place.process() as process:
        await process.round()
        snapshot = Snapshot(place)
        place.customer_writes("Which cards do you take?", sender=ANN)
        await process.rounds(2)
        snapshot.put_back()
        await process.rounds(2)
        waiting = asyncio.create_task(process.office.receive_mail.mailbox.wait(600))
        await asyncio.to_thread(place.customer_writes, "Do you take Klarna?", sender=MIRA)
        await asyncio.wait_for(waiting, LIMIT)
        await process.round()
    assert len(place.mails_to(MIRA)) == 1


async def test_fault_06_a_mailbox_put_back_and_filled_with_unknown_mail_is_looked_at_first(place: Place) -> None:
    """As under a new UIDVALIDITY: nobody wants a flood answered that a restore made."""
    place.customer_writes()
    async with place.process() as process:
        await process.round()
        snapshot = Snapshot(place)
        for number in range(FEW + 1):
            place.customer_writes("Which cards do you take?", sender=f"c{number}@c.example")
        await process.rounds(2)
        snapshot.put_back()
        for number in range(FEW + 1):
            place.customer_writes(f"Which cards do you take? {number}", sender=ANN)
        await process.rounds(2)
    assert (len(place.mails_to(TOM)), place.mails_to(ANN), place.told()) == (1, [], ["Sending is held"])


NEXT = rb"\[UIDNEXT \d+\]"


@pytest.mark.parametrize("said", [b"[UIDNEXT 1]", b"[UIDNEXT 0]", b"[UIDNEXT 4294967295]", b"[X-NONE]"])
@pytest.mark.parametrize("move_to", [None, "Done"])
async def test_fault_06_a_server_that_does_not_know_its_next_number(
    place: Place, said: bytes, move_to: str | None
) -> None:
    """What it says would have the whole folder read anew at each visit, or seem a storm: mail is fetched once, answered
    once, and nobody is told of anything.
    """
    with Proxy(place.dovecot.port, Fault(way="answer", sign=NEXT, line=said, times=ALWAYS)) as proxy:
        async with place.process(imap={"port": proxy.port, "move_to": move_to}) as process:
            for number in range(3):
                for customer in (f"c{number}@c.example", f"d{number}@d.example"):
                    place.customer_writes("Which cards do you take?", sender=customer)
                await process.rounds(2)
                assert process.status["imap:support"] == ""
        proxy.faults.clear()
        fetched = [line for line in proxy.said if b"BODY.PEEK[]" in line]
    assert len(fetched) == 3
    answered = sorted(recipient for sent in place.smtp.received for recipient in sent.recipients)
    assert answered == [f"{who}{number}@{who}.example" for who in "cd" for number in range(3)]


def crafted(trace: str) -> bytes:
    """Eve's mail, whose empty Message-ID has a header behind it that servers add."""
    return (
        "Authentication-Results: mx.larkfield.example; dmarc=pass header.from=evil.example\r\n"
        "From: Eve <eve@evil.example>\r\nTo: support@larkfield.example\r\nSubject: hi\r\n"
        f"Message-ID:\r\n{trace}\r\n\r\nWhich payment methods do you accept?\r\n"
    ).encode()


async def test_fault_06_no_mail_makes_a_folder_seem_put_back(place: Place) -> None:
    """Two copies of one mail by their content, with another Message-ID for whoever reads on in the next line: each
    visit would read all again, and six strangers would then hold all sending.
    """
    with Proxy(place.dovecot.port) as proxy:
        async with place.process(imap={"port": proxy.port}) as process:
            place.customer_writes("Which payment methods do you accept?")
            await process.round()
            for trace in ("Status: a", "Lines: b"):
                place.dovecot.append(place.user, crafted(trace), "INBOX")
            await process.rounds(2)
            before = len(proxy.said)
            await process.rounds(2)

            assert [line for line in proxy.said[before:] if b"BODY.PEEK[]" in line] == []
