"""A person who asks to be forgotten is: nothing of theirs is left in any file, and nobody else loses a word."""

import asyncio
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select
from typer.testing import CliRunner

from mailagent.cli.app import app
from mailagent.cli.forget import forget as forget_or_say_why
from mailagent.domain.message import MessageId
from mailagent.domain.policy import BURST, ReviewPolicy
from mailagent.errors import ConfigurationError, PermanentError, TemporaryError
from mailagent.store.audit import Audit
from mailagent.store.tables import ChainRow
from tests.fakes.mails import ADMIN, DANA, QUEUE, SUPPORT, TOM, mail, text_of
from tests.fakes.model import ANGRY
from tests.jobs.forged import bare, mac_of, ref_of
from tests.jobs.office import Outside, open_office
from tests.shop import SHOP

ANN = "ann@customer.example"
SECRET = "my grandmother's zither"


def everything_in(folder: Path) -> bytes:
    """The bytes of all files."""
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def unfolded(folder: Path) -> str:
    """The same, with the lines put together that quoted-printable folds."""
    return everything_in(folder).replace(b"=\r\n", b"").decode("latin-1")


def forget(outside: Outside, address: str) -> str:
    """What the operator reads."""
    return command(outside, "forget", address)


def command(outside: Outside, *words: str) -> str:
    """What ``mailagent WORDS`` prints; it ends well, or says in a line why not."""
    config = outside.folder / "config"
    if not config.exists():
        config.mkdir()
        for file in (SHOP / "config").iterdir():
            text = file.read_text("utf-8").replace('data_dir = "./data"', f'data_dir = "{outside.folder}"')
            (config / file.name).write_text(text, "utf-8")
    result = CliRunner().invoke(app, [*words, "--config", str(config)])
    assert result.exit_code == 0 or isinstance(result.exception, SystemExit), repr(result.exception)
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

    assert "2 messages," in told
    assert "Nothing is known of tom.weaver@" in await asyncio.to_thread(forget, outside, "tom.weaver@example.org")
    left = everything_in(tmp_path)
    for trace in (SECRET, TOM, "Tom Weaver", "My zither"):
        assert trace.encode() not in left
    assert ANN.encode() in left


async def test_a_misspelt_address_is_told(tmp_path: Path) -> None:
    """The operator would tell somebody that they are forgotten, and the chain tell that somebody was."""
    outside = Outside(folder=tmp_path)
    outside.customer_writes()
    async with open_office(outside) as office:
        await office.work()

    said = await asyncio.to_thread(forget, outside, f"x{TOM}")

    assert "Nothing is known" in said
    assert "Cleared" not in said
    assert TOM.encode() in everything_in(tmp_path)
    async with open_office(outside) as office, office.sessions.read() as session:
        assert [*await session.exec(select(ChainRow.seq).where(ChainRow.kind == "forgotten"))] == []


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


async def test_a_notice_about_a_forgotten_person_names_them_no_more(tmp_path: Path) -> None:
    """The admin was told to whom a mail could not be sent; the database kept that letter."""
    outside = Outside(folder=tmp_path)
    outside.customer_writes()
    async with open_office(outside) as office:
        await office.receive()
        await office.decide()
        outside.sender.errors.append(PermanentError(f"550 no such user {TOM}"))
        await office.deliver()
    assert len(outside.mails_to(ADMIN)) == 1

    await asyncio.to_thread(forget, outside, TOM)

    assert TOM.encode() not in everything_in(tmp_path)


async def test_the_others_work_on_after_somebody_was_forgotten(tmp_path: Path) -> None:
    """Reviewers still hold the digest, mail systems still return old mail, and operators look at the case."""
    outside = Outside(folder=tmp_path)
    outside.customer_writes()
    async with open_office(outside) as office:
        await office.work()
        outside.knowledge.articles = ()
        outside.customer_writes("Where is it?", answering=outside.mails_to(TOM)[0])
        await office.work()
        digest = outside.mails_to(QUEUE)[0]
        outside.reviewer_replies("SET category=general", to=digest)
        await office.work()
    await asyncio.to_thread(forget, outside, TOM)

    async with open_office(outside) as office:
        for words in ("REOPEN", "APPROVE", "UNDO", "WHY", "SET category=billing"):
            outside.reviewer_replies(words, to=digest)
        await office.work()
        assert "REVIEW-10" in text_of(outside.mails_to(DANA)[-1])
        assert (len(outside.mails_to(TOM)), outside.mails_to(ADMIN)) == (2, [])
        assert (await office.views.status())["set_aside"] == 0
        assert await Audit(sessions=office.sessions).broken(at=outside.clock.now() + timedelta(days=1)) == []
    for words in ("case C-1", "cases", "rules explain C-1", "log", "metrics", "spam", "status", "audit"):
        assert TOM not in await asyncio.to_thread(command, outside, *words.split())
    assert await asyncio.to_thread(command, outside, "corrections") == ""
    assert json.loads(await asyncio.to_thread(command, outside, "kb", "gaps", "--json")) == []


