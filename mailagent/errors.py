"""The three errors an adapter may raise; anything else is a bug, and the runner treats it so."""


class TemporaryError(Exception):
    """The same call may work later: connection, 4xx, rate limit, busy database.

    `retry_after` is in seconds, where the other side says how long to wait.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class PermanentError(Exception):
    """This item will never work; it is set aside and a person is told."""


class UncertainError(PermanentError):
    """The server may have accepted the mail: it must not be sent again without a look."""


class ConfigurationError(Exception):
    """An admin must act. The text names the file and key and says what to do.

    `exit_code` follows sysexits.h: 78 for configuration, 77 for a refused login.
    """

    def __init__(self, message: str, *, exit_code: int = 78) -> None:
        super().__init__(message)
        self.exit_code = exit_code
