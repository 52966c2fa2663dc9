"""Backups: of a database in use, before each migration, and put back."""

import asyncio
import fcntl
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mailagent.adapters.clock import SystemClock
from mailagent.adapters.signing_keys import signing_keys
from mailagent.cli.app import app
from mailagent.errors import ConfigurationError
from mailagent.jobs.follow_clock import FollowClock
from mailagent.store.backup import READY, back_up
from mailagent.store.database import open_database
from mailagent.store.health import StoredHealth
from mailagent.store.schema import migrate
from mailagent.store.times import StoredTimes
from mailagent.wiring.lock import hold
from tests.servers.postgres import Postgres
from tests.shop import SHOP

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(name="data")
def _data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of the shop, where nothing is yet."""
    monkeypatch.setenv("MAILAGENT__DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def command(*words: str) -> Result:
    """``mailagent WORDS``."""
    return CliRunner().invoke(app, [*words, "--config", str(SHOP / "config")])


def error(*words: str, code: int = 1) -> str:
    """What a command ends with, which must be an error that it knows. No edit of the configuration mends what was wrong
    on the command line: a script that goes by the code must not send for an admin.
    """
    found = command(*words).exception
    assert isinstance(found, ConfigurationError), repr(found)
    assert found.exit_code == code
    return str(found)


def outside() -> list[object]:
    """The names that `status` shows."""
    return [row["name"] for row in json.loads(command("status", "--json").stdout)["outside"]]


def to_look_at() -> list[str]:
    """What `status` says of it."""
    found: list[str] = json.loads(command("status", "--json").stdout)["to_look_at"]
    return found


def follow_clock(data: Path) -> None:
    """What the daemon does first."""

    async def main() -> None:
        engine, sessions = await open_database(data / "mailagent.db")
        await FollowClock(times=StoredTimes(sessions=sessions), clock=SystemClock()).look()
        await engine.dispose()

    asyncio.run(main())


def is_locked(file: Path) -> bool:
    """Whether a process is writing it."""
    with file.open("rb") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def worked(data: Path, name: str) -> None:
    """Write a row, as a process of its own."""

    async def write() -> None:
        engine, sessions = await open_database(data / "mailagent.db")
        await StoredHealth(sessions=sessions).worked(name, at=AT)
        await engine.dispose()

    asyncio.run(write())


def test_a_place_where_no_backup_can_be_is_named(data: Path, tmp_path: Path) -> None:
    """Found out at night by a script: a disk that is not mounted, or the file's name forgotten."""
    worked(data, "before")
    missing = tmp_path / "usb" / "saved.db"

    said = error("db", "backup", str(missing))
    assert said == f"{missing}: error: there is no folder {missing.parent}; make it first"
    assert error("db", "backup", str(tmp_path)) == f"{tmp_path}: error: this is a folder; name a new file in it"


def test_a_backup_taken_while_the_daemon_writes_brings_it_back(data: Path, tmp_path: Path) -> None:
    """It holds all that was committed, in one file; and what a restore replaces is not lost either."""
    file = tmp_path / "saved.db"
    worked(data, "before")
    with closing(sqlite3.connect(data / "mailagent.db", isolation_level=None)) as daemon:
        daemon.execute("BEGIN IMMEDIATE")
        daemon.execute("DELETE FROM health")
        assert command("db", "backup", str(file)).exit_code == 0
        daemon.execute("ROLLBACK")
    worked(data, "after")
    (data / "checkpoints.db").write_bytes(b"of a later day")

    done = command("db", "restore", str(file))

    assert done.exit_code == 0, done.exception
    assert "Nothing but notices is sent until 'mailagent resume'" in " ".join(done.stdout.split())
    assert "The clock" not in done.stdout
    assert outside() == ["before"]
    assert command("audit", "--verify").exit_code == 0
    assert not (data / "checkpoints.db").exists()
    assert [path.name for path in tmp_path.glob("saved*")] == ["saved.db"]
    (kept,) = (data / "backups").glob("*-before-restore.db")
    command("db", "restore", str(kept))
    assert outside() == ["after", "before"]


@pytest.mark.parametrize("command_line", [("db", "restore"), ("hold", "a dump was put back", "--restored")])
def test_a_clock_that_is_behind_is_told_of_at_a_restore(
    data: Path, tmp_path: Path, command_line: tuple[str, ...]
) -> None:
    """By it, mail that was answered after the backup seems new; only the operator can set the clock."""
    worked(data, "before")
    signing_keys(data)
    with closing(sqlite3.connect(data / "mailagent.db")) as database, database:
        database.execute("UPDATE health SET worked_at = '2999-01-01 10:00:00.000000'")
    file = tmp_path / "saved.db"
    command("db", "backup", str(file))

    done = command(*command_line, *([str(file)] if command_line[0] == "db" else []))

    said = " ".join(done.stdout.split())
    assert "in the mailbox before 2999-01-01 " in said
    assert "The clock of this machine is behind that." in said


