"""A way to PostgreSQL that breaks at a commit: before the server hears of it, or before we hear that it was done."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

READS = b"READ ONLY"
COMMIT = b"COMMIT\0"
"""How the client asks for it, and how the server tells of it."""


class ForgetfulNetwork:
    """``async with ForgetfulNetwork(address) as network``; `address` of it leads to the same database.

    Of the commits that come by once `lose` is set, it breaks at the one with that number, from 1: with `done` when the
    server has committed, else before it was asked to.
    """

    def __init__(self, address: str, *, done: bool) -> None:
        self._to = urlsplit(address)
        self._done = done
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.address = ""
        self.lose = 0
        self._writes = False

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.address = self._to._replace(netloc=f"{self._to.username}:{self._to.password}@127.0.0.1:{port}").geturl()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        from_server, to_server = await asyncio.open_connection(self._to.hostname, self._to.port)
        ways = [
            asyncio.ensure_future(self._ask(reader, to_server)),
            asyncio.ensure_future(self._answer(from_server, writer)),
        ]
        with suppress(asyncio.CancelledError):
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        for end in (writer, to_server):
            end.close()

    async def _ask(self, reader: asyncio.StreamReader, to_server: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            self._writes = self._writes if b"BEGIN" not in data else READS not in data
            if not self._done and self._breaks_at(data):
                return
            to_server.write(data)
            await to_server.drain()

    async def _answer(self, from_server: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await from_server.read(65536):
            if self._done and self._breaks_at(data):
                return
            writer.write(data)
            await writer.drain()

    def _breaks_at(self, data: bytes) -> bool:
        if not (COMMIT in data and self.lose and self._writes):
            return False
        self.lose -= 1
        return self.lose == 0
