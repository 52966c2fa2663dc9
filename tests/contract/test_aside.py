"""``mailagent aside done``: mail that a person has seen to is no trouble any more."""

import asyncio
import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mailagent.cli.app import app
from mailagent.jobs.receive_mail import COMPARE_EVERY
from mailagent.mail.parse import sender_of
from mailagent.store.audit import Audit
from mailagent.store.erasure import Erasure
from tests.contract.test_chain import verified
from tests.contract.test_store import FOUND
from tests.jobs.office import Outside, open_office
from tests.shop import SHOP

UNREADABLE = b"\x01 this is no mail at all"


def command(*words: str) -> Result:
    """``mailagent WORDS``."""
    return CliRunner().invoke(app, [*words, "--config", str(SHOP / "config")])


async def test_mail_that_was_seen_to_leaves_the_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was answered by hand; a monitor that stays red for it hides the next one. Its outcome is written down."""
    monkeypatch.setenv("MAILAGENT__DATA_DIR", str(tmp_path))
    outside = Outside(folder=tmp_path)
    outside.mailbox.deliver(UNREADABLE)
    async with open_office(outside) as office:
        await office.work()

    done = await asyncio.to_thread(command, "aside", "done", "1")

    assert (done.exit_code, "off the list" in done.stdout) == (0, True)
    assert json.loads((await asyncio.to_thread(command, "aside", "list", "--json")).stdout) == []
    assert json.loads((await asyncio.to_thread(command, "log")).stdout)["rule"] == "by-hand"
    async with open_office(outside) as office:
        assert await office.views.raw(1) == UNREADABLE
        assert (await office.views.status())["set_aside"] == 0
        assert await Audit(sessions=office.sessions).broken(at=outside.clock.now()) == []


async def test_words_that_were_forgotten_do_not_come_back_with_a_retry(tmp_path: Path) -> None:
    """A reviewer's reply quoted them, and could not be carried out later: it still lies in the mailbox."""
    outside = Outside(folder=tmp_path)
    outside.customer_writes("as Ann wrote")
    outside.customer_writes(sender="Ann <ann@ann.example>")
    async with open_office(outside) as office:
        await office.receive_mail.visit()
        message, _ = await office.sort_mail.due()
        messages, at = office.sort_mail.messages, outside.clock.now()
        await messages.sort(message.id, replace(FOUND, intake="review"), at=at)
        await Erasure(sessions=office.sessions, sender_of=sender_of, remember=lambda *_: None).forget(
            "ann@ann.example", at=at
        )
        await messages.set_aside(message.id, reason="too deep", notices=[])

        await office.views.retry_aside(message.id)

        outside.clock.passes(COMPARE_EVERY)
        await office.receive_mail.visit()
        assert (await office.views.raw(message.id), await office.views.set_aside()) == (b"", [])
        assert await office.sort_mail.due() == []
    assert await verified(outside) == []


@pytest.mark.parametrize("first", ["retry", "done"])
async def test_two_people_who_see_to_one_mail_at_once_do_it_once(tmp_path: Path, first: str) -> None:
    """One has it tried again, the other takes it off the list a moment later: it must not be answered and noted as seen
    to by hand, nor tried again after a person has answered it.
    """
    outside = Outside(folder=tmp_path)
    outside.mailbox.deliver(UNREADABLE)
    async with open_office(outside) as office:
        await office.work()
        views, at = office.views, outside.clock.now()
        ways = {"retry": partial(views.retry_aside, 1), "done": partial(views.end_aside, 1, at=at)}
        second = ways["done" if first == "retry" else "retry"]

        assert (await ways[first](), await ways[first](), await second()) == (True, False, False)

        status = await views.status()
        assert (status["pending"], status["handled"]) == ((1, 0) if first == "retry" else (0, 1))
        assert [entry["rule"] for entry in await office.log()] == ([] if first == "retry" else ["by-hand"])


async def test_a_mail_that_is_fetched_again_is_not_seen_to_at_once(tmp_path: Path) -> None:
    """It is gone from the list, and has another number when it comes: the second command must say so, and not fail."""
    outside = Outside(folder=tmp_path)
    async with open_office(outside) as office:
        place, at = ("support", "INBOX", 7, 1), outside.clock.now()
        await office.receive_mail.sightings.refuse(*place, at=at, reason="withheld", notices=[])

        assert await office.views.retry_aside(1)
        assert (await office.views.retry_aside(1), await office.views.end_aside(1, at=at)) == (False, False)


@pytest.mark.parametrize("words", [("done",), ("retry",), ("done", "all"), ("7",)])
def test_words_that_leave_open_what_is_meant_are_refused(words: tuple[str, ...]) -> None:
    """None of it must be taken for a wish to see the list."""
    assert command("aside", *words).exit_code == 2


@pytest.mark.parametrize(
    ("words", "number"), [("aside show", "abc"), ("aside retry", "0"), ("aside done", "9" * 30), ("cases --limit", "x")]
)
def test_what_is_no_number_is_refused_in_our_words(words: str, number: str) -> None:
    """Whoever copied the wrong column is told what belongs there, and not how the program reads it."""
    refused = command(*words.split(), number)

    assert refused.exit_code == 2
    assert f"'{number}' is no whole number above 0" in " ".join(refused.stderr.replace("│", " ").split())


@pytest.mark.parametrize("word", ["show", "retry", "done"])
async def test_a_mail_that_is_not_set_aside_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    """A slip of a digit must not try a handled mail again."""
    monkeypatch.setenv("MAILAGENT__DATA_DIR", str(tmp_path))
    outside = Outside(folder=tmp_path)
    outside.customer_writes()
    async with open_office(outside) as office:
        await office.work()

    told = await asyncio.to_thread(command, "aside", word, "1")

    assert (told.exit_code, told.stdout) == (1, "")
    assert "Message 1 is not set aside; 'mailagent aside list' shows what is." in " ".join(told.stderr.split())
