"""``mailagent`` and ``python -m mailagent``."""

import os
import sys

from mailagent.cli.app import app
from mailagent.cli.show import complain
from mailagent.errors import STOPPED, TRY_AGAIN, ConfigurationError, TemporaryError


def main() -> None:
    """Run a command; it ends with one of `EXIT_CODES`."""
    _open_streams()
    try:
        app()
    except ConfigurationError as error:
        complain(str(error))
        sys.exit(error.exit_code)
    except TemporaryError as error:
        complain(str(error))
        sys.exit(TRY_AGAIN)
    except KeyboardInterrupt:
        sys.exit(STOPPED)


def _open_streams() -> None:
    """Started without standard streams, as some supervisors do, the lock or the database would be opened in their place
    and printed into.
    """
    if None not in (sys.stdin, sys.stdout, sys.stderr):
        return
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:  # noqa: PLR2004 - standard error
        pass
    os.close(number)
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8")  # noqa: SIM115 - for as long as the process lives
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8")  # noqa: SIM115


if __name__ == "__main__":
    main()