async def test_a_late_reply_brings_nobody_back(tmp_path: Path) -> None:
    """It quotes the digest, with the words and the address of whoever was forgotten, who can then not be found."""
    outside = Outside(folder=tmp_path)
    outside.model.mood = ANGRY
    async with open_office(outside) as office:
        outside.customer_writes("Where is my zither?")
        await office.work()
    await asyncio.to_thread(forget, outside, TOM)

    async with open_office(outside) as office:
        outside.reviewer_replies("APPROVE Toms zither", to=outside.mails_to(QUEUE)[0])
        await office.work()

        assert await office.views.raw(2) == b""
        assert "zither" not in text_of(outside.mails_to(DANA)[-1])
        assert (await office.triage_cases.messages.get(MessageId(2))).text == ""


@pytest.mark.parametrize("seen_to", [False, True])
async def test_mail_that_was_not_read_yet_is_forgotten_too(tmp_path: Path, *, seen_to: bool) -> None:
    """One was too large to be read and waits for a person, or one has `seen_to` it; the other came a moment ago: nobody
    had noted its sender.
    """
    outside = Outside(folder=tmp_path)
    outside.mailbox.size_limit = 1_000
    async with open_office(outside) as office:
        outside.customer_writes("Where is it? " * 100, sender=f'"Weaver, T." <{TOM}>')
        await office.receive()
        if seen_to:
            await office.views.end_aside(1, at=outside.clock.now())
        outside.customer_writes(f"Where is {SECRET}?")
        outside.customer_writes("Which cards do you take?", sender=f"Ann <{ANN}>")
        await office.receive_mail.visit()

    assert "2 messages," in await asyncio.to_thread(forget, outside, TOM)

    assert not any(trace.encode() in everything_in(tmp_path) for trace in (SECRET, TOM))
    async with open_office(outside) as office:
        await office.work()
        assert (await office.views.status())["set_aside"] == 0
    assert (len(outside.mails_to(ANN)), outside.mails_to(TOM)) == (1, [])


@pytest.mark.parametrize("address", [TOM, f"{'long.' * 12}name@customer.example"], ids=["short", "folded"])
async def test_a_notice_that_waits_names_a_forgotten_person_no_more(tmp_path: Path, address: str) -> None:
    """The server was away when the admin was to hear that it refused the address; a mail may have it on two lines."""
    outside = Outside(folder=tmp_path)
    outside.customer_writes(sender=address)
    async with open_office(outside) as office:
        await office.receive()
        await office.decide()
        outside.sender.errors += [PermanentError(f"550 für {address}"), TemporaryError("450 later")]
        await office.deliver()
    assert address in unfolded(tmp_path)

    await asyncio.to_thread(forget, outside, address)

    assert address not in unfolded(tmp_path)
    outside.clock.passes(timedelta(hours=1))
    async with open_office(outside) as office:
        await office.work()
        assert await Audit(sessions=office.sessions).broken(at=outside.clock.now() + timedelta(days=1)) == []
    assert outside.sender.accepted == []


async def test_in_place_of_a_list_that_waits_the_questions_of_others_are_put(tmp_path: Path) -> None:
    """The list names who was forgotten and does not leave; the reviewers hear of the others all the same."""
    outside = Outside(folder=tmp_path)
    outside.knowledge.articles = ()
    people = (TOM, ANN, "mia@customer.example")
    async with open_office(outside, policy=ReviewPolicy(bundle_above=0)) as office:
        for address in people:
            outside.customer_writes(f"Where is {SECRET}?" if address == TOM else "Where is it?", sender=address)
        await office.receive()
        await office.decide()
        outside.clock.passes(BURST)
        outside.sender.errors += [TemporaryError("450 later")] * 9
        await office.deliver()
    assert outside.sender.accepted == []

    await asyncio.to_thread(forget, outside, TOM)

    left = everything_in(tmp_path)
    assert not any(trace.encode() in left for trace in (SECRET, TOM))
    outside.sender.errors.clear()
    outside.clock.time = max(outside.clock.time, datetime.now(UTC)) + timedelta(
        hours=1
    )  # the command took the true time
    async with open_office(outside) as office:
        await office.work()
    asked = outside.mails_to(QUEUE)
    assert [letter["X-Mailagent-Kind"] for letter in asked] == ["digest", "digest"]
    assert [sum(address in text_of(letter) for letter in asked) for address in people] == [0, 1, 1]


