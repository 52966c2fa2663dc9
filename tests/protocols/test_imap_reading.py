"""Rows 6, 8 to 14 and 18 of the fault matrix: a mailbox that breaks, lies or forgets while it is read.

Every customer's mail is read whole and answered once, whatever one answer of the server was like.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence

import pytest

from tests.fakes.mails import ADMIN, TOM, words
from tests.protocols.place import Place
from tests.servers.proxy import Fault, Proxy

ANN = "ann@customer.example"
LIMIT = 20.0
"""Seconds; it takes less than one."""
QUICK = 1.0
"""Seconds that an answer may take, where one never comes."""


def set_uidvalidity(place: Place, change: Callable[[int], int]) -> None:
    """As if the server had made the folder anew: `change` makes the new number of the old one."""
    (file,) = place.dovecot.home.glob(f"mail/{place.user}/Maildir/dovecot-uidlist")
    first, rest = file.read_text().split("\n", 1)
    words = [f"V{change(int(word[1:]))}" if word.startswith("V") else word for word in first.split()]
    file.write_text("\n".join([" ".join(words), rest]))
    for index in file.parent.glob("dovecot.index*"):
        index.unlink()


@pytest.mark.parametrize("by", [1, -1], ids=["up", "down"])
async def test_fault_06_uidvalidity_changes(place: Place, by: int) -> None:
    """A restored mailbox: all its mail looks new, and what was answered must not be answered again."""
    place.customer_writes()
    async with place.process() as process:
        await process.round()
        set_uidvalidity(place, lambda old: old + by)
        place.customer_writes("Which cards do you take?", sender=ANN)
        await process.rounds(3)
        assert process.status["imap:support"] == ""
    assert (len(place.mails_to(TOM)), len(place.mails_to(ANN)), place.told()) == (1, 1, [])


async def test_fault_06_uidvalidity_is_missing(place: Place) -> None:
    """Without it no number of a mail means anything: it is asked for again, and no mail is taken until it is there."""
    place.customer_writes()
    with Proxy(place.dovecot.port, Fault(way="answer", sign=rb".*UIDVALIDITY.*", line=b"")) as proxy:
        async with place.process(imap={"port": proxy.port}) as process:
            await process.round()
            assert "the server gave no UIDVALIDITY" in process.status["imap:support"]
            assert place.mails_to(TOM) == []
            await process.round()
    assert len(place.mails_to(TOM)) == 1


async def test_fault_08_a_half_open_connection(place: Place) -> None:
    """A firewall forgot it: nothing comes back and nothing says so. The next poll finds out, and connects anew."""
    with Proxy(place.dovecot.port) as proxy:
        async with place.process(imap={"port": proxy.port, "timeout": QUICK}) as process:
            await process.round()
            place.customer_writes()
            proxy.faults.append(Fault(way="command", sign=b"", half_open=True))
            await process.round()
            assert "timed out" in process.status["imap:support"]
            await process.round()
            assert process.status["imap:support"] == ""
        assert proxy.connections == 2
    assert len(place.mails_to(TOM)) == 1


async def test_fault_08_a_half_open_connection_while_waiting_for_mail(place: Place) -> None:
    """IDLE is silent for hours where no mail comes, so its silence tells nothing: the scheduled poll does."""
    with Proxy(place.dovecot.port) as proxy:
        async with place.process(imap={"port": proxy.port, "timeout": QUICK}) as process:
            mailbox = process.office.receive_mail.mailbox
            await process.round()
            waiting = asyncio.create_task(mailbox.wait(60))
            await asyncio.to_thread(proxy.wait_for, b"IDLE")
            announced = threading.Event()
            proxy.faults.append(Fault(way="answer", sign=b"EXISTS", meanwhile=announced.set, half_open=True))
            place.customer_writes()
            assert await asyncio.to_thread(announced.wait, LIMIT)
            mailbox.wake()  # as the schedule does
            await waiting
            await process.rounds(2)
    assert len(place.mails_to(TOM)) == 1


async def test_fault_09_an_empty_search_though_mail_exists(place: Place) -> None:
    """Servers say so while they rebuild an index. Nothing is forgotten, and nothing is taken for new afterwards."""
    place.customer_writes()
    with Proxy(place.dovecot.port) as proxy:
        async with place.process(imap={"port": proxy.port}) as process:
            await process.round()
            place.customer_writes("Which cards do you take?", sender=ANN)
            proxy.faults.append(Fault(way="answer", sign=rb"^\* SEARCH .*", line=b"* SEARCH"))
            await process.rounds(3)
    assert (len(place.mails_to(TOM)), len(place.mails_to(ANN)), place.told()) == (1, 1, [])


async def test_fault_09_an_empty_search_at_the_first_start(place: Place) -> None:
    """Taken at its word, it would make the mail of all years before us look new, and answer it."""
    place.customer_writes()
    with Proxy(place.dovecot.port, Fault(way="answer", sign=rb"^\* SEARCH .*", line=b"* SEARCH")) as proxy:
        async with place.process(imap={"port": proxy.port}, baseline="now") as process:
            await process.round()
            assert "counts 1 mails and lists none" in process.status["imap:support"]
            await process.round()
            place.customer_writes("Which cards do you take?", sender=ANN)
            await process.round()
    assert (len(place.mails_to(TOM)), len(place.mails_to(ANN)), place.told()) == (0, 1, [])


async def test_fault_09_an_empty_search_for_unread_mail_at_the_first_start(place: Place) -> None:
    """Taken at its word, the open mail that a team hands over would be left alone for ever; what was read, stays so."""
    place.customer_writes()
    read = place.customer_writes(sender=ANN)
    with place.dovecot.client(place.user) as client:
        client.select_folder("INBOX")
        client.add_flags([read], [b"\\Seen"])
    empty = Fault(way="command", sign=b"UNSEEN", line=b"UNSEEN KEYWORD nothing")
    with Proxy(place.dovecot.port, empty) as proxy:
        async with place.process(imap={"port": proxy.port}, baseline="unseen") as process:
            await process.rounds(2)
    assert (len(place.mails_to(TOM)), len(place.mails_to(ANN)), place.told()) == (1, 0, [])


async def test_fault_09_an_empty_search_when_a_folder_was_made_anew(place: Place) -> None:
    """Mail of the day is asked for then, to compare it. Taken at its word, what came meanwhile would be left alone."""
    place.customer_writes()
    with Proxy(place.dovecot.port) as proxy:
        async with place.process(imap={"port": proxy.port}) as process:
            await process.round()
            set_uidvalidity(place, lambda old: old + 1)
            place.customer_writes("Which cards do you take?", sender=ANN)
            proxy.faults.append(Fault(way="command", sign=rb"SINCE \S+", line=b"SINCE 1-Jan-2999"))
            await process.rounds(2)
    assert (len(place.mails_to(TOM)), len(place.mails_to(ANN)), place.told()) == (1, 1, [])


QUESTION = "Which payment methods do you accept? " * 20 + "And is this the end of mail"


async def each_is_read_whole(place: Place, faults: Mapping[str, Fault]) -> None:
    """A customer after the other writes, and each fault meets the mail of one; it is read whole all the same, and
    answered once.
    """
    with Proxy(place.dovecot.port) as proxy:
        async with place.process(imap={"port": proxy.port, "timeout": QUICK}) as process:
            for number, (what, fault) in enumerate(faults.items(), start=1):
                place.customer_writes(f"{QUESTION} {number}?", sender=f"tom{number}@customer.example")
                proxy.faults.append(fault)
                await process.rounds(3)
                assert process.status["imap:support"] == "", what
                assert place.outside.model.classified[number - 1 :] == [f"{QUESTION} {number}?"], what
                assert len(place.mails_to(f"tom{number}@customer.example")) == 1, what
    assert place.told() == []


async def test_fault_10_a_connection_cut_within_a_mail(place: Place) -> None:
    """Half a mail must not be taken for a whole one: its question may be in the other half."""
    cuts = (0, 40, 200, 700)
    await each_is_read_whole(
        place,
        {f"cut after {cut}": Fault(way="answer", sign=rb"FETCH.*BODY\[\]", cut_after=cut) for cut in cuts},
    )


async def test_fault_11_answers_that_are_no_answers(place: Place) -> None:
    """After one that cannot be read nobody can tell where the next begins: the connection is made anew. What merely
    stands beside the answer is passed over.
    """
    answers = [
        ("a literal too short", rb"(.*BODY\[\] )\{\d+\}", rb"\1{20}", 1),
        ("a literal too long", rb"(.*BODY\[\] )\{\d+\}", rb"\1{99999}", 1),
        ("a literal larger than memory", rb"(.*BODY\[\] )\{\d+\}", rb"\1{99999999999}", 1),
        ("a literal of less than nothing", rb"(.*BODY\[\] )\{\d+\}", rb"\1{-1}", 1),
        ("BAD to FETCH", rb"^(\w+) OK Fetch.*", rb"\1 BAD no such command", 2),
        ("BAD to SEARCH", rb"^(\w+) OK Search.*", rb"\1 BAD no such command", 1),
        ("flags of another mail", rb"^(\w+ OK Fetch)", rb"* 1 FETCH (FLAGS (\\Seen))\r\n* 99 EXISTS\r\n\1", 2),
        ("a mail without its body", rb"^(\w+ OK Fetch)", rb"* 1 FETCH (UID 1 FLAGS ())\r\n* 7 RECENT\r\n\1", 2),
        ("a search answered twice", rb"^\* SEARCH", rb"* SEARCH 4711\r\n* SEARCH", 1),
        ("a line of nothing", rb"^(\w+) OK Fetch", rb"what?\r\n\1 OK Fetch", 1),
    ]
    await each_is_read_whole(
        place, {what: Fault(way="answer", sign=sign, line=line, times=times) for what, sign, line, times in answers}
    )


async def test_fault_12_a_mail_that_is_deleted_meanwhile(place: Place) -> None:
    """A colleague deletes one between the search and the fetch; the others are answered, and nobody is told."""
    gone = place.customer_writes()
    place.customer_writes("Which cards do you take?", sender=ANN)

    def delete() -> None:
        with place.dovecot.client(place.user) as client:
            client.select_folder("INBOX")
            client.delete_messages([gone])
            client.expunge()

    with Proxy(place.dovecot.port, Fault(way="command", sign=b"UID FETCH", meanwhile=delete)) as proxy:
        async with place.process(imap={"port": proxy.port}) as process:
            await process.rounds(2)
            assert process.status["imap:support"] == ""
    assert (len(place.mails_to(TOM)), len(place.mails_to(ANN)), place.told()) == (0, 1, [])


async def test_fault_13_other_bytes_than_were_asked_for(place: Place) -> None:
    """They are not taken for the mail; it is asked for again."""
    await each_is_read_whole(
        place,
        {
            "of another number": Fault(way="answer", sign=rb"UID \d+ (.*BODY)", line=rb"UID 4711 \1"),
            "another part": Fault(way="answer", sign=rb"BODY\[\] ", line=b"BODY[HEADER] "),
            "a part of it": Fault(way="answer", sign=rb"BODY\[\] ", line=b"BODY[]<0> "),
            "none": Fault(way="command", sign=rb"BODY.PEEK\[\]", line=b"FLAGS"),
        },
    )


async def test_fault_14_a_huge_mail(place: Place) -> None:
    """It is never fetched into memory: a person is told of it, and the mails beside it are answered."""
    place.customer_writes()
    place.customer_writes("Which cards do you take?", sender=ANN)
    huge = Fault(way="answer", sign=rb"UID 1 RFC822.SIZE \d+", line=b"UID 1 RFC822.SIZE 4294967295")
    with Proxy(place.dovecot.port, huge) as proxy:
        async with place.process(imap={"port": proxy.port}) as process:
            await process.rounds(2)
        assert [line for line in proxy.said if b"BODY.PEEK[]" in line and b"FETCH 2 " not in line] == []
    assert (len(place.mails_to(TOM)), len(place.mails_to(ANN)), place.told()) == (0, 1, ["A mail was set aside"])
    assert "the mail has 4294967295 bytes, over the limit" in words(place.mails_to(ADMIN)[0])


REFUSED = rb"\1 NO [NOPERM] not now"


async def test_fault_18_mails_that_cannot_be_flagged(place: Place) -> None:
    """They are ours, and answered without delay; their flags are made up for."""
    faults = [
        Fault(way="command", sign=rb"^(\w+) UID STORE .*", line=rb"\1 UID NOTHING"),
        Fault(way="answer", sign=rb"^(\w+) OK Store.*", line=REFUSED),
        Fault(way="answer", sign=rb"^(\w+) OK Store.*", cut_after=0),
    ]
    await each_is_answered_at_once(place, faults, move_to=None)
    assert all(b"\\Seen" in flags for _, flags in place.dovecot.messages(place.user).values())


async def test_fault_18_mails_that_cannot_be_moved(place: Place) -> None:
    """Where it was done and we were not told, or told otherwise, trying again must make no second copy."""
    faults = [
        Fault(way="command", sign=rb"^(\w+) UID MOVE .*", line=rb"\1 UID NOTHING"),
        Fault(way="answer", sign=rb"^(\w+) OK.*Move.*", line=REFUSED),
        Fault(way="answer", sign=rb"^\* OK \[COPYUID", cut_after=0),
    ]
    await each_is_answered_at_once(place, faults, move_to="Done")
    assert (len(place.dovecot.messages(place.user)), len(place.dovecot.messages(place.user, "Done"))) == (0, 3)


async def each_is_answered_at_once(place: Place, faults: Sequence[Fault], *, move_to: str | None) -> None:
    """A customer after the other writes, and each fault meets the mark of one mail, which is made up for later."""
    with Proxy(place.dovecot.port) as proxy:
        async with place.process(imap={"port": proxy.port, "move_to": move_to}) as process:
            for number, fault in enumerate(faults, start=1):
                place.customer_writes(sender=f"tom{number}@customer.example")
                proxy.faults.append(fault)
                await process.round()
                assert process.status["imap:support"], fault
                assert len(place.mails_to(f"tom{number}@customer.example")) == 1
                await process.rounds(2)
                assert process.status["imap:support"] == ""
    assert (len(place.smtp.received), place.told()) == (len(faults), [])
