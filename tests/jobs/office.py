"""The daemon's parts on one data folder, put together as `wiring` does, with everything outside in memory.

What is outside lives longer than an office: a test may close one and open the next on the same folder, as a restart
does.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import time, timedelta
from functools import cache, partial
from types import MappingProxyType
from typing import Literal

from mailagent.adapters.signing_keys import read_chain_keys
from mailagent.domain.budget import Budget
from mailagent.domain.caps import Caps
from mailagent.domain.case import CaseId
from mailagent.domain.deadlines import Deadlines
from mailagent.domain.policy import Mode, Modes, ReviewPolicy
from mailagent.domain.routing import Conditions, Rule
from mailagent.domain.working_time import WorkingTime, around_the_clock
from mailagent.jobs.bundle_digests import BundleDigests
from mailagent.jobs.deliver_outbox import DeliverOutbox
from mailagent.jobs.follow_clock import FollowClock
from mailagent.jobs.list_waiting import ListWaiting
from mailagent.jobs.receive_mail import ReceiveMail
from mailagent.jobs.remind_reviewers import RemindReviewers
from mailagent.jobs.resume_reviews import Effects, ResumeLists, ResumeReviews
from mailagent.jobs.settle_uncertain import SettleUncertain
from mailagent.jobs.sort_mail import SortMail
from mailagent.jobs.triage_cases import TriageCases
from mailagent.language.commands import vocabulary
from mailagent.letters.customer import CustomerLetters
from mailagent.letters.desk import Stationery
from mailagent.letters.notices import Notices
from mailagent.letters.review import ReviewLetters
from mailagent.letters.waiting_list import WaitingList
from mailagent.mail.identity import content_key
from mailagent.mail.reviewing import Style, Styles
from mailagent.ports import Knowledge, Model
from mailagent.runner import Runner
from mailagent.store.audit import Audit, Broken
from mailagent.store.cases import StoredCases
from mailagent.store.database import Sessions, open_database
from mailagent.store.holds import StoredHolds
from mailagent.store.lists import StoredLists
from mailagent.store.messages import StoredMessages
from mailagent.store.outbox import StoredOutbox
from mailagent.store.sending import StoredSending
from mailagent.store.sightings import StoredSightings
from mailagent.store.times import StoredTimes
from mailagent.store.views import Views
from mailagent.wiring.checkpoints import open_saver
from tests.fakes.health import FakeHealth
from tests.fakes.mails import ADMIN, AUTHSERV, BEN, DANA, QUEUE, SUPPORT
from tests.jobs.furniture import VIENNA, engine_of, paper_of
from tests.jobs.outside import Outside
from tests.shop import TEMPLATES

__all__ = ["VIENNA", "Office", "Outside", "open_office"]

STYLES = Styles(others=Style(words=vocabulary()))
REVIEWERS = {DANA: "Dana Kim", BEN: "Ben Ode"}
COLLEAGUES = {
    **dict.fromkeys(("dana kim", "dana", DANA), (DANA,)),
    **dict.fromkeys(("ben ode", "ben", BEN), (BEN,)),
    "billing": (DANA, BEN),
}
RULES = (
    Rule(name="angry", when=Conditions(sentiment=("angry",)), then="escalate", priority="urgent", why="angry"),
    Rule(name="praise", when=Conditions(sentiment=("positive",)), then="ignore", why="nothing is asked"),
    Rule(name="no-article", when=Conditions(no_answer=True), then="escalate", why="no article answers it"),
    Rule(name="reply-cap", when=Conditions(automatic_answers_at_least=2), then="escalate", why="two are enough"),
    Rule(name="reply", then="reply", why="an article answers it"),
)
CAPS = Caps(sender_hour=50, sender_day=500, domain_hour=500, case_day=50)
"""Room for tests in which a customer writes a lot."""
AT_ONCE = ReviewPolicy(undo_window=timedelta(), confirm="actor")
ROUND_THE_CLOCK = around_the_clock(VIENNA)
DEADLINES = {"billing": timedelta(hours=4), "general": timedelta(days=1)}


@dataclass(frozen=True, kw_only=True)
class Office:
    """One process' worth of objects."""

    outside: Outside
    sessions: Sessions
    health: FakeHealth
    runner: Runner
    paper: Stationery
    receive_mail: ReceiveMail
    sort_mail: SortMail
    triage_cases: TriageCases
    remind_reviewers: RemindReviewers
    list_waiting: ListWaiting
    resume_lists: ResumeLists
    resume_reviews: ResumeReviews
    bundle_digests: BundleDigests
    deliver_outbox: DeliverOutbox
    settle_uncertain: SettleUncertain
    follow_clock: FollowClock
    views: Views

    async def receive(self) -> None:
        """Visit the mailbox, and sort what came."""
        await self.receive_mail.visit()
        while await self.runner.run_due(self.sort_mail):
            pass

    async def decide(self) -> None:
        """Work on every case until nothing is due, one message of a case at a time."""
        await self.runner.run_due(self.resume_lists)
        messages = self.triage_cases.messages
        while cases := await messages.due_cases(at=self.outside.clock.now(), limit=100):
            for case_id in cases:
                message = await messages.next_in_case(case_id, at=self.outside.clock.now())
                assert message is not None, "a case that is named as due has nothing to do"
                job = self.resume_reviews if message.intake == "review" else self.triage_cases
                await self.runner.run(job, message)
        await self.runner.run_due(self.resume_lists)

    async def deliver(self) -> None:
        """Send what is due."""
        await self.runner.run_due(self.bundle_digests)
        while await self.runner.run_due(self.deliver_outbox) or await self.runner.run_due(self.settle_uncertain):
            pass

    async def remind(self) -> None:
        """What is done once a minute: put times right, remind the reviewers, and send what came of it."""
        await self.follow_clock.look()
        await self.runner.run_due(self.remind_reviewers)
        await self.runner.run_due(self.list_waiting)
        await self.deliver()

    async def work(self) -> None:
        """All of it, once through."""
        await self.receive()
        await self.decide()
        await self.deliver()

    async def broken(self) -> list[Broken]:
        """What ``mailagent audit`` finds."""
        return await Audit(sessions=self.sessions).broken(at=self.outside.clock.now())

    async def log(self) -> list[dict[str, object]]:
        """The log entries, oldest message first."""
        return [dict(entry) async for entry in self.views.log_entries()]

    async def rules(self) -> list[object]:
        """The rule that ended each message, oldest first."""
        return [entry["rule"] for entry in await self.log()]

    async def mails_of(self, case: int = 1) -> list[tuple[object, object]]:
        """Kind and state of the mails of a case."""
        found = await self.views.case(CaseId(case))
        assert found is not None
        mails = found["mails"]
        assert isinstance(mails, list)
        return [(row["kind"], row["state"]) for row in mails]


