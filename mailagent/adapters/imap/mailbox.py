"""A mailbox over IMAP, for asyncio.

IMAPClient blocks and is not safe for threads, so a mailbox has one thread, and `Folder` is what runs there. After any
error the connection is dropped and the next call opens another: a broken answer leaves no way to tell which answer
belongs to which question.
"""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import TypeVar

from mailagent.adapters.imap.folder import SIZE_LIMIT, SLICE, Folder, batches, groups
from mailagent.adapters.imap.login import BROKEN, ImapAccount, server_words
from mailagent.domain.message import RawMail
from mailagent.errors import TemporaryError

Result = TypeVar("Result")

RENEW_IDLE = 9 * 60.0
"""Seconds; many firewalls forget a silent connection after ten minutes."""
DEADLINE = 300.0
"""Seconds for a whole call, against a server that answers a byte at a time."""
CLOSING = 5.0
"""Seconds to say goodbye in."""


class ImapMailbox:
    """See `Mailbox`. Until `epoch` has told a new UIDVALIDITY the other calls raise `TemporaryError` under it: an old
    UID must never be taken for a new mail.
    """

    def __init__(self, account: ImapAccount, *, size_limit: int = SIZE_LIMIT, renew_idle: float = RENEW_IDLE) -> None:
        self.name = account.name
        self.folder = account.folder
        self._account = account
        self._size_limit = size_limit
        self._renew_idle = renew_idle
        self._thread: ThreadPoolExecutor | None = None
        self._open: Folder | None = None
        self._epoch: int | None = None
        self._highest = 0
        self._calls = 0
        self._woken = threading.Event()
        logging.getLogger("imapclient").setLevel(logging.WARNING)  # below that it writes addresses and bodies

    async def epoch(self) -> int:
        """See `Mailbox`."""
        epoch = await self._call(Folder.select, under_any_epoch=True)
        if epoch != self._epoch:
            self._epoch, self._highest = epoch, 0
        return epoch

    async def next_uid(self) -> int | None:
        """See `Mailbox`."""
        return await self._call(lambda folder: folder.next_uid)

    async def uids(self, *, above: int = 0, unseen: bool = False, since: datetime | None = None) -> list[int]:
        """See `Mailbox`. A search compares dates only, so times are looked at mail by mail. So is each mail where a
        search for some finds none: servers find nothing while they rebuild an index.
        """
        found = await self._call(partial(Folder.uids, above=above, unseen=unseen, since=since))
        if since or (unseen and not found):
            asked = found or await self._call(partial(Folder.uids, above=above))
            found = []
            for batch in batches(asked):
                found += await self._call(partial(Folder.fitting, uids=batch, unseen=unseen, since=since))
        is_whole = above == 0 and not unseen and since is None
        self._highest = max([0 if is_whole else self._highest, *found])  # a folder that was put back begins again lower
        return found

    async def beginning(self, uid: int) -> bytes:
        """See `Mailbox`."""
        return await self._call(partial(Folder.beginning, uid=uid))

    async def fetch(self, uids: Sequence[int]) -> AsyncIterator[list[RawMail]]:
        """See `Mailbox`. A group has 100 mails at most, and no more bytes together than one may have."""
        for batch in batches(uids):
            sizes = await self._call(partial(Folder.sizes, uids=batch))
            for group in groups(sizes, self._size_limit):
                yield await self._call(partial(Folder.fetch, sizes=group, size_limit=self._size_limit))

    async def mark(self, uids: Sequence[int]) -> None:
        """See `Mailbox`."""
        for batch in batches(uids):
            await self._call(partial(Folder.mark, uids=batch))

    async def wait(self, seconds: float) -> None:
        """See `Mailbox`. Another call on this mailbox ends it too, within a second."""
        ended = threading.Event()
        looking = partial(
            Folder.wait,
            seconds=seconds,
            highest=self._highest,
            renew_idle=self._renew_idle,
            ended=lambda: ended.is_set() or self._calls > 1,
        )
        call = self._start(looking)
        give_up = time.monotonic() + seconds + DEADLINE
        try:
            while not call.done() and not self._woken.is_set():
                await asyncio.wait({call}, timeout=SLICE / 2)
                if time.monotonic() > give_up:
                    self._abort()
                    raise TemporaryError(f"{self._account.place}: no answer while waiting for mail")
        finally:
            ended.set()
            self._woken.clear()
        if call.done():
            self._highest = max(self._highest, call.result())

    def wake(self) -> None:
        """See `Mailbox`. Called while nobody waits, it ends the next `wait`."""
        self._woken.set()

    async def close(self) -> None:
        """See `Mailbox`. Takes 5 seconds at most; a later call opens a new connection."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._calls += 1  # ends a wait
        leaving = asyncio.get_running_loop().run_in_executor(thread, self._leave)
        leaving.add_done_callback(self._finish)
        await asyncio.wait({leaving}, timeout=CLOSING)
        if not leaving.done():
            self._abort()
        thread.shutdown(wait=False)

    async def _call(self, job: Callable[[Folder], Result], *, under_any_epoch: bool = False) -> Result:
        call = self._start(job, under_any_epoch=under_any_epoch)
        await asyncio.wait({call}, timeout=max(DEADLINE, 10 * self._account.timeout))
        if not call.done():
            self._abort()
            raise TemporaryError(f"{self._account.place}: no complete answer within {DEADLINE:.0f} seconds")
        return call.result()

    def _start(self, job: Callable[[Folder], Result], *, under_any_epoch: bool = False) -> asyncio.Future[Result]:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"imap-{self.name}")
        self._calls += 1
        work = partial(self._work, job, under_any_epoch=under_any_epoch)
        call = asyncio.get_running_loop().run_in_executor(self._thread, work)
        call.add_done_callback(self._finish)
        return call

    def _finish(self, call: asyncio.Future[Result]) -> None:
        self._calls -= 1
        if not call.cancelled():
            call.exception()  # looked at, so that an abandoned call does not complain

    def _work(self, job: Callable[[Folder], Result], *, under_any_epoch: bool) -> Result:
        """Runs in the thread."""
        try:
            if self._open is None:
                self._open = Folder(self._account)
                self._open.connect()
            if not under_any_epoch:
                self._expect_epoch(self._open.epoch)
            return job(self._open)
        except BROKEN as error:
            self._leave(politely=False)
            raise TemporaryError(f"{self._account.place}: {server_words(error)}") from error
        except BaseException:
            self._leave(politely=False)
            raise

    def _expect_epoch(self, epoch: int) -> None:
        if self._epoch is None:
            self._epoch = epoch
        if epoch != self._epoch:
            raise TemporaryError(f"{self._account.place}: folder {self.folder} was made anew (other UIDVALIDITY)")

    def _leave(self, *, politely: bool = True) -> None:
        """Runs in the thread."""
        folder, self._open = self._open, None
        if folder is not None:
            folder.close(politely=politely)

    def _abort(self) -> None:
        """Break the connection under the thread, which then gets an error instead of waiting on."""
        folder = self._open
        if folder is not None:
            folder.abort()
