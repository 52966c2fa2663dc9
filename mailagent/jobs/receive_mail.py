"""Take new mail from a mailbox into the store.

Commit 1 stores the raw bytes; only then is the server's copy flagged or moved. A process that dies between the two
finds the mail recorded and flags it at the next visit.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from mailagent.crash_points import passing
from mailagent.domain.times import CLOCKS_APART
from mailagent.errors import ConfigurationError, TemporaryError
from mailagent.events import log
from mailagent.letters.notices import Notices
from mailagent.mail.identity import message_id_in
from mailagent.ports import Clock, Cursor, Hold, Holds, Mailbox, Outbox, Sightings

COMPARE_EVERY = timedelta(hours=1)
"""How often the whole folder is compared with what is recorded: a server may show a mail below those that were read."""
REFUSED_AFTER = timedelta(minutes=15)
"""How long a mail is asked for in vain, while others come, before it is set aside."""
ASKED_AT_ONCE = 100
"""Of so many mails, which were asked for together, it is unknown which one a server choked on."""
STORM = 50
"""More new mails than these, when a folder is read for the first time or anew, are looked at by a person first."""
STORM_SHARE = 0.2
"""So are more than this share of a folder that is read anew, where they are more than `FEW`."""
FEW = 5


@dataclass(kw_only=True)
class Reading:
    """What one process knows of a folder besides the store: how far nothing is missing, when all of it was compared,
    when a mail last came, and since when which UIDs are asked for in vain. Those are asked for last and one by one, so
    that none keeps the others from us. `other` is the mail, by UID and Message-ID, that was last found in the place of
    a recorded one, and `read_for` that for which the folder was read anew: for the same one it is not read again.
    """

    read_to: int = 0
    compared_at: datetime | None = None
    came_at: datetime | None = None
    in_vain: dict[int, datetime] = field(default_factory=dict)
    other: tuple[int, bytes] | None = None
    read_for: tuple[int, bytes] | None = None


@dataclass(frozen=True, kw_only=True)
class ReceiveMail:
    """One visit to one mailbox. `baseline` is what to do with mail that was there before the first visit."""

    mailbox: Mailbox
    sightings: Sightings
    holds: Holds
    outbox: Outbox
    notices: Notices
    clock: Clock
    baseline: Literal["now", "unseen", "all"]
    name: str = "receive_mail"
    _reading: Reading = field(default_factory=Reading)

    async def visit(self) -> None:
        """Receive all that is new. Raises what the mailbox raises; what was received by then is kept. Where an admin
        must act, a mail says so.
        """
        try:
            await self._visit()
        except ConfigurationError as error:
            notice = self.notices.cannot_read(self.mailbox.name, error)
            with suppress(TemporaryError):  # it is written at the next visit; how long to wait is told by `error`
                await self.outbox.write([notice], at=self.clock.now())
            raise

    async def _visit(self) -> None:
        uidvalidity = await self.mailbox.epoch()
        cursor = await self._cursor(uidvalidity)
        above = self._above(cursor)
        uids = await self.mailbox.uids(above=above)
        new = await self._unrecorded(uidvalidity, uids)
        in_vain = {uid: since for uid, since in self._reading.in_vain.items() if uid in new}
        self._reading.in_vain = dict(in_vain)
        await self._receive([uid for uid in new if uid not in in_vain])
        for uid, since in in_vain.items():
            await self._receive_alone(uidvalidity, uid, since)
        await self._settle_hold()
        await self._mark(uidvalidity)
        missing = await self._unrecorded(uidvalidity, uids)
        self._reading.read_to = min(missing, default=max([above, *uids]) + 1) - 1

    def _above(self, cursor: Cursor) -> int:
        """The UID above which to look: that of the cursor at first and once an hour."""
        now, reading = self.clock.now(), self._reading
        if reading.compared_at is None or abs(now - reading.compared_at) >= COMPARE_EVERY:
            reading.compared_at, reading.read_to = now, cursor.floor
        return reading.read_to

    async def _unrecorded(self, uidvalidity: int, uids: Sequence[int]) -> list[int]:
        return await self.sightings.unrecorded(self.mailbox.name, self.mailbox.folder, uidvalidity, uids)

    async def _receive(self, uids: Sequence[int]) -> None:
        """Mail that does not come, with an error or without, is asked for last from now on, the newest failure last."""
        came: set[int] = set()
        try:
            async for mails in self.mailbox.fetch(uids):
                passing("intake.fetched")
                fresh = await self.sightings.receive(mails, at=self.clock.now())
                passing("intake.recorded")
                log("mail.received", mailbox=self.mailbox.name, copies=len(mails), fresh=fresh)
                came.update(mail.uid for mail in mails)
                self._reading.came_at = self.clock.now()
        finally:
            for uid in [uid for uid in uids if uid not in came][:ASKED_AT_ONCE]:
                now = self.clock.now()  # which may have been ahead
                self._reading.in_vain[uid] = min(self._reading.in_vain.pop(uid, now), now)
            for uid in came:
                self._reading.in_vain.pop(uid, None)

    async def _receive_alone(self, uidvalidity: int, uid: int, since: datetime) -> None:
        """Only where others came meanwhile is it the mail that is at fault, and not the server."""
        reason = "the server lists it and gives no byte of it"
        came_at, now = self._reading.came_at, self.clock.now()
        came_meanwhile = came_at is not None and since < came_at <= now  # not by a clock that was ahead
        is_at_fault = came_meanwhile and now - since >= REFUSED_AFTER
        try:
            await self._receive([uid])
        except TemporaryError as error:
            if not is_at_fault:
                raise
            reason = str(error)
        if uid in self._reading.in_vain and is_at_fault:
            place = (self.mailbox.name, self.mailbox.folder, uidvalidity, uid)
            notice = self.notices.not_handed_out(self.mailbox.name, uid, reason=reason)
            await self.sightings.refuse(*place, at=now, reason=f"it cannot be fetched: {reason}", notices=[notice])
            log("mail.not_handed_out", mailbox=self.mailbox.name, uid=uid)

    async def _mark(self, uidvalidity: int) -> None:
        """Last, so that a server that refuses it does not keep new mail from us."""
        recorded = await self.sightings.unmarked(self.mailbox.name, self.mailbox.folder, uidvalidity)
        if recorded:
            await self.mailbox.mark(recorded)
            passing("intake.flagged")
            await self.sightings.marked(self.mailbox.name, self.mailbox.folder, uidvalidity, recorded)
            passing("intake.done")

    async def _cursor(self, uidvalidity: int) -> Cursor:
        """Where to read on.

        The first visit settles what was there before. Under a new UIDVALIDITY, or where the folder went back, all mail
        since then is looked at again, and what is known by content is not taken twice; all mail, if the clock of the
        first visit was ahead.
        """
        known = await self.sightings.cursor(self.mailbox.name, self.mailbox.folder)
        went_back = await self._went_back(uidvalidity)
        if known is not None and known.uidvalidity == uidvalidity and not went_back:
            return known
        self._reading.compared_at, self._reading.in_vain = None, {}
        everything = await self.mailbox.uids()
        if known is None:
            wanted = {
                "now": set[int](),
                "unseen": set(await self.mailbox.uids(unseen=True)) if self.baseline == "unseen" else set[int](),
                "all": set(everything),
            }[self.baseline]
            since = self.clock.now()
            if len(wanted) > STORM:
                await self._hold(f"its first reading took {len(wanted)} mails", sure=True)
        else:
            since = min(known.since, self.clock.now())
            wanted = set(await self.mailbox.uids(since=since - CLOCKS_APART if since == known.since else None))
            if wanted and await self._in_force() is None:
                await self._hold("the folder was made anew, or put back; its mail is compared", sure=False)
        settled = [uid for uid in everything if uid not in wanted]
        floor = max(settled, default=0) if not wanted else min(wanted) - 1
        cursor = Cursor(uidvalidity=uidvalidity, floor=floor, since=since)
        await self.sightings.start_cursor(
            self.mailbox.name,
            self.mailbox.folder,
            cursor,
            settled=[uid for uid in settled if uid > floor],
            anew=went_back,
        )
        self._reading.read_for = self._reading.other
        log("mailbox.started", mailbox=self.mailbox.name, left_alone=len(settled), taken=len(wanted))
        return cursor

    async def _went_back(self, uidvalidity: int) -> bool:
        """Whether the folder was put back as it was before mail came that is recorded, under the UIDVALIDITY that it
        had: what comes then gets the numbers of that mail, and would not be looked at. Either the next number is one of
        those, or they are given already, and the last mail is another.

        A server that lists a mail which, by its number, is still to come does not know its next number.
        """
        place = (self.mailbox.name, self.mailbox.folder, uidvalidity)
        next_uid, highest = await self.mailbox.next_uid(), await self.sightings.highest(*place)
        if next_uid is not None and next_uid <= highest and not await self.mailbox.uids(above=next_uid - 1):
            return True
        ids = [(uid, message_id_in(beginning)) for uid, beginning in await self.sightings.latest(*place)]
        uid, recorded = next((found for found in ids if found[1]), (0, b""))
        found = message_id_in(await self.mailbox.beginning(uid)) if recorded else b""
        self._reading.other = (uid, found) if found not in {b"", recorded} else None
        return self._reading.other not in {None, self._reading.read_for}

    async def _settle_hold(self) -> None:
        """Whether so much of a folder that was made anew, or put back, is unknown that a person should look first."""
        hold = await self._in_force()
        if hold is None or hold.sure:
            return
        new = await self.sightings.taken_under(self.mailbox.name, hold.name)
        total = len(await self.mailbox.uids())
        if new > STORM or (new > FEW and new > STORM_SHARE * total):
            what = f"the folder was made anew, or put back, and {new} of its {total} mails were not known"
            await self._hold(what, sure=True)
        else:
            await self.holds.lift(hold.name)

    @property
    def _hold_name(self) -> str:
        return f"mailbox:{self.mailbox.name}"

    async def _in_force(self) -> Hold | None:
        """The hold of an earlier visit: made anew once more, the folder needs a person's look as before."""
        return next((hold for hold in await self.holds.all() if hold.name == self._hold_name), None)

    async def _hold(self, reason: str, *, sure: bool) -> None:
        hold = Hold(name=self._hold_name, reason=reason, since=self.clock.now(), sure=sure)
        await self.holds.put(hold, notices=[self.notices.held(self.mailbox.name, hold)] if sure else [])
        if sure:
            log("sending.held", mailbox=self.mailbox.name)
