"""An IMAP server that says what it is told to: for the answers that no sane server can be made to give.

It has one mail, with UID 7, in every folder.
"""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

PATIENCE = 10.0
USUAL = {
    "CAPABILITY": "* CAPABILITY IMAP4rev1 IDLE\r\n{tag} OK done\r\n",
    "LOGIN": "{tag} OK [CAPABILITY IMAP4rev1 IDLE] in\r\n",
    "SELECT": "* 1 EXISTS\r\n* OK [UIDVALIDITY 3] valid\r\n{tag} OK [READ-WRITE] done\r\n",
    "UID SEARCH": "* SEARCH 7\r\n{tag} OK done\r\n",
    "NOOP": "{tag} OK done\r\n",
    "IDLE": "+ idling\r\n",
    "DONE": "{tag} OK done\r\n",
    "LOGOUT": "* BYE\r\n{tag} OK done\r\n",
}
"""What it says after each command; ``{tag}`` stands for the command's."""
CLOSE = "(close)"
"""At the end of an answer: close the connection."""


class ScriptedImap:
    """``with ScriptedImap({"LOGIN": "{tag} NO [UNAVAILABLE] later"}) as server``; `connections` counts them.

    An answer is used on the first connection and `usual` ones afterwards, so that a test can see a client recover, or
    `on_every_connection`.
    """

    def __init__(
        self, answers: dict[str, str], *, greeting: str = "* OK hello", on_every_connection: bool = False
    ) -> None:
        self.host = "127.0.0.1"
        self.port = 0
        self.connections = 0
        self.said: list[str] = []
        self._answers = answers
        self._always = on_every_connection
        self._changed = threading.Condition()
        self._greeting = greeting
        self._listener = socket.create_server((self.host, 0))
        self._thread = threading.Thread(target=self._serve, name="scripted-imap", daemon=True)
        self._open: socket.socket | None = None

    def __enter__(self) -> Self:
        self.port = self._listener.getsockname()[1]
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        if self._open is not None:
            with contextlib.suppress(OSError):
                self._open.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE)

    def wait_for_connections(self, count: int) -> None:
        """Return once there were so many; raises `TimeoutError` after `PATIENCE` seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.connections >= count, PATIENCE):
                raise TimeoutError(f"{self.connections} of {count} connections")

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self._open, _ = self._listener.accept()
                with self._changed:
                    self.connections += 1
                    self._changed.notify_all()
                answers = {**USUAL, **self._answers} if self._always or self.connections == 1 else USUAL
                with self._open as connection, contextlib.suppress(OSError):
                    self._talk(connection, answers)

    def _talk(self, connection: socket.socket, answers: dict[str, str]) -> None:
        connection.sendall(f"{self._greeting}\r\n".encode())
        idling = ""
        for line in connection.makefile("r", encoding="utf-8", newline="\r\n"):
            self.said.append(line.strip())
            tag, _, rest = line.strip().partition(" ")
            command = " ".join(rest.split()[: 2 if rest.startswith("UID ") else 1])
            if tag == "DONE":
                tag, command = idling, "DONE"
            elif command == "IDLE":
                idling = tag
            answer = answers.get(command, "{tag} BAD what?\r\n").replace("{tag}", tag)
            connection.sendall(answer.removesuffix(CLOSE).encode())
            if answer.endswith(CLOSE) or command == "LOGOUT":
                return