@asynccontextmanager
async def open_office(
    outside: Outside,
    *,
    mode: Mode = "auto",
    modes: Modes | None = None,
    baseline: Literal["now", "unseen", "all"] = "all",
    authserv_id: str | None = AUTHSERV,
    requires_auth: bool = True,
    signs_return_path: bool = False,
    takes_plus: bool = True,
    rewrites: bool = True,
    caps: Caps = CAPS,
    budget: Budget = Budget(),  # noqa: B008 - it is frozen
    model: Model | None = None,
    knowledge: Knowledge | None = None,
    rules: Sequence[Rule] = RULES,
    policy: ReviewPolicy = AT_ONCE,
    working: WorkingTime = ROUND_THE_CLOCK,
    personal: Mapping[str, WorkingTime] = MappingProxyType({}),
    escalate_to: str | None = None,
    times: Sequence[time] = (),
) -> AsyncIterator[Office]:
    """Start a process on the folder of `outside`; `model`, `knowledge` and `modes` stand in for its own. At its end the
    chain must tell of all that the database holds.
    """
    modes = modes or Modes(overall=mode)
    async with AsyncExitStack() as stack:
        engine, sessions = await open_database(outside.database(), cache(partial(read_chain_keys, outside.folder)))
        stack.push_async_callback(engine.dispose)
        saver = await stack.enter_async_context(open_saver(outside.database()))
        templates = TEMPLATES
        triage = engine_of(outside, templates, saver, rules=rules, modes=modes, model=model, knowledge=knowledge)
        messages, cases = StoredMessages(sessions=sessions), StoredCases(sessions=sessions)
        outbox, sending = StoredOutbox(sessions=sessions), StoredSending(sessions=sessions)
        lists, holds = StoredLists(sessions=sessions), StoredHolds(sessions=sessions)
        health = FakeHealth()
        paper = paper_of(outside, templates, signs_return_path=signs_return_path, takes_plus=takes_plus)
        deadlines = Deadlines(by_category=DEADLINES, working=working)
        customer = CustomerLetters(paper=paper)
        letters = ReviewLetters(paper=paper, queue=QUEUE, reviewers=len(REVIEWERS), rewrites=rewrites)
        notices = Notices(paper=paper, admin=ADMIN)
        waiting_list = WaitingList(paper=paper, queue=QUEUE)
        yield Office(
            outside=outside,
            sessions=sessions,
            health=health,
            runner=Runner(health=health, clock=outside.clock),
            paper=paper,
            receive_mail=ReceiveMail(
                mailbox=outside.mailbox,
                sightings=StoredSightings(sessions=sessions, content_key=content_key),
                holds=holds,
                outbox=outbox,
                notices=notices,
                clock=outside.clock,
                baseline=baseline,
            ),
            sort_mail=SortMail(
                messages=messages,
                cases=cases,
                outbox=outbox,
                holds=holds,
                notices=notices,
                ours=frozenset({SUPPORT}),
                reviewers=frozenset(REVIEWERS),
                styles=STYLES,
                authserv_id=authserv_id,
                escalate_to=escalate_to,
                requires_auth=requires_auth,
                clock=outside.clock,
            ),
            triage_cases=TriageCases(
                engine=triage,
                messages=messages,
                cases=cases,
                outbox=outbox,
                customer=customer,
                review=letters,
                notices=notices,
                caps=caps,
                budget=budget,
                deadlines=deadlines,
                modes=modes,
                bundle_above=policy.bundle_above,
                clock=outside.clock,
            ),
            remind_reviewers=RemindReviewers(
                cases=cases,
                messages=messages,
                outbox=outbox,
                review=letters,
                notices=notices,
                deadlines=deadlines,
                personal=personal,
                escalate_to=escalate_to,
                modes=modes,
                clock=outside.clock,
            ),
            list_waiting=ListWaiting(
                cases=cases,
                outbox=outbox,
                lists=lists,
                letter=waiting_list,
                notices=notices,
                times=times,
                working=deadlines.working,
                modes=modes,
                clock=outside.clock,
            ),
            resume_lists=ResumeLists(
                lists=lists,
                messages=messages,
                letter=waiting_list,
                notices=notices,
                reviewers=REVIEWERS,
                styles=STYLES,
                clock=outside.clock,
            ),
            resume_reviews=ResumeReviews(
                effects=Effects(
                    engine=triage,
                    outbox=outbox,
                    customer=customer,
                    review=letters,
                    policy=policy,
                    colleagues=COLLEAGUES,
                    deadlines=deadlines,
                    modes=modes,
                    clock=outside.clock,
                ),
                messages=messages,
                cases=cases,
                outbox=outbox,
                holds=holds,
                review=letters,
                notices=notices,
                reviewers=REVIEWERS,
                styles=STYLES,
                known={"category": ("billing", "product"), "priority": ("urgent", "high", "normal")},
                budget=budget,
                modes=modes,
                clock=outside.clock,
            ),
            bundle_digests=BundleDigests(cases=cases, lists=lists, letter=waiting_list, clock=outside.clock),
            deliver_outbox=DeliverOutbox(
                outbox=outbox,
                sending=sending,
                senders={"support": outside.sender},
                notices=notices,
                health=health,
                clock=outside.clock,
            ),
            settle_uncertain=SettleUncertain(
                sending=sending, journals={}, resends=frozenset(), notices=notices, clock=outside.clock
            ),
            follow_clock=FollowClock(times=StoredTimes(sessions=sessions), clock=outside.clock),
            views=Views(sessions=sessions),
        )
        chain = await Audit(sessions=sessions).chain(read_chain_keys(outside.folder))
        assert outside.is_damaged or not chain.broken, chain.broken
