"""SIGTERM while mail is on its way: the daemon ends in time, and the next one leaves nothing undone or done twice."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import pytest

from mailagent.adapters.dispatch_local import LocalDispatcher
from mailagent.daemon import Daemon, Watch
from mailagent.domain.case import CaseId
from mailagent.domain.message import MessageId, RawMail
from mailagent.jobs.watch_health import WatchHealth
from mailagent.ports import AtEnd, CustomerMail
from mailagent.store.messages import StoredMessages
from tests.fakes.mailbox import FakeMailbox
from tests.fakes.mails import ADMIN, TOM
from tests.fakes.model import FakeModel, Step
from tests.fakes.sender import FakeSender
from tests.jobs.office import Office, Outside, open_office

Stage = Literal["fetching", "parsing", "the model", "sending", "after the dot"]
LIMIT = 20.0
"""Seconds, of which it takes a small part."""


@dataclass(kw_only=True)
class Term:
    """SIGTERM comes at the first passing of `stage`, which then `hangs` or goes on."""

    stage: Stage | None
    hangs: bool = False
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def passing(self, stage: Stage) -> None:
        """Here it may come."""
        if stage == self.stage and not self.stop.is_set():
            self.stop.set()
            if self.hangs:
                await asyncio.Event().wait()


@dataclass(kw_only=True)
class Mailbox(FakeMailbox):
    """Waits until it is woken, as the real one."""

    term: Term
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def fetch(self, uids: Sequence[int]) -> AsyncIterator[list[RawMail]]:
        """See `Mailbox`."""
        async for mails in super().fetch(uids):
            await self.term.passing("fetching")
            yield mails

    async def wait(self, seconds: float) -> None:  # noqa: ARG002 - the port's
        """See `Mailbox`."""
        await self.woken.wait()

    def wake(self) -> None:
        """See `Mailbox`."""
        self.woken.set()


@dataclass(frozen=True, kw_only=True)
class Messages(StoredMessages):
    """Those whose reading is interrupted."""

    term: Term

    async def begin(self, message_id: MessageId) -> None:
        """See `Messages`."""
        await super().begin(message_id)
        await self.term.passing("parsing")


@dataclass(kw_only=True)
class Model(FakeModel):
    """One that is slow."""

    term: Term

    async def _called(self, step: Step, mail: CustomerMail) -> None:
        await self.term.passing("the model")
        await super()._called(step, mail)


@dataclass(kw_only=True)
class Sender(FakeSender):
    """One that is slow, before the final dot or after it."""

    term: Term

    async def send(
        self, recipient: str, raw: bytes, *, return_path: str | None = None, at_end: AtEnd | None = None
    ) -> None:
        """See `MailSender`."""
        await self.term.passing("sending")
        await super().send(recipient, raw, return_path=return_path, at_end=at_end)
        await self.term.passing("after the dot")


def daemon_of(office: Office, term: Term) -> Daemon:
    """The loops around the jobs of an office."""
    messages, clock, runner = Messages(sessions=office.sessions, term=term), office.outside.clock, office.runner

    async def work(case_id: CaseId) -> bool:
        message = await messages.next_in_case(case_id, at=clock.now())
        return message is not None and await runner.run(office.triage_cases, message)

    return Daemon(
        watches=[Watch(receive=office.receive_mail, poll_seconds=3600)],
        sort=replace(office.sort_mail, messages=messages),
        resume_lists=office.resume_lists,
        dispatcher=LocalDispatcher(due=lambda: messages.due_cases(at=clock.now(), limit=9), work=work, concurrency=2),
        remind=office.remind_reviewers,
        list_waiting=office.list_waiting,
        bundle=office.bundle_digests,
        deliver=office.deliver_outbox,
        watch_health=NOTHING_TO_WATCH,
        settle=office.settle_uncertain,
        follow_clock=office.follow_clock,
        runner=runner,
        alone=asyncio.Event().wait,
        stop_seconds=0.2 if term.hangs else LIMIT,
    )


NOTHING_TO_WATCH = WatchHealth(
    company="",
    zone=ZoneInfo("UTC"),
    watched=None,  # type: ignore[arg-type]  # nobody looks without an alarm to ring
    free=lambda: 0,
    alarms=[],
    book=None,  # type: ignore[arg-type]
    remind=timedelta(),
    started=None,  # type: ignore[arg-type]
    clock=None,  # type: ignore[arg-type]
)


@pytest.mark.parametrize("hangs", [False, True], ids=["goes on", "hangs"])
@pytest.mark.parametrize("stage", get_args(Stage))
async def test_fault_52_a_stop_at_any_stage_loses_nothing_and_doubles_nothing(
    tmp_path: Path, database_server: str | None, stage: Stage, *, hangs: bool
) -> None:
    """Deployments stop daemons in the middle of the day. What is in hand is finished, or let go where it hangs, and the
    next daemon takes it up; only a mail that may have left is told to a person.
    """
    term = Term(stage=stage, hangs=hangs)
    outside = Outside(
        folder=tmp_path,
        server=database_server,
        mailbox=Mailbox(term=term),
        model=Model(term=term),
        sender=Sender(term=term),
    )
    outside.customer_writes()
    async with open_office(outside) as office, asyncio.timeout(LIMIT):
        await daemon_of(office, term).run(term.stop)

    async with open_office(outside) as office:
        for _ in range(2):
            await office.work()
            outside.clock.passes(timedelta(minutes=1))

        assert await office.rules() == ["reply"]
        assert len(outside.mails_to(TOM)) == 1
        assert len(outside.mails_to(ADMIN)) == (hangs and stage == "after the dot")
        assert await office.broken() == []
