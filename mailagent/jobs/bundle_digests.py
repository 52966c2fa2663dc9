"""Send one list in place of the digests of a burst.

The digests are held in the outbox until then. One transaction queues the list and takes their places; a process that
dies before it finds them held at the next start.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mailagent.domain.case import Case
from mailagent.domain.escalation import Escalation
from mailagent.domain.listed import ListId
from mailagent.domain.outgoing import OutboxEntry, OutboxId
from mailagent.domain.reminders import digest_key
from mailagent.errors import spoken
from mailagent.events import log
from mailagent.letters.waiting_list import LONGEST_LIST, WaitingList
from mailagent.ports import Cases, Clock, Lists

Bundle = tuple[OutboxEntry, ...]


@dataclass(frozen=True, kw_only=True)
class BundleDigests:
    """A `Job` whose items are held digests that leave together."""

    cases: Cases
    lists: Lists
    letter: WaitingList
    clock: Clock
    name: str = "bundle_digests"
    _failed: dict[OutboxId, int] = field(default_factory=dict)

    async def due(self) -> Sequence[Bundle]:
        """At most one, no longer than a list may be."""
        held = await self.lists.held(at=self.clock.now(), limit=LONGEST_LIST)
        return [tuple(held)] if held else []

    async def handle(self, bundle: Bundle) -> None:
        """Queue the list; a digest that is alone leaves as it is, and one that is out of date does not."""
        shown = [found for entry in bundle if (found := await self._open(entry))]
        current = {digest_key(case.id, question.revision) for case, question in shown}
        await self.lists.release([entry.id for entry in bundle if entry.key not in current], to="listed")
        ids = [entry.id for entry in bundle if entry.key in current]
        if len(shown) <= 1:
            await self.lists.release(ids, to="ready")
            return
        new = self.letter.of(shown, waiting=len(shown), list_id=ListId(ids[0]), bundled=True)
        await self.lists.write(new, at=self.clock.now(), instead_of=ids)
        log("review.listed", waiting=len(shown))

    def attempts(self, bundle: Bundle) -> int:
        """Since the start of this process."""
        return self._failed.get(bundle[0].id, 0)

    async def postpone(self, bundle: Bundle, reason: str) -> None:  # noqa: ARG002 - the runner has logged it
        """It is due again at the next round."""
        self._failed[bundle[0].id] = self.attempts(bundle) + 1

    async def set_aside(self, bundle: Bundle, error: Exception) -> None:
        """The digests leave one by one."""
        log("review.not_bundled", digests=len(bundle), error=type(error).__name__, reason=spoken(error))
        await self.lists.release([entry.id for entry in bundle], to="ready")

    async def _open(self, entry: OutboxEntry) -> tuple[Case, Escalation] | None:
        """The question that a digest is about, if it still waits."""
        if entry.case_id is None:
            return None
        question = await self.cases.open_escalation(entry.case_id)
        if question is None or digest_key(entry.case_id, question.revision) != entry.key:
            return None
        return await self.cases.get(entry.case_id), question
