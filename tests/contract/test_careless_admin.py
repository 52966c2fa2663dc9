"""Things that happen to an admin's files: each is told in a line with the remedy, and never in a traceback."""

import asyncio
import os
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel
from typer.testing import CliRunner

from mailagent.cli.app import app
from mailagent.errors import ConfigurationError
from mailagent.settings import Settings, load_settings
from mailagent.settings.wording import EXAMPLES, table_in
from mailagent.store.database import open_database
from mailagent.wiring.daemon import open_daemon
from mailagent.wiring.lock import hold
from tests.shop import SHOP


@pytest.fixture(name="config")
def _config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped files, to spoil."""
    monkeypatch.setenv("MAILAGENT_SUPPORT_PASSWORD", "pass")
    for name in ("config", "templates", "knowledge"):
        shutil.copytree(SHOP / name, tmp_path / name)
    return tmp_path / "config"


def told(config: Path, *words: str, code: int = 78) -> str:
    """What a command ends with, which must be an error that it knows."""
    error = CliRunner().invoke(app, [*words, "--config", str(config)]).exception
    assert isinstance(error, ConfigurationError), repr(error)
    assert error.exit_code == code
    return str(error)


async def made(data: Path) -> None:
    """A database with nothing in it."""
    engine, _ = await open_database(data / "mailagent.db")
    await engine.dispose()


@pytest.mark.parametrize("is_there", [False, True])
async def test_a_folder_without_templates_is_told_in_one_line(config: Path, *, is_there: bool) -> None:
    """A volume that is not mounted: forty lines of files that are missing hide that, and what else is wrong."""
    templates, knowledge = config.parent / "templates", config.parent / "knowledge"
    shutil.rmtree(templates)
    shutil.rmtree(knowledge)
    if is_there:
        templates.mkdir()

    checked = await asyncio.to_thread(CliRunner().invoke, app, ["check", "--config", str(config)])

    assert checked.exit_code == 78
    assert sorted(line.split(";")[0] for line in checked.stderr.splitlines()) == [
        f"{knowledge}: there is no such folder",
        f"{templates}: there are no templates",
    ]
    with pytest.raises(ConfigurationError, match="templates: there are no templates; copy the shipped ones there"):
        async with open_daemon(load_settings(config)):
            pass


def test_a_byte_order_mark_is_no_mistake(config: Path) -> None:
    """Editors on Windows put one there, and nobody can see it."""
    file = config / "review.toml"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())

    assert load_settings(config).review.queue == "support-review@example.com"


def test_a_line_that_is_not_utf8_is_named(config: Path) -> None:
    """A position in bytes is of no use in an editor."""
    (config / "reviewers.toml").write_bytes('[[reviewer]]\nname = "J\xfcrgen"\n'.encode("latin-1"))

    assert "reviewers.toml:2:1: error: not valid TOML: this line is not UTF-8" in told(config, "check")


NO_TOML = [
    ('name = "Larkfield', "must end with quotes on the same line"),
    ("name = Larkfield", "a text needs straight quotes"),
    ("name = \u201cLarkfield\u201d", "a text needs straight quotes"),
    ("undo = 2m", 'a time such as "2m" needs quotes'),
    ("loud = True", "true and false are in lower case"),
    ("name: Larkfield", 'write a line as key = "value"'),
    ('name = "a"\nname = "b"', "this key stands twice"),
    ("[replies", "a header needs a closing bracket"),
    ("[replies]\n[replies]", "this header stands twice"),
    ('name = "C:\\Shop"', "a backslash in quotes"),
    ("imap = { port = 1", "a table that begins with { must end with }"),
    ("days = [1", "a list that begins with [ must end with ]"),
    ('name = """Larkfield', "is never ended with quotes"),
    ("name = 'Larkfield", "is never ended with '"),
]


@pytest.mark.parametrize(("text", "words"), NO_TOML)
def test_what_is_no_toml_is_told_in_words(config: Path, text: str, words: str) -> None:
    """ "Illegal character at line 1" is no help to somebody who does not know TOML."""
    file = config / "mailagent.toml"
    file.write_text(f"{text}\n", "utf-8")
    told_lines = told(config, "check").splitlines()

    assert told_lines[0].startswith(f"{file}:{text.count(chr(10)) + 1}:")
    assert words in told_lines[0]
    assert told_lines[1].strip() == text.splitlines()[-1]


def test_a_password_in_the_wrong_place_is_not_repeated(config: Path) -> None:
    """What `check` says is copied into tickets."""
    file = config / "mailboxes.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace('secret = "env:MAILAGENT_SUPPORT_PASSWORD"', "secret = 4711"), "utf-8")
    said = told(config, "check")
    file.write_text(text.replace('secret = "env:MAILAGENT_SUPPORT_PASSWORD"', 'secret = "hunter2'), "utf-8")

    assert "mailbox.secret: found a value that is not repeated here; write a text in quotes" in said
    assert "4711" not in said
    assert "hunter2" not in told(config, "check")


@pytest.mark.parametrize(
    "wrong",
    [
        'database_url = "postgresql://mailagent:hunter2@db.example.com/mailagent',
        "database_url = ['postgresql://mailagent:hunter2@db.example.com/mailagent']",
        '[alarm]\nwebhook = "https://chat.example.com/hunter2',
        "[alarm]\nwebhook = ['https://chat.example.com/hunter2']",
        '[alarm]\nmail = { to = "ops@example.org", secret = "hunter2" ',
    ],
)
def test_what_holds_a_password_is_not_repeated(config: Path, wrong: str) -> None:
    """The address of a database, or of a chat, is one."""
    file = config / "mailagent.toml"
    file.write_text(f"{wrong}\n{file.read_text('utf-8')}", "utf-8")

    said = told(config, "check")

    assert f"{file}:" in said
    assert "hunter2" not in said


