"""The three errors an adapter may raise, and the exit codes of the commands. Any other error is a bug, and the runner
treats it so.
"""

from collections.abc import Mapping

LONGEST_REASON = 400
"""Characters of an error in a log line."""
FAILED, BAD_USAGE, STOPPED = 1, 2, 130
TRY_AGAIN, LOGIN_REFUSED, BAD_CONFIG = 75, 77, 78
"""Of sysexits.h."""
EXIT_CODES: Mapping[int, str] = {
    0: "done",
    FAILED: "it failed, or something needs a person",
    BAD_USAGE: "the command line is not understood",
    TRY_AGAIN: "try again later",
    LOGIN_REFUSED: "a server refused the login",
    BAD_CONFIG: "the configuration must be corrected",
    STOPPED: "stopped by Ctrl-C",
}
"""What the end of every command says to a script."""


class TemporaryError(Exception):
    """The same call may work later: connection, 4xx, rate limit, busy database.

    `retry_after` is in seconds, where the other side says how long to wait.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UnreachableError(TemporaryError):
    """Nobody is served there now, whatever the item: others that wait for the same server need not ask it too."""


class PermanentError(Exception):
    """This item will never work; it is set aside and a person is told."""


class UncertainError(PermanentError):
    """The server may have accepted the mail: it must not be sent again without a look."""


class ConfigurationError(Exception):
    """An admin must act. The text names the file and key and says what to do.

    `exit_code` is one of `EXIT_CODES`.
    """

    def __init__(self, message: str, *, exit_code: int = BAD_CONFIG) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def spoken(error: Exception) -> str:
    """What a log line says of an error. Of ours the words, on one line and without the addresses that servers put into
    theirs; of any other the type, for its words may quote a mail.
    """
    if not isinstance(error, TemporaryError | PermanentError | ConfigurationError):
        return type(error).__name__
    return without_addresses(str(error))


def without_addresses(said: str) -> str:
    """What was `said`, on one line for a log or an alarm: what a server says of a mail may name the customer."""
    words = ("(address)" if "@" in word else word for word in said.split())
    return " ".join(words)[:LONGEST_REASON]
