"""Where secrets come from. A message that quotes one has published it."""

import sys
from pathlib import Path

import pytest

from mailagent.adapters.secrets import is_literal, read_secret
from mailagent.errors import ConfigurationError

KEY = "config/mailboxes.toml: mailbox 'support': secret"


def test_a_secret_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers pass it so."""
    monkeypatch.setenv("MAILAGENT_TEST_SECRET", "hunter2 with blanks ")

    assert read_secret("env:MAILAGENT_TEST_SECRET", key=KEY) == "hunter2 with blanks "


def test_a_secret_comes_from_a_file(tmp_path: Path) -> None:
    """Editors end a file with a line end, which is no part of a password."""
    (tmp_path / "secret").write_text("hunter2\n")

    assert read_secret(f"file:{tmp_path / 'secret'}", key=KEY) == "hunter2"


def test_a_secret_comes_from_a_service_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Systemd hands it over in a folder that only this service may read."""
    (tmp_path / "imap").write_text("hunter2\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))

    assert read_secret("credential:imap", key=KEY) == "hunter2"


def test_a_secret_comes_from_a_command() -> None:
    """Password managers print it."""
    assert read_secret(f"command:{sys.executable} -c \"print('hunter2')\"", key=KEY) == "hunter2"


def test_a_command_is_not_given_to_a_shell() -> None:
    """A sign that a shell acts on would act."""
    found = read_secret(f'command:{sys.executable} -c "import sys; print(sys.argv[1:])" ; echo $HOME', key=KEY)

    assert found == "[';', 'echo', '$HOME']"


def test_anything_else_is_the_secret_itself() -> None:
    """It works, and ``check`` warns about it; a colon in a password names no source."""
    assert read_secret("hun:ter2", key=KEY) == "hun:ter2"
    assert is_literal("hun:ter2")
    assert not any(is_literal(f"{kind}:x") for kind in ("env", "file", "credential", "command"))


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ("env:MAILAGENT_TEST_NOT_SET", "the environment variable MAILAGENT_TEST_NOT_SET is not set"),
        ("file:/nonexistent/secret", "the file /nonexistent/secret cannot be read: No such file or directory"),
        ("credential:nothing", "nothing cannot be read"),
        ("command:/nonexistent/program x", "the command could not be run: FileNotFoundError"),
        ('command:unbalanced "quote', "the command could not be run: ValueError"),
        (f'command:{sys.executable} -c "exit(3)"', "the command ended with exit code 3 and gave no secret"),
    ],
)
def test_a_secret_that_is_not_there_is_named_with_its_key(named: str, words: str) -> None:
    """The admin must see which line of which file to mend."""
    with pytest.raises(ConfigurationError) as error:
        read_secret(named, key=KEY)

    assert str(error.value).startswith(f"{KEY}: ")
    assert words in str(error.value)


def test_an_empty_file_is_no_secret(tmp_path: Path) -> None:
    """An empty password would be tried, and the account locked."""
    (tmp_path / "empty").write_text("\n")

    with pytest.raises(ConfigurationError, match="is empty"):
        read_secret(f"file:{tmp_path / 'empty'}", key=KEY)


def test_what_a_command_prints_when_it_fails_is_not_quoted() -> None:
    """Password managers print more than they should."""
    program = "import sys; sys.stderr.write('hunter2'); sys.exit(1)"
    with pytest.raises(ConfigurationError) as error:
        read_secret(f'command:{sys.executable} -c "{program}"', key=KEY)

    assert "hunter2" not in str(error.value)
