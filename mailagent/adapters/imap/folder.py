"""One connection to one selected folder (RFC 3501; IDLE RFC 2177, UIDPLUS RFC 4315, MOVE RFC 6851). It blocks.

Nothing that a sender wrote ever becomes part of a command; UIDs go out as integers, folder names come from the config.
"""

import imaplib
import re
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import cast

from mailagent.adapters.imap.login import Client, ImapAccount, connect, server_words
from mailagent.domain.caps import DAY
from mailagent.domain.message import RawMail
from mailagent.errors import ConfigurationError
from mailagent.ports import BEGINNING

SIZE_LIMIT = 30_000_000
"""Bytes; of a larger mail only `BEGINNING` bytes of the header are fetched. One FETCH asks for no more in all."""
BATCH = 100
"""UIDs a command; a thousand would make the line longer than some servers read."""
COUNTED = re.compile(rb"\* (\d{1,10}) (EXISTS|EXPUNGE)$")
SLICE = 1.0
"""Seconds that one look at an idle connection takes."""


class Folder:
    """The selected folder over one connection, for one thread.

    All raise `BROKEN` when the connection or an answer broke, after which only `close` makes sense; `connect` and
    `select` raise `ConfigurationError` where an admin must act.
    """

    def __init__(self, account: ImapAccount) -> None:
        self.account = account
        self.epoch = 0
        self.next_uid: int | None = None
        self._connected: Client | None = None
        self._target_exists = False
        self._count: int | None = None

    @property
    def _client(self) -> "Client":
        if self._connected is None:
            raise imaplib.IMAP4.abort("not connected")
        return self._connected

    def connect(self) -> None:
        """Connect, log in and select."""
        self._connected = connect(self.account)
        self.select()

    def select(self) -> int:
        """Select the folder (again); returns its UIDVALIDITY. `next_uid` is what the server says of the next mail."""
        account = self.account
        try:
            found = self._client.select_folder(account.folder)
        except imaplib.IMAP4.readonly as error:
            raise ConfigurationError(
                f"{account.place}: {account.user} may only read folder {account.folder}; give write access"
            ) from error
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            words = server_words(error)
            missing = "[NOPERM]" in words or not self._client.folder_exists(account.folder)
            if not missing:
                raise
            raise ConfigurationError(
                f"{account.place}: folder {account.folder} of {account.user} cannot be opened: {words}; "
                "correct the key folder or create it on the server"
            ) from error
        if not found.get(b"UIDVALIDITY"):
            raise imaplib.IMAP4.abort("the server gave no UIDVALIDITY")
        self.epoch = cast("int", found[b"UIDVALIDITY"])
        self.next_uid = cast("int | None", found.get(b"UIDNEXT")) or None
        return self.epoch

    def uids(self, *, above: int, unseen: bool = False, since: datetime | None = None) -> list[int]:
        """See `Mailbox.uids`. A server that rebuilds its index may list nothing: where all is asked for, its count must
        agree, or the mail of years would look new at the next visit.
        """
        found = self._search(above=above, unseen=unseen, since=since)
        if not found and above == 0 and not unseen and since is None:
            count = self._client.select_folder(self.account.folder).get(b"EXISTS")
            if count:
                raise imaplib.IMAP4.abort(f"the server counts {count} mails and lists none")
        return found

    def _search(self, *, above: int, unseen: bool = False, since: datetime | None = None) -> list[int]:
        criteria: list[object] = ["UID", f"{above + 1}:*"]
        if unseen:
            criteria.append("UNSEEN")
        if since is not None:
            criteria += ["SINCE", (since - DAY).date()]  # which the server takes for one of its own zone
        self._client.noop()  # otherwise some servers search what they last showed, without the newest mail
        return sorted(uid for uid in self._client.search(criteria) if uid > above)  # n:* always has the last one

    def beginning(self, uid: int) -> bytes:
        """See `Mailbox.beginning`."""
        found = self._parts([uid], f"BODY.PEEK[HEADER]<0.{BEGINNING}>").get(uid, {}).get(b"BODY[HEADER]<0>")
        return found if isinstance(found, bytes) else b""

    def fitting(self, uids: Sequence[int], *, unseen: bool, since: datetime | None) -> list[int]:
        """Those of `uids` that `Mailbox.uids` asks for, by their own flags and times."""
        fitting = []
        for uid, parts in self._parts(uids, "FLAGS", "INTERNALDATE").items():
            arrived = parts[b"INTERNALDATE"]
            is_seen = b"\\Seen" in cast("tuple[bytes, ...]", parts[b"FLAGS"])
            is_older = (
                since and isinstance(arrived, datetime) and arrived.astimezone(UTC) < since.replace(microsecond=0)
            )
            if not (unseen and is_seen) and not is_older:
                fitting.append(uid)
        return fitting

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """The sizes in bytes of those that are still there."""
        found = self._parts(uids, "RFC822.SIZE")
        return {uid: cast("int", parts[b"RFC822.SIZE"]) for uid, parts in found.items() if b"RFC822.SIZE" in parts}

    def fetch(self, sizes: Mapping[int, int], size_limit: int) -> list[RawMail]:
        """The mails, complete or as far as the limit allows; none is marked as read."""
        whole = [uid for uid, size in sizes.items() if size <= size_limit]
        large = [uid for uid, size in sizes.items() if size > size_limit]
        complete = self._parts(whole, "BODY.PEEK[]", "INTERNALDATE")
        begun = self._parts(large, f"BODY.PEEK[HEADER]<0.{BEGINNING}>", "INTERNALDATE")
        mails = []
        for uid in sizes:
            raw = complete.get(uid, {}).get(b"BODY[]")
            if isinstance(raw, bytes):
                mails.append(self._mail(uid, raw, len(raw), complete[uid]))  # some servers only estimate the size
            raw = begun.get(uid, {}).get(b"BODY[HEADER]<0>")
            if isinstance(raw, bytes):
                mails.append(self._mail(uid, raw, max(sizes[uid], len(raw) + 1), begun[uid]))
        return mails

    def mark(self, uids: Sequence[int]) -> None:
        """See `Mailbox.mark`."""
        account, client = self.account, self._client
        if account.move_to is None:
            client.add_flags(list(uids), [b"\\Seen"], silent=True)
            return
        if not self._target_exists and not client.folder_exists(account.move_to):
            client.create_folder(account.move_to)
            client.subscribe_folder(account.move_to)
        self._target_exists = True
        if client.has_capability("MOVE"):
            client.move(list(uids), account.move_to)
        elif client.has_capability("UIDPLUS"):
            there = list(self.sizes(uids))
            if there:
                client.copy(there, account.move_to)
                client.delete_messages(there, silent=True)
                client.uid_expunge(there)
        else:
            raise ConfigurationError(
                f"{account.place}: {account.host} can neither MOVE nor expunge single mails; remove move_to"
            )

    def wait(self, *, seconds: float, highest: int, renew_idle: float, ended: Callable[[], bool]) -> int:
        """Wait for a UID above `highest`, `ended` or `seconds`; returns the highest UID known then."""
        end = time.monotonic() + seconds
        if not self._client.has_capability("IDLE"):
            while not ended() and (left := end - time.monotonic()) > 0:
                time.sleep(min(SLICE, left))
            return highest
        found = self._arrived(highest)
        while found == highest and not ended() and time.monotonic() < end:
            if self._idle(min(end, time.monotonic() + renew_idle), ended):
                found = self._arrived(highest)
        return found

    def _arrived(self, highest: int) -> int:
        """The highest UID now. Mail that is announced while the server still searches leads to another search;
        whatever comes later is announced in IDLE, so that nothing falls in between.
        """
        self._client.told_of_mail()
        while True:
            found = self._search(above=highest)
            if found or not self._client.told_of_mail():
                return max([highest, *found])

    def _idle(self, end: float, ended: Callable[[], bool]) -> bool:
        """Whether mail was announced."""
        client = self._client
        client.idle()
        told = False
        while not told and not ended() and (left := end - time.monotonic()) > 0:
            line = client.listen(min(SLICE, left))
            if line is not None and line.startswith(b"* BYE"):
                raise imaplib.IMAP4.abort(line.decode("utf-8", "replace"))
            if line is not None and (found := COUNTED.match(line)):
                told = self._is_news(int(found[1]), found[2])
        for number, word, *_ in client.idle_done()[1]:
            if isinstance(number, int):
                told = self._is_news(number, word) or told
        return told

    def _is_news(self, number: int, word: bytes) -> bool:
        """Whether the folder now holds another number of mails than it was known to; some servers repeat it."""
        if word == b"EXPUNGE":
            self._count = None
        news = word == b"EXISTS" and number != self._count
        if news:
            self._count = number
        return news

    def close(self, *, politely: bool, patience: float = 3.0) -> None:
        """Log out if `politely`, within `patience` seconds for each answer, and disconnect. Never raises."""
        client, self._connected = self._connected, None
        if client is None:
            return
        with suppress(Exception):
            if politely:
                client.socket().settimeout(patience)
                client.logout()
        with suppress(Exception):
            client.shutdown()

    def abort(self) -> None:
        """Break the connection; the only method for another thread."""
        client = self._connected
        if client is not None:
            with suppress(Exception):
                client.socket().shutdown(socket.SHUT_RDWR)

    def _parts(self, uids: Sequence[int], *items: str) -> dict[int, Mapping[bytes, object]]:
        """What the server gives of those that are still there."""
        answer = self._client.fetch(list(uids), list(items))
        return {uid: answer[uid] for uid in uids if uid in answer}

    def _mail(self, uid: int, raw: bytes, size: int, parts: Mapping[bytes, object]) -> RawMail:
        arrived = parts.get(b"INTERNALDATE")
        return RawMail(
            mailbox=self.account.name,
            folder=self.account.folder,
            uidvalidity=self.epoch,
            uid=uid,
            raw=raw,
            size=size,
            arrived_at=arrived.astimezone(UTC) if isinstance(arrived, datetime) else None,  # it comes in local time
        )


def batches(uids: Sequence[int]) -> Iterator[list[int]]:
    """At most 100 at a time."""
    for start in range(0, len(uids), BATCH):
        yield list(uids[start : start + BATCH])


def groups(sizes: Mapping[int, int], size_limit: int) -> Iterator[dict[int, int]]:
    """Together at most `size_limit` bytes each, where one alone is not larger."""
    group: dict[int, int] = {}
    for uid, size in sizes.items():
        if group and sum(group.values()) + size > size_limit:
            yield group
            group = {}
        group[uid] = size
    if group:
        yield group
