"""A real SMTP server that records what it accepts and misbehaves when told to.

It runs in a thread with its own event loop; its socket is a real one.
"""

import asyncio
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.certificate import Certificate

Phase = Literal["MAIL", "RCPT", "DATA", "END"]
"""END is after the final dot."""
DROP = "drop"
"""Close the connection instead of an answer; the mail is not accepted."""
DROP_ACCEPTED = "drop accepted"
"""At END: accept the mail, and close the connection before saying so."""
HANG = "hang"
"""Never answer."""
SLOW = "slow"
"""At END: accept the mail, and take some time to say so."""
PATIENCE = 10.0
SLOWNESS = 0.2
"""Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One accepted mail, with the lines ending in CRLF."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes


class SmtpServer:
    """``with SmtpServer() as server``: plain, or with STARTTLS or implicit `tls` when it has a certificate.

    `script` says what to answer at a phase: a line such as ``450 later``, `DROP`, `DROP_ACCEPTED` or `HANG`. With
    `login` (user, password) nobody sends without it; without `offers_login` there is no AUTH. `connections` counts
    those that were made. `ends` are the answers at END to the next mails, one each, before the script; `on_accept` is
    called with each mail that is accepted, `on_reach` with each phase that is reached, before anything is answered.
    """

    def __init__(
        self,
        *,
        certificate: Certificate | None = None,
        tls: bool = False,
        login: tuple[str, str] | None = None,
        offers_login: bool = True,
    ) -> None:
        self.host = "127.0.0.1"
        self.port = 0
        self.script: dict[Phase, str] = {}
        self.ends: list[str] = []
        self.on_accept: Callable[[Received], object] = lambda _: None
        self.on_reach: Callable[[Phase], object] = lambda _: None
        self.received: list[Received] = []
        self.reached: list[Phase] = []
        self.connections = 0
        self._changed = threading.Condition()
        self.needs_login = login is not None
        self._login = login
        self._offers_login = offers_login
        self._context: ssl.SSLContext | None = None
        if certificate is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(certificate.certificate, certificate.key)
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._sessions: set[_Session] = set()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._run, name="smtp-server", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.listen()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.hang_up()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)

    def listen(self) -> None:
        """Accept connections, again on the same port after `hang_up`."""
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(PATIENCE)

    def hang_up(self, *, listening: bool = False) -> None:
        """Drop every connection, and accept no more unless `listening`."""
        asyncio.run_coroutine_threadsafe(self._hang_up(listening=listening), self._loop).result(PATIENCE)

    def wait_for(self, condition: Callable[["SmtpServer"], bool], timeout: float = PATIENCE) -> None:
        """Return once `condition` holds; raises `TimeoutError` after `timeout` seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: condition(self), timeout):
                raise TimeoutError(f"reached {self.reached}, received {len(self.received)} mails")

    def reach(self, phase: Phase) -> str | None:
        """Note that a client came so far; what to answer, None for as usual."""
        self.on_reach(phase)
        with self._changed:
            self.reached.append(phase)
            self._changed.notify_all()
            return self.ends.pop(0) if phase == "END" and self.ends else self.script.get(phase)

    def accept(self, mail: Received) -> None:
        """Record a mail."""
        self.on_accept(mail)
        with self._changed:
            self.received.append(mail)
            self._changed.notify_all()

    def wait_until_left(self) -> None:
        """Return once every client is gone and what it had sent is dealt with."""
        self.wait_for(lambda server: not server._sessions)  # noqa: SLF001 - its own

    def left(self, session: "_Session") -> None:
        """A client is gone."""
        with self._changed:
            self._sessions.discard(session)
            self._changed.notify_all()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _listen(self) -> None:
        context = self._context if self._tls else None
        self._server = await self._loop.create_server(self._session, self.host, self.port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _hang_up(self, *, listening: bool) -> None:
        if self._server is not None and not listening:
            self._server.close()
            self._server = None
        for session in [*self._sessions]:
            session.drop()
        self._sessions.clear()

    def _session(self) -> "_Session":
        self.connections += 1
        session = _Session(
            self,
            loop=self._loop,
            hostname="smtp.test",
            enable_SMTPUTF8=True,
            tls_context=None if self._tls else self._context,
            require_starttls=self._context is not None and not self._tls,
            authenticator=self._authenticate,
            auth_require_tls=not self._offers_login,
        )
        self._sessions.add(session)
        return session

    def _authenticate(
        self,
        server: SMTP,  # noqa: ARG002  # aiosmtpd's signature
        session: Session,  # noqa: ARG002
        envelope: Envelope,  # noqa: ARG002
        mechanism: str,  # noqa: ARG002
        data: object,
    ) -> AuthResult:
        given = (data.login.decode(), data.password.decode()) if isinstance(data, LoginPassword) else None
        return AuthResult(success=given == self._login, handled=False)


class _Session(SMTP):
    """One connection; asks the script before it goes on."""

    def __init__(self, server: SmtpServer, **settings: object) -> None:
        super().__init__(self, **settings)  # type: ignore[arg-type]  # handed through
        self._mail_server = server

    def connection_lost(self, error: Exception | None) -> None:
        """The client is gone."""
        super().connection_lost(error)
        self._mail_server.left(self)

    def drop(self) -> None:
        """Cut the line."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802  # named after the command
        if self._mail_server.needs_login and not (self.session and self.session.authenticated):
            await self.push("530 5.7.0 authentication required")
        elif not await self._diverted("MAIL"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        if not await self._diverted("RCPT"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if not await self._diverted("DATA"):
            await super().smtp_DATA(arg)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        """The mail has arrived with its final dot."""
        answer = self._mail_server.reach("END")
        mail = Received(
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            raw=bytes(envelope.original_content or b""),
        )
        if answer in (None, DROP_ACCEPTED, SLOW) or (answer or "").startswith("2"):
            self._mail_server.accept(mail)
        await self._play(answer)
        return "250 accepted" if answer in (None, SLOW) else answer

    async def _diverted(self, phase: Phase) -> bool:
        answer = self._mail_server.reach(phase)
        await self._play(answer)
        if answer is None:
            return False
        with suppress(ConnectionError):
            await self.push(answer)
        return True

    async def _play(self, answer: str | None) -> None:
        if answer == HANG:
            await asyncio.Event().wait()
        if answer == SLOW:
            await asyncio.sleep(SLOWNESS)
        if answer in (DROP, DROP_ACCEPTED):
            self.drop()
            await asyncio.Event().wait()
