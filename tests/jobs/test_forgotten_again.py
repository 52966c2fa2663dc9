"""Who was forgotten more than once, or in a database that is not in use any more."""

from pathlib import Path

import pytest

from tests.fakes.mails import TOM
from tests.jobs.office import Outside, open_office
from tests.jobs.test_restored_backup import ANN, backed_up, commanded

ASKED, ASKED_AGAIN = "Where is my zither?", "Where is my second zither?"


@pytest.fixture(name="outside")
def _outside(tmp_path: Path) -> Outside:
    """On SQLite, whose files are the backup."""
    return Outside(folder=tmp_path)


async def tom_writes(outside: Outside, words: str, *, then_backs_up: bool = False) -> None:
    """And the daemon has handled it."""
    async with open_office(outside) as office:
        outside.customer_writes(words)
        await office.work()
        if then_backs_up:
            (outside.folder / "copy").unlink(missing_ok=True)
            await backed_up(outside)


async def restored(outside: Outside, file: str = "copy") -> bytes:
    """What is in the database after ``mailagent db restore``; the mail of before is in the mailbox no more."""
    await commanded(outside, "db", "restore", str(outside.folder / file))
    outside.mailbox.mails.clear()
    return (outside.folder / "mailagent.db").read_bytes()


async def test_who_was_forgotten_twice_does_not_come_back(outside: Outside) -> None:
    """The backup was made between: it knows of the first time alone."""
    await tom_writes(outside, ASKED)
    await commanded(outside, "forget", TOM)
    await tom_writes(outside, ASKED_AGAIN, then_backs_up=True)
    await commanded(outside, "forget", TOM)

    assert TOM.encode() not in await restored(outside)


async def test_who_writes_after_a_restore_is_not_taken_for_who_was_forgotten_before_it(outside: Outside) -> None:
    """The backup that was put back is of before their first mail, so there was nobody to forget again."""
    async with open_office(outside) as office:
        outside.customer_writes(sender=f"Ann <{ANN}>")
        await office.work()
        await backed_up(outside)
    await tom_writes(outside, ASKED)
    await commanded(outside, "forget", TOM)
    await restored(outside)
    await tom_writes(outside, ASKED_AGAIN, then_backs_up=True)

    assert ASKED_AGAIN.encode() in await restored(outside)


async def test_a_restore_that_is_undone_forgets_nobody_who_wrote_since(outside: Outside) -> None:
    """What the database was before is a backup too, made after they were forgotten."""
    await tom_writes(outside, ASKED, then_backs_up=True)
    await commanded(outside, "forget", TOM)
    await tom_writes(outside, ASKED_AGAIN)
    assert TOM.encode() not in await restored(outside)
    (before,) = (outside.folder / "backups").glob("*-before-restore.db")

    data = await restored(outside, f"backups/{before.name}")

    assert ASKED_AGAIN.encode() in data
    assert ASKED.encode() not in data


@pytest.mark.parametrize("torn", ["0123abcd 12", f"0123abcd {'e' * 64} 8", "\0\0\0"])
async def test_a_line_that_a_full_disk_cut_hides_nobody(outside: Outside, torn: str) -> None:
    """The next person is written down below it, and a restore takes it for what it is."""
    await tom_writes(outside, ASKED, then_backs_up=True)
    (outside.folder / "forgotten").write_text(torn)
    assert "Cleared" in await commanded(outside, "forget", TOM)

    assert TOM.encode() not in await restored(outside)
