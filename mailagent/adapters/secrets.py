"""Where the passwords come from that the configuration names."""

import os
import shlex
import subprocess
from pathlib import Path

from mailagent.errors import ConfigurationError

COMMAND_SECONDS = 30


def read_secret(named: str, *, key: str) -> str:
    """The secret that ``env:NAME``, ``file:PATH``, ``credential:NAME`` (systemd) or ``command:WORDS`` names.

    Anything else is taken as the secret itself. `key` says where it stands in the configuration; raises
    `ConfigurationError` when it is not to be had, without its value.
    """
    kind, _, rest = named.partition(":")
    match kind:
        case "env":
            value = os.environ.get(rest, "") if rest else ""
            missing = f"the environment variable {rest} is not set" if rest else "env: needs a name, as in env:PASSWORD"
        case "file":
            value, missing = _read(Path(rest))
        case "credential":
            value, missing = _read(Path(os.environ.get("CREDENTIALS_DIRECTORY", "/run/credentials")) / rest)
        case "command":
            value, missing = _run(rest)
        case _:
            return named
    if not value:
        raise ConfigurationError(f"{key}: {missing}")
    return value


def is_literal(named: str) -> bool:
    """Whether the configuration holds the secret itself, which `check` warns about."""
    return named.partition(":")[0] not in ("env", "file", "credential", "command")


def _read(path: Path) -> tuple[str, str]:
    try:
        return path.read_text("utf-8").strip(), f"the file {path} is empty"
    except OSError as error:
        return "", f"the file {path} cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        return "", f"the file {path} is not UTF-8 text; write the password into it and nothing else"


def _run(words: str) -> tuple[str, str]:
    try:
        done = subprocess.run(  # noqa: S603 - the admin's own command, without a shell
            shlex.split(words), capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return "", f"the command could not be run: {type(error).__name__}"
    return done.stdout.strip(), f"the command ended with exit code {done.returncode} and gave no secret"
