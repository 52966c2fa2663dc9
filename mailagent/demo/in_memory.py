"""An IMAP and an SMTP server for one event loop, in memory. The only file that imports pymap and aiosmtpd; both take
a while to load, so it is itself imported only when the demo starts.
"""

import asyncio
import ssl
from argparse import Namespace
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from datetime import UTC, datetime

from aiosmtpd.smtp import SMTP, Envelope, Session
from proxyprotocol.noop import ProxyProtocolNoop
from proxyprotocol.reader import ProxyProtocolReader
from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config, Identity, Login
from pymap.concurrent import Event, Subsystem
from pymap.context import connection_exit
from pymap.imap import IMAPConnection, IMAPServer
from pymap.imap.state import ConnectionState
from pymap.parsing.command.select import IdleCommand
from pymap.parsing.message import AppendMessage
from pymap.parsing.response import UntaggedResponse
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

LARGEST = 50_000_000
"""Bytes of one mail."""


class InMemoryImap:
    """Mailboxes by address; every one has the same password. For the event loop that starts it."""

    def __init__(self, password: str) -> None:
        self._password = password
        self._config = _Config(
            Namespace(),
            host=None,
            port=0,
            demo_data=False,
            demo_user="",
            demo_password="",
            tls_enabled=False,
            ssl_context=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER),
            hash_context=Cleartext(),
            cpu_subsystem=Subsystem.for_asyncio(),
            proxy_protocol=ProxyProtocolNoop(),
            invalid_user_sleep=0,
        )
        self._login = Login(self._config)

    async def start(self, host: str) -> asyncio.Server:
        """Listen on a free port of `host`."""
        self._config.apply_context()
        imap = _Server(self._login, self._config)
        return await asyncio.start_server(ProxyProtocolReader(ProxyProtocolNoop()).get_callback(imap), host, 0)

    def add_mailbox(self, address: str) -> None:
        """Make one if there is none yet."""
        if address not in self._login.users_dict:
            self._login.users_dict[address] = UserMetadata(self._config, address, password=self._password)

    async def append(self, address: str, raw: bytes) -> None:
        """Put a mail into the INBOX of an address, unread; whoever idles there is told."""
        self.add_mailbox(address)
        async with Identity(address, self._login, None, frozenset()).new_session() as session:
            inbox = await session.mailbox_set.get_mailbox("INBOX")
            await inbox.append(AppendMessage(raw, datetime.now(UTC)), recent=True)


class _Config(Config):
    """pymap would ask the name server for its own name at each connection."""

    @property
    def greeting(self) -> bytes:
        return b"mailagent demo"


_connections: set[asyncio.Task[object]] = set()
"""From Python 3.13 on nobody else holds the task of a connection, and it is collected while it waits."""


class _Server(IMAPServer):
    """pymap's, with another state for each connection."""

    async def __call__(self, reader: StreamReader, writer: StreamWriter, sock_info: SocketInfo) -> None:
        if task := asyncio.current_task():
            _connections.add(task)
            task.add_done_callback(_connections.discard)
        connection = IMAPConnection(self.commands, self._config, reader, writer, sock_info)
        async with AsyncExitStack() as leaving:
            connection_exit.set(leaving)
            leaving.callback(connection.close)
            await connection.run(_State(self._login, self._config))


class _State(ConnectionState):
    """pymap says in IDLE only what happens from then on, and never what came just before."""

    async def receive_updates(self, cmd: IdleCommand, done: Event) -> Iterable[UntaggedResponse]:
        selected = await self.session.check_mailbox(self.selected)
        self._selected, untagged = selected.fork(cmd)
        return list(untagged) or await super().receive_updates(cmd, done)


async def start_smtp(
    host: str, *, takes: Callable[[str], bool], deliver: Callable[[bytes, str, str], Awaitable[None]]
) -> asyncio.Server:
    """Listen on a free port of `host` for mail to recipients that `takes` accepts.

    `deliver` gets the mail, its envelope sender and one recipient; a mail to several is delivered to each.
    """
    intake = _Intake(takes, deliver)
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: SMTP(intake, loop=loop, hostname="localhost", enable_SMTPUTF8=True, data_size_limit=LARGEST), host, 0
    )


class _Intake:
    """What aiosmtpd asks at each step; the names are its."""

    def __init__(self, takes: Callable[[str], bool], deliver: Callable[[bytes, str, str], Awaitable[None]]) -> None:
        self._takes = takes
        self._deliver = deliver

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self,
        server: SMTP,  # noqa: ARG002  # aiosmtpd's signature
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if not self._takes(address):
            return "550 5.1.1 no such mailbox in the demo"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name
        self,
        server: SMTP,  # noqa: ARG002  # aiosmtpd's signature
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        for recipient in envelope.rcpt_tos:
            await self._deliver(bytes(envelope.original_content or b""), envelope.mail_from or "", recipient)
        return "250 accepted"