def test_the_time_before_which_mail_goes_to_a_person_is_not_told_as_the_begin_of_a_hold(data: Path) -> None:
    """It lies five minutes after the restore, for clocks differ: an operator takes a hold that begins in the future
    for another's, or for a clock that is wrong.
    """
    worked(data, "before")
    signing_keys(data)
    command("hold", "a dump was put back", "--restored")

    (held,) = json.loads(command("status", "--json").stdout)["held"]
    shown = [command(*words) for words in (("status",), ("hold", "not yet"), ("resume",))]
    status, held_again, lifted = (" ".join(done.stdout.split()) for done in shown)

    assert held["since"] is None
    assert datetime.fromisoformat(held["to_a_person_before"]) > datetime.now(UTC)
    assert "Nothing but notices is sent: a dump was put back. Mail that was in the mailbox before 2" in status
    assert "Held already (after a restore): a dump was put back." in held_again
    assert "Lifted (after a restore): a dump was put back. Mail that was in the mailbox before 2" in lifted


def test_mail_that_goes_to_a_person_until_a_far_day_is_told_until_that_is_mended(data: Path, tmp_path: Path) -> None:
    """The words of the restore are gone with its window, and for years no customer would be answered: the monitor says
    it, and what it says to do mends it.
    """
    worked(data, "before")
    signing_keys(data)
    with closing(sqlite3.connect(data / "mailagent.db")) as database, database:
        database.execute("UPDATE health SET worked_at = '2999-01-01 10:00:00.000000'")
    command("db", "backup", str(tmp_path / "saved.db"))
    assert to_look_at() == []

    command("db", "restore", str(tmp_path / "saved.db"))

    (told,) = to_look_at()
    assert "mail that comes before 2999-01-01 10:05 UTC goes to a person; if the clock of this machine" in told
    assert "before 2999-01-01 10:05 UTC" in command("status").stdout
    follow_clock(data)
    assert len(to_look_at()) == 1
    command("hold", "the clock was ahead", "--restored")
    assert to_look_at() == []


