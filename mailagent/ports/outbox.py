"""Mail to send."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mailagent.domain.caps import AutomaticMail
from mailagent.domain.case import CaseId
from mailagent.domain.message import MessageId
from mailagent.domain.outgoing import NewOutboxEntry, OutboxEntry


class Outbox(Protocol):
    """Mail to send."""

    async def write(self, mails: Sequence[NewOutboxEntry], *, at: datetime) -> None:
        """Queue mail that no message is the cause of; what is there already under its key stays as it is."""

    async def written(self, keys: Sequence[str]) -> frozenset[str]:
        """Those of `keys` that are there already, in whatever state."""

    async def due(self, *, at: datetime, limit: int) -> list[OutboxEntry]:
        """Entries in state ``ready`` that are due, oldest first; only notices while `Holds` has any."""

    async def claim(self, entry: OutboxEntry) -> bool:
        """Move it from ``ready`` to ``sending``; False if it is not ready any more."""

    async def sent(self, entry: OutboxEntry, *, at: datetime) -> None:
        """The server accepted it."""

    async def postpone(self, entry: OutboxEntry, *, until: datetime, error: str) -> None:
        """It surely did not leave; try again at `until`."""

    async def give_up(
        self, entry: OutboxEntry, *, uncertain: bool, error: str, notices: Sequence[NewOutboxEntry]
    ) -> None:
        """End as ``failed`` or ``uncertain``, and queue the mail that tells a person."""

    async def letter_of(self, decision: MessageId) -> OutboxEntry | None:
        """The mail to the customer that a reviewer's reply led to, unless it was taken back."""

    async def asked(self, case_id: CaseId, *, since: datetime) -> frozenset[str]:
        """To whom mails that put a question of this case were written since then."""

    async def receipts(self, case_id: CaseId, recipient: str, *, since: datetime) -> int:
        """How often `recipient` was told since then why a reply about this case was not carried out."""

    async def find_sent(self, message_ids: Sequence[str], *, starting: str | None) -> OutboxEntry | None:
        """The newest mail that was sent under one of these Message-IDs, or under one with this beginning."""

    async def burst(self, recipient: str, *, since: datetime) -> tuple[int, datetime | None]:
        """How many digests were written to `recipient` after `since`, and when those that are held are listed, None
        where none is.
        """

    async def unseen(self, case_id: CaseId, revision: int) -> bool:
        """Whether the digest of a question has not left, and no other mail has shown its draft."""

    async def automatic_mail(self, recipient: str, case_id: CaseId, *, at: datetime) -> AutomaticMail:
        """How much automatic mail was written within the windows of `Caps` before `at`."""

    async def blocked(self, address: str, *, at: datetime) -> str:
        """Why nothing automatic may go to `address`; empty if it may."""

    async def interrupted(self) -> list[OutboxEntry]:
        """Entries left in ``sending`` by a process that died."""
