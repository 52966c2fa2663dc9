"""Rows 1 to 5 and 7 of the fault matrix: a mailbox that cannot be reached, entered or opened.

Each time a customer's mail waits behind the door; `status` names the fault, and the mail is answered once it is mended.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes.mails import TOM
from tests.protocols.place import Place
from tests.servers.proxy import Fault, Proxy

CLOSED = 9
"""The discard port, where nobody listens on loopback."""
LOGGED_IN = rb"^(\S+) OK.*Logged in"
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("account", "told"),
    [
        ({"host": "127.0.0.1", "port": CLOSED}, "no connection: Connection refused"),
        ({"host": "no such host", "security": "tls"}, "no connection: Name or service not known"),
        ({"security": "tls", "port": 0}, "the server's certificate is not trusted: self-signed certificate"),
        ({"security": "starttls"}, "the server's certificate is not trusted: self-signed certificate"),
        ({"security": "tls", "port": 0, "host": "127.1", "ca_file": ""}, "not trusted: Hostname mismatch"),
    ],
    ids=["refused", "no such host", "bad certificate", "bad certificate after STARTTLS", "another's certificate"],
)
async def test_fault_01_a_server_that_cannot_be_reached_or_trusted(
    place: Place, account: Mapping[str, object], told: str
) -> None:
    """No password goes to somebody who only says that they are the server, however long it takes."""
    there = {"port": place.dovecot.tls_port, "ca_file": place.dovecot.ca_file}
    place.customer_writes()
    async with place.process(imap={key: value or there[key] for key, value in account.items()}) as process:
        await process.rounds(3)
        assert told in process.status["imap:support"]
    assert place.mails_to(TOM) == []

    async with place.process(imap={"security": "starttls", "ca_file": place.dovecot.ca_file}) as process:
        await process.rounds(2)
        assert process.status["imap:support"] == ""
    assert len(place.mails_to(TOM)) == 1


async def test_fault_02_a_refused_login_is_told_once_a_day(place: Place) -> None:
    """The password was changed on a Friday evening: the admin reads of it, and not five hundred times till Monday."""
    place.customer_writes()
    refused = Fault(way="answer", sign=LOGGED_IN, line=rb"\1 NO [AUTHENTICATIONFAILED] no", times=3)
    with Proxy(place.dovecot.port, refused) as proxy:
        async with place.process(imap={"port": proxy.port}) as process:
            await process.rounds(2)
            assert "the server refused the login" in process.status["imap:support"]
            assert place.told() == ["Mail cannot be read"]
            place.outside.clock.passes(DAY)
            await process.round()
            assert place.told() == ["Mail cannot be read"] * 2

            await process.round()
    assert len(place.mails_to(TOM)) == 1


@pytest.mark.parametrize("code", [b"AUTHENTICATIONFAILED", b"EXPIRED"])
async def test_fault_02_a_login_that_expired_is_told_and_used_again_once_it_is_good(place: Place, code: bytes) -> None:
    """What worked yesterday is refused at the next connection; an admin renews it at the provider, and touches nothing
    here.
    """
    with Proxy(place.dovecot.port) as proxy:
        async with place.process(imap={"port": proxy.port}) as process:
            await process.round()
            proxy.hang_up()
            proxy.listen()
            proxy.faults.append(Fault(way="answer", sign=LOGGED_IN, line=rb"\1 NO [" + code + rb"] no", times=2))
            place.customer_writes()
            await process.rounds(2)  # in the first the lost connection is noticed
            assert code.decode() in process.status["imap:support"]
            assert place.told() == ["Mail cannot be read"]

            await process.rounds(3)
            assert process.status["imap:support"] == ""
    assert len(place.mails_to(TOM)) == 1


async def test_fault_03_a_login_that_takes_long_is_waited_for(place: Place) -> None:
    """Servers slow logins down on purpose, by far more than any other answer takes; who gives up early and tries again
    is slowed down further.
    """
    place.customer_writes()
    with Proxy(place.dovecot.port, Fault(way="answer", sign=LOGGED_IN, delay=1.5)) as proxy:
        async with place.process(imap={"port": proxy.port, "timeout": 1}) as process:
            await process.round()

            assert process.status["imap:support"] == ""
        assert proxy.connections == 1
    assert len(place.mails_to(TOM)) == 1


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault(way="answer", sign=rb"^\* OK", line=b"* PREAUTH"), "logs in by itself (PREAUTH)"),
        (Fault(way="answer", sign=rb"^\* OK.*", line=b"* BYE too busy"), "no connection: "),
        (Fault(way="answer", sign=rb"^\* SEARCH.*", line=b"* BYE shutting down"), "shutting down"),
        (
            Fault(way="answer", sign=LOGGED_IN, line=rb"\1 NO [ALERT] log in on our page first"),
            "log in on our page first",
        ),
    ],
    ids=["PREAUTH", "BYE at once", "BYE later", "ALERT instead of a login"],
)
async def test_fault_04_a_server_that_says_something_else(place: Place, fault: Fault, told: str) -> None:
    """What it says is for a person, and stands in `status`; mail is read once it says what it should."""
    fault = replace(fault)
    place.customer_writes()
    with Proxy(place.dovecot.port, fault) as proxy:
        async with place.process(imap={"port": proxy.port}) as process:
            await process.round()
            assert told in process.status["imap:support"]
            assert place.mails_to(TOM) == []
            assert b"LOGIN" not in b" ".join(proxy.said) or b"PREAUTH" not in (fault.line or b"")

            await process.rounds(2)
            assert process.status["imap:support"] == ""
    assert len(place.mails_to(TOM)) == 1


async def test_fault_04_an_alert_beside_an_answer_stops_nothing(place: Place) -> None:
    """ "[ALERT] Your mailbox is nearly full" comes with each login, for weeks."""
    place.customer_writes()
    alert = Fault(way="answer", sign=LOGGED_IN, line=rb"\1 OK [ALERT] nearly full")
    with Proxy(place.dovecot.port, alert) as proxy:
        async with place.process(imap={"port": proxy.port}) as process:
            await process.round()
    assert len(place.mails_to(TOM)) == 1


async def test_fault_05_a_mailbox_that_may_only_be_read(place: Place) -> None:
    """Without the right to flag and move, nobody could tell what was taken: it is an admin's to give."""
    place.customer_writes()
    with Proxy(place.dovecot.port, Fault(way="answer", sign=rb"\[READ-WRITE\]", line=b"[READ-ONLY]")) as proxy:
        async with place.process(imap={"port": proxy.port}) as process:
            await process.round()
            assert "may only read folder INBOX; give write access" in process.status["imap:support"]
            assert place.told() == ["Mail cannot be read"]

            await process.round()
    assert len(place.mails_to(TOM)) == 1


async def test_fault_07_a_folder_that_is_gone(place: Place) -> None:
    """Somebody tidied up. Mail that comes to the folder once it is there again is answered, under its new numbers."""
    with place.dovecot.client(place.user) as client:
        client.create_folder("Watched")
    place.customer_writes(folder="Watched")
    async with place.process(imap={"folder": "Watched"}) as process:
        await process.round()
        with place.dovecot.client(place.user) as client:
            client.delete_folder("Watched")
        await process.rounds(3)
        assert "correct the key folder or create it on the server" in process.status["imap:support"]
        assert place.told() == ["Mail cannot be read"]

        with place.dovecot.client(place.user) as client:
            client.create_folder("Watched")
        place.customer_writes("Which cards do you take?", sender="ann@customer.example", folder="Watched")
        await process.rounds(2)
        assert process.status["imap:support"] == ""
    assert (len(place.mails_to(TOM)), len(place.mails_to("ann@customer.example"))) == (1, 1)
