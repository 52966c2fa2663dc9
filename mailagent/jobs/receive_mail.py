"""Take new mail from a mailbox into the store.

Commit 1 stores the raw bytes; only then is the server's copy flagged or moved. A process that dies between the two
finds the mail recorded and flags it at the next visit.
"""

from dataclasses import dataclass
from typing import Literal

from mailagent.events import log
from mailagent.ports import Clock, Cursor, Mailbox, Sightings


@dataclass(frozen=True, kw_only=True)
class ReceiveMail:
    """One visit to one mailbox. `baseline` is what to do with mail that was there before the first visit."""

    mailbox: Mailbox
    sightings: Sightings
    clock: Clock
    baseline: Literal["now", "unseen", "all"]
    name: str = "receive_mail"

    async def visit(self) -> None:
        """Receive all that is new. Raises what the mailbox raises; what was received by then is kept."""
        uidvalidity = await self.mailbox.epoch()
        cursor = await self._cursor(uidvalidity)
        uids = await self.mailbox.uids(above=cursor.floor)
        new = await self.sightings.unrecorded(self.mailbox.name, self.mailbox.folder, uidvalidity, uids)
        async for mails in self.mailbox.fetch(new):
            fresh = await self.sightings.receive(mails, at=self.clock.now())
            log("mail.received", mailbox=self.mailbox.name, copies=len(mails), fresh=fresh)
        await self._mark(uidvalidity)

    async def _mark(self, uidvalidity: int) -> None:
        """Last, so that a server that refuses it does not keep new mail from us."""
        recorded = await self.sightings.unmarked(self.mailbox.name, self.mailbox.folder, uidvalidity)
        if recorded:
            await self.mailbox.mark(recorded)
            await self.sightings.marked(self.mailbox.name, self.mailbox.folder, uidvalidity, recorded)

    async def _cursor(self, uidvalidity: int) -> Cursor:
        """Where to read on.

        The first visit settles what was there before. Under a new UIDVALIDITY all mail since then is looked at again,
        and what is known by content is not taken twice.
        """
        known = await self.sightings.cursor(self.mailbox.name, self.mailbox.folder)
        if known is not None and known.uidvalidity == uidvalidity:
            return known
        everything = await self.mailbox.uids()
        if known is None:
            wanted = {
                "now": set[int](),
                "unseen": set(await self.mailbox.uids(unseen=True)) if self.baseline == "unseen" else set[int](),
                "all": set(everything),
            }[self.baseline]
            since = self.clock.now()
        else:
            wanted = set(await self.mailbox.uids(since=known.since))
            since = known.since
        settled = [uid for uid in everything if uid not in wanted]
        floor = max(settled, default=0) if not wanted else min(wanted) - 1
        cursor = Cursor(uidvalidity=uidvalidity, floor=floor, since=since)
        await self.sightings.start_cursor(
            self.mailbox.name, self.mailbox.folder, cursor, settled=[uid for uid in settled if uid > floor]
        )
        log("mailbox.started", mailbox=self.mailbox.name, left_alone=len(settled), taken=len(wanted))
        return cursor
