"""A person who asks to be forgotten is: nothing of theirs is left in any file, and nobody else loses a word."""

import asyncio
from pathlib import Path

from typer.testing import CliRunner

from mailagent.cli.app import app
from tests.fakes.mails import QUEUE, TOM, mail
from tests.fakes.model import ANGRY
from tests.jobs.office import Outside, open_office
from tests.shop import SHOP

ANN = "ann@customer.example"
SECRET = "my grandmother's zither"


def everything_in(folder: Path) -> bytes:
    """The bytes of all files."""
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def forget(outside: Outside, address: str) -> str:
    """What the operator reads."""
    config = outside.folder / "config"
    if not config.exists():
        config.mkdir()
        for file in (SHOP / "config").iterdir():
            text = file.read_text("utf-8").replace('data_dir = "./data"', f'data_dir = "{outside.folder}"')
            (config / file.name).write_text(text, "utf-8")
    result = CliRunner().invoke(app, ["forget", address, "--config", str(config)])
    assert result.exit_code == 0, result.output
    return result.output


async def test_nothing_of_a_forgotten_customer_is_left(tmp_path: Path) -> None:
    """Neither in rows nor in freed pages, the log beside the database, or the paused graphs."""
    outside = Outside(folder=tmp_path)
    outside.model.mood = ANGRY
    outside.customer_writes(f"Where is {SECRET}?", sender=f"Tom Weaver <{TOM}>", subject="My zither")
    outside.customer_writes("Which cards do you take?", sender=f"Ann <{ANN}>")
    async with open_office(outside) as office:
        await office.work()
        outside.reviewer_replies("NOTE he wrote before", to=outside.mails_to(QUEUE)[0])
        await office.work()
    assert SECRET.encode() in everything_in(tmp_path)

    told = await asyncio.to_thread(forget, outside, TOM.upper())

    assert "2 message(s)" in told
    left = everything_in(tmp_path)
    for trace in (SECRET, TOM, "Tom Weaver", "My zither"):
        assert trace.encode() not in left
    assert ANN.encode() in left


async def test_forgotten_mail_is_not_taken_for_new(tmp_path: Path) -> None:
    """It still lies in the mailbox, and its customer wants no answer to it; to their next mail they do."""
    outside = Outside(folder=tmp_path)
    outside.customer_writes("Where is it?")
    async with open_office(outside) as office:
        await office.receive()
    await asyncio.to_thread(forget, outside, TOM)
    async with open_office(outside) as office:
        outside.mailbox.rebuild()
        await office.work()
        assert outside.sender.accepted == []

        outside.mailbox.deliver(mail("Which cards do you take?"), at=outside.clock.now())
        await office.work()
        assert len(outside.mails_to(TOM)) == 1
        assert outside.mails_to(QUEUE) == []
