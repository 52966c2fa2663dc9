"""Send what is due in the outbox.

An entry is moved to ``sending`` before the server is asked. A process that dies, or loses its database, between the two
leaves it there, and the next start or round ends it as uncertain: a person looks, because sending it again might answer
somebody twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from mailagent.domain.outgoing import OutboxEntry
from mailagent.errors import ConfigurationError, PermanentError, TemporaryError, UncertainError, spoken
from mailagent.events import Event, log
from mailagent.letters.notices import Notices
from mailagent.ports import Clock, Health, MailSender, Outbox

BATCH = 100
FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=1)
GIVE_UP_AFTER = 50
"""Tries before an entry fails: about two days."""


@dataclass(frozen=True, kw_only=True)
class DeliverOutbox:
    """A `Job`. `senders` by mailbox."""

    outbox: Outbox
    senders: Mapping[str, MailSender]
    notices: Notices
    health: Health
    clock: Clock
    name: str = "deliver_outbox"

    async def recover(self) -> None:
        """While nothing is being sent: what was about to be when the process died or lost its database is uncertain."""
        for entry in await self.outbox.interrupted():
            await self.set_aside(entry, UncertainError("mailagent stopped while this mail was being sent"))

    async def due(self) -> Sequence[OutboxEntry]:
        """What may be sent now."""
        return await self.outbox.due(at=self.clock.now(), limit=BATCH)

    async def handle(self, entry: OutboxEntry) -> None:
        """Send one mail and remember that it went."""
        if not await self.outbox.claim(entry):
            return
        sender = self.senders.get(entry.mailbox)
        if sender is None:
            raise PermanentError(f"the mailbox '{entry.mailbox}' is not in config/mailboxes.toml any more")
        try:
            return_path = self.notices.paper.desk(entry.mailbox).return_path(entry.message_id)
            await sender.send(entry.recipient, entry.raw, return_path=return_path)
        except (TemporaryError, ConfigurationError) as error:
            await self.health.failed(f"smtp:{entry.mailbox}", str(error), at=self.clock.now())
            raise
        except PermanentError:
            raise
        except Exception as error:  # whatever it was, the mail may have left
            raise UncertainError(f"{type(error).__name__} while it was sent") from error
        try:
            await self.outbox.sent(entry, at=self.clock.now())
        except Exception as error:  # also a temporary one: sent again, it would answer somebody twice
            raise UncertainError(f"it was sent, but not written down: {spoken(error)}") from error
        await self.health.worked(f"smtp:{entry.mailbox}", at=self.clock.now())
        log("outbox.sent", outbox_id=entry.id, kind=entry.kind, case_id=entry.case_id, attempt=entry.attempts + 1)

    def attempts(self, entry: OutboxEntry) -> int:
        """See `Job`."""
        return entry.attempts

    async def postpone(self, entry: OutboxEntry, reason: str) -> None:
        """Twice as long after each try; after two days it failed."""
        if entry.attempts + 1 >= GIVE_UP_AFTER:
            await self.set_aside(entry, TemporaryError(f"given up after {entry.attempts + 1} tries: {reason}"))
            return
        delay = min(FIRST_RETRY * 2 ** min(entry.attempts, 10), LONGEST_RETRY)
        log("outbox.postponed", outbox_id=entry.id, attempt=entry.attempts + 1, seconds=delay.total_seconds())
        await self.outbox.postpone(entry, until=self.clock.now() + delay, error=reason)

    async def set_aside(self, entry: OutboxEntry, error: Exception) -> None:
        """It failed, or nobody knows; the admin hears of it, unless it was itself a notice."""
        uncertain = isinstance(error, UncertainError)
        event: Event = "outbox.uncertain" if uncertain else "outbox.failed"
        log(event, outbox_id=entry.id, case_id=entry.case_id, reason=spoken(error))
        notices = [] if entry.kind == "notice" else [self.notices.not_sent(entry, error, uncertain=uncertain)]
        await self.outbox.give_up(entry, uncertain=uncertain, error=str(error), notices=notices)
