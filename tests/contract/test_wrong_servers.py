"""A server entered wrongly in mailboxes.toml: the error names the mailbox, host, port, key and what to write."""

from collections.abc import Callable

import pytest

from mailagent.adapters.smtp import SmtpAccount, SmtpSender
from mailagent.errors import ConfigurationError, TemporaryError
from tests.conftest import Open
from tests.servers.certificate import Certificate
from tests.servers.dovecot import Dovecot
from tests.servers.scripted_imap import ScriptedImap
from tests.servers.smtp import SmtpServer

CLOSED = 9
"""The discard port, where nobody listens on loopback."""
Told = Callable[..., str]


async def imap_error(mailbox_of: Open, kind: type[Exception], server: Dovecot | ScriptedImap, **changes: object) -> str:
    """What opening the mailbox says; `kind` decides whether it is tried again soon."""
    with pytest.raises(kind) as caught:
        await mailbox_of(server, **changes).uids()
    return str(caught.value)


async def smtp_error(kind: type[Exception], port: int, **changes: object) -> str:
    """What sending a mail says."""
    values: dict[str, object] = {"name": "support", "host": "localhost", "security": "none", "user": None}
    account = SmtpAccount(
        **{**values, "password": None, "sender": "a@example.com", "timeout": 5, **changes},  # type: ignore[arg-type]  # each test gives the right ones
        port=port,
    )
    sender = SmtpSender(account)
    with pytest.raises(kind) as caught:
        await sender.send("ann@example.com", b"Subject: Hello\r\n\r\nHello\r\n")
    await sender.close()
    return str(caught.value)


async def test_a_wrong_imap_port_is_named_with_its_key(open_mailbox: Open, dovecot: Dovecot) -> None:
    """ "Connection refused" alone leaves an admin to guess which of four servers it was."""
    told = await imap_error(open_mailbox, TemporaryError, dovecot, host="127.0.0.1", port=CLOSED)

    assert told.startswith("mailbox support: imap 127.0.0.1:9: no connection: Connection refused")
    assert "check imap.host and imap.port in mailboxes.toml" in told


async def test_tls_to_a_plain_imap_port_names_the_port_to_use(open_mailbox: Open, dovecot: Dovecot) -> None:
    """OpenSSL calls it a wrong version number, which helps nobody; it does not pass by itself either."""
    told = await imap_error(open_mailbox, ConfigurationError, dovecot, security="tls", ca_file=dovecot.ca_file)

    assert f"imap localhost:{dovecot.port}: no TLS is spoken there" in told
    assert "set imap.port to the port for TLS, usually 993" in told


@pytest.mark.parametrize("security", ["none", "starttls"])
async def test_plain_text_to_a_tls_imap_port_names_the_security_to_use(
    open_mailbox: Open, dovecot: Dovecot, security: str
) -> None:
    """Both sides wait for the other to begin; all that one sees is that nothing comes."""
    told = await imap_error(
        open_mailbox, TemporaryError, dovecot, security=security, port=dovecot.tls_port, timeout=0.3
    )

    assert f"imap localhost:{dovecot.tls_port}: no connection: timed out" in told
    assert 'a port for TLS, usually 993, needs imap.security = "tls"' in told


async def test_an_imap_server_without_starttls_names_what_to_use(open_mailbox: Open) -> None:
    """An admin reads what to write, not only what is wrong."""
    with ScriptedImap({}) as server:
        told = await imap_error(open_mailbox, ConfigurationError, server, security="starttls")

    assert "offers no STARTTLS" in told
    assert 'set imap.security = "tls"' in told


async def test_a_refused_imap_login_names_the_keys(open_mailbox: Open, dovecot: Dovecot, user: str) -> None:
    """The commonest first mistake of all: an account's password where the provider wants one for programs."""
    told = await imap_error(open_mailbox, ConfigurationError, dovecot, password="wrong")

    assert f"imap localhost:{dovecot.port}: the server refused the login of {user}" in told
    assert "correct user or secret in mailboxes.toml" in told


async def test_a_wrong_smtp_port_is_named_with_its_key() -> None:
    """The mail waits; `status` must say for what."""
    told = await smtp_error(TemporaryError, CLOSED, host="127.0.0.1")

    assert told.startswith("mailbox support: smtp 127.0.0.1:9: no connection: Connection refused; check")
    assert "check smtp.host and smtp.port in mailboxes.toml" in told


async def test_an_imap_port_in_the_place_of_smtp_shows_what_answered(dovecot: Dovecot) -> None:
    """The greeting tells an admin at once what they reached."""
    told = await smtp_error(TemporaryError, dovecot.port)

    assert "Dovecot" in told
    assert "check smtp.host and smtp.port in mailboxes.toml" in told


async def test_tls_to_a_plain_smtp_port_names_the_port_to_use(smtp_server: SmtpServer) -> None:
    """587 with security tls is the commonest of these mistakes."""
    told = await smtp_error(ConfigurationError, smtp_server.port, security="tls")

    assert f"smtp localhost:{smtp_server.port}: no TLS is spoken there" in told
    assert 'smtp.security = "starttls", usually on port 587' in told


async def test_plain_text_to_a_tls_smtp_port_names_the_security_to_use(certificate: Certificate) -> None:
    """465 with starttls waits for a greeting that never comes."""
    with SmtpServer(certificate=certificate, tls=True) as server:
        told = await smtp_error(TemporaryError, server.port, timeout=0.3, security="starttls")

    assert 'a port for TLS, usually 465, needs smtp.security = "tls"' in told


async def test_an_smtp_server_without_login_names_smtp_user() -> None:
    """A relay that takes mail from this machine wants no password, and there is a key for that."""
    with SmtpServer(offers_login=False) as server:
        told = await smtp_error(ConfigurationError, server.port, user="support", password="pass")

    assert "the server offers no login (AUTH)" in told
    assert 'set smtp_user = "" if it takes mail without one' in told


async def test_a_refused_smtp_login_names_the_keys() -> None:
    """What to correct stands in the error, not in a manual."""
    with SmtpServer(login=("support", "right")) as server:
        told = await smtp_error(ConfigurationError, server.port, user="support", password="wrong")

    assert f"smtp localhost:{server.port}: the server refused the login of support: 535" in told
    assert "correct user, smtp_user or secret in mailboxes.toml" in told
