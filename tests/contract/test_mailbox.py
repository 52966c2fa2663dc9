"""What the jobs' tests take for true of a mailbox, asked of the one in memory and of a real Dovecot alike."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from mailagent.ports import BEGINNING, Mailbox
from tests.conftest import Open
from tests.fakes.mailbox import FakeMailbox
from tests.servers.dovecot import Dovecot

HEADER = b"From: ann@example.com\r\nSubject: Hello\r\n\r\n"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A mailbox, and what others do to its folder: `deliver` returns the UID of a new mail."""

    mailbox: Mailbox
    deliver: Callable[[bytes], int]
    delete: Callable[[int], object]


@pytest.fixture(name="place", params=["fake", "dovecot"])
def _place(request: pytest.FixtureRequest, user: str) -> Place:
    if request.param == "fake":
        fake = FakeMailbox()
        return Place(mailbox=fake, deliver=fake.deliver, delete=fake.mails.pop)
    server: Dovecot = request.getfixturevalue("dovecot")
    open_mailbox: Open = request.getfixturevalue("open_mailbox")

    def delete(uid: int) -> None:
        with server.client(user) as client:
            client.select_folder("INBOX")
            client.delete_messages([uid])
            client.expunge()

    return Place(mailbox=open_mailbox(), deliver=lambda raw: server.append(user, raw), delete=delete)


async def test_the_next_number_is_the_one_that_the_next_mail_gets(place: Place) -> None:
    """By it a folder that was put back is known; one that forgets what was deleted would look so."""
    for _ in range(3):
        await place.mailbox.epoch()
        told = await place.mailbox.next_uid()
        uid = place.deliver(HEADER)
        assert told == uid
        place.delete(uid)


async def test_the_next_number_is_as_it_was_when_the_folder_was_looked_at(place: Place) -> None:
    """What comes between the two questions is above it, and so new; it must not pass for what was there."""
    place.deliver(HEADER)
    await place.mailbox.epoch()
    later = place.deliver(HEADER)

    assert await place.mailbox.next_uid() == later


@pytest.mark.parametrize("body", [b"Hello.\r\n", b""])
async def test_the_beginning_of_a_mail_is_its_header(place: Place, body: bytes) -> None:
    """By its Message-ID it is known to be another; looking leaves it unread for its people."""
    uid = place.deliver(HEADER + body)

    assert await place.mailbox.beginning(uid) == HEADER
    assert await place.mailbox.uids(unseen=True) == [uid]


async def test_of_a_long_header_the_beginning_comes(place: Place) -> None:
    """It is asked for at every visit."""
    long = b"".join(b"X-Line: %d\r\n" % number for number in range(BEGINNING // 8)) + HEADER
    uid = place.deliver(long)

    assert await place.mailbox.beginning(uid) == long[:BEGINNING]


async def test_a_mail_that_is_gone_has_no_beginning(place: Place) -> None:
    """Its people may delete what they like; that alone is no sign of anything."""
    uid = place.deliver(HEADER)
    place.delete(uid)

    assert await place.mailbox.beginning(uid) == b""
