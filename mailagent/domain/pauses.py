"""A server that serves nobody now is not asked again for each of the mails that wait for it.

Providers lock accounts that hammer them with a refused password, and a silent server costs a minute a mail, in which
the mail of other mailboxes waits.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mailagent.errors import ConfigurationError, UnreachableError

FIRST = timedelta(seconds=45)
"""A quarter less than the minute after which a mail is tried again, so that it is not put off a second time."""
LONGEST = timedelta(minutes=45)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pause:
    error: ConfigurationError | UnreachableError
    length: timedelta
    until: datetime


@dataclass(kw_only=True)
class Pauses:
    """What one process knows of the accounts that it uses, each by its name."""

    _by_name: dict[str, _Pause] = field(default_factory=dict)

    def begin(self, name: str, error: ConfigurationError | UnreachableError, *, at: datetime) -> None:
        """Leave it alone for a while: after each refusal in a row for twice as long, as only an admin can mend it."""
        before = self._by_name.get(name)
        is_again = before is not None and isinstance(before.error, ConfigurationError)
        is_refusal = isinstance(error, ConfigurationError)
        length = min(before.length * 2, LONGEST) if before is not None and is_again and is_refusal else FIRST
        self._by_name[name] = _Pause(error=error, length=length, until=at + length)

    def check(self, name: str, *, at: datetime) -> None:
        """Raises the error that began the pause, while it lasts; one that began ahead of `at` was timed by a clock that
        was wrong.
        """
        pause = self._by_name.get(name)
        if pause is not None and pause.until - pause.length <= at < pause.until:
            raise pause.error.with_traceback(None)

    def end(self, name: str) -> None:
        """It works."""
        self._by_name.pop(name, None)
