"""From an account to a connection that is encrypted and logged in. It blocks.

Encryption is verified and cannot be switched off; a server that logs in by itself (PREAUTH) is refused, because someone
between us and it could send that greeting to keep the connection unencrypted.
"""

import imaplib
import selectors
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError, LoginError

from mailagent.domain.hosts import is_this_machine
from mailagent.errors import ConfigurationError, UnreachableError

LOGIN_PATIENCE = 90.0
"""Seconds; servers slow down logins on purpose, up to a minute."""
PASSING = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "too many", "command error: BAD")
"""Refusals that will pass (RFC 5530)."""
NOT_TLS = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "UNKNOWN_PROTOCOL"})
"""What OpenSSL says of a server that answers in plain text."""
BROKEN = (OSError, imaplib.IMAP4.error, ValueError, LookupError, AssertionError)
"""What imaplib and IMAPClient raise when a connection or an answer breaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapAccount:
    """Where a mailbox is. `timeout` in seconds, for each answer; `ca_file` replaces the system's authorities;
    mails that were taken are moved to the folder `move_to`, or flagged as read when it is None.

    Raises `ConfigurationError` when the password would cross a network unencrypted.
    """

    name: str
    host: str
    port: int
    security: Literal["tls", "starttls", "none"]
    user: str
    password: str = field(repr=False)
    folder: str
    move_to: str | None
    timeout: float = 30
    ca_file: str | None = None

    def __post_init__(self) -> None:
        if self.security == "none" and not is_this_machine(self.host):
            raise ConfigurationError(
                f'{self.place}: imap.security = "none" is for servers on this machine only; write "tls" or "starttls"'
                " in mailboxes.toml"
            )

    @property
    def place(self) -> str:
        """What an error is about: the mailbox and its server."""
        return f"mailbox {self.name}: imap {self.host}:{self.port}"


class Client(IMAPClient):  # type: ignore[misc]  # the base class has no types
    """IMAPClient, with another way to listen while idle. Its own, `idle_check`, overlooks what came together with the
    go-ahead, takes half a line for a broken one, and the end of the connection for silence.
    """

    def listen(self, seconds: float) -> bytes | None:
        """The next line, without its end, or None when none begins within `seconds`."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket(), selectors.EVENT_READ)
            if not self._has_buffered() and not selector.select(seconds):
                return None
        line: bytes = self._imap.readline()
        if not line.endswith(b"\n"):
            raise imaplib.IMAP4.abort("the server closed the connection")
        return line.rstrip()

    def told_of_mail(self) -> bool:
        """Whether the server announced mail beside its answers since this was last asked."""
        return bool(self._imap.response("EXISTS")[1] != [None])

    def _has_buffered(self) -> bool:
        """Whether something was read from the socket, or waits there, that no line was made of yet."""
        connection = self.socket()
        patience = connection.gettimeout()
        connection.settimeout(0)
        try:
            return bool(self._imap.file.peek(1))
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        finally:
            connection.settimeout(patience)


def connect(account: ImapAccount) -> Client:
    """Connect, encrypt and log in.

    Raises `ConfigurationError` when the server cannot be trusted or refuses the login, `UnreachableError` when it
    cannot be reached or refuses for now, and `BROKEN`.
    """
    client = _reach(account)
    try:
        _enter(client, account)
    except BaseException:
        with suppress(Exception):
            client.shutdown()
        raise
    return client


def _enter(client: Client, account: ImapAccount) -> None:
    if b"PREAUTH" in client.welcome[:20]:
        raise ConfigurationError(
            f'{account.place}: the server logs in by itself (PREAUTH), which is refused; set imap.security = "tls" in'
            " mailboxes.toml"
        )
    client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if account.security == "starttls":
        _encrypt(client, account)
    client.socket().settimeout(max(account.timeout, LOGIN_PATIENCE))
    _log_in(client, account)
    client.socket().settimeout(account.timeout)


def server_words(error: BaseException) -> str:
    """What the server said, in at most 300 characters."""
    cause = error.__context__ if isinstance(error, LoginError) and error.__context__ else error
    said = (cause.strerror if isinstance(cause, OSError) else None) or (cause.args[0] if cause.args else None)
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said or cause)
    return text.strip()[:300] or type(cause).__name__


def _reach(account: ImapAccount) -> Client:
    try:
        return Client(
            account.host,
            account.port,
            ssl=account.security == "tls",
            ssl_context=_verifying(account) if account.security == "tls" else None,
            timeout=SocketTimeout(account.timeout, account.timeout),
        )
    except ssl.SSLCertVerificationError as error:
        raise _untrusted(account, error) from error
    except BROKEN as error:
        raise _unreachable(account, error) from error


def _unreachable(account: ImapAccount, error: Exception) -> Exception:
    """No connection, or no greeting. A port that is for TLS is silent until the client begins."""
    if isinstance(error, ssl.SSLError) and error.reason in NOT_TLS:
        return ConfigurationError(
            f"{account.place}: no TLS is spoken there; in mailboxes.toml set imap.port to the port for TLS, usually"
            ' 993, or imap.security = "starttls"'
        )
    hint = "check imap.host and imap.port in mailboxes.toml, and whether the server runs"
    if isinstance(error, TimeoutError) and account.security != "tls":
        hint += '; a port for TLS, usually 993, needs imap.security = "tls"'
    return UnreachableError(f"{account.place}: no connection: {server_words(error)}; {hint}")


def _encrypt(client: Client, account: ImapAccount) -> None:
    try:
        client.starttls(_verifying(account))
    except ssl.SSLCertVerificationError as error:
        raise _untrusted(account, error) from error
    except CapabilityError as error:
        raise ConfigurationError(
            f'{account.place}: the server offers no STARTTLS; in mailboxes.toml set imap.security = "tls", and'
            " imap.port to the port for TLS, usually 993"
        ) from error


def _verifying(account: ImapAccount) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=account.ca_file)
    except OSError as error:
        raise ConfigurationError(
            f"{account.place}: the certificates in {account.ca_file} cannot be read: {server_words(error)}; correct"
            " imap.ca_file in mailboxes.toml"
        ) from error


def _untrusted(account: ImapAccount, error: ssl.SSLCertVerificationError) -> ConfigurationError:
    return ConfigurationError(
        f"{account.place}: the server's certificate is not trusted: {error.verify_message}; in mailboxes.toml correct"
        " imap.host, or name the certificate's own authority with imap.ca_file"
    )


def _log_in(client: Client, account: ImapAccount) -> None:
    plain = (account.user + account.password).isascii()
    try:
        (client.login if plain else client.plain_login)(account.user, account.password)
    except LoginError as error:
        words = server_words(error)
        if account.password:
            words = words.replace(account.password, "...")
        if isinstance(error.__context__, imaplib.IMAP4.abort) or any(sign in words for sign in PASSING):
            raise UnreachableError(f"{account.place}: no login for now: {words}") from error
        raise ConfigurationError(
            f"{account.place}: the server refused the login of {account.user}: {words}; correct user or secret in"
            " mailboxes.toml, and ask your provider whether programs need a password of their own",
            exit_code=77,
        ) from error
