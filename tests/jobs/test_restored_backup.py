"""A database that was restored from a backup, while reviewers hold digests of what it has forgotten."""

import asyncio
import shutil
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from mailagent.cli.db import restore_from
from mailagent.errors import ConfigurationError, PermanentError
from mailagent.ports import RESTORED, Hold
from mailagent.store.backup import back_up
from mailagent.store.holds import StoredHolds
from tests.fakes.mails import ADMIN, BEN, DANA, QUEUE, TOM, mail, review, text_of
from tests.fakes.model import ANGRY, NEUTRAL
from tests.jobs.forged import bare, ref_of
from tests.jobs.forgeries import Make
from tests.jobs.office import Outside, open_office
from tests.jobs.test_forget import command as run_command

FILES = ("mailagent.db", "checkpoints.db")
ANN, MIRA = "ann@ann.example", "mira@mira.example"
HOUR = timedelta(hours=1)
WAYS: dict[str, Make] = {
    "its address": lambda digest: bare(digest, to=str(digest["Reply-To"])),
    "its Message-ID": lambda digest: bare(digest, headers=[f"In-Reply-To: {digest['Message-ID']}"]),
    "its Ref line": lambda digest: bare(digest, ref=ref_of(digest)),
}


@pytest.fixture(name="outside")
def _outside(tmp_path: Path) -> Outside:
    """On SQLite, whose files are the backup."""
    return Outside(folder=tmp_path)


async def restored(outside: Outside) -> EmailMessage:
    """Ann's question got the number C-1 and a digest, which is returned; then the backup of the time before was put
    back, and Mira's question has that number.
    """
    outside.model.mood = ANGRY
    backup = outside.folder / "backup"
    backup.mkdir()
    async with open_office(outside):
        pass
    for name in FILES:
        shutil.copy(outside.folder / name, backup)
    async with open_office(outside) as office:
        outside.customer_writes("You charged me twice!", subject="Charged twice", sender=ANN)
        await office.work()
    for name in FILES:
        for leftover in outside.folder.glob(f"{name}*"):
            leftover.unlink()
        shutil.copy(backup / name, outside.folder)
    outside.mailbox.mails.clear()
    async with open_office(outside) as office:
        outside.customer_writes("You charged me twice!", subject="Charged twice", sender=MIRA)
        await office.work()
    old, new = outside.mails_to(QUEUE)
    assert old["Subject"] == new["Subject"] == "[C-1] Charged twice"
    return old


@pytest.mark.parametrize("make", WAYS.values(), ids=WAYS)
async def test_fault_50_a_digest_of_a_forgotten_question_decides_no_other(outside: Outside, make: Make) -> None:
    """The approval of what Ann would have got must not send another text to Mira; the reviewer is pointed to the digest
    that waits, and not told that the case is closed.
    """
    old = await restored(outside)
    async with open_office(outside) as office:
        outside.mailbox.deliver(make(old))
        await office.work()

        told = " ".join(text_of(outside.mails_to(DANA)[-1]).split())
        assert "REVIEW-09" in told
        assert "C-1 waits for a decision. Its newest digest has reached the reviewers" in told
        assert "closed" not in told
        assert [len(outside.mails_to(of)) for of in (MIRA, ADMIN)] == [1, 0]

        outside.reviewer_replies("APPROVE", to=outside.mails_to(QUEUE)[-1])
        await office.work()
        assert len(outside.mails_to(MIRA)) == 2


async def test_an_absence_note_about_a_forgotten_question_moves_no_other_on(outside: Outside) -> None:
    """Somebody has the new digest, although nobody had the old one."""
    old = await restored(outside)
    async with open_office(outside) as office:
        to = str(old["Reply-To"])
        outside.mailbox.deliver(mail("Away.", sender=DANA, to=to, answering=old, Auto_Submitted="auto-replied"))
        await office.work()

        assert (await office.views.status())["unreached"] == []


