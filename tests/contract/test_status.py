"""``mailagent status`` and ``status --quiet`` tell one story: whether the daemon does its work."""

import asyncio
import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from typer.testing import CliRunner

from mailagent.adapters.signing_keys import signing_keys
from mailagent.cli.app import app
from mailagent.domain.outgoing import NewOutboxEntry
from mailagent.domain.vitals import LONG_AGO, troubles
from mailagent.ports import RESTORED, Hold
from mailagent.settings import load_settings
from mailagent.store.database import open_database
from mailagent.store.health import StoredHealth
from mailagent.store.holds import StoredHolds
from mailagent.store.meter import StoredMeter
from mailagent.store.outbox import StoredOutbox
from mailagent.store.sending import StoredSending
from mailagent.store.terms import begin_term
from mailagent.store.views import Views, shown_time
from mailagent.wiring.daemon import open_daemon
from mailagent.wiring.lock import hold
from mailagent.wiring.opening import vitals_of
from tests.fakes.chain import keys
from tests.fakes.clock import FakeClock
from tests.jobs.outside import Outside
from tests.shop import SHOP

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
CONFIG = SHOP / "config"
DIGEST = NewOutboxEntry(
    key="1:1:digest",
    kind="digest",
    mailbox="support",
    case_id=None,
    recipient="queue@example.com",
    message_id="<1@example.com>",
    raw=b"",
)


