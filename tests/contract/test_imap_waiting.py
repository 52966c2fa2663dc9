"""How `ImapMailbox` waits for mail, on a real Dovecot."""

import asyncio

import pytest

from mailagent.errors import TemporaryError
from tests.conftest import Open
from tests.servers.dovecot import Dovecot

LONG = 60.0
"""Seconds to wait for mail, in tests that expect an end long before."""
MAIL = b"From: ann@example.com\r\nSubject: ring\r\n\r\nHello.\r\n"


@pytest.mark.parametrize("security", ["none", "tls", "starttls"])
async def test_waiting_ends_when_mail_arrives(dovecot: Dovecot, user: str, open_mailbox: Open, security: str) -> None:
    """IDLE is why a customer's mail is looked at within seconds; encrypted, it is read in another way."""
    port = dovecot.tls_port if security == "tls" else dovecot.port
    mailbox = open_mailbox(security=security, port=port, ca_file=dovecot.ca_file)
    for number in range(3):
        assert len(await mailbox.uids()) == number
        waiting = asyncio.create_task(mailbox.wait(LONG))
        await asyncio.to_thread(dovecot.append, user, MAIL)

        await asyncio.wait_for(waiting, LONG / 2)


async def test_waiting_goes_on_over_renewed_idles(dovecot: Dovecot, user: str, open_mailbox: Open) -> None:
    """IDLE is asked for again before firewalls forget the connection; no mail may slip through between two."""
    mailbox = open_mailbox(renew_idle=0.01)
    assert await mailbox.uids() == []
    waiting = asyncio.create_task(mailbox.wait(LONG))
    await asyncio.to_thread(dovecot.append, user, MAIL)

    await asyncio.wait_for(waiting, LONG / 2)


async def test_mail_that_came_before_waiting_ends_it(dovecot: Dovecot, user: str, open_mailbox: Open) -> None:
    """Mail that arrives while the last ones are marked is announced there, and never again in IDLE."""
    mailbox = open_mailbox()
    first = dovecot.append(user, MAIL)
    assert await mailbox.uids() == [first]
    dovecot.append(user, MAIL)
    await mailbox.mark([first])

    await asyncio.wait_for(mailbox.wait(LONG), LONG / 2)


async def test_waking_ends_waiting(open_mailbox: Open) -> None:
    """The daemon stops, or wants to poll now."""
    mailbox = open_mailbox()
    await mailbox.uids()
    waiting = asyncio.create_task(mailbox.wait(LONG))
    await asyncio.sleep(0)
    mailbox.wake()

    await asyncio.wait_for(waiting, LONG / 2)


async def test_waiting_ends_after_its_time(open_mailbox: Open) -> None:
    """The scheduled poll happens even when a server announces nothing."""
    await asyncio.wait_for(open_mailbox().wait(0.05), LONG / 2)


async def test_another_call_gets_through_while_waiting(open_mailbox: Open) -> None:
    """One connection is used by one thread at a time; a call must not stand behind a wait of minutes."""
    mailbox = open_mailbox()
    await mailbox.uids()
    waiting = asyncio.create_task(mailbox.wait(LONG))
    await asyncio.sleep(0)

    assert await asyncio.wait_for(mailbox.uids(), LONG / 2) == []
    await asyncio.wait_for(waiting, LONG / 2)


async def test_a_cancelled_wait_leaves_the_connection_usable(dovecot: Dovecot, user: str, open_mailbox: Open) -> None:
    """A job that is cancelled must not leave the server in IDLE."""
    mailbox = open_mailbox()
    await mailbox.uids()
    waiting = asyncio.create_task(mailbox.wait(LONG))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    uid = dovecot.append(user, MAIL)

    assert await asyncio.wait_for(mailbox.uids(), LONG / 2) == [uid]


async def test_a_server_that_stops_while_waiting_is_a_temporary_error(open_mailbox: Open) -> None:
    """The end of a connection is silent in IDLE, and must not look like an empty mailbox."""
    with Dovecot() as server:
        mailbox = open_mailbox(server)
        assert await mailbox.uids() == []
        waiting = asyncio.create_task(mailbox.wait(LONG))
        await asyncio.to_thread(server.stop)

        with pytest.raises(TemporaryError):
            await asyncio.wait_for(waiting, LONG / 2)