async def backed_up(outside: Outside) -> None:
    """What the operator has, made while the daemon works."""
    await asyncio.to_thread(back_up, outside.folder / "mailagent.db", outside.folder / "copy")


async def put_back(outside: Outside) -> None:
    """An hour later, and the operator said go at once."""
    outside.clock.passes(HOUR)
    for file in outside.folder.glob("*.db*"):
        file.unlink()
    shutil.copy(outside.folder / "copy", outside.folder / "mailagent.db")
    async with open_office(outside) as office:
        holds = StoredHolds(sessions=office.sessions)
        await holds.put(Hold(name=RESTORED, reason="a backup", since=outside.clock.now(), sure=True))
        await holds.lift(RESTORED)
    outside.clock.passes(HOUR)


async def test_what_was_being_triaged_when_the_backup_was_made_is_not_answered_again(outside: Outside) -> None:
    """The mail was read and waited for its turn, and was answered a second later."""
    async with open_office(outside) as office:
        outside.mailbox.deliver(mail(), at=outside.clock.now())
        await office.receive()
        await backed_up(outside)
        await office.work()
    assert len(outside.mails_to(TOM)) == 1
    await put_back(outside)

    async with open_office(outside) as office:
        await office.work()

    assert len(outside.mails_to(TOM)) == 1
    assert "may not have been sent" in str(outside.mails_to(ADMIN)[0]["Subject"])


async def test_fault_46_50_a_clock_that_is_behind_at_a_restore_has_nothing_answered_again(outside: Outside) -> None:
    """The machine has lost its time with its disk, and knows it again once the daemon runs: mail that the backup knows
    of came before, whatever the clock said. Other mail is answered as ever.
    """
    async with open_office(outside) as office:
        outside.mailbox.deliver(mail(sender=ANN), at=outside.clock.now())
        await office.receive_mail.visit()
        outside.clock.passes(HOUR)
        outside.mailbox.deliver(mail(), at=outside.clock.now())
        await office.receive()
        await backed_up(outside)
        await office.work()
    outside.clock.passes(timedelta(days=-3))
    await put_back(outside)

    async with open_office(outside) as office:
        await office.remind()
        outside.clock.passes(timedelta(days=3))
        outside.mailbox.deliver(mail(sender=MIRA), at=outside.clock.now())
        for _ in range(2):
            await office.remind()
            await office.work()

    assert [len(outside.mails_to(of)) for of in (ANN, TOM, MIRA)] == [1, 1, 1]
    assert len([told for told in outside.mails_to(ADMIN) if "may not have been sent" in str(told["Subject"])]) == 2


async def test_a_mail_after_a_restore_has_no_message_id_of_before(outside: Outside) -> None:
    """Numbers are given again: the copy of another customer's answer would prove that this one left."""
    async with open_office(outside):
        await backed_up(outside)
    for sender in (f"Mira <{MIRA}>", f"Ann <{ANN}>"):
        outside.clock.passes(HOUR)
        async with open_office(outside) as office:
            outside.mailbox.deliver(mail(sender=sender), at=outside.clock.now())
            await office.work()
        if MIRA in sender:
            await put_back(outside)
            outside.mailbox.mails.clear()

    ids = {str(outside.mails_to(address)[0]["Message-ID"]) for address in (MIRA, ANN)}
    assert len(ids) == 2