@pytest.fixture(name="left")
def _left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The database of a daemon which has just read its mailbox, and ended."""
    monkeypatch.setenv("MAILAGENT__DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MAILAGENT_SUPPORT_PASSWORD", "of no use here")
    signing_keys(tmp_path)
    database = Outside(folder=tmp_path).database()
    write(tmp_path / "mailagent.db", {"imap:support": NOW})
    return cast("Path", database)


@pytest.fixture(name="database")
def _database(left: Path) -> Iterator[Path]:
    """The same of one that runs."""
    lock = hold(left.parent)
    yield left
    os.close(lock)


def write(database: Path, worked: dict[str, datetime], failed: tuple[str, ...] = ()) -> None:
    """What worked when, and what did not."""

    async def main() -> None:
        engine, sessions = await open_database(database)
        health = StoredHealth(sessions=sessions)
        for name, at in worked.items():
            await health.worked(name, at=at)
        for name in failed:
            await health.failed(name, "out of order", at=NOW)
        await engine.dispose()

    asyncio.run(main())


def status() -> dict[str, object]:
    """What it says; its exit code is what it says by ``ok``."""
    done = CliRunner().invoke(app, ["status", "--json", "--config", str(CONFIG)])
    found: dict[str, object] = json.loads(done.stdout)
    assert done.exit_code == int(not found["ok"])
    return found


def quiet() -> int:
    """The exit code for whoever watches the process."""
    done = CliRunner().invoke(app, ["status", "--quiet", "--config", str(CONFIG)])
    assert done.output == ""
    return done.exit_code


def test_a_daemon_that_works_is_told_of_as_such(database: Path) -> None:
    """The measure for the rest."""
    assert database.exists()
    assert (status()["ok"], quiet()) == (True, 0)


def test_a_daemon_that_reads_nothing_any_more_is_told_by_both(database: Path) -> None:
    """All worked when it was last used, which was three hours ago."""
    write(database, {"imap:support": NOW - 3 * HOUR})

    assert status()["broken"] == ["mailbox support could not be read for 3 hours"]
    assert quiet() == 1
    shown = CliRunner().invoke(app, ["status", "--config", str(CONFIG)])
    assert "mailbox support could not be read" in shown.stdout


def test_a_mailbox_that_is_not_configured_any_more_is_no_trouble(database: Path) -> None:
    """Its last error would keep a monitor red for ever."""
    write(database, {}, failed=("imap:shop", "smtp:shop", "embeddings"))

    assert status()["ok"] is True


def test_a_server_that_is_not_needed_is_not_told_of_as_one_that_stopped(database: Path) -> None:
    """Who reads "last worked: Monday" on a quiet Wednesday looks for what broke; nobody needed it since, and it worked.
    Of one that fails both are told.
    """
    write(database, {"smtp:support": NOW - 48 * HOUR, "imap:support": NOW - HOUR}, failed=("imap:support",))

    lines = CliRunner().invoke(app, ["status", "--config", str(CONFIG)]).stdout.splitlines()

    (heading,) = [line for line in lines if line.startswith("Outside ")]
    assert re.split(" {2,}", heading.strip()) == ["Outside", "Worked", "When last used", "Last worked", "Error"]
    (row,) = [line for line in lines if line.startswith("imap:support ")]
    assert [re.split(" {2,}", row.strip())[at] for at in (1, 4)] == ["NO", "out of order"]
    assert len({re.split(" {2,}", row.strip())[at] for at in (2, 3)}) == 2


async def test_a_job_that_gave_up_is_no_trouble_after_a_restart(left: Path) -> None:
    """Until mail comes there is nothing that it could show its health by; a supervisor would restart for ever."""
    await asyncio.to_thread(write, left, {}, failed=("job:sort_mail",))
    assert "job:sort_mail does not work: out of order" in str(await asyncio.to_thread(status))

    async with open_daemon(load_settings(CONFIG)):
        assert (await asyncio.to_thread(status))["ok"] is True
        assert await asyncio.to_thread(quiet) == 0


@pytest.mark.parametrize("words", [["forget", "x@x.example"], ["db", "restore", "before.db"]])
@pytest.mark.parametrize(
    ("once", "by", "state", "code"),
    [(True, "mailagent run --once", "by schedule", 0), (False, "mailagent run", "not running", 1)],
)
async def test_a_command_between_two_starts_changes_nothing(
    left: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], *, once: bool, by: str, state: str, code: int
) -> None:
    """Else a monitor calls somebody at each of them, until the schedule starts mailagent again. And what a supervisor
    should keep running is not running after them either.
    """
    monkeypatch.chdir(left.parent)
    async with open_daemon(load_settings(CONFIG), once=once):
        pass
    for command in (["db", "backup", "before.db"], words):
        done = await asyncio.to_thread(CliRunner().invoke, app, [*command, "--config", str(CONFIG)])
        assert done.exit_code < 2, done.output

    daemon = cast("dict[str, object]", (await asyncio.to_thread(status))["daemon"])
    assert (daemon["state"], str(daemon["by"]).split(",")[0]) == (state, by)
    assert await asyncio.to_thread(quiet) == code


async def test_a_command_that_keeps_the_daemon_out_is_named(database: Path) -> None:
    """A daemon that cannot start waits for it; the name of the daemon before would be looked for in vain."""
    engine, sessions = await open_database(database)
    await begin_term(sessions, database, program="mailagent run", daemon="run")
    await begin_term(sessions, database, program="mailagent forget")
    await engine.dispose()

    daemon = cast("dict[str, object]", (await asyncio.to_thread(status))["daemon"])
    assert str(daemon["by"]).startswith("mailagent forget,")


async def test_the_moment_since_when_a_server_fails_is_told(left: Path) -> None:
    """That it works is written down once a minute; an outage is looked up in the provider's list by its beginning."""
    engine, sessions = await open_database(left)
    health = StoredHealth(sessions=sessions)
    for second in range(3):
        await health.worked("smtp:support", at=NOW + timedelta(seconds=second))

    await health.failed("smtp:support", "421 busy", at=NOW + timedelta(seconds=9))

    outside = cast("list[dict[str, object]]", (await Views(sessions=sessions).status())["outside"])
    worked_at = next(row["worked_at"] for row in outside if row["name"] == "smtp:support")
    assert worked_at == shown_time(NOW + timedelta(seconds=2))
    await engine.dispose()


async def test_a_digest_that_was_kept_back_for_hours_is_not_late(database: Path) -> None:
    """A list stood in its place; a reviewer asks for it now, and it leaves in a second."""
    engine, sessions = await open_database(database, keys)
    vitals = vitals_of(load_settings(CONFIG), sessions)
    await StoredOutbox(sessions=sessions).write([replace(DIGEST, not_before=NOW)], at=NOW - 30 * HOUR)

    assert (await vitals.vitals(at=NOW)).oldest_unsent == NOW
    await engine.dispose()