async def test_a_reply_that_was_refused_quotes_a_forgotten_person_no_more(tmp_path: Path) -> None:
    """Its token was cut off on its way, so nothing says which case it is about; below stands the whole question."""
    outside = Outside(folder=tmp_path)
    outside.model.mood = ANGRY
    outside.customer_writes(f"Where is {SECRET}?", subject="My zither")
    async with open_office(outside) as office:
        await office.work()
        (digest,) = outside.mails_to(QUEUE)
        mac = mac_of(digest)
        for address in (str(digest["Reply-To"]).replace(mac, f"a{mac[2:]}q"), SUPPORT):
            outside.mailbox.deliver(bare(digest, to=address, ref=ref_of(digest).replace(mac, f"a{mac[2:]}q")))
        await office.work()
        assert len(outside.mails_to(ADMIN)) == 1

    await asyncio.to_thread(forget, outside, TOM)

    left = everything_in(tmp_path)
    assert [trace for trace in (SECRET, TOM, "My zither") if trace.encode() in left] == []


async def test_a_reply_whose_bytes_are_cleared_is_not_cleared_for_the_next_person(tmp_path: Path) -> None:
    """Each adds an entry to the chain; for all that reviewers ever wrote, with everyone who is forgotten, it swells."""
    outside = Outside(folder=tmp_path)
    outside.model.mood = ANGRY
    for address in (TOM, ANN):
        outside.customer_writes(sender=address)
    async with open_office(outside) as office:
        await office.work()
        (digest, _) = outside.mails_to(QUEUE)
        mac = mac_of(digest)
        forged = f"a{mac[2:]}q"
        refused = bare(digest, to=str(digest["Reply-To"]).replace(mac, forged), ref=ref_of(digest).replace(mac, forged))
        outside.mailbox.deliver(refused)
        await office.work()

    for address in (TOM, ANN):
        assert "1 message," in await asyncio.to_thread(forget, outside, address)

    async with open_office(outside) as office, office.sessions.read() as session:
        told = select(ChainRow.message_id).where(ChainRow.kind == "forgotten", col(ChainRow.message_id).is_not(None))
        assert sorted([*await session.exec(told)]) == [1, 2, 3]


async def test_nobody_is_called_cleared_while_a_reader_keeps_their_words_in_the_file(tmp_path: Path) -> None:
    """A nightly `audit` of much mail reads for minutes; the operator would tell the customer that it is done."""
    outside = Outside(folder=tmp_path)
    outside.customer_writes(f"Where is {SECRET}?")
    async with open_office(outside) as office:
        await office.work()
    await asyncio.to_thread(forget, outside, ANN)
    with closing(sqlite3.connect(tmp_path / "mailagent.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM message").fetchone()
        with pytest.raises(ConfigurationError, match="another command reads it"):
            await asyncio.to_thread(forget_or_say_why, tmp_path / "config", TOM)

    assert "Nothing is known" in await asyncio.to_thread(forget, outside, TOM)
    assert SECRET not in unfolded(tmp_path)


async def test_of_whom_only_a_note_is_there_that_is_cleared_and_told(tmp_path: Path) -> None:
    """Their mail was cleared before, or never kept; "nothing is known" would be untrue."""
    outside = Outside(folder=tmp_path)
    async with open_office(outside):
        pass
    outside.damage("INSERT INTO spam_sender VALUES ('mo@x.example', 1, 'Dana Kim', '2026-11-21 10:00:00.000000')")

    said = await asyncio.to_thread(command, outside, "forget", "mo@x.example")
    again = await asyncio.to_thread(command, outside, "forget", "mo@x.example")

    assert "what was noted of the address" in " ".join(said.split())
    assert "Nothing is known of mo@x.example" in " ".join(again.split())
