"""Send what is due in the outbox.

An entry is ``sending`` while the server is given its text, and ``eod`` from just before the final dot on. A process
that dies, or loses its database, before that leaves a mail which nobody accepted: it is sent again. One that dies after
it leaves an uncertain one, which `settle_uncertain` looks for.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from mailagent.crash_points import passing
from mailagent.domain.outgoing import LONGEST_RETRY, MOST_TRIES, OutboxEntry
from mailagent.domain.pauses import Pauses
from mailagent.errors import (
    ConfigurationError,
    PermanentError,
    TemporaryError,
    UncertainError,
    UnreachableError,
    spoken,
)
from mailagent.events import log
from mailagent.letters.notices import Notices
from mailagent.ports import Clock, Health, MailSender, Outbox, Sending

BATCH = 100
FIRST_RETRY = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class DeliverOutbox:
    """A `Job`. `senders` by mailbox. One process sends at a time, one mail after another."""

    outbox: Outbox
    sending: Sending
    senders: Mapping[str, MailSender]
    notices: Notices
    health: Health
    clock: Clock
    name: str = "deliver_outbox"
    _pauses: Pauses = field(default_factory=Pauses)

    async def due(self) -> Sequence[OutboxEntry]:
        """What may be sent now; what an earlier process or round broke off is dealt with first."""
        now = self.clock.now()
        for entry in await self.sending.recover(at=now):
            log("outbox.recovered", outbox_id=entry.id, case_id=entry.case_id, state=entry.state)
        passing("outbox.recovered")
        return await self.sending.due(at=now, limit=BATCH)

    async def handle(self, entry: OutboxEntry) -> None:
        """Send one mail and remember that it went."""
        if not await self.sending.claim(entry):
            return
        passing("outbox.claimed")
        sender = self.senders.get(entry.mailbox)
        if sender is None:
            raise PermanentError(f"the mailbox '{entry.mailbox}' is not in config/mailboxes.toml any more")
        self._pauses.check(entry.mailbox, at=self.clock.now())
        at_end = _AtEnd(sending=self.sending, entry=entry)
        try:
            return_path = self.notices.paper.desk(entry.mailbox).return_path(entry.message_id)
            await sender.send(entry.recipient, entry.raw, return_path=return_path, at_end=at_end.note)
        except (TemporaryError, ConfigurationError) as error:
            await self._unreachable(entry, error)
            raise
        except PermanentError:
            raise
        except Exception as error:
            if not at_end.noted:
                raise
            raise UncertainError(f"{type(error).__name__} while it was sent") from error  # the mail may have left
        try:
            await self.sending.sent(entry, at=self.clock.now())
        except Exception as error:  # also a temporary one: sent again, it would answer somebody twice
            raise UncertainError(f"it was sent, but not written down: {spoken(error)}") from error
        passing("outbox.done")
        self._pauses.end(entry.mailbox)
        await self.health.worked(f"smtp:{entry.mailbox}", at=self.clock.now())
        log("outbox.sent", outbox_id=entry.id, kind=entry.kind, case_id=entry.case_id, attempt=entry.attempts + 1)

    def attempts(self, entry: OutboxEntry) -> int:
        """See `Job`."""
        return entry.attempts

    async def postpone(self, entry: OutboxEntry, reason: str) -> None:
        """Twice as long after each try; after two days it failed."""
        if entry.attempts + 1 >= MOST_TRIES:
            await self.set_aside(entry, TemporaryError(f"given up after {entry.attempts + 1} tries: {reason}"))
            return
        delay = _delay(entry)
        log("outbox.postponed", outbox_id=entry.id, attempt=entry.attempts + 1, seconds=round(delay.total_seconds()))
        await self.sending.postpone(entry, until=self.clock.now() + delay, error=reason)

    async def set_aside(self, entry: OutboxEntry, error: Exception) -> None:
        """It is uncertain, or it failed and the admin hears of it. A notice that is refused is tried again like one
        that is put off: nobody would be told that nobody was told.
        """
        now = self.clock.now()
        if isinstance(error, UncertainError):
            log("outbox.uncertain", outbox_id=entry.id, case_id=entry.case_id, reason=spoken(error))
            await self.sending.doubt(entry, at=now, error=str(error))
            return
        if entry.kind == "notice" and entry.attempts + 1 < MOST_TRIES:
            await self.postpone(entry, str(error))
            return
        log("outbox.failed", outbox_id=entry.id, case_id=entry.case_id, reason=spoken(error))
        notices = [] if entry.kind == "notice" else [self.notices.not_sent(entry, str(error))]
        await self.sending.fail(entry, at=now, error=str(error), notices=notices)

    async def _unreachable(self, entry: OutboxEntry, error: Exception) -> None:
        """`status` tells of it; where an admin must act, a mail does, by another mailbox if there is one."""
        now = self.clock.now()
        if isinstance(error, ConfigurationError | UnreachableError):
            self._pauses.begin(entry.mailbox, error, at=now)
        await self.health.failed(f"smtp:{entry.mailbox}", str(error), at=now)
        if isinstance(error, ConfigurationError):
            others = [name for name in self.senders if name != entry.mailbox]
            notice = self.notices.cannot_send(entry.mailbox, error, by=next(iter(others), entry.mailbox))
            await self.outbox.write([notice], at=now)


@dataclass(kw_only=True)
class _AtEnd:
    """Commits that the final dot follows; `noted` once that is done."""

    sending: Sending
    entry: OutboxEntry
    noted: bool = False

    async def note(self) -> None:
        """Raises `TemporaryError` where another process has claimed the mail meanwhile."""
        if not await self.sending.eod(self.entry):
            raise TemporaryError("another process has taken this mail over")
        self.noted = True


def _delay(entry: OutboxEntry) -> timedelta:
    """Up to a quarter less than it might be, by the entry: mails that failed together do not all come back at once."""
    full: timedelta = min(FIRST_RETRY * 2 ** min(entry.attempts, 10), LONGEST_RETRY)
    return full * (1 - zlib.crc32(f"{entry.key}:{entry.attempts}".encode()) / 2**34)
