"""A mail world of its own: an IMAP and an SMTP server in this process, on loopback and free ports, in memory.

The SMTP server delivers what it accepts into the IMAP mailbox of the recipient, and says of each mail, as a real MX
does, whether its From is authentic, so that the demo can show the daemon with authentication required.
"""

import asyncio
import re
import threading
from collections.abc import Coroutine, Sequence
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
PATIENCE = 10.0
"""Seconds that starting, stopping and delivering may take."""


class DemoServers:
    """``with DemoServers(domains=["example.com"]) as servers``, or `start` and `stop`.

    Every address in `domains` is a mailbox from its first mail on, and those in `mailboxes` from the beginning; one
    logs in with the address and `password`. ``support+anything@`` is the mailbox of ``support@``. All methods may be
    called from any thread.
    """

    host = HOST

    def __init__(
        self,
        *,
        domains: Sequence[str],
        mailboxes: Sequence[str] = (),
        password: str = "demo",  # noqa: S107  # it guards nothing
        authserv_id: str = "mx.demo.example",
    ) -> None:
        self.imap_port = 0
        self.smtp_port = 0
        self.password = password
        self.authserv_id = authserv_id
        self._domains = frozenset(domain.lower() for domain in domains)
        self._mailboxes = tuple(mailbox_of(address) for address in mailboxes)
        self._arrived: dict[str, list[bytes]] = {}
        self._changed = threading.Condition()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._serving = threading.Event()
        self._failure: BaseException | None = None
        self._stopping = asyncio.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Returns once both servers listen. Raises `OSError` if they cannot."""
        self._serving.clear()
        self._stopping = asyncio.Event()
        self._failure = None
        self._thread = threading.Thread(target=self._run, name="demo-mail", daemon=True)
        self._thread.start()
        self._serving.wait()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Drop the connections and end; what arrived can still be read."""
        thread, self._thread = self._thread, None
        if thread is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
            thread.join(PATIENCE)

    def deliver(self, raw: bytes, sender: str, recipient: str) -> None:
        """Put a mail into a mailbox as if it had come by SMTP, with `sender` in its envelope (empty for a bounce).

        Raises `ValueError` when the recipient is not in the demo's domains.
        """
        if not self._takes(recipient):
            raise ValueError(f"{recipient} is not in the demo's domains")
        self._in_loop(self._deliver(raw, sender, recipient))

    def mails_for(self, address: str) -> list[bytes]:
        """What arrived in the mailbox of `address`, oldest first."""
        with self._changed:
            return list(self._arrived.get(mailbox_of(address), []))

    async def wait_for_mail(self, address: str, count: int = 1, timeout: float = PATIENCE) -> list[bytes]:  # noqa: ASYNC109  # a thread waits
        """All mails in the mailbox of `address`, once there are at least `count`.

        Raises `TimeoutError` after `timeout` seconds.
        """
        if not await asyncio.to_thread(self._wait, address, count, timeout):
            raise TimeoutError(f"{len(self.mails_for(address))} of {count} mails for {address} in {timeout:g} seconds")
        return self.mails_for(address)

    def _wait(self, address: str, count: int, timeout: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: len(self._arrived.get(mailbox_of(address), [])) >= count, timeout)

    def _in_loop(self, work: Coroutine[None, None, None]) -> None:
        if self._loop is None or self._thread is None:
            work.close()
            raise RuntimeError("the demo's servers do not run")
        asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001  # told to whoever waits in start
            self._failure = error
        finally:
            self._serving.set()

    async def _serve(self) -> None:
        from mailagent.demo.in_memory import InMemoryImap, start_smtp  # noqa: PLC0415  # slow to load, see there

        self._loop = asyncio.get_running_loop()
        self._imap = InMemoryImap(self.password)
        for address in self._mailboxes:
            self._imap.add_mailbox(address)
        imap = await self._imap.start(HOST)
        smtp = await start_smtp(HOST, takes=self._takes, deliver=self._deliver)
        self.imap_port = imap.sockets[0].getsockname()[1]
        self.smtp_port = smtp.sockets[0].getsockname()[1]
        self._serving.set()
        await self._stopping.wait()
        imap.close()
        smtp.close()

    def _takes(self, address: str) -> bool:
        return address.rpartition("@")[2].lower() in self._domains

    async def _deliver(self, raw: bytes, sender: str, recipient: str) -> None:
        address = mailbox_of(recipient)
        stamped = stamp(raw, sender, self.authserv_id)
        await self._imap.append(address, stamped)
        with self._changed:
            self._arrived.setdefault(address, []).append(stamped)
            self._changed.notify_all()


def mailbox_of(address: str) -> str:
    """``support@example.com`` for ``Support+C-1042@example.com``."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def stamp(raw: bytes, sender: str, authserv_id: str) -> bytes:
    """The mail with our ``Authentication-Results`` on top and without any that pretends to be ours (RFC 8601
    section 5). DMARC passes where From names one domain and it is the envelope sender's, or that is empty.
    """
    head, blank, body = _split(raw)
    fields = [field for field in re.split(rb"\r?\n(?![ \t])", head) if not _claims(field, authserv_id)]
    message = BytesHeaderParser().parsebytes(head)
    domains = {address.rpartition("@")[2].lower() for _, address in getaddresses(message.get_all("From", []))}
    domain = domains.pop() if len(domains) == 1 else ""
    passed = bool(domain) and sender.rpartition("@")[2].lower() in {domain, ""}
    ours = f"Authentication-Results: {authserv_id}; dmarc={'pass' if passed else 'fail'} header.from={domain or 'none'}"
    return b"\r\n".join([ours.encode("ascii", "replace"), *fields]) + blank + body


def _split(raw: bytes) -> tuple[bytes, bytes, bytes]:
    found = re.search(rb"\r?\n\r?\n", raw)
    return (raw[: found.start()], found.group(), raw[found.end() :]) if found else (raw, b"\r\n\r\n", b"")


def _claims(field: bytes, authserv_id: str) -> bool:
    name, _, value = field.partition(b":")
    if name.strip().lower() != b"authentication-results":
        return False
    words = re.sub(rb"\([^()]*\)", b" ", value).partition(b";")[0].split()
    return not words or words[0].strip(b'"').lower() == authserv_id.lower().encode()