def test_one_bracket_where_two_belong_is_told(config: Path) -> None:
    """The difference between a table and a list of tables is TOML's, not the admin's."""
    file = config / "mailboxes.toml"
    file.write_text(file.read_text("utf-8").replace("[[mailbox]]", "[mailbox]"), "utf-8")

    assert "found a table; write a table for each; begin each with a line [[mailbox]]" in told(config, "check")


def test_every_key_has_an_example_that_is_right() -> None:
    """An error that shows a wrong line is worse than one that shows none."""

    def keys(table: type[BaseModel]) -> Iterator[str]:
        for key, field in table.model_fields.items():
            inner = table_in(field.annotation)
            if inner is None:
                yield key
            else:
                yield from keys(inner)

    assert set(keys(Settings)) - EXAMPLES.keys() == {"commands"}  # each language has its own
    assert all(tomllib.loads(f"key = {value}") for value in EXAMPLES.values())


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

    assert "data_dir in mailagent.toml must name a folder" in told(config, "keys", "--rotate")


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


READING = [
    ("check",),
    ("try", "{mail}"),
    ("rules", "list"),
    ("rules", "explain", "C-1"),
    ("kb", "search", "payment"),
    ("kb", "gaps"),
    ("keys",),
    ("status",),
    ("cases",),
    ("case", "C-1"),
    ("log",),
    ("aside", "list"),
    ("spam",),
    ("corrections",),
    ("metrics",),
    ("reviewer", "list"),
]


def test_a_command_that_reads_writes_nothing(config: Path) -> None:
    """Whoever looks around as root before the first start must not leave folders that the daemon cannot write to."""
    mail = config.parent / "mail.eml"
    mail.write_bytes(b"From: jo@example.org\r\nSubject: Cards\r\n\r\nWhich cards do you accept?\r\n")
    before = sorted(config.parent.rglob("*"))

    for words in READING:
        CliRunner().invoke(app, [word.format(mail=mail) for word in words] + ["--config", str(config)])

    assert sorted(config.parent.rglob("*")) == before
    told_of_keys = CliRunner().invoke(app, ["keys", "--config", str(config)])
    assert (told_of_keys.exit_code, "there are no keys yet" in told_of_keys.stdout) == (0, True)


def test_fault_51_an_edit_that_the_daemon_has_not_read_is_named(config: Path) -> None:
    """Whoever writes "shadow" to stop mail, and is shown "shadow", thinks that it has stopped."""
    data = config.parent / "data"
    lock = hold(data)
    asyncio.run(made(data))
    for file in (*config.iterdir(), *config.parent.rglob("*.j2"), *config.parent.rglob("*.txt")):
        os.utime(file, (0, 0))
    before = CliRunner().invoke(app, ["status", "--config", str(config)]).stdout

    os.utime(config / "mailagent.toml", (2**31, 2**31))

    assert "Changed since" not in before
    after = CliRunner().invoke(app, ["status", "--config", str(config)]).stdout
    assert "Changed since the daemon was last started" in after
    assert "config/mailagent.toml. It works by what it read then" in " ".join(after.split())
    os.close(lock)
    ended = CliRunner().invoke(app, ["status", "--config", str(config)]).stdout
    assert "Changed since" not in ended


async def test_fault_51_a_leaked_key_that_is_still_in_force_is_told(config: Path) -> None:
    """The file says that it ended; whoever stole it decides cases all the same, until somebody restarts the daemon."""
    secrets = config.parent / "data" / "secrets"

    async def told_by(*words: str) -> str:
        done = await asyncio.to_thread(CliRunner().invoke, app, [*words, "--config", str(config)])
        return " ".join(done.stdout.split())

    async with open_daemon(load_settings(config)):
        assert "Changed since" not in await told_by("status")
        assert "restart it" not in await told_by("keys")

        forgetting = await told_by("keys", "--forget")
        started = secrets.stat().st_mtime_ns - 1
        os.utime(secrets.with_name("lock"), ns=(started, started))

        assert "The daemon was started before this file was changed" in await told_by("keys")
        assert "data/secrets. It works by what it read then" in await told_by("status")
        assert "The daemon was started before" in forgetting
    async with open_daemon(load_settings(config)):
        assert "Changed since" not in await told_by("status")
        assert "restart it" not in await told_by("keys")
    assert "uses it from its next start" in await told_by("keys", "--rotate")


def test_an_address_of_two_reviewers_is_refused(config: Path) -> None:
    """A row copied and half edited: decisions would be kept under the wrong name."""
    file = config / "reviewers.toml"
    file.write_text(file.read_text() + '[[reviewer]]\nname = "Ben Roth"\naddresses = ["Dana@example.com"]\n')

    assert "is Dana Kim's too, and nobody could tell who of them decided" in told(config, "check")


def test_a_name_is_no_address_to_forget(config: Path) -> None:
    """ "Cleared: 0" reads as done, while the person's mail is still there."""
    for name in ("Tom", "Tom <tom@customer.example>", "@customer.example"):
        refused = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["forget", name, "--config", str(config)])
        assert refused.exit_code == 2
        assert f"'{name}' is not a plain address" in refused.stderr


def test_our_own_addresses_are_not_forgotten(config: Path) -> None:
    """All digests go to one of them: they would be withdrawn."""
    for address in ("support@example.com", "DANA@example.com"):
        assert "is one of your own" in told(config, "forget", address, code=1)


def test_help_names_the_file_in_which_alarms_stand() -> None:
    """Square brackets would be markup there: the help said "every way under , to see"."""
    help_text = " ".join(CliRunner().invoke(app, ["alarm", "--help"]).stdout.split())
    assert "every way that mailagent.toml names for alarms" in help_text
