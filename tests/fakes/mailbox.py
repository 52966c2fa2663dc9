"""A mailbox in memory."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from mailagent.domain.message import RawMail
from mailagent.errors import TemporaryError
from mailagent.ports import BEGINNING

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
CUT = 200
"""Bytes that come of a mail over the limit."""


@dataclass(kw_only=True)
class FakeMailbox:
    """See `Mailbox`. `errors` are raised by the call that they name, once each, None by none.

    `fetch` gives groups of `group_size`. Mail over `size_limit` comes cut; of the `withheld` UIDs nothing comes. It
    does not say when mail of `LONG_AGO` arrived. `following` is the UID of the next mail, as `epoch` found it.
    """

    name: str = "support"
    folder: str = "INBOX"
    uidvalidity: int = 7
    size_limit: int = 30_000_000
    mails: dict[int, bytes] = field(default_factory=dict)
    arrived: dict[int, datetime] = field(default_factory=dict)
    marked: list[int] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    errors: dict[str, list[BaseException | None]] = field(default_factory=dict)
    fetched: list[int] = field(default_factory=list)
    withheld: set[int] = field(default_factory=set)
    group_size: int = 100
    following: int | None = None

    def deliver(self, raw: bytes, *, at: datetime = LONG_AGO, seen: bool = False) -> int:
        """Put a mail in; returns its UID, which no mail had before."""
        uid = max(self.arrived, default=0) + 1
        self.mails[uid] = raw
        self.arrived[uid] = at
        if seen:
            self.seen.add(uid)
        return uid

    def rebuild(self) -> None:
        """The server was restored: the same mail under other UIDs, which mean nothing to us."""
        self.uidvalidity += 1
        uids = {old: new for new, old in enumerate(sorted(self.mails), start=101)}
        self.mails = {uids[uid]: raw for uid, raw in self.mails.items()}
        self.arrived = {uids[uid]: at for uid, at in self.arrived.items() if uid in uids}
        self.seen = {uids[uid] for uid in self.seen if uid in uids}

    def put_back(self, newest: int) -> None:
        """A snapshot took the place of the folder, under the same UIDVALIDITY: what came after the mail `newest` is
        gone, and its numbers are given again.
        """
        self.arrived = {uid: at for uid, at in self.arrived.items() if uid <= newest}
        self.mails = {uid: raw for uid, raw in self.mails.items() if uid <= newest}
        self.seen = {uid for uid in self.seen if uid <= newest}

    async def epoch(self) -> int:
        """See `Mailbox`."""
        self._fail("epoch")
        self.following = max(self.arrived, default=0) + 1
        return self.uidvalidity

    async def next_uid(self) -> int | None:
        """See `Mailbox`."""
        return self.following

    async def uids(self, *, above: int = 0, unseen: bool = False, since: datetime | None = None) -> list[int]:
        """See `Mailbox`."""
        self._fail("uids")
        return [
            uid
            for uid in sorted(self.mails)
            if uid > above
            and not (unseen and uid in self.seen)
            and (since is None or self.arrived[uid] >= since.replace(microsecond=0))
        ]

    async def beginning(self, uid: int) -> bytes:
        """See `Mailbox`."""
        return b"".join(self.mails.get(uid, b"").partition(b"\r\n\r\n")[:2])[:BEGINNING]

    async def fetch(self, uids: Sequence[int]) -> AsyncIterator[list[RawMail]]:
        """See `Mailbox`."""
        for start in range(0, len(uids), self.group_size):
            self._fail("fetch")
            group = uids[start : start + self.group_size]
            self.fetched += group
            if self.withheld & set(group):
                raise TemporaryError("NO FETCH failed")
            yield [self._fetched(uid) for uid in group if uid in self.mails]

    async def mark(self, uids: Sequence[int]) -> None:
        """See `Mailbox`."""
        self._fail("mark")
        self.marked += uids
        self.seen |= set(uids)

    async def wait(self, seconds: float) -> None:
        """See `Mailbox`; nothing ever comes."""

    def wake(self) -> None:
        """See `Mailbox`."""

    async def close(self) -> None:
        """See `Mailbox`."""

    def _fetched(self, uid: int) -> RawMail:
        raw = self.mails[uid]
        return RawMail(
            mailbox=self.name,
            folder=self.folder,
            uidvalidity=self.uidvalidity,
            uid=uid,
            raw=raw if len(raw) <= self.size_limit else raw[:CUT],
            size=len(raw),
            arrived_at=None if self.arrived[uid] == LONG_AGO else self.arrived[uid],
        )

    def _fail(self, call: str) -> None:
        error = self.errors[call].pop(0) if self.errors.get(call) else None
        if error is not None:
            raise error
