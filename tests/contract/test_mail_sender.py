"""The `MailSender` port against a real SMTP server that misbehaves on request."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from mailagent.adapters.smtp import SmtpAccount, SmtpSender
from mailagent.errors import ConfigurationError, PermanentError, TemporaryError, UncertainError
from tests.servers.certificate import Certificate
from tests.servers.smtp import DROP, DROP_ACCEPTED, HANG, Phase, SmtpServer

RAW = b"From: support@example.com\r\nTo: ann@example.com\r\nSubject: Hello\r\n\r\nHello Ann.\r\n"
ANN = "ann@example.com"

Connect = Callable[..., SmtpSender]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Makes senders for a given server; keywords change the account."""
    made: list[SmtpSender] = []

    def make(server: SmtpServer, **changes: object) -> SmtpSender:
        values: dict[str, object] = {
            "name": "support",
            "host": server.host,
            "port": server.port,
            "security": "none",
            "user": None,
            "password": None,
            "sender": "bounces@example.com",
        }
        made.append(SmtpSender(SmtpAccount(**{**values, **changes})))  # type: ignore[arg-type]  # each test's own
        return made[-1]

    yield make
    for sender in made:
        await sender.close()


async def test_the_bytes_arrive_as_they_are(smtp_server: SmtpServer, connect: Connect) -> None:
    """What was frozen, and perhaps signed, is what leaves."""
    raw = RAW + b".\r\n..two dots\r\n.leading\r\n\r\n\r\n"
    await connect(smtp_server).send(ANN, raw)

    (received,) = smtp_server.received
    assert (received.sender, received.recipients, received.raw) == ("bounces@example.com", (ANN,), raw)


async def test_bounces_go_where_the_mail_says(smtp_server: SmtpServer, connect: Connect) -> None:
    """A bounce that names nothing still finds its mail by the address it is sent to."""
    await connect(smtp_server).send(ANN, RAW, return_path="support+b.c1.x@example.com")

    assert [mail.sender for mail in smtp_server.received] == ["support+b.c1.x@example.com"]


async def test_lone_line_ends_cannot_end_the_mail_early(smtp_server: SmtpServer, connect: Connect) -> None:
    """A customer's quoted text must not smuggle a second mail past a lenient server."""
    await connect(smtp_server).send(ANN, RAW + b"a\n.\nMAIL FROM:<x@y.example>\r.\rend")

    (received,) = smtp_server.received
    assert received.raw == RAW + b"a\r\n.\r\nMAIL FROM:<x@y.example>\r\n.\r\nend\r\n"


async def test_a_name_outside_ascii_is_delivered(smtp_server: SmtpServer, connect: Connect) -> None:
    """Customers with such addresses exist; their mail is UTF-8 too."""
    await connect(smtp_server).send("jörg@example.com", RAW + "Grüße\r\n".encode())

    assert smtp_server.received[0].recipients == ("jörg@example.com",)


async def test_one_connection_serves_many_mails(smtp_server: SmtpServer, connect: Connect) -> None:
    """Servers limit how often one may connect; concurrent sends take turns."""
    sender = connect(smtp_server)
    await asyncio.gather(*(sender.send(ANN, RAW + b"%d\r\n" % n) for n in range(20)))

    assert len({received.raw for received in smtp_server.received}) == 20
    assert smtp_server.connections == 1


async def test_a_connection_dropped_while_idle_is_replaced(smtp_server: SmtpServer, connect: Connect) -> None:
    """Servers drop idle connections after minutes, which is no reason to postpone a mail."""
    sender = connect(smtp_server)
    await sender.send(ANN, RAW)
    smtp_server.hang_up(listening=True)
    await sender.send(ANN, RAW)

    assert len(smtp_server.received) == 2
    assert smtp_server.connections == 2


@pytest.mark.parametrize(
    ("phase", "answer", "expected"),
    [
        ("MAIL", "421 shutting down", TemporaryError),
        ("MAIL", "451 later", TemporaryError),
        ("MAIL", "550 not you", PermanentError),
        ("MAIL", "530 log in first", ConfigurationError),
        ("MAIL", DROP, TemporaryError),
        ("RCPT", "450 4.2.0 greylisted", TemporaryError),
        ("RCPT", "550 5.1.1 no such user", PermanentError),
        ("RCPT", DROP, TemporaryError),
        ("DATA", "452 full", TemporaryError),
        ("DATA", "554 no", PermanentError),
        ("DATA", DROP, TemporaryError),
        ("END", "451 later", TemporaryError),
        ("END", "554 spam", PermanentError),
        ("END", "200 hm", UncertainError),
        ("END", "what?", UncertainError),
        ("END", DROP, UncertainError),
        ("END", DROP_ACCEPTED, UncertainError),
    ],
)
async def test_a_refusal_says_whether_to_try_again(
    smtp_server: SmtpServer, connect: Connect, phase: Phase, answer: str, expected: type[Exception]
) -> None:
    """Sent twice, or never, is what a wrong answer here would mean; and the next mail is not harmed."""
    sender = connect(smtp_server)
    smtp_server.script[phase] = answer
    with pytest.raises(expected) as caught:
        await sender.send(ANN, RAW)
    assert type(caught.value) is expected

    smtp_server.script.clear()
    smtp_server.received.clear()
    await sender.send(ANN, RAW)
    assert len(smtp_server.received) == 1


async def test_the_server_s_words_are_kept(smtp_server: SmtpServer, connect: Connect) -> None:
    """A person who is told of a failure must learn why."""
    smtp_server.script["RCPT"] = "550 5.1.1 no such user here"

    with pytest.raises(PermanentError, match="no such user here"):
        await connect(smtp_server).send(ANN, RAW)


