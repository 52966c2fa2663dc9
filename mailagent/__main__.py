"""``mailagent`` and ``python -m mailagent``."""

import sys

from mailagent.cli.app import app
from mailagent.cli.show import complain
from mailagent.errors import ConfigurationError, TemporaryError


def main() -> None:
    """Run a command; the exit codes are 0 done, 1 failed, 2 usage, 75 try again, 77 login refused, 78 bad config."""
    try:
        app()
    except ConfigurationError as error:
        complain(str(error))
        sys.exit(error.exit_code)
    except TemporaryError as error:
        complain(str(error))
        sys.exit(75)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