async def test_mails_to_admin_and_reviewers_have_no_message_id_of_before_either(outside: Outside) -> None:
    """Many mail programs and providers show only the first of two mails with the same one."""
    async with open_office(outside):
        await backed_up(outside)
    for sender in (f"Mira <{MIRA}>", f"Ann <{ANN}>"):
        outside.clock.passes(HOUR)
        async with open_office(outside) as office:
            outside.mailbox.deliver(mail(sender=sender), at=outside.clock.now())
            outside.sender.errors.append(PermanentError("550 no such user"))
            await office.work()
            outside.model.mood = ANGRY
            outside.mailbox.deliver(mail(sender=sender, subject="Charged twice"), at=outside.clock.now())
            await office.work()
            digest = outside.mails_to(QUEUE)[-1]
            outside.mailbox.deliver(review(digest, "APPROVE"), at=outside.clock.now())
            await office.work()
            outside.model.mood = NEUTRAL
        if MIRA in sender:
            await put_back(outside)
            outside.mailbox.mails.clear()

    for address in (ADMIN, DANA):
        told = [str(letter["Message-ID"]) for letter in outside.mails_to(address)]
        assert (len(told), len(set(told))) == (2, 2)


async def answered_since(outside: Outside) -> EmailMessage:
    """The digest of a question that was answered after the backup was made which is put back now; its customer has an
    acknowledgment and an answer.
    """
    outside.model.mood = ANGRY
    async with open_office(outside) as office:
        outside.mailbox.deliver(mail("You charged me twice!"), at=outside.clock.now())
        await office.work()
        await backed_up(outside)
        digest = outside.mails_to(QUEUE)[0]
        outside.reviewer_replies("APPROVE", to=digest)
        await office.work()
    outside.mailbox.mails.clear()
    await put_back(outside)
    return digest


WORDS = ["APPROVE", "MODIFY\nWe refunded it.", "REVISE shorter", "ASK\n\nWhich card was it?", "REJECT"]


@pytest.mark.parametrize("first", WORDS)
async def test_a_question_of_before_is_not_decided_twice_unawares(outside: Outside, first: str) -> None:
    """It was answered after the backup was made, and the reply that decided it is in the mailbox no more. Ben still
    holds the digest; he hears that before anything leaves, and may then say so again.
    """
    digest = await answered_since(outside)
    assert len(outside.mails_to(TOM)) == 2

    async with open_office(outside) as office:
        for times, words in enumerate((first, "APPROVE")):
            outside.mailbox.deliver(review(digest, words, sender=BEN), at=outside.clock.now())
            await office.work()
            assert len(outside.mails_to(TOM)) == 2 + times
            assert len(outside.mails_to(QUEUE)) == 1, "a draft whose approval nobody would be asked about"
        told = text_of(outside.mails_to(BEN)[0])
        assert "REVIEW-25" in told
        assert "Reason: This case may be decided already" in told, "Ben's reply was surely not carried out before"


async def test_a_warning_of_one_restore_is_none_of_the_next(outside: Outside) -> None:
    """Warned and sure, Ben decided; a backup from between is put back, and what he hears of it first is a warning."""
    digest = await answered_since(outside)
    for written in (2, 3):
        async with open_office(outside) as office:
            outside.mailbox.deliver(review(digest, "APPROVE", sender=BEN), at=outside.clock.now())
            await office.work()
            assert len(outside.mails_to(TOM)) == written
            (outside.folder / "copy").unlink()
            await backed_up(outside)
            outside.mailbox.deliver(review(digest, "APPROVE", sender=BEN), at=outside.clock.now())
            await office.work()
            assert len(outside.mails_to(TOM)) == written + 1
        outside.mailbox.mails.clear()
        await put_back(outside)


async def test_a_warning_that_waits_is_none(outside: Outside) -> None:
    """While sending is held the reviewer hears nothing, and sends the same again."""
    digest = await answered_since(outside)
    async with open_office(outside) as office:
        holds = StoredHolds(sessions=office.sessions)
        await holds.put(Hold(name="operator", reason="look", since=outside.clock.now(), sure=True))
        for _ in range(2):
            outside.mailbox.deliver(review(digest, "APPROVE", sender=BEN), at=outside.clock.now())
            await office.work()
        await holds.lift("operator")
        await office.work()

        assert len(outside.mails_to(TOM)) == 2
        assert "REVIEW-25" in text_of(outside.mails_to(BEN)[0])


