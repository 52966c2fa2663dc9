"""Yesterday's database beside today's mailbox: what was answered meanwhile is not answered again."""

import asyncio
import shutil
from pathlib import Path

from typer.testing import CliRunner

from mailagent.cli.app import app
from mailagent.ports import RESTORED
from mailagent.store.backup import back_up
from tests.fakes.mails import ADMIN, DANA, QUEUE, TOM, mail, review, text_of
from tests.fakes.model import ANGRY, NEUTRAL
from tests.jobs.office import Outside, open_office
from tests.shop import SHOP

ANN, MIRA = "ann@ann.example", "mira@mira.example"


async def test_fault_50_what_was_answered_since_the_backup_is_not_answered_again(tmp_path: Path) -> None:
    """The disk died today; `mailagent db restore` brings yesterday. Tom was answered today, Ann's case was decided
    today, Mira writes after it: only Mira's mail is answered by a machine, and Ann's reviewer is asked to look.
    """
    shutil.copytree(SHOP / "config", tmp_path / "config")
    outside = Outside(folder=tmp_path / "data")
    async with open_office(outside) as office:
        outside.model.mood = ANGRY
        outside.mailbox.deliver(mail("You charged me twice!", sender=ANN), at=outside.clock.now())
        await office.work()
        back_up(outside.folder / "mailagent.db", tmp_path / "yesterday.db")
        outside.mailbox.deliver(review(outside.mails_to(QUEUE)[0], "APPROVE"), at=outside.clock.now())
        outside.model.mood = NEUTRAL
        outside.mailbox.deliver(mail(sender=TOM), at=outside.clock.now())
        await office.work()
    assert [len(outside.mails_to(of)) for of in (ANN, TOM)] == [2, 1]

    done = await asyncio.to_thread(
        CliRunner().invoke,
        app,
        ["db", "restore", str(tmp_path / "yesterday.db"), "--config", str(tmp_path / "config")],
    )
    assert done.exit_code == 0, done.exception
    before = len(outside.sender.accepted)
    async with open_office(outside) as office:
        outside.clock.time = (await office.sort_mail.holds.all())[0].since
        await office.work()
        assert all(to == ADMIN for to, _ in outside.sender.accepted[before:]), "it sent before anybody looked"

        await office.sort_mail.holds.lift(RESTORED)
        outside.mailbox.deliver(mail(sender=MIRA), at=outside.clock.now())
        for _ in range(2):
            await office.work()

        assert "REVIEW-25" in text_of(outside.mails_to(DANA)[-1])
        assert [len(outside.mails_to(of)) for of in (ANN, TOM, MIRA)] == [2, 1, 1]
        assert await office.broken() == []

        outside.mailbox.deliver(review(outside.mails_to(QUEUE)[0], "CLOSE"), at=outside.clock.now())
        await office.work()
        assert (await office.views.status())["waiting_for_reviewers"] == 1, "only Tom's, whom a machine may not answer"
        assert len(outside.mails_to(ANN)) == 2
