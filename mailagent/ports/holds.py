"""Why nothing is sent at the moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailagent.domain.outgoing import NewOutboxEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """While there is one, only notices to the admin leave. `name` is what it is about, such as ``mailbox:support``;
    it is not `sure` while mail is still compared with what is known. `since` is when it began, but after a restore the
    time before which mail goes to a person, minutes later.
    """

    name: str
    reason: str
    since: datetime
    sure: bool


RESTORED = "restored"
"""The name of the hold after a backup was put back: what came before it may have been answered already."""


class Holds(Protocol):
    """Sending stops while anything holds it, until the operator says go."""

    async def all(self) -> list[Hold]:
        """Those of now, the oldest first."""

    async def put(self, hold: Hold, *, notices: Sequence[NewOutboxEntry] = ()) -> None:
        """Hold, or change a hold of the same name, and queue the mail that tells a person. Under `RESTORED` what waited
        for customers becomes uncertain: it may have left after the backup was made; and it counts from the newest thing
        that the backup knows of, where the clock is behind that, and some minutes more, for servers' clocks differ.
        Any other holds also where the keys of the chain are lost, which then does not tell of it.
        """

    async def lift(self, name: str) -> None:
        """Go on, if nothing else holds. Under `RESTORED` the operator has looked after the mail that became uncertain
        by it and was told of.
        """

    async def newest_restored(self) -> int | None:
        """The number of the newest message in the backup that was last put back, None where none was: what is about
        that or older ones may have been done since. No clock moves it.
        """

    async def restored_at(self) -> datetime | None:
        """When a backup was last put back, also when that hold was lifted since."""
