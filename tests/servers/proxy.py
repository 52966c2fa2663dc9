"""A way to a mail server that breaks as it is told to: late, slow, cut, half-open, or with another answer.

It stands between a client and a real server of a protocol of lines that is not encrypted, as IMAP and SMTP are here.
"""

import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

Way = Literal["command", "answer"]
"""To the server, or from it."""
PATIENCE = 10.0


@dataclass(kw_only=True)
class Fault:
    r"""What happens at the first line, on its `way`, in which the regular expression `sign` is found.

    `line` goes on in the place of what was found (``\1`` is the first group of `sign`), unless nothing is left of it,
    after `delay` seconds and when `meanwhile` was called. From there on a byte takes `pace` seconds, or the connection
    is cut `cut_after` so many bytes, or with `half_open` nothing goes through any more, on either way, and nobody is
    told. It happens `times` times.
    """

    way: Way
    sign: bytes
    line: bytes | None = None
    delay: float = 0
    meanwhile: Callable[[], object] = lambda: None
    pace: float = 0
    cut_after: int | None = None
    half_open: bool = False
    times: int = 1


class Proxy:
    """``with Proxy(server.port) as proxy``: serves on `port`. `faults` may be added at any time; `said` is what clients
    sent to the server, and `connections` counts them. At the end each fault must have happened.
    """

    def __init__(self, to: int, *faults: Fault) -> None:
        self.host = "127.0.0.1"
        self.port = 0
        self.faults = [*faults]
        self.said: list[bytes] = []
        self.connections = 0
        self._to = to
        self._changed = threading.Condition()
        self._closed = threading.Event()
        self._listener: socket.socket | None = None
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self.listen()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._closed.set()
        self.hang_up()
        for thread in self._threads:
            thread.join(PATIENCE)
        for end in self._ends:
            end.close()
        if kind is None and any(fault.times for fault in self.faults):
            raise AssertionError(f"these did not happen: {[fault for fault in self.faults if fault.times]}")

    def listen(self) -> None:
        """Accept connections, again on the same port after `hang_up`."""
        self._listener = socket.create_server((self.host, self.port))
        self.port = self._listener.getsockname()[1]
        self._start(self._accept, self._listener)

    def hang_up(self) -> None:
        """Drop every connection and accept no more."""
        listener, self._listener = self._listener, None
        for end in [*([listener] if listener else []), *self._ends]:
            _hang_up(end)
        if listener is not None:
            listener.close()

    def wait_for(self, sign: bytes) -> None:
        """Return once a client has said a line with `sign` in it; raises `TimeoutError` after `PATIENCE` seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: any(sign in words for words in self.said), PATIENCE):
                raise TimeoutError(f"nobody said {sign!r}, but {self.said}")

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, name="proxy", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                self.connections += 1
                try:
                    server = socket.create_connection((self.host, self._to))
                except ConnectionRefusedError:
                    client.close()
                    continue
                for end in (client, server):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self._ends.append(end)
                dead = threading.Event()
                self._start(self._relay, "command", client, server, dead)
                self._start(self._relay, "answer", server, client, dead)

    def _relay(self, way: Way, source: socket.socket, target: socket.socket, dead: threading.Event) -> None:
        """Until one end is gone; `dead` is set once the connection is half-open."""
        pace, left = 0.0, -1
        with suppress(OSError), source.makefile("rb") as lines:
            for arrived in lines:
                line, words = arrived, arrived.rstrip(b"\r\n")
                if way == "command":
                    self._heard(words)
                fault = self._met(way, words)
                if fault is not None:
                    fault.meanwhile()
                    self._closed.wait(fault.delay)
                    if fault.line is not None:
                        words = re.sub(fault.sign, fault.line, words, count=1)
                        line = words + b"\r\n" if words else b""
                    pace, left = fault.pace, -1 if fault.cut_after is None else fault.cut_after
                    if fault.half_open:
                        dead.set()
                if dead.is_set():
                    self._closed.wait()
                    break
                self._forward(line if left < 0 else line[:left], target, pace)
                left -= min(left, len(line)) if left > 0 else 0
                if left == 0:
                    break
        for end in (target, source):  # neither protocol says half a goodbye
            _hang_up(end)

    def _heard(self, words: bytes) -> None:
        with self._changed:
            self.said.append(words)
            self._changed.notify_all()

    def _met(self, way: Way, words: bytes) -> Fault | None:
        with self._changed:
            for fault in self.faults:
                if fault.way == way and fault.times and re.search(fault.sign, words):
                    fault.times -= 1
                    return fault
        return None

    def _forward(self, data: bytes, target: socket.socket, pace: float) -> None:
        for piece in (data,) if not pace else (data[at : at + 1] for at in range(len(data))):
            target.sendall(piece)
            if self._closed.wait(pace):
                return


def _hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
