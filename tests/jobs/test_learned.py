"""What reviewers taught: an admin sees who is listed as spam and takes it back, and measures triage by corrections."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from mailagent.cli.app import app
from tests.fakes.mails import BEN, DANA, QUEUE, TOM, text_of
from tests.jobs.office import Outside
from tests.jobs.replying import asked, digests, later, reply
from tests.shop import SHOP


@pytest.fixture(name="config")
def _config(tmp_path: Path, database_server: str | None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shop's files, with the database of the office."""
    monkeypatch.setenv("MAILAGENT__DATABASE_URL", database_server or "")
    folder = tmp_path / "config"
    shutil.copytree(SHOP / "config", folder)
    for name in ("templates", "knowledge"):
        (tmp_path / name).symlink_to(SHOP / name)
    text = (folder / "mailagent.toml").read_text("utf-8")
    (folder / "mailagent.toml").write_text(
        f'data_dir = "{tmp_path}"\n{text.replace("data_dir", "# data_dir")}', "utf-8"
    )
    return folder


async def command(config: Path, *words: str) -> Result:
    """``mailagent WORDS``, while the office is open."""
    done = await asyncio.to_thread(CliRunner().invoke, app, [*words, "--config", str(config)])
    structlog.reset_defaults()  # the log of a command goes to its standard error, which is closed now
    return done


async def test_an_admin_takes_a_sender_off_the_list_a_year_later(outside: Outside, config: Path) -> None:
    """A customer who was called spam by mistake must not stay unread for ever."""
    async with asked(outside) as office:
        await reply(office, "SPAM")
        await later(office)
        (row,) = json.loads((await command(config, "spam", "--json")).stdout)
        assert (row["address"], row["reviewer"], row["case"]) == (TOM, "Dana Kim", "C-1")
        assert TOM in (await command(config, "spam")).stdout

        assert (await command(config, "spam", "--remove", TOM.upper())).exit_code == 0
        assert "No sender is listed" in (await command(config, "spam")).stdout
        assert (await command(config, "spam", "--remove", TOM)).exit_code == 1
        outside.customer_writes("And the box is broken!", subject="Broken")
        await office.work()

        assert "the box is broken" in text_of(digests(outside)[-1])


async def test_corrections_are_mails_to_measure_with(outside: Outside, config: Path, tmp_path: Path) -> None:
    """What a person put right is the best label there is; a priority is none."""
    async with asked(outside) as office:
        outside.customer_writes("Where is my parcel?", subject="Parcel")
        await office.work()
        await reply(office, "SET category=product sentiment=negative priority=normal")
        await reply(office, "SET priority=normal", to=digests(outside)[-1])
        lines = (await command(config, "corrections")).stdout

        assert json.loads(lines) == {
            "id": "C-1/1",
            "subject": "Charged twice",
            "text": "You charged me twice!",
            "category": "product",
            "sentiment": "negative",
        }
    (tmp_path / "own.jsonl").write_text(lines, "utf-8")
    measured = json.loads((await command(config, "eval", str(tmp_path / "own.jsonl"), "--json")).stdout)
    assert measured["errors"] == []


async def test_a_group_gets_the_case_and_hears_what_was_decided(outside: Outside) -> None:
    """ASSIGN names a team: each of them can decide, and each is told."""
    async with asked(outside) as office:
        await reply(office, "ASSIGN billing")
        assert [len(digests(outside, reader)) for reader in (DANA, BEN)] == [1, 1]
        assert f"{DANA}, {BEN}" in text_of(outside.mails_to(QUEUE)[-1]).replace("\n", " ")

        await reply(office, "APPROVE", to=digests(outside, BEN)[0], sender=BEN)

        for reader in (DANA, BEN, QUEUE):
            assert outside.mails_to(reader)[-1]["X-Mailagent-Kind"] == "confirmation"


async def test_a_group_is_reminded_each_of_them(outside: Outside) -> None:
    """Otherwise one of them is reminded and the others believe that nobody has to do anything."""
    async with asked(outside) as office:
        await reply(office, "ASSIGN billing")
        due_at = (await office.resume_reviews.cases.waiting())[0].due_at
        outside.clock.time = due_at - (due_at - outside.clock.time) / 8
        await office.remind()
        await office.remind()

        for reader in (DANA, BEN):
            kinds = [mail["X-Mailagent-Kind"] for mail in outside.mails_to(reader)]
            assert kinds.count("reminder") == 1


async def test_what_came_back_from_an_owner_shows_in_status(outside: Outside) -> None:
    """The case is with somebody who never got it."""
    async with asked(outside) as office:
        outside.reviewer_replies("ASSIGN ben")
        await office.receive()
        await office.decide()
        sending, now = office.deliver_outbox.sending, outside.clock.now()
        for mail in await sending.due(at=now, limit=9):
            if mail.recipient == BEN:
                await sending.claim(mail)
                await sending.fail(mail, at=now, error="550 no such user", notices=[])

        (row,) = await office.resume_reviews.cases.waiting()

        assert "550 no such user" in row.unreached
