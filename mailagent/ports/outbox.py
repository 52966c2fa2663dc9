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

    async def letter_of(self, decision: MessageId) -> OutboxEntry | None:
        """The mail to the customer that a reviewer's reply led to, unless it was taken back."""

    async def asked(self, case_id: CaseId, *, since: datetime) -> frozenset[str]:
        """To whom mails that put a question of this case were written since then."""

    async def receipts(self, case_id: CaseId, recipient: str, *, since: datetime) -> int:
        """How often `recipient` was told since then why a reply about this case was not carried out."""

    async def find_sent(self, message_ids: Sequence[str], *, starting: str | None) -> OutboxEntry | None:
        """The newest mail that was sent under one of these Message-IDs, or under one with this beginning, and whose
        recipient was not forgotten.
        """

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


class Sending(Protocol):
    """What becomes of mail that is due. A change is made only where the entry is as the caller knows it: what another
    process has taken over is left alone.
    """

    async def recover(self, *, at: datetime) -> list[OutboxEntry]:
        """While nothing is being sent: what is marked so was left by a process that died. Without its final dot it is
        ``ready`` again, with it ``uncertain``. Returns the entries as they were.
        """

    async def due(self, *, at: datetime, limit: int) -> list[OutboxEntry]:
        """Entries in state ``ready`` that are due, oldest first; only notices while `Holds` has any."""

    async def claim(self, entry: OutboxEntry) -> bool:
        """Move it from ``ready`` to ``sending``, and count the try; False if it is not ready any more. The next five
        take `entry` as it was before.
        """

    async def eod(self, entry: OutboxEntry) -> bool:
        """Move it on to ``eod``; False if another took it over, which may send it: the dot must not be written."""

    async def sent(self, entry: OutboxEntry, *, at: datetime) -> None:
        """The server accepted it."""

    async def postpone(self, entry: OutboxEntry, *, until: datetime, error: str) -> None:
        """It surely did not leave; try again at `until`."""

    async def fail(self, entry: OutboxEntry, *, at: datetime, error: str, notices: Sequence[NewOutboxEntry]) -> None:
        """It never will; queue the mail that tells a person."""

    async def doubt(self, entry: OutboxEntry, *, at: datetime, error: str) -> None:
        """It may have been accepted: it is ``uncertain`` from now on."""

    async def doubtful(self, *, at: datetime, limit: int) -> list[OutboxEntry]:
        """Uncertain entries that are due to be looked for. The next four take them."""

    async def look_again(self, entry: OutboxEntry, *, until: datetime) -> None:
        """Its copy was not there yet."""

    async def found(self, entry: OutboxEntry, *, at: datetime) -> None:
        """Its copy is there: it was sent."""

    async def resend(self, entry: OutboxEntry, *, at: datetime) -> None:
        """It is ``ready`` again, at the risk that it arrives twice."""

    async def settle(self, entry: OutboxEntry, *, at: datetime, notices: Sequence[NewOutboxEntry]) -> None:
        """It stays uncertain; queue the mail that tells a person."""