async def test_a_warning_comes_however_many_came_before(outside: Outside) -> None:
    """After three receipts a day no more are sent; without this one the next approval would not count as warned."""
    digest = await answered_since(outside)
    async with open_office(outside) as office:
        for words in ("what?", "hm", "well", "APPROVE"):
            outside.mailbox.deliver(review(digest, words, sender=BEN), at=outside.clock.now())
            outside.clock.passes(2 * HOUR)
            await office.work()

        assert "REVIEW-25" in text_of(outside.mails_to(BEN)[-1])
        assert len(outside.mails_to(TOM)) == 2


async def test_what_sends_nothing_and_what_was_asked_since_needs_no_warning(outside: Outside) -> None:
    """Else each question would have to be decided twice, for ever."""
    digest = await answered_since(outside)
    async with open_office(outside) as office:
        outside.mailbox.deliver(review(digest, "CLOSE", sender=BEN), at=outside.clock.now())
        outside.mailbox.deliver(mail("You charged me twice!", sender=ANN), at=outside.clock.now())
        await office.work()
        assert "REVIEW-25" not in "".join(text_of(told) for told in outside.mails_to(BEN))

        outside.reviewer_replies("APPROVE", to=outside.mails_to(QUEUE)[-1])
        await office.work()

        assert len(outside.mails_to(ANN)) == 2


async def commanded(outside: Outside, *words: str) -> str:
    """What ``mailagent WORDS`` prints."""
    return await asyncio.to_thread(run_command, outside, *words)


async def test_a_restored_backup_brings_no_forgotten_person_back(outside: Outside) -> None:
    """Who asked to be forgotten stays so, by whatever way an older day is put back; Ann, who was not, is there."""
    async with open_office(outside) as office:
        outside.customer_writes("Where is my zither?")
        outside.customer_writes("Which cards do you take?", sender=f"Ann <{ANN}>")
        await office.work()
        await backed_up(outside)
    assert "Cleared" in await commanded(outside, "forget", TOM)
    assert TOM.encode() not in (outside.folder / "forgotten").read_bytes()

    said = await commanded(outside, "db", "restore", str(outside.folder / "copy"))

    assert "1 person who was forgotten after this backup" in " ".join(said.split())
    data = outside.folder / "mailagent.db"
    assert (TOM.encode() in data.read_bytes(), ANN.encode() in data.read_bytes()) == (False, True)
    shutil.copy(outside.folder / "copy", data)
    assert "1 person who" in await commanded(outside, "forget", "--again")
    assert (TOM.encode() in data.read_bytes(), ANN.encode() in data.read_bytes()) == (False, True)


async def test_who_writes_again_after_they_were_forgotten_is_not_forgotten_by_a_restore(outside: Outside) -> None:
    """The backup was made since; keys were changed since as well."""
    async with open_office(outside) as office:
        outside.customer_writes("Where is my zither?")
        await office.work()
    await commanded(outside, "forget", TOM)
    await commanded(outside, "keys", "--forget")
    async with open_office(outside) as office:
        outside.customer_writes("Which cards do you take?")
        await office.work()
        await backed_up(outside)

    assert "forgotten" not in await commanded(outside, "db", "restore", str(outside.folder / "copy"))

    assert TOM.encode() in (outside.folder / "mailagent.db").read_bytes()


async def test_a_restore_without_the_key_of_the_forgotten_is_refused(outside: Outside) -> None:
    """They would be back, and nobody could tell."""
    async with open_office(outside) as office:
        outside.customer_writes()
        await office.work()
        await backed_up(outside)
    await commanded(outside, "forget", TOM)
    (outside.folder / "secrets").rename(outside.folder / "away")
    await commanded(outside, "keys", "--rotate")

    with pytest.raises(ConfigurationError, match="put that file back first"):
        await asyncio.to_thread(restore_from, outside.folder / "config", outside.folder / "copy")
    assert TOM.encode() not in (outside.folder / "mailagent.db").read_bytes()
