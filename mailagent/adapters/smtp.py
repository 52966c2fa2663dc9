"""Send mail over SMTP (RFC 5321), one recipient a mail, over one connection that is reused.

The commands are given one by one, because what an error means depends on how far the mail had come: until the final
dot is written nothing was accepted; after it, only the server's answer tells. So the dot is written by itself, once the
caller has noted that it follows.
"""

import asyncio
import os
import re
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

import aiosmtplib

from mailagent.crash_points import passing
from mailagent.domain.hosts import is_this_machine
from mailagent.errors import ConfigurationError, PermanentError, TemporaryError, UncertainError, UnreachableError
from mailagent.ports import AtEnd

ADDRESS = re.compile(r"[^\s<>,;\x00-\x1f\x7f\ud800-\udfff]{1,255}@[^\s<>,;@\x00-\x1f\x7f\ud800-\udfff]{1,255}")
ONE_LINE_END = re.compile(rb"\r\n|\r|\n")
ADMIN_MUST_ACT = frozenset({530, 534, 535, 538})
"""RFC 4954 section 6: authentication required, too weak, refused; encryption required."""
NOT_TLS = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "UNKNOWN_PROTOCOL"})
"""What OpenSSL says of a server that answers in plain text."""
PROBE = 10.0
"""Seconds that a reused connection has to answer."""
CLOSING = 5.0
"""Seconds to say goodbye in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpAccount:
    """Where mail of the mailbox `name` goes out. `sender` is the envelope's, where bounces go unless a mail names
    another; `timeout` in seconds, for each answer; `final_timeout` for the one that accepts the mail (RFC 5321 section
    4.5.3.2.6 asks for ten minutes); `ca_file` replaces the system's authorities. `copies_to` is an address of ours that
    gets a copy of each mail, of which its recipient sees nothing. `kind`, `file` and `login_key` tell an admin what it
    is for, where it stands, and by which key `user` was given, where not by the one of that name.

    Raises `ConfigurationError` when mail would cross a network unencrypted.
    """

    name: str
    host: str
    port: int
    security: Literal["tls", "starttls", "none"]
    user: str | None
    password: str | None = field(repr=False)
    sender: str
    timeout: float = 60
    final_timeout: float = 600
    ca_file: str | None = None
    copies_to: str | None = None
    kind: str = "mailbox"
    file: str = "mailboxes.toml"
    login_key: str = "smtp_user"

    def __post_init__(self) -> None:
        if self.security == "none" and not is_this_machine(self.host):
            raise ConfigurationError(
                f'{self.place}: smtp.security = "none" is for servers on this machine only; write "tls" or "starttls"'
                f" in {self.file}"
            )

    @property
    def place(self) -> str:
        """What an error is about: the mailbox and its server."""
        return f"{self.kind} {self.name}: smtp {self.host}:{self.port}"

    @property
    def login_keys(self) -> str:
        """Those that may hold a wrong `user`."""
        return ", ".join(dict.fromkeys(("user", self.login_key)))


class SmtpSender:
    """See `MailSender`. A `send` that is cancelled drops the connection; whether the mail left is then unknown."""

    def __init__(self, account: SmtpAccount) -> None:
        self._account = account
        self._client: aiosmtplib.SMTP | None = None
        self._lock = asyncio.Lock()

    async def send(
        self, recipient: str, raw: bytes, *, return_path: str | None = None, at_end: AtEnd | None = None
    ) -> None:
        """See `MailSender`."""
        sender = return_path or self._account.sender
        for address in (sender, recipient):
            if not ADDRESS.fullmatch(address):
                raise PermanentError(f"{self._account.place}: not one plain address: {address!r}")
        async with self._lock:
            try:
                client = await self._ready()
                await self._announce(client, sender, recipient, raw)
                await self._hand_over(client, raw, at_end)
            except (aiosmtplib.SMTPException, OSError) as error:
                self._drop()
                raise TemporaryError(f"{self._account.place}: {_words(error)}") from error
            except (UncertainError, ConfigurationError, asyncio.CancelledError):
                self._drop()
                raise

    async def reach(self) -> None:
        """See `MailSender`."""
        async with self._lock:
            try:
                await self._ready()
            except (aiosmtplib.SMTPException, OSError) as error:
                self._drop()
                raise TemporaryError(f"{self._account.place}: {_words(error)}") from error

    async def close(self) -> None:
        """See `MailSender`. Takes 5 seconds at most, even while a mail is being sent."""
        try:
            with suppress(Exception):
                async with asyncio.timeout(CLOSING), self._lock:
                    if self._client is not None and self._client.is_connected:
                        await self._client.quit()
        finally:
            self._drop()

    async def _ready(self) -> aiosmtplib.SMTP:
        """A connection without a begun mail; a server may have dropped the reused one meanwhile."""
        if self._client is not None and self._client.is_connected:
            with suppress(aiosmtplib.SMTPException, OSError):
                await self._client.rset(timeout=PROBE)
                return self._client
        self._drop()
        account = self._account
        self._client = client = aiosmtplib.SMTP(
            hostname=account.host,
            port=account.port,
            timeout=account.timeout,
            use_tls=account.security == "tls",
            start_tls=False,
            tls_context=None if account.security == "none" else _verifying(account),
        )
        try:
            await client.connect()
            await client.ehlo()
            if account.security == "starttls":
                await _encrypt(client, account)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise _unreachable(account, error) from error
        if account.user is not None:
            await self._log_in(client, account.user, account.password or "")
        return client

    async def _log_in(self, client: aiosmtplib.SMTP, user: str, password: str) -> None:
        account = self._account
        if not client.supported_auth_methods:
            encrypt = (
                ' Many servers offer one only under smtp.security = "starttls".' if account.security == "none" else ""
            )
            raise ConfigurationError(
                f'{account.place}: the server offers no login (AUTH); in {account.file} set {account.login_key} = ""'
                " if it takes mail without one, else correct smtp.port, usually 465 for tls and 587 for starttls."
                f"{encrypt}"
            )
        try:
            await client.login(user, password)
        except aiosmtplib.SMTPAuthenticationError as error:
            if 400 <= error.code < 500:  # noqa: PLR2004  # 4xx: later
                raise UnreachableError(f"{account.place}: no login for now: {_words(error)}") from error
            raise ConfigurationError(
                f"{account.place}: the server refused the login of {user}: {_words(error)}; correct"
                f" {account.login_keys} or secret in {account.file}, and ask your provider whether programs need a"
                " password of their own",
                exit_code=77,
            ) from error

    async def _announce(self, client: aiosmtplib.SMTP, sender: str, recipient: str, raw: bytes) -> None:
        """MAIL, RCPT and DATA: up to here the mail can be taken back."""
        options = []
        if client.supports_extension("size"):
            options.append(f"SIZE={len(raw)}")
        if not raw.isascii() and client.supports_extension("8bitmime"):
            options.append("BODY=8BITMIME")
        if not (sender + recipient).isascii():
            if not client.supports_extension("smtputf8"):
                raise PermanentError(f"{self._account.place}: the server takes no address outside ASCII")
            options.append("SMTPUTF8")
        await self._say(client, f"MAIL FROM:<{sender}>", *options, wanted=(250,))
        await self._say(client, f"RCPT TO:<{recipient}>", wanted=(250, 251))
        if self._account.copies_to is not None:  # refused, it keeps nobody from their answer
            await client.execute_command(f"RCPT TO:<{self._account.copies_to}>".encode())
        await self._say(client, "DATA", wanted=(354,))

    async def _hand_over(self, client: aiosmtplib.SMTP, raw: bytes, at_end: AtEnd | None) -> None:
        """The mail, then its final dot, and the answer that decides."""
        protocol = client.protocol
        if protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("connection lost after DATA")
        protocol.write(_dotted(raw))
        passing("outbox.before_eod")
        try:
            if at_end is not None:
                await at_end()
        except BaseException:
            self._drop()  # without its dot the mail is thrown away
            raise
        passing("outbox.before_dot")
        protocol.write(b".\r\n")
        passing("outbox.after_dot")
        try:
            answer = await protocol.read_response(timeout=self._account.final_timeout)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise UncertainError(f"{self._account.place}: no answer to the mail: {_words(error)}") from error
        passing("outbox.answered")
        if answer.code == 250:  # noqa: PLR2004  # the only success
            return
        if not 400 <= answer.code < 600:  # noqa: PLR2004  # neither yes nor no
            raise UncertainError(f"{self._account.place}: {answer.code} {answer.message}")
        raise self._refusal(answer.code, answer.message)

    async def _say(self, client: aiosmtplib.SMTP, *words: str, wanted: tuple[int, ...]) -> None:
        answer = await client.execute_command(*(word.encode() for word in words))
        if answer.code not in wanted:
            raise self._refusal(answer.code, answer.message)

    def _refusal(self, code: int, message: str) -> Exception:
        words = f"{self._account.place}: {code} {message}"
        if code in ADMIN_MUST_ACT:
            return ConfigurationError(
                f"{words}; check {self._account.login_keys}, secret and smtp.security in {self._account.file}",
                exit_code=77,
            )
        return PermanentError(words) if 500 <= code < 600 else TemporaryError(words)  # noqa: PLR2004  # 5xx: for good

    def _drop(self) -> None:
        """Forget the connection and what is still to be written to it; a half-sent mail must not be completed."""
        client, self._client = self._client, None
        if client is not None:
            transport = client.transport
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()
            client.close()


async def _encrypt(client: aiosmtplib.SMTP, account: SmtpAccount) -> None:
    if not client.supports_extension("starttls"):
        raise ConfigurationError(
            f'{account.place}: the server offers no STARTTLS; in {account.file} set smtp.security = "tls", and'
            " smtp.port to the port for TLS, usually 465"
        )
    await client.starttls()
    await client.ehlo()


def _unreachable(account: SmtpAccount, error: Exception) -> Exception:
    """No connection, or no greeting. A port that is for TLS is silent until the client begins."""
    cause = error if isinstance(error, ssl.SSLError) else error.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return ConfigurationError(
            f"{account.place}: the server's certificate is not trusted: {cause.verify_message}; in {account.file}"
            " correct smtp.host, or name the certificate's own authority with smtp.ca_file"
        )
    if isinstance(cause, ssl.SSLError) and cause.reason in NOT_TLS:
        return ConfigurationError(
            f"{account.place}: no TLS is spoken there; in {account.file} set smtp.port to the port for TLS, usually"
            ' 465, or smtp.security = "starttls", usually on port 587'
        )
    hint = f"check smtp.host and smtp.port in {account.file}, and whether the server runs"
    if isinstance(error, TimeoutError) and account.security != "tls":
        hint += '; a port for TLS, usually 465, needs smtp.security = "tls"'
    reason = (cause.strerror if isinstance(cause, OSError) else None) or _words(error)
    if isinstance(cause, ConnectionError) and cause.errno:  # asyncio's own words are those of the call that failed
        reason = os.strerror(cause.errno)
    return UnreachableError(f"{account.place}: no connection: {reason}; {hint}")


def _words(error: Exception) -> str:
    """What the server said, or what became of the connection."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} {error.message}" if error.code > 0 else str(error.message)
    return str(error) or type(error).__name__


def _dotted(raw: bytes) -> bytes:
    """As it travels after DATA (RFC 5321 sections 2.3.8 and 4.5.2): CRLF alone ends a line, so that no lone CR or LF
    can look like the end of the mail to some server, and each leading dot is doubled. Without the final dot.
    """
    lines = ONE_LINE_END.sub(b"\r\n", raw).removesuffix(b"\r\n").split(b"\r\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + b"\r\n"


def _verifying(account: SmtpAccount) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=account.ca_file)
    except OSError as error:
        raise ConfigurationError(
            f"{account.place}: the certificates in {account.ca_file} cannot be read: {error.strerror}; correct"
            f" smtp.ca_file in {account.file}"
        ) from error