@pytest.mark.parametrize("told_before", [True, False])
async def test_what_may_have_left_before_a_restore_is_trouble_until_it_was_looked_after(
    database: Path, *, told_before: bool
) -> None:
    """Going on says that the operator has seen to what they were told of: not to what they are told of later, nor to
    what was cut off while it was sent.
    """
    engine, sessions = await open_database(database, keys)
    outbox = StoredOutbox(sessions=sessions)
    holds, sending = StoredHolds(sessions=sessions), StoredSending(sessions=sessions)
    await outbox.write([replace(DIGEST, key="cut off", kind="answer")], at=NOW)
    (cut_off,) = await sending.due(at=NOW, limit=9)
    await sending.claim(cut_off)
    await sending.eod(cut_off)
    await outbox.write([replace(DIGEST, kind="answer")], at=NOW)
    await holds.put(Hold(name=RESTORED, reason="a backup", since=NOW, sure=True))
    await sending.recover(at=NOW)
    doubtful = await sending.doubtful(at=NOW, limit=9)
    vitals = vitals_of(load_settings(CONFIG), sessions)

    async def settle_and_look() -> int:
        for entry in doubtful:
            await sending.settle(entry, at=NOW, notices=[])
        return (await vitals.vitals(at=NOW)).not_sent

    if told_before:
        assert await settle_and_look() == 2
        await holds.lift("operator")
        assert await settle_and_look() == 2
    await holds.lift(RESTORED)

    assert await settle_and_look() == (1 if told_before else 2)
    await engine.dispose()


async def test_lost_keys_are_trouble(database: Path) -> None:
    """Whatever watches goes by the exit code, and by no words."""
    engine, sessions = await open_database(database, keys)
    holds = StoredHolds(sessions=sessions)
    await holds.put(Hold(name="operator", reason="look", since=NOW, sure=True))
    await holds.lift("operator")
    await engine.dispose()
    assert (await asyncio.to_thread(status))["ok"] is True

    (database.parent / "secrets").unlink()

    assert (await asyncio.to_thread(status))["ok"] is False


@pytest.mark.parametrize(("ahead", "is_trouble"), [(timedelta(minutes=1), False), (HOUR, True)])
async def test_a_restore_told_from_another_machine_rings_for_no_minute(
    database: Path, ahead: timedelta, *, is_trouble: bool
) -> None:
    """Its clock is a little ahead; by itself that is over before anybody can look."""
    engine, sessions = await open_database(database, keys)
    await StoredHolds(sessions=sessions).put(Hold(name=RESTORED, reason="a backup", since=NOW + ahead, sure=True))

    vitals = await vitals_of(load_settings(CONFIG), sessions).vitals(at=NOW)
    assert (vitals.restored_ahead is not None) == is_trouble
    await engine.dispose()


async def test_no_alarm_names_a_customer(database: Path) -> None:
    """It goes to a chat or a pager of somebody else; servers put the address into what they refuse."""
    engine, sessions = await open_database(database, keys)
    await StoredOutbox(sessions=sessions).write([DIGEST], at=NOW - 2 * HOUR)
    await StoredHealth(sessions=sessions).failed("smtp:support", "450 <tom@customer.example>\ntry later", at=NOW)

    vitals = await vitals_of(load_settings(CONFIG), sessions).vitals(at=NOW)
    assert [trouble.text for trouble in troubles(vitals, since=LONG_AGO, at=NOW)] == [
        "a mail could not be sent for 2 hours: 450 (address) try later"
    ]
    await engine.dispose()


async def test_a_budget_that_vectors_used_up_is_told(database: Path) -> None:
    """No mail is answered by a model any more; who counts mail alone would stay silent. A restart mends nothing."""
    engine, sessions = await open_database(database)
    await StoredMeter(sessions=sessions, clock=FakeClock(time=NOW)).count(tokens=5_000_000, cost=0)

    await engine.dispose()
    found = await asyncio.to_thread(status)

    assert (found["ok"], found["budget"]) == (
        False,
        "the budget for models is used up: 5,000,000 tokens were used in the last day",
    )
    assert await asyncio.to_thread(quiet) == 0
