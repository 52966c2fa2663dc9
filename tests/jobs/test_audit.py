"""``mailagent audit`` names each promise that is broken, and nothing while all are kept."""

import asyncio
import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mailagent.cli.app import app
from mailagent.errors import PermanentError, UncertainError
from mailagent.store.audit import Audit, Promise
from tests.fakes.model import ANGRY
from tests.jobs.lived import Lived
from tests.jobs.office import Office, Outside, open_office
from tests.shop import SHOP

COPY = (
    "INSERT INTO outbox (key, kind, mailbox, case_id, recipient, message_id, automatic, cause_id, raw, state, attempts,"
    " created_at, due_at, error) SELECT key || ':again', kind, mailbox, case_id, recipient, {}, automatic, {}, raw,"
    " state, attempts, created_at, due_at, error FROM outbox WHERE id = 1"
)
LOST = (
    "UPDATE message SET state = 'ready' WHERE id = 1; DELETE FROM log_entry WHERE message_id = 1;"
    " DELETE FROM raw_mail WHERE message_id = 1"
)
TWICE = (
    "INSERT INTO escalation SELECT case_id, 7, message_id, interrupt_id, priority, reason, draft, due_at, graph_state,"
    " state, opened_at, decided_by, decided_at, verb, decision_id, assigned_to, snoozed_until, nonce FROM escalation"
)
REOPENED = f"{TWICE}; UPDATE escalation SET state = 'open', decision_id = NULL"  # noqa: S608 - the one above

CUT_BACK = (
    "DELETE FROM chain WHERE seq > 0; DELETE FROM log_entry; DELETE FROM raw_mail; DELETE FROM escalation;"
    " DELETE FROM outbox; DELETE FROM message; DELETE FROM support_case"
)


