"""The demo's mail servers, used by the same adapters as real ones."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator

import pytest

from mailagent.adapters.imap import ImapMailbox
from mailagent.adapters.imap.login import Client
from mailagent.adapters.smtp import SmtpAccount, SmtpSender
from mailagent.demo.servers import DemoServers
from mailagent.errors import ConfigurationError, PermanentError
from tests.conftest import Open, fetch_all

SUPPORT = "support@shop.example"
ANN = "ann@customer.example"
LONG = 60.0


@pytest.fixture
def servers() -> Iterator[DemoServers]:
    """A shop and its customers."""
    with DemoServers(domains=["shop.example", "customer.example"], mailboxes=[SUPPORT], authserv_id="mx.demo") as made:
        yield made


@pytest.fixture
def mailbox(servers: DemoServers, open_mailbox: Open) -> ImapMailbox:
    """The support mailbox, as the daemon opens it."""
    return open_mailbox(host=servers.host, port=servers.imap_port, user=SUPPORT, password=servers.password)


def sender(servers: DemoServers, address: str) -> SmtpSender:
    """Someone who sends through the demo's server."""
    account = SmtpAccount(
        name="demo",
        host=servers.host,
        port=servers.smtp_port,
        security="none",
        user=None,
        password=None,
        sender=address,
    )
    return SmtpSender(account)


def mail(text: str, *, claimed: str = ANN, header: str = "") -> bytes:
    """A small mail that says it is from `claimed`."""
    return f"{header}From: Ann <{claimed}>\r\nTo: {SUPPORT}\r\nSubject: Hello\r\n\r\n{text}\r\n".encode()


async def test_a_mail_sent_is_a_mail_to_fetch(servers: DemoServers, mailbox: ImapMailbox) -> None:
    """The whole demo is mail that goes in by SMTP and out by IMAP."""
    assert await mailbox.uids() == []
    ann = sender(servers, ANN)
    await ann.send("Support+C-1042@shop.example", mail("first"))
    await ann.send(SUPPORT, mail("second"))
    await ann.close()

    uids = await mailbox.uids(unseen=True)
    fetched = await fetch_all(mailbox, uids)

    assert [found.raw.split()[-1] for found in fetched] == [b"first", b"second"]
    assert [found.uidvalidity for found in fetched] == [await mailbox.epoch()] * 2
    assert await mailbox.uids(unseen=True) == uids
    await mailbox.mark(uids[:1])
    assert await mailbox.uids(unseen=True) == uids[1:]
    assert await mailbox.uids(above=uids[0]) == uids[1:]


async def test_waiting_ends_when_mail_is_delivered(servers: DemoServers, mailbox: ImapMailbox) -> None:
    """The demo answers at once, by IDLE."""
    assert await mailbox.uids() == []
    for number in range(5):
        waiting = asyncio.create_task(mailbox.wait(LONG))
        await asyncio.to_thread(servers.deliver, mail(str(number)), ANN, SUPPORT)
        await asyncio.wait_for(waiting, LONG / 2)
        assert len(await mailbox.uids()) == number + 1


def test_mail_that_came_just_before_idle_is_announced(servers: DemoServers) -> None:
    """Between the last look and IDLE there is always a moment; a mail in it must not wait for the next one."""
    with Client(servers.host, servers.imap_port, ssl=False, timeout=LONG) as client:
        client.login(SUPPORT, servers.password)
        client.select_folder("INBOX")
        servers.deliver(mail("between"), ANN, SUPPORT)
        client.idle()

        assert client.listen(LONG) == b"* 1 EXISTS"
        client.idle_done()


async def test_mails_can_be_moved(servers: DemoServers, open_mailbox: Open) -> None:
    """The demo may show `move_to` as well."""
    account = {"host": servers.host, "port": servers.imap_port, "user": SUPPORT, "password": servers.password}
    mailbox = open_mailbox(**account, move_to="Done")
    servers.deliver(mail("move"), ANN, SUPPORT)
    uids = await mailbox.uids()
    await mailbox.mark(uids)
    await mailbox.mark(uids)

    assert await mailbox.uids() == []
    assert len(await open_mailbox(**account, folder="Done").uids()) == 1


async def test_of_an_oversized_mail_only_the_header_comes(servers: DemoServers, open_mailbox: Open) -> None:
    """The limits work in the demo as they do elsewhere."""
    account = {"host": servers.host, "port": servers.imap_port, "user": SUPPORT, "password": servers.password}
    servers.deliver(mail("x" * 2_000), ANN, SUPPORT)
    mailbox = open_mailbox(**account, size_limit=1_000)

    (begun,) = await fetch_all(mailbox, await mailbox.uids())

    assert begun.raw.endswith(b"Subject: Hello\r\n\r\n")
    assert begun.size > 2_000


