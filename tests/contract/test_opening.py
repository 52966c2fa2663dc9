"""What commands and the daemon do with data that is not as they left it: keys gone, the schema of another release."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from typer.testing import CliRunner, Result

from mailagent.cli.app import app
from mailagent.errors import ConfigurationError
from mailagent.settings import load_settings
from mailagent.store.postgresql import read_url
from mailagent.store.schema import migrate
from mailagent.wiring.daemon import open_daemon
from tests.servers.postgres import Postgres
from tests.shop import SHOP


@pytest.fixture(name="data")
def _data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of the shop, where nothing is yet."""
    monkeypatch.setenv("MAILAGENT__DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("MAILAGENT_SUPPORT_PASSWORD", "x")
    return tmp_path / "data"


def command(*words: str) -> Result:
    """``mailagent WORDS``."""
    return CliRunner().invoke(app, [*words, "--config", str(SHOP / "config")])


def refusal(*words: str) -> str:
    """What a command ends with, which must be an error that it knows."""
    found = command(*words).exception
    assert isinstance(found, ConfigurationError), repr(found)
    return str(found)


def start() -> None:
    """The daemon starts and stops again."""

    async def main() -> None:
        async with open_daemon(load_settings(SHOP / "config")):
            pass

    asyncio.run(main())


@pytest.mark.parametrize(
    "words",
    [
        ("hold", "another", "--restored"),
        ("resume",),
        ("keys",),
        ("db", "restore", "COPY"),
        ("forget", "tom@customer.example"),
    ],
)
def test_lost_keys_are_not_replaced_in_silence(data: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    """Every address that reviewers hold would be refused, and what was sealed be uncheckable: the file may lie in a
    backup. A first start makes it; a word of the operator's makes another, where it is lost for good.
    """
    start()
    assert command("hold", "a storm").exit_code == 0
    assert command("db", "backup", str(tmp_path / "COPY")).exit_code == 0
    (data / "secrets").rename(tmp_path / "kept")

    with pytest.raises(ConfigurationError, match="put the file back from your backup"):
        start()
    assert f"{data / 'secrets'}: error: the keys" in refusal(*(str(tmp_path / w) if w == "COPY" else w for w in words))
    assert not (data / "secrets").exists()

    (tmp_path / "kept").rename(data / "secrets")
    start()
    (data / "secrets").unlink()
    assert command("keys", "--rotate").exit_code == 0
    start()


@pytest.mark.parametrize("spoilt", [None, "half of it"])
def test_whoever_looks_is_told_that_the_keys_are_lost(data: Path, tmp_path: Path, spoilt: str | None) -> None:
    """The daemon works on with what it read at its start, and would not start again: told now, the file is still in
    yesterday's backup.
    """
    said = told_of_keys(tmp_path / "before")
    assert command("check").exit_code == 0
    start()
    (data / "secrets").unlink()
    said += told_of_keys(tmp_path / "nothing sealed")
    start()
    command("hold", "a storm")
    said += told_of_keys(tmp_path / "sound")
    assert [text for text in said if "secrets: error" in text] == []
    (data / "secrets").unlink()
    if spoilt is not None:
        (data / "secrets").write_text(spoilt)

    for text in told_of_keys(tmp_path / "lost"):
        assert f"{data / 'secrets'}: error: " in text
        assert "from " in text
        assert "backup" in text
        assert "Keep data_dir/secrets too" not in text
    assert command("check").exit_code == 78
    assert command("db", "backup", str(tmp_path / "again")).exit_code == 0


def test_a_database_that_cannot_be_opened_is_told_of_without_keys_too(data: Path) -> None:
    """Both went with one disk; a check that finds nothing would send the admin to look elsewhere."""
    data.mkdir()
    (data / "mailagent.db").write_text("half of it")

    checked = command("check")

    assert checked.exit_code == 78
    assert "the database cannot be opened" in " ".join(checked.output.split())


def told_of_keys(backup: Path) -> list[str]:
    """What each command says that looks, on either stream."""
    lines = [("check",), ("status",), ("db", "backup", str(backup))]
    return [" ".join(command(*words).output.split()) for words in lines]


@pytest.mark.parametrize("spoilt", [None, "half of it"])
def test_a_hold_needs_no_keys(data: Path, tmp_path: Path, spoilt: str | None) -> None:
    """Something wrong leaves now; what the record would say of the hold is worth less than that it ends. The record
    stays whole.
    """
    start()
    command("hold", "a storm")
    (data / "secrets").rename(tmp_path / "kept")
    if spoilt is not None:
        (data / "secrets").write_text(spoilt)

    done = command("hold", "the answers are wrong")

    assert (done.exit_code, "secrets: error: " in done.stderr) == (0, True)
    assert [hold["reason"] for hold in json.loads(command("status", "--json").stdout)["held"]] == [
        "a storm",
        "the answers are wrong",
    ]
    (tmp_path / "kept").rename(data / "secrets")
    assert command("audit", "--verify").exit_code == 0


@pytest.mark.parametrize("words", ["status", "hold x", "forget a@b.example", "forget --again"])
def test_a_command_before_the_first_start_makes_no_data(data: Path, words: str) -> None:
    """A misspelt data_dir: done in an empty one, it would seem done."""
    data.mkdir()

    assert "there is no data yet; start the daemon" in refusal(*words.split())
    assert [*data.iterdir()] == []


def test_new_keys_in_the_place_of_lost_ones_are_explained(data: Path) -> None:
    """Whoever makes them by a slip learns what it costs while the old file can still be looked for."""
    start()
    command("hold", "a storm")
    assert "cannot be checked" not in command("keys", "--rotate").stdout
    (data / "secrets").unlink()

    told = " ".join(command("keys", "--rotate").stdout.split())

    assert "The reply addresses in open digests have ended" in told
    assert "what they sealed cannot be checked" in told
    assert "cannot be checked" not in command("keys").stdout


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
@pytest.mark.parametrize(
    "words", ["status", "status --quiet", "audit", "cases", "metrics", "hold x", "forget a@b.example", "forget --again"]
)
def test_a_command_that_looks_changes_no_schema(
    data: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch, where: str, words: str
) -> None:
    """The new release is tried beside the daemon of the old one, which could not write to its database any more."""
    data.mkdir()
    url = f"sqlite:///{data / 'mailagent.db'}"
    if where == "postgresql":
        monkeypatch.setenv("MAILAGENT__DATABASE_URL", postgres.create())
        url = read_url(os.environ["MAILAGENT__DATABASE_URL"]).render_as_string(hide_password=False)
    migrate(url, to="0010")

    assert "schema 0010 of an older mailagent: run 'mailagent db migrate'" in refusal(*words.split())

    engine = create_engine(url)
    with engine.begin() as database:
        assert database.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "0010"
        database.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    assert "schema 9999 of a newer mailagent" in refusal(*words.split())
    assert not (data / "backups").exists()


def test_keys_are_not_missed_on_a_machine_where_no_daemon_ran(
    data: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A database on a server is looked at from anywhere; a monitor beside the daemon's machine would ring for ever."""
    monkeypatch.setenv("MAILAGENT__DATABASE_URL", postgres.create())
    start()
    command("hold", "a storm")
    (data / "secrets").unlink()
    assert "the keys that sealed this database are not there" in command("status").stdout

    monkeypatch.setenv("MAILAGENT__DATA_DIR", str(tmp_path / "elsewhere"))
    assert "the keys" not in command("status").stdout


def test_a_full_disk_is_not_for_an_admin_to_correct_in_the_configuration(data: Path) -> None:
    """A supervisor that leaves a daemon alone after 78 would leave it so once there is room again."""
    start()
    words = [sys.executable, "-m", "mailagent", "status", "--config", str(SHOP / "config")]
    full = subprocess.run(["/bin/sh", "-c", 'ulimit -f 8; exec "$@"', "sh", *words], capture_output=True, check=False)

    assert (full.returncode, b"the disk has room" in full.stderr) == (75, True), full.stderr
    assert data.is_dir()