@pytest.fixture(name="outside")
async def _outside(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Outside:
    """On SQLite, whose file can be damaged from here: an answer, one that failed, one that is uncertain, and a question
    that a reviewer decided.
    """
    lived = Lived(folder=tmp_path / "data", folders=tmp_path_factory, postgres=None)
    return await lived("day to audit", a_day_of_mail)


async def a_day_of_mail(outside: Outside) -> None:
    """All of it."""
    async with open_office(outside) as office:
        for error in (None, PermanentError("550 no such user"), UncertainError("no answer")):
            outside.customer_writes(sender=f"Ann <ann{len(str(error))}@ann.example>")
            if isinstance(error, UncertainError):
                outside.sender.late_errors.append(error)
            elif error is not None:
                outside.sender.errors.append(error)
            await office.work()
        outside.model.mood = ANGRY
        outside.customer_writes()
        await office.work()
        outside.reviewer_replies("APPROVE")
        await office.work()


async def broken(outside: Outside, office: Office) -> list[str]:
    """The promises that the audit names."""
    found = await Audit(sessions=office.sessions).broken(at=outside.clock.now() + timedelta(minutes=20))
    return [row.promise for row in found]


async def test_a_day_of_mail_keeps_every_promise(outside: Outside, office: Office) -> None:
    """Failures are no broken promises as long as a person was told of them."""
    assert await broken(outside, office) == []


@pytest.mark.parametrize(
    ("damage", "promise"),
    [
        (LOST, "kept as it came"),
        ("DELETE FROM log_entry WHERE message_id = 1", "one outcome"),
        ("UPDATE message SET state = 'ready' WHERE id = 1", "one outcome"),
        (COPY.format("'<other>'", "cause_id"), "one answer"),
        (COPY.format("message_id", "NULL"), "one answer"),
        ("UPDATE outbox SET state = 'lost' WHERE id = 1", "known state"),
        ("UPDATE outbox SET settled_at = NULL WHERE state = 'uncertain'", "uncertain is told"),
        ("DELETE FROM outbox WHERE key LIKE '%:uncertain'", "uncertain is told"),
        ("UPDATE outbox SET state = 'failed' WHERE key LIKE '%:not-sent'", "failed is told"),
        ("DELETE FROM outbox WHERE key LIKE '%:not-sent'", "failed is told"),
        (TWICE, "decided once"),
        (REOPENED, "one question"),
        ("UPDATE outbox SET recipient = 'eve@evil.example' WHERE id = 1", "nothing automatic to others"),
        ("UPDATE message SET intake = 'auto_reply' WHERE id = 1", "nothing automatic to others"),
        ("UPDATE message SET caution = 'a list' WHERE id = 1", "nothing automatic to others"),
    ],
)
async def test_each_broken_promise_is_named(outside: Outside, office: Office, damage: str, promise: Promise) -> None:
    """An audit that overlooks something would make every crash test worthless."""
    outside.damage(damage)

    assert await broken(outside, office) == [promise]


async def test_the_command_names_what_is_broken(tmp_path: Path, outside: Outside) -> None:
    """For a monitor: exit code 1, and which rows to look at."""
    shutil.copytree(SHOP / "config", tmp_path / "config")

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, ["audit", "--config", str(tmp_path / "config"), *words])

    assert (await asyncio.to_thread(run)).exit_code == 0
    outside.damage("DELETE FROM log_entry WHERE message_id = 2")
    result = await asyncio.to_thread(run, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {"ok": False, "broken": [{"promise": "one outcome", "where": ["message 2"]}]}
    assert "one outcome" in (await asyncio.to_thread(run)).stdout


async def test_the_command_checks_the_chain_where_it_is_asked_to(tmp_path: Path, outside: Outside) -> None:
    """An exit code for the monitor, the entry for whoever looks, and the last one to write down elsewhere."""
    shutil.copytree(SHOP / "config", tmp_path / "config")

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, ["audit", "--config", str(tmp_path / "config"), *words])

    whole = json.loads((await asyncio.to_thread(run, "--verify", "--json")).stdout)
    assert (whole["ok"], whole["chain"]["head"].split(":")[0]) == (True, str(whole["chain"]["entries"] - 1))
    outside.damage("DELETE FROM chain WHERE seq = 2")

    assert (await asyncio.to_thread(run)).exit_code == 0
    result = await asyncio.to_thread(run, "--verify", "--json")
    assert result.exit_code == 1
    assert {"promise": "chain is whole", "where": ["entry 2: removed"]} in json.loads(result.stdout)["broken"]
    assert "entry 2: removed" in (await asyncio.to_thread(run, "--verify")).stdout


async def test_a_chain_that_was_cut_back_is_found_out_by_an_entry_that_was_written_down(
    tmp_path: Path, outside: Outside
) -> None:
    """With the rows that it tells of, down to its first entry, which no key seals: nothing in it tells of that."""
    shutil.copytree(SHOP / "config", tmp_path / "config")

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, ["audit", "--config", str(tmp_path / "config"), *words])

    last = json.loads((await asyncio.to_thread(run, "--verify", "--json")).stdout)["chain"]["head"]
    assert (await asyncio.to_thread(run, "--known", last)).exit_code == 0
    outside.damage(CUT_BACK)

    assert (await asyncio.to_thread(run, "--verify")).exit_code == 0
    result = await asyncio.to_thread(run, "--known", last)
    assert result.exit_code == 1
    assert "not the one that was known" in " ".join(result.stdout.split())


async def test_each_finding_has_a_row_of_its_own(tmp_path: Path, outside: Outside) -> None:
    """Twenty in one cell cannot be read."""
    shutil.copytree(SHOP / "config", tmp_path / "config")
    outside.damage("DELETE FROM log_entry")

    words = ["audit", "--config", str(tmp_path / "config")]
    found = (await asyncio.to_thread(CliRunner().invoke, app, words)).stdout.splitlines()

    assert [line for line in found if "message 1" in line and "message 2" in line] == []
    assert sum("one outcome" in line for line in found) > 1
