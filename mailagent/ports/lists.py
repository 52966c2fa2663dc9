"""Lists of questions, and what reviewers answer to them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

from mailagent.domain.case import CaseId
from mailagent.domain.listed import ListId, NewList, Outcome, Part
from mailagent.domain.message import Message
from mailagent.domain.outgoing import NewOutboxEntry, OutboxEntry, OutboxId


class Lists(Protocol):
    """Lists that were sent, and the answers to them. An answer is done when each of its parts is."""

    async def write(self, new: NewList, *, at: datetime, instead_of: Sequence[OutboxId] = ()) -> None:
        """Queue a list and remember what it shows. Digests that are held do not leave if it goes `instead_of` them."""

    async def held(self, *, at: datetime, limit: int) -> list[OutboxEntry]:
        """Digests that are held, and whose list is due, oldest first."""

    async def release(self, held: Sequence[OutboxId], *, to: Literal["ready", "listed"]) -> None:
        """They leave by themselves after all, or only when somebody asks for them."""

    async def shown(self, list_id: ListId) -> Mapping[CaseId, int]:
        """The revision of each case that a list showed; empty for an unknown list."""

    async def answers(self, *, at: datetime, limit: int) -> list[Message]:
        """Answers to lists that are due and have no part that waits for its turn, oldest first."""

    async def split(self, answer: Message, parts: Mapping[Part, int]) -> None:
        """Make each part of an answer a message of its case, about that revision; a part that is one already stays."""

    async def outcomes(self, answer: Message) -> Mapping[Part, Outcome]:
        """What became of the parts of an answer; one that still waits is left out."""

    async def settle(
        self, answer: Message, entry: Mapping[str, object], mails: Sequence[NewOutboxEntry], *, at: datetime
    ) -> None:
        """End an answer: its log entry, and the mails about it."""