async def test_a_wrong_password_or_folder_is_refused(servers: DemoServers, open_mailbox: Open) -> None:
    """A demo that lets everyone in would hide a mistake in the config."""
    with pytest.raises(ConfigurationError) as caught:
        await open_mailbox(host=servers.host, port=servers.imap_port, user=SUPPORT, password="wrong").uids()
    assert caught.value.exit_code == 77
    with pytest.raises(ConfigurationError, match="Nowhere"):
        await open_mailbox(
            host=servers.host, port=servers.imap_port, user=SUPPORT, password=servers.password, folder="Nowhere"
        ).uids()


async def test_what_arrived_can_be_read_and_waited_for(servers: DemoServers) -> None:
    """The transcript shows what customers and reviewers receive."""
    assert servers.mails_for(ANN) == []
    waiting = asyncio.create_task(servers.wait_for_mail(ANN, count=2))
    support = sender(servers, SUPPORT)
    await support.send(ANN, mail("one", claimed=SUPPORT))
    await support.send(ANN, mail("two", claimed=SUPPORT))
    await support.close()

    assert [raw.split()[-1] for raw in await waiting] == [b"one", b"two"]
    assert await waiting == servers.mails_for(ANN)
    with pytest.raises(TimeoutError, match="2 of 3"):
        await servers.wait_for_mail(ANN, count=3, timeout=0.01)


async def test_other_domains_are_refused(servers: DemoServers) -> None:
    """The demo never pretends to reach the world."""
    ann = sender(servers, ANN)
    with pytest.raises(PermanentError, match="no such mailbox"):
        await ann.send("bob@elsewhere.example", mail("hello"))
    with pytest.raises(ValueError, match="elsewhere"):
        servers.deliver(mail("hello"), ANN, "bob@elsewhere.example")
    await ann.close()


@pytest.mark.parametrize(
    ("envelope", "claimed", "result"),
    [
        (ANN, ANN, "dmarc=pass header.from=customer.example"),
        ("", ANN, "dmarc=pass header.from=customer.example"),
        (ANN, "boss@shop.example", "dmarc=fail header.from=shop.example"),
        (ANN, "a@shop.example>, Ann <ann@customer.example", "dmarc=fail header.from=none"),
    ],
)
def test_each_mail_is_stamped_as_a_real_mx_does(servers: DemoServers, envelope: str, claimed: str, result: str) -> None:
    """The daemon believes this header only, so that a forged reviewer can be shown to fail."""
    servers.deliver(mail("hello", claimed=claimed), envelope, SUPPORT)

    (raw,) = servers.mails_for(SUPPORT)
    assert raw.split(b"\r\n")[0].decode() == f"Authentication-Results: mx.demo; {result}"


@pytest.mark.parametrize(
    "forged",
    [
        "Authentication-Results: mx.demo; dmarc=pass\r\n",
        "authentication-results:\r\n (really) MX.demo 1;\r\n dmarc=pass header.from=shop.example\r\n",
        'Authentication-Results: "mx.demo"; dmarc=pass\r\n',
    ],
)
def test_a_forged_stamp_is_removed(servers: DemoServers, forged: str) -> None:
    """Anyone can write that header into their mail; a real MX takes it out, and leaves those of others."""
    other = "Authentication-Results: mx.other; spf=pass\r\n"
    servers.deliver(mail("hello", header=forged + other), ANN, SUPPORT)

    (raw,) = servers.mails_for(SUPPORT)
    assert raw.lower().count(b"mx.demo") == 1
    assert other.encode() in raw


def test_servers_start_again() -> None:
    """A demo may be run twice in one process."""
    servers = DemoServers(domains=["shop.example"])
    for _ in range(2):
        servers.start()
        servers.deliver(mail("hello"), ANN, SUPPORT)
        servers.stop()

    assert len(servers.mails_for(SUPPORT)) == 2
    with pytest.raises(RuntimeError):
        servers.deliver(mail("hello"), ANN, SUPPORT)


def test_the_servers_are_loaded_only_when_they_start() -> None:
    """``mailagent --help`` must not wait for libraries that only the demo needs."""
    asked = "import sys, mailagent.demo.servers; print(*{'pymap', 'aiosmtpd'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""