@pytest.mark.parametrize(
    ("phase", "expected"),
    [("MAIL", TemporaryError), ("RCPT", TemporaryError), ("DATA", TemporaryError), ("END", UncertainError)],
)
async def test_silence_is_uncertain_only_after_the_mail_is_complete(
    smtp_server: SmtpServer, connect: Connect, phase: Phase, expected: type[Exception]
) -> None:
    """Before the final dot nothing was accepted; after it the mail may be on its way."""
    sender = connect(smtp_server, timeout=0.3, final_timeout=0.3)
    smtp_server.script[phase] = HANG
    with pytest.raises(expected) as caught:
        await sender.send(ANN, RAW)
    assert type(caught.value) is expected


async def test_a_mail_whose_end_cannot_be_noted_is_not_accepted(smtp_server: SmtpServer, connect: Connect) -> None:
    """A full disk, or another process that has taken the mail over: its next send must not be the second."""
    reached: list[Phase] = []

    async def fail() -> None:
        reached.extend(smtp_server.reached)
        raise TemporaryError("taken over")

    sender = connect(smtp_server)
    with pytest.raises(TemporaryError, match="taken over"):
        await sender.send(ANN, RAW, at_end=fail)
    assert reached == ["MAIL", "RCPT", "DATA"]
    await sender.send(ANN, RAW + b"next\r\n")

    assert [received.raw for received in smtp_server.received] == [RAW + b"next\r\n"]


async def test_a_copy_goes_to_ourselves(smtp_server: SmtpServer, connect: Connect) -> None:
    """It proves later that the mail left; the recipient sees nothing of it."""
    await connect(smtp_server, copies_to="support@example.com").send(ANN, RAW)

    (received,) = smtp_server.received
    assert (received.recipients, received.raw) == ((ANN, "support@example.com"), RAW)


@pytest.mark.parametrize("phase", ["MAIL", "END"])
async def test_after_a_cancelled_send_the_next_one_works(
    smtp_server: SmtpServer, connect: Connect, phase: Phase
) -> None:
    """A stop or a timeout cancels; the connection must not be left in the middle of a mail."""
    sender = connect(smtp_server)
    smtp_server.script[phase] = HANG
    sending = asyncio.create_task(sender.send(ANN, RAW))
    await asyncio.to_thread(smtp_server.wait_for, lambda server: phase in server.reached)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    smtp_server.script.clear()

    await sender.send(ANN, RAW + b"next\r\n")

    assert [received.raw for received in smtp_server.received] == [RAW + b"next\r\n"]


async def test_nobody_listening_is_temporary(smtp_server: SmtpServer, connect: Connect) -> None:
    """A server that restarts accepts the mail later."""
    sender = connect(smtp_server)
    smtp_server.hang_up()
    with pytest.raises(TemporaryError):
        await sender.send(ANN, RAW)
    smtp_server.listen()

    await sender.send(ANN, RAW)


@pytest.mark.parametrize(
    "recipient", ["a@example.com, b@example.com", "a b@example.com", "a@x.com>\r\nRSET", "ann", ""]
)
async def test_a_recipient_is_one_plain_address(smtp_server: SmtpServer, connect: Connect, recipient: str) -> None:
    """No address may become a second recipient or a command."""
    with pytest.raises(PermanentError):
        await connect(smtp_server).send(recipient, RAW)

    assert smtp_server.reached == []


async def test_a_refused_login_is_for_an_admin(connect: Connect) -> None:
    """Another attempt with the same password would only lock the account."""
    with SmtpServer(login=("support", "right")) as server:
        with pytest.raises(ConfigurationError, match="support") as caught:
            await connect(server, user="support", password="Hunter2!").send(ANN, RAW)
        assert caught.value.exit_code == 77
        assert "Hunter2" not in str(caught.value)

        await connect(server, user="support", password="right").send(ANN, RAW)
        assert len(server.received) == 1


async def test_a_login_that_is_required_but_not_configured_is_for_an_admin(connect: Connect) -> None:
    """The server says 530 to MAIL then; no mail will ever leave this way."""
    with SmtpServer(login=("support", "right")) as server, pytest.raises(ConfigurationError):
        await connect(server).send(ANN, RAW)


async def test_starttls_is_required_once_chosen(smtp_server: SmtpServer, connect: Connect) -> None:
    """Going on unencrypted is what an attacker in between would ask for."""
    with pytest.raises(ConfigurationError, match="STARTTLS"):
        await connect(smtp_server, security="starttls").send(ANN, RAW)

    assert smtp_server.reached == []


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_self_signed_certificate_needs_its_ca_file(
    certificate: Certificate, connect: Connect, security: str
) -> None:
    """Verification cannot be switched off; only the authority can be chosen."""
    with SmtpServer(certificate=certificate, tls=security == "tls", login=("support", "right")) as server:
        account = {"host": "localhost", "security": security, "user": "support", "password": "right"}
        with pytest.raises(ConfigurationError, match="ca_file"):
            await connect(server, **account).send(ANN, RAW)

        await connect(server, **account, ca_file=str(certificate.certificate)).send(ANN, RAW)
        assert len(server.received) == 1


async def test_no_encryption_is_refused_beyond_this_machine(smtp_server: SmtpServer, connect: Connect) -> None:
    """Customers' mail and the password never cross a network in the clear."""
    with pytest.raises(ConfigurationError, match="security"):
        connect(smtp_server, host="smtp.example.com")


async def test_closing_never_complains(smtp_server: SmtpServer, connect: Connect) -> None:
    """A server that is gone, or a session never begun, does not disturb an orderly stop."""
    sender = connect(smtp_server)
    await sender.close()
    await sender.send(ANN, RAW)
    smtp_server.hang_up()
    await sender.close()
    await sender.close()

    assert len(smtp_server.received) == 1
