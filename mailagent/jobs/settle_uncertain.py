"""Find out what became of a mail that the server may have accepted.

A copy of it in the journal, under exactly its Message-ID, proves that it left; the id is signed, so nobody else has it
before. Without one it stays uncertain and a person is told, or it is sent again where the mailbox is set to that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from mailagent.crash_points import passing
from mailagent.domain.outgoing import MOST_TRIES, OutboxEntry
from mailagent.domain.pauses import Pauses
from mailagent.errors import ConfigurationError, UnreachableError
from mailagent.events import log
from mailagent.letters.notices import Notices
from mailagent.ports import Clock, Journal, Sending

BATCH = 100
LOOK_FOR = timedelta(minutes=14)
"""The mail that tells a person leaves within fifteen."""
LOOK_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class SettleUncertain:
    """A `Job`. `journals` by mailbox, of those that have one; `resends` are the mailboxes that rather send twice."""

    sending: Sending
    journals: Mapping[str, Journal]
    resends: frozenset[str]
    notices: Notices
    clock: Clock
    name: str = "settle_uncertain"
    _pauses: Pauses = field(default_factory=Pauses)

    async def due(self) -> Sequence[OutboxEntry]:
        """Uncertain mail of which no person was told yet."""
        return await self.sending.doubtful(at=self.clock.now(), limit=BATCH)

    async def handle(self, entry: OutboxEntry) -> None:
        """Look once, and settle it when it was looked for long enough."""
        is_found = await self._has_copy(entry)
        passing("doubt.looked")
        if is_found:
            await self.sending.found(entry, at=self.clock.now())
            log("outbox.found", outbox_id=entry.id, case_id=entry.case_id)
        else:
            await self.postpone(entry, "")
        passing("doubt.done")

    async def _has_copy(self, entry: OutboxEntry) -> bool:
        """Whether it is in the journal; one that lets us not in is not asked for each mail."""
        journal = self.journals.get(entry.mailbox)
        if journal is None:
            return False
        self._pauses.check(entry.mailbox, at=self.clock.now())
        try:
            is_found = await journal.holds(entry.message_id)
        except (ConfigurationError, UnreachableError) as error:
            self._pauses.begin(entry.mailbox, error, at=self.clock.now())
            raise
        self._pauses.end(entry.mailbox)
        return is_found

    def attempts(self, entry: OutboxEntry) -> int:  # noqa: ARG002 - see `Job`
        """A look that crashes is tried again until the time is over."""
        return 0

    async def postpone(self, entry: OutboxEntry, reason: str) -> None:  # noqa: ARG002 - the runner has logged it
        """Look again in a minute, unless the time is over or there is nothing to wait for."""
        now = self.clock.now()
        again = (entry.kind == "notice" or entry.mailbox in self.resends) and entry.attempts < MOST_TRIES
        waits = again or entry.mailbox in self.journals
        if waits and now < (entry.uncertain_since or now) + LOOK_FOR:
            await self.sending.look_again(entry, until=now + LOOK_EVERY)
        elif again:  # a notice twice harms nobody, and not at all leaves a person in the dark
            await self.sending.resend(entry, at=now)
            log("outbox.resent", outbox_id=entry.id, case_id=entry.case_id)
        else:
            await self.set_aside(entry, TimeoutError(entry.error))

    async def set_aside(self, entry: OutboxEntry, error: Exception) -> None:  # noqa: ARG002 - why it is uncertain is told
        """A person is told, unless it was itself a notice."""
        looked = entry.mailbox in self.journals
        log("outbox.unsettled", outbox_id=entry.id, case_id=entry.case_id, looked=looked)
        notices = [] if entry.kind == "notice" else [self.notices.uncertain(entry, looked=looked)]
        await self.sending.settle(entry, at=self.clock.now(), notices=notices)
