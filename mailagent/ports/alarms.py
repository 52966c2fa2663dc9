"""Telling the operator of trouble by another way than the watched mailbox."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from mailagent.domain.vitals import Vitals


class Watched(Protocol):
    """What the store tells of the daemon's work."""

    async def vitals(self, *, at: datetime) -> Vitals:
        """How it is; raises `TemporaryError` where the database does not answer."""


class Alarm(Protocol):
    """One way to a person."""

    @property
    def name(self) -> str:
        """What admins call it: its key in ``[alarm]``."""

    async def sound(self, text: str) -> None:
        """Tell it, in one sentence. Raises `TemporaryError` or `ConfigurationError` when nobody can have heard it."""

    async def reach(self) -> None:
        """Look, as far as that can be seen without a word to anybody, whether it could be told. Raises `TemporaryError`
        where that may pass, `ConfigurationError` where an admin must act.
        """


class AlarmBook(Protocol):
    """What was told, kept over a restart: a daemon that dies each minute must not ring each minute."""

    def told(self, name: str) -> tuple[datetime, int] | None:
        """When trouble of this name was last told, and how much of it there was then."""

    def open(self) -> Mapping[str, datetime]:
        """The troubles that were told and are not over, and when each was told first."""

    def write(self, name: str, *, at: datetime, size: int, over: bool) -> None:
        """Remember that it was told, or that it is over."""
