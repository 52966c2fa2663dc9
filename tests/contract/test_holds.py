"""What ``mailagent status`` and ``mailagent resume`` tell an operator of what holds."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from typer.testing import CliRunner

from mailagent.adapters.signing_keys import signing_keys
from mailagent.cli.app import app
from mailagent.ports import Hold
from mailagent.store.database import open_database
from mailagent.store.holds import StoredHolds
from mailagent.store.outbox import StoredOutbox
from tests.contract.test_status import DIGEST
from tests.fakes.chain import keys
from tests.jobs.outside import Outside
from tests.shop import SHOP

NOW = datetime.now(UTC)


@pytest.fixture(name="database")
def _database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That of a daemon which ended."""
    monkeypatch.setenv("MAILAGENT__DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MAILAGENT_SUPPORT_PASSWORD", "of no use here")
    signing_keys(tmp_path)
    return cast("Path", Outside(folder=tmp_path).database())


async def test_resume_names_the_mailbox_that_held(database: Path) -> None:
    """Of several the operator looks whether that one is as it should be, and whether anybody has looked yet."""
    engine, sessions = await open_database(database, keys)
    for name, sure in (("support", True), ("shop", False)):
        hold = Hold(name=f"mailbox:{name}", reason="it was put back", since=NOW, sure=sure)
        await StoredHolds(sessions=sessions).put(hold)
    await engine.dispose()

    told = (await asyncio.to_thread(CliRunner().invoke, app, ["resume", "--config", str(SHOP / "config")])).stdout

    assert "Lifted (by mailbox support, in force since" in told
    assert "Lifted (by mailbox shop, whose mail is still compared, in force since" in told


async def test_during_a_hold_no_row_says_that_nothing_is_held(database: Path) -> None:
    """One mail waits for the end of the hold, another for the list that goes in its place: "ready 1" beside "nothing is
    sent" is taken for a fault.
    """
    engine, sessions = await open_database(database, keys)
    outbox, later = StoredOutbox(sessions=sessions), NOW + timedelta(hours=1)
    await outbox.write([DIGEST, replace(DIGEST, key="of a burst", held=True, not_before=later)], at=NOW)
    await StoredHolds(sessions=sessions).put(Hold(name="operator:1", reason="wrong prices", since=NOW, sure=True))
    await engine.dispose()

    shown = (await asyncio.to_thread(CliRunner().invoke, app, ["status", "--config", str(SHOP / "config")])).stdout

    rows = dict(re.findall(r"^outbox (.+?)  +(\d+) *$", shown, re.MULTILINE))
    assert (rows["to be sent"], rows["kept for a list"]) == ("1", "1")
    assert not {"ready", "held"} & set(rows)
