"""The power fails: what the disk has of the database is all up to some byte, or half of it is garbage.

SQLite appends each commit to its log and waits for the disk (``synchronous=FULL``) before it goes on, so what is on the
disk is the log up to a byte that is not before the last commit. What the servers had got by then is known.
"""

import shutil
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest

from mailagent.ports import AtEnd
from tests.fakes.mailbox import LONG_AGO, FakeMailbox
from tests.fakes.mails import ADMIN, QUEUE, TOM, read
from tests.fakes.model import ANGRY, FakeModel
from tests.fakes.sender import FakeSender
from tests.jobs.office import Outside, open_office

FILES = ("secrets", "mailagent.db", "mailagent.db-wal", "checkpoints.db", "checkpoints.db-wal")
LOG = "mailagent.db-wal"
FULL = 2
PLACES = 4
"""Bytes at which the power fails, beside those around each final dot."""


@dataclass(kw_only=True)
class Recorder(FakeSender):
    """Writes down how long the log was when each final dot was written."""

    log: Path
    dots: list[int] = field(default_factory=list)

    async def send(
        self, recipient: str, raw: bytes, *, return_path: str | None = None, at_end: AtEnd | None = None
    ) -> None:
        """See `MailSender`."""
        await super().send(recipient, raw, return_path=return_path, at_end=at_end)
        self.dots.append(self.log.stat().st_size)


@dataclass(frozen=True, kw_only=True)
class Image:
    """What the disk has, and what the servers had when the last byte of it was written."""

    folder: Path
    first: int
    """From this byte of the log on the story has all that came to the mailbox."""
    mails: dict[int, bytes]
    accepted: list[tuple[str, bytes]]
    dots: list[int]

    def places(self) -> list[int]:
        """Lengths of the log to try."""
        size = (self.folder / LOG).stat().st_size
        spread = range(self.first, size, (size - self.first) // PLACES)
        return sorted({*spread, *(dot + by for dot in self.dots for by in (-1, 0) if dot >= self.first), size})

    def outside(self, folder: Path, length: int, *, garbage: bool) -> Outside:
        """The world in which the power failed then; where there is `garbage`, the disk wrote a block too early."""
        shutil.copytree(self.folder, folder)
        log = folder / LOG
        log.write_bytes(log.read_bytes()[:length] + b"\xa5" * 5000 * garbage)
        accepted = [mail for mail, dot in zip(self.accepted, self.dots, strict=True) if dot <= length]
        return Outside(
            folder=folder,
            mailbox=FakeMailbox(mails=dict(self.mails), arrived=dict.fromkeys(self.mails, LONG_AGO)),
            sender=FakeSender(accepted=accepted),
            model=FakeModel(mood=ANGRY) if len(self.mails) > 1 else FakeModel(),
        )


async def image_of(folder: Path, story: Literal["answered", "decided"]) -> Image:
    """An article answers a mail; or a reviewer does, who was asked about it."""
    sender = Recorder(log=folder / LOG)
    outside, first = Outside(folder=folder, sender=sender), 0
    outside.customer_writes()
    async with open_office(outside) as office:
        if story == "decided":
            outside.model.mood = ANGRY
            await office.work()
            outside.reviewer_replies("APPROVE")
            first = sender.log.stat().st_size
        await office.work()
        kept = folder / "image"
        kept.mkdir()
        for name in FILES:
            shutil.copy(folder / name, kept)
    return Image(folder=kept, first=first, mails=outside.mailbox.mails, accepted=sender.accepted, dots=sender.dots)


@pytest.mark.parametrize(("story", "expected"), [("answered", {TOM: 1}), ("decided", {TOM: 2, QUEUE: 1})])
async def test_fault_43_a_loss_of_power_at_any_byte_loses_nothing_and_answers_nobody_twice(
    tmp_path: Path, story: Literal["answered", "decided"], expected: dict[str, int]
) -> None:
    """Wherever the log of the database ends, each mail leaves once; of one that may have left a person is told."""
    image = await image_of(tmp_path / "before", story)
    assert image.dots

    for number, length in enumerate(image.places()):
        outside = image.outside(tmp_path / str(length), length, garbage=number % 2 == 1)
        async with open_office(outside) as office:
            for _ in range(2):
                await office.work()
                outside.clock.passes(timedelta(minutes=1))
            assert await office.broken() == [], length
        received = Counter(str(read(raw)["Message-ID"]) for _, raw in outside.sender.accepted)
        seen = {to: len(outside.mails_to(to)) for to in expected}
        missing = sum(expected.values()) - sum(seen.values())
        assert set(received.values()) == {1}, f"somebody got a mail twice at {length}"
        assert all(seen[to] <= most for to, most in expected.items()), f"more than one answer at {length}"
        assert missing <= len(outside.mails_to(ADMIN)), f"a mail is missing at {length}, and nobody was told"
        assert missing == 0, f"each was sent, or had no dot yet: {length}"


async def test_fault_43_a_commit_waits_for_the_disk(tmp_path: Path) -> None:
    """Otherwise the dot could be on its way while what says so is not on the disk yet."""
    async with open_office(Outside(folder=tmp_path)) as office, office.sessions.begin() as session:
        connection = await session.connection()
        assert (await connection.exec_driver_sql("PRAGMA synchronous")).scalar() == FULL
        assert (await connection.exec_driver_sql("PRAGMA journal_mode")).scalar() == "wal"
