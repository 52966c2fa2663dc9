"""Things that happen to an admin's files: each is told in a line with the remedy, and never in a traceback."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailagent.cli.app import app
from mailagent.errors import ConfigurationError
from mailagent.settings import load_settings
from mailagent.wiring import open_daemon
from tests.shop import SHOP


@pytest.fixture(name="config")
def _config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped files, to spoil."""
    monkeypatch.setenv("MAILAGENT_SUPPORT_PASSWORD", "pass")
    for name in ("config", "templates", "knowledge"):
        shutil.copytree(SHOP / name, tmp_path / name)
    return tmp_path / "config"


def told(config: Path, *words: str) -> str:
    """What a command ends with, which must be an error that it knows."""
    error = CliRunner().invoke(app, [*words, "--config", str(config)]).exception
    assert isinstance(error, ConfigurationError), repr(error)
    assert error.exit_code == 78
    return str(error)


def test_a_byte_order_mark_is_no_mistake(config: Path) -> None:
    """Editors on Windows put one there, and nobody can see it."""
    file = config / "review.toml"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())

    assert load_settings(config).review.queue == "support-review@example.com"


def test_a_line_that_is_not_utf8_is_named(config: Path) -> None:
    """A position in bytes is of no use in an editor."""
    (config / "reviewers.toml").write_bytes('[[reviewer]]\nname = "J\xfcrgen"\n'.encode("latin-1"))

    assert "reviewers.toml:2:1: error: not valid TOML: this line is not UTF-8" in told(config, "check")


def test_a_file_in_the_place_of_the_config_folder_is_named(config: Path) -> None:
    """``--config config/mailagent.toml`` is an easy guess."""
    said = told(config / "mailagent.toml", "check")

    assert said == f"{config}/mailagent.toml: error: this is a file; name the folder that holds mailagent.toml"


async def test_a_data_folder_that_is_a_file_is_named(config: Path) -> None:
    """A volume mounted wrongly; the path says which."""
    data = config.parent / "data"
    data.touch()

    with pytest.raises(ConfigurationError, match=f"{data}.*data_dir in mailagent.toml must name a folder"):
        async with open_daemon(load_settings(config)):
            pass


def test_keys_that_cannot_be_written_are_named(config: Path) -> None:
    """The daemon could sign nothing."""
    (config.parent / "data").touch()

    assert "data_dir in mailagent.toml must name a folder" in told(config, "keys")


def test_a_folder_in_the_place_of_the_database_is_named(config: Path) -> None:
    """Docker makes one for a file that is mounted before it exists."""
    path = config.parent / "data" / "mailagent.db"
    path.mkdir(parents=True)

    assert told(config, "status").startswith(f"{path}: error: the database cannot be opened")


def test_a_damaged_database_is_said_to_be_one(config: Path) -> None:
    """The remedy is the backup, and not the sixty lines of a library's traceback."""
    data = config.parent / "data"
    data.mkdir()
    (data / "mailagent.db").write_bytes(b"garbage " * 100)

    assert "file is not a database; look whether" in told(config, "status")
    assert "restore data_dir from a backup" in told(config, "status")


@pytest.mark.parametrize(
    ("secret", "expected"),
    [("env:", "env: needs a name, as in env:PASSWORD"), ("file:{folder}/secret", "is not UTF-8 text")],
)
def test_a_secret_that_cannot_be_read_is_named(config: Path, secret: str, expected: str) -> None:
    """The daemon cannot start without it; the message names the mailbox."""
    (config.parent / "secret").write_bytes(b"\xff\xfe\x00")
    file = config / "mailboxes.toml"
    named = secret.format(folder=config.parent)
    file.write_text(file.read_text("utf-8").replace("env:MAILAGENT_SUPPORT_PASSWORD", named), "utf-8")

    result = CliRunner().invoke(app, ["check", "--config", str(config)])

    assert result.exit_code == 78
    assert "mailbox 'support': secret: " in result.stderr
    assert expected in result.stderr


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("mailagent", 'mode = "shadow"', 'mode = "auto"'),
        ("categories", 'id = "billing"', 'id = "billing"\nmode = "auto"'),
    ],
)
def test_automatic_answers_without_a_language_model_are_warned_of(config: Path, name: str, old: str, new: str) -> None:
    """It compares words: an admin who tries it out should see its answers first."""
    checked = CliRunner(env={"COLUMNS": "400"}).invoke(app, ["check", "--config", str(config)])
    assert 'write mode = "suggest"' not in checked.stdout
    file = config / f"{name}.toml"
    file.write_text(file.read_text("utf-8").replace(old, new, 1), "utf-8")

    checked = CliRunner(env={"COLUMNS": "400"}).invoke(app, ["check", "--config", str(config)])

    assert checked.exit_code == 0
    assert 'write mode = "suggest"' in checked.stdout


def test_the_version_is_told() -> None:
    """The first line of every report of a problem."""
    result = CliRunner().invoke(app, ["--version"])

    assert result.exit_code == 0
    assert result.stdout.startswith("mailagent 0.")