@pytest.mark.parametrize("what", ["not a database", "another database", "half of one"])
def test_what_is_no_backup_is_not_put_back(data: Path, tmp_path: Path, what: str) -> None:
    """Found out before anything is replaced."""
    worked(data, "kept")
    file = tmp_path / "given.db"
    if what == "not a database":
        file.write_bytes(b"hello" * 1000)
    elif what == "another database":
        with closing(sqlite3.connect(file)) as other:
            other.execute("CREATE TABLE t (x)")
    else:
        command("db", "backup", str(file))
        whole = file.read_bytes()
        file.write_bytes(whole[: len(whole) // 2])

    assert f"{file}: error: " in error("db", "restore", str(file))
    assert "there is no such file" in error("db", "restore", str(data / "mistyped.db"))

    assert outside() == ["kept"]


def test_the_backup_of_a_newer_release_is_not_put_back(data: Path, tmp_path: Path) -> None:
    """This one could neither read it nor hold what waits in it; what was there before goes on."""
    worked(data, "kept")
    file = tmp_path / "newer.db"
    command("db", "backup", str(file))
    with closing(sqlite3.connect(file)) as newer, newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")

    assert "schema 9999 of a newer mailagent" in error("db", "restore", str(file), code=78)

    assert outside() == ["kept"]
    assert [path.name for path in data.glob(f"{READY}*")] == []


def test_there_is_no_backup_of_nothing(data: Path, tmp_path: Path) -> None:
    """A misspelt data_dir: an empty file would be found out on the day on which it is needed."""
    data.mkdir()

    assert "there is no data yet" in error("db", "backup", str(tmp_path / "saved.db"), code=75)

    assert [*data.iterdir(), *tmp_path.glob("saved*")] == []


def test_a_restore_waits_for_the_daemon_to_be_stopped(data: Path, tmp_path: Path) -> None:
    """It would go on with what it remembers, on a database of another day."""
    assert command("db", "migrate").exit_code == 0
    file = tmp_path / "saved.db"
    command("db", "backup", str(file))
    handle = hold(data)

    assert "mailagent already runs on this data folder" in error("db", "restore", str(file), code=75)

    assert handle > 0


def test_a_backup_overwrites_nothing(data: Path, tmp_path: Path) -> None:
    """Yesterday's backup may be the one that is needed."""
    command("db", "migrate")
    (tmp_path / "saved.db").write_bytes(b"yesterday")

    assert "the file is there already" in error("db", "backup", str(tmp_path / "saved.db"))

    assert (tmp_path / "saved.db").read_bytes() == b"yesterday"
    assert data.exists()


def test_a_migration_keeps_what_the_database_was(data: Path) -> None:
    """The way back to the release of before; a database that is new, or needs nothing, leaves none."""
    data.mkdir()
    migrate(f"sqlite:///{data / 'mailagent.db'}", to="0005")

    told = [command("db", "migrate").stdout for _ in range(2)]

    (kept,) = (data / "backups").iterdir()
    assert [f"{kept}: what the database was before" in text for text in told] == [True, False]
    assert re.fullmatch(r"mailagent-20\d{6}T\d{6}\.\d{6}Z-schema-0005\.db", kept.name)
    assert kept.stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(kept)) as old:
        assert old.execute("SELECT version_num FROM alembic_version").fetchall() == [("0005",)]


def test_postgresql_has_its_own_backups(
    data: Path, tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file with nothing in it would be worse than a refusal."""
    monkeypatch.setenv("MAILAGENT__DATABASE_URL", postgres.create())
    assert command("db", "migrate").exit_code == 0

    assert "pg_dump" in error("db", "backup", str(tmp_path / "x"))
    assert "pg_restore" in error("db", "restore", str(tmp_path / "x"))
    assert not data.exists()


def test_a_damaged_database_is_moved_away_for_the_backup(data: Path) -> None:
    """That is when one is needed; the damaged bytes stay, for whoever can read them."""
    worked(data, "before")
    command("db", "backup", str(data / "copy.db"))
    (data / "mailagent.db").write_bytes(b"no database at all" * 1000)

    command("db", "restore", str(data / "copy.db"))

    assert outside() == ["before"]
    (damaged,) = (data / "backups").glob("*-damaged.db")
    assert damaged.read_bytes().startswith(b"no database at all")


@pytest.mark.parametrize("point", ["restore.ready", "restore.put_back"])
@pytest.mark.parametrize("then", ["restore", "forget"])
def test_a_killed_restore_leaves_no_copy(data: Path, tmp_path: Path, point: str, then: str) -> None:
    """It holds all mail, and nobody would look for it there: neither a forgotten person's, nor one that fills the disk.
    Paused cases of the day that is replaced go first: with the other database they would be answered out of turn.
    """
    file = tmp_path / "saved.db"
    worked(data, "before")
    assert command("db", "backup", str(file)).exit_code == 0
    (data / "checkpoints.db").write_bytes(b"of a later day")
    (data / "backups").mkdir(exist_ok=True)
    (data / "backups" / "killed.db.unfinished").write_bytes(b"half")
    words = [sys.executable, "-m", "mailagent", "db", "restore", str(file), "--config", str(SHOP / "config")]
    killed = subprocess.run(words, env={**os.environ, "MAILAGENT_CRASH": f"{point}:1"}, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert [*data.glob(f"{READY}*")]
    assert point == "restore.ready" or not (data / "checkpoints.db").exists()

    assert command(*(("db", "restore", str(file)) if then == "restore" else ("forget", "x@x.example"))).exit_code < 2

    assert [*data.glob(f"{READY}*"), *data.rglob("*.unfinished")] == []
    assert outside() == ["before"]


def test_an_operators_own_folder_stays(data: Path) -> None:
    """The backup that is to be put back may lie in it, and be the only one."""
    worked(data, "before")
    folder = data / "restore-friday"
    folder.mkdir()
    assert command("db", "backup", str(folder / "friday.db")).exit_code == 0

    assert command("db", "restore", str(folder / "friday.db")).exit_code == 0

    assert [path.name for path in folder.iterdir()] == ["friday.db"]


def test_a_backup_that_is_being_written_is_not_swept_away(tmp_path: Path) -> None:
    """The daemon starts while the nightly backup, beside the database, waits for its turn to read."""
    source, target = tmp_path / "busy.db", tmp_path / "saved.db"
    with ThreadPoolExecutor() as pool, closing(sqlite3.connect(source, isolation_level=None)) as writer:
        writer.execute("CREATE TABLE words (word)")
        writer.execute("BEGIN EXCLUSIVE")
        backup = pool.submit(back_up, source, target)
        limit = time.monotonic() + 20
        while not any(is_locked(file) for file in tmp_path.glob("*.unfinished")):
            assert time.monotonic() < limit
        os.close(hold(tmp_path))
        writer.execute("ROLLBACK")
        backup.result(timeout=20)

    with closing(sqlite3.connect(target)) as saved:
        assert saved.execute("SELECT name FROM sqlite_master").fetchall() == [("words",)]
