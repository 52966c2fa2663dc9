"""The daemon's loops: none of them waits for another."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest
from structlog.testing import capture_logs

from mailagent.adapters.imap import ImapMailbox
from mailagent.daemon import Watch
from mailagent.jobs.deliver_outbox import DeliverOutbox
from mailagent.jobs.settle_uncertain import SettleUncertain
from mailagent.jobs.sort_mail import SortMail
from mailagent.settings import Settings, load_settings
from mailagent.wiring.daemon import open_daemon
from tests.conftest import Open
from tests.jobs.outside import Outside
from tests.servers.scripted_imap import ScriptedImap
from tests.shop import SHOP

LIMIT = 20.0
"""Seconds; it takes less than one."""


@dataclass(kw_only=True)
class Stuck:
    """A job that begins and does not end before it is let go."""

    free: asyncio.Event = field(default_factory=asyncio.Event)
    name: str = "stuck"

    async def due(self) -> Sequence[object]:
        """See `Job`."""
        await self.free.wait()
        return []


@dataclass(kw_only=True)
class Counted:
    """A job that was run `once`, and `often`."""

    once: asyncio.Event = field(default_factory=asyncio.Event)
    often: asyncio.Event = field(default_factory=asyncio.Event)
    rounds: int = 0
    name: str = "counted"

    async def due(self) -> Sequence[object]:
        """See `Job`."""
        self.rounds += 1
        self.once.set()
        if self.rounds > 1:
            self.often.set()
        return []


@dataclass(kw_only=True)
class Sorts:
    """A job that has one thing to do, and ends `after` another loop went round."""

    steps: list[str]
    after: asyncio.Event
    name: str = "sorts"

    async def due(self) -> Sequence[object]:
        """See `Job`."""
        await self.after.wait()
        self.steps.append("sorted")
        return []


@dataclass(kw_only=True)
class Dispatches:
    """See `Dispatcher`."""

    steps: list[str]
    dispatched: asyncio.Event

    async def start_due(self, then: Callable[[], None]) -> None:  # noqa: ARG002 - nothing is dealt with
        """See `Dispatcher`."""
        self.steps.append("dispatched")
        self.dispatched.set()

    async def drain(self) -> None:
        """See `Dispatcher`."""

    async def finish(self, seconds: float) -> int:  # noqa: ARG002 - nothing is in hand
        """See `Dispatcher`."""
        return 0


@pytest.fixture(name="settings")
def _settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """What is shipped, with data of its own."""
    monkeypatch.setenv("MAILAGENT__DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MAILAGENT_SUPPORT_PASSWORD", "of no use here")
    Outside(folder=tmp_path).database()
    return load_settings(SHOP / "config")


async def test_a_journal_that_does_not_answer_holds_up_no_mail(settings: Settings) -> None:
    """Each look may take two minutes, and after a bad night a hundred mails are looked for. A stop finds every loop
    awake, and abandons none.
    """
    delivers, stuck, stop = Counted(), Stuck(), asyncio.Event()
    async with open_daemon(settings) as whole:
        daemon = replace(
            whole, watches=[], deliver=cast("DeliverOutbox", delivers), settle=cast("SettleUncertain", stuck)
        )
        with capture_logs() as logged:
            async with asyncio.timeout(LIMIT):
                running = asyncio.create_task(daemon.run(stop))
                await delivers.often.wait()
                stuck.free.set()
                stop.set()
                await running

    assert [line["abandoned"] for line in logged if line["event"] == "daemon.stopped"] == [0]


async def test_work_begins_when_it_is_known_who_wrote(settings: Settings) -> None:
    """Cases are worked on customer by customer: one who wrote once would wait behind another's flood that was sorted
    before.
    """
    steps: list[str] = []
    delivers, stop = Counted(), asyncio.Event()
    async with open_daemon(settings) as whole, asyncio.timeout(LIMIT):
        daemon = replace(
            whole,
            watches=[],
            sort=cast("SortMail", Sorts(steps=steps, after=delivers.once)),
            deliver=cast("DeliverOutbox", delivers),
            dispatcher=Dispatches(steps=steps, dispatched=stop),
        )
        await daemon.run(stop)

    assert steps[0] == "sorted"


async def test_fault_02_a_refused_login_is_not_hammered(settings: Settings, open_mailbox: Open) -> None:
    """Providers lock accounts that try a wrong password again and again. A server that is only busy is asked again
    soon.
    """
    refuses = ScriptedImap({"LOGIN": "{tag} NO [AUTHENTICATIONFAILED] wrong\r\n"}, on_every_connection=True)
    busy = ScriptedImap({"LOGIN": "{tag} NO [UNAVAILABLE] later\r\n"}, on_every_connection=True)
    stop = asyncio.Event()
    with refuses, busy:
        async with open_daemon(settings) as whole:

            def watch(mailbox: ImapMailbox) -> Watch:
                return Watch(receive=replace(whole.watches[0].receive, mailbox=mailbox), poll_seconds=1)

            daemon = replace(
                whole,
                watches=[watch(open_mailbox(refuses)), watch(open_mailbox(busy, name="other"))],
                deliver=cast("DeliverOutbox", Counted()),
            )
            async with asyncio.timeout(LIMIT):
                running = asyncio.create_task(daemon.run(stop))
                await asyncio.to_thread(busy.wait_for_connections, 3)
                stop.set()
                await running

    assert refuses.connections == 1


async def test_fault_52_a_daemon_with_nothing_to_do_stops_at_once(settings: Settings) -> None:
    """A loop that sleeps through the stop would make every deployment wait ten seconds for it."""
    settles, stop = Counted(), asyncio.Event()
    async with open_daemon(settings) as whole, asyncio.timeout(LIMIT):
        daemon = replace(whole, watches=[], settle=cast("SettleUncertain", settles))
        with capture_logs() as logged:
            running = asyncio.create_task(daemon.run(stop))
            await settles.often.wait()
            stop.set()
            await running

    assert [line["abandoned"] for line in logged if line["event"] == "daemon.stopped"] == [0]
