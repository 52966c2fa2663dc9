"""``mailagent resume``: what an operator is told of that held."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailagent.adapters.signing_keys import signing_keys
from mailagent.cli.app import app
from mailagent.ports import Hold
from mailagent.store.database import open_database
from mailagent.store.holds import StoredHolds
from tests.fakes.chain import keys
from tests.jobs.outside import Outside
from tests.shop import SHOP


async def test_resume_names_the_mailbox_that_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several the operator looks whether that one is as it should be, and whether anybody has looked yet."""
    monkeypatch.setenv("MAILAGENT__DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MAILAGENT_SUPPORT_PASSWORD", "of no use here")
    signing_keys(tmp_path)
    engine, sessions = await open_database(Outside(folder=tmp_path).database(), keys)
    for name, sure in (("support", True), ("shop", False)):
        hold = Hold(name=f"mailbox:{name}", reason="it was put back", since=datetime.now(UTC), sure=sure)
        await StoredHolds(sessions=sessions).put(hold)
    await engine.dispose()

    told = (await asyncio.to_thread(CliRunner().invoke, app, ["resume", "--config", str(SHOP / "config")])).stdout

    assert "Lifted (by mailbox support, in force since" in told
    assert "Lifted (by mailbox shop, whose mail is still compared, in force since" in told
