"""The daemon with all its connections."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from mailagent.adapters.clock import SystemClock
from mailagent.adapters.dispatch_local import LocalDispatcher
from mailagent.adapters.imap import ImapMailbox
from mailagent.adapters.signing_keys import read_keys
from mailagent.adapters.smtp import SmtpSender
from mailagent.adapters.templates import JinjaTemplates
from mailagent.daemon import Daemon, Watch
from mailagent.domain.case import CaseId
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
from mailagent.language.identification import load_languages
from mailagent.letters.customer import CustomerLetters
from mailagent.letters.desk import Stationery
from mailagent.letters.notices import Notices
from mailagent.letters.review import ReviewLetters
from mailagent.letters.waiting_list import WaitingList
from mailagent.mail.identity import content_key
from mailagent.ports import Clock
from mailagent.runner import Runner
from mailagent.settings import Settings
from mailagent.store.cases import StoredCases
from mailagent.store.database import open_database
from mailagent.store.health import StoredHealth
from mailagent.store.holds import StoredHolds
from mailagent.store.lists import StoredLists
from mailagent.store.messages import StoredMessages
from mailagent.store.meter import StoredMeter
from mailagent.store.outbox import StoredOutbox
from mailagent.store.sending import StoredSending
from mailagent.store.sightings import StoredSightings
from mailagent.store.terms import begin_term
from mailagent.store.times import StoredTimes
from mailagent.store.vectors import StoredVectors
from mailagent.wiring.accounts import desk_of, imap_account, journals_of, smtp_account
from mailagent.wiring.alarms import build_watch
from mailagent.wiring.checkpoints import open_saver
from mailagent.wiring.knowledge import knowledge_in
from mailagent.wiring.lock import only_daemon
from mailagent.wiring.opening import (
    chain_keys_of,
    make_keys_once,
    place_of,
)
from mailagent.wiring.triage import build_engine

DUE_CASES = 200
SYSTEM_CLOCK = SystemClock()


@asynccontextmanager
async def open_daemon(settings: Settings, *, clock: Clock = SYSTEM_CLOCK, once: bool = False) -> AsyncIterator[Daemon]:
    """The daemon with all its connections; `once` where a schedule starts it again and again.

    Raises `ConfigurationError` when the settings cannot be followed, or when another process holds the data folder.
    """
    data_dir, where = settings.path(settings.data_dir), place_of(settings)
    async with AsyncExitStack() as stack:
        if settings.model.provider == "offline":
            load_languages()  # now, while little else is in memory, and not when the first customer waits
        alone = await stack.enter_async_context(only_daemon(data_dir, where))
        engine, sessions = await open_database(where, chain_keys_of(settings))
        stack.push_async_callback(engine.dispose)
        await make_keys_once(settings, sessions)
        program = "mailagent run --once" if once else "mailagent run"
        sessions, term = await begin_term(sessions, where, program=program, daemon="once" if once else "run")
        templates = JinjaTemplates(settings.path(settings.templates_dir))
        health = StoredHealth(sessions=sessions)
        await health.restarted()
        triage = build_engine(
            settings,
            clock,
            templates,
            await stack.enter_async_context(
                knowledge_in(
                    settings,
                    clock,
                    StoredVectors(sessions=sessions),
                    StoredMeter(sessions=sessions, clock=clock),
                    health,
                )
            ),
            saver=await stack.enter_async_context(open_saver(where)),
            health=health,
        )

        messages, cases = StoredMessages(sessions=sessions), StoredCases(sessions=sessions)
        outbox, sending = StoredOutbox(sessions=sessions), StoredSending(sessions=sessions)
        lists, holds = StoredLists(sessions=sessions), StoredHolds(sessions=sessions)
        runner = Runner(health=health, clock=clock)
        keys = read_keys(data_dir)
        paper = Stationery(
            templates=templates,
            clock=clock,
            company=settings.name,
            zone=settings.zone,
            desks={row.name: desk_of(row, keys) for row in settings.mailbox},
        )
        customer = CustomerLetters(paper=paper)
        reviewers = {address: person.name for person in settings.reviewer for address in person.addresses}
        styles = settings.styles()
        review = ReviewLetters(
            paper=paper,
            queue=settings.review.queue,
            reviewers=len(settings.reviewer),
            rewrites=settings.model.provider != "offline",
        )
        notices = Notices(paper=paper, admin=settings.admin)
        waiting_list = WaitingList(paper=paper, queue=settings.review.queue)
        deadlines = settings.deadlines()
        triage_cases = TriageCases(
            engine=triage,
            messages=messages,
            cases=cases,
            outbox=outbox,
            customer=customer,
            review=review,
            notices=notices,
            caps=settings.caps(),
            budget=settings.budget(),
            deadlines=deadlines,
            modes=settings.modes(),
            bundle_above=settings.review.bundle_above,
            clock=clock,
        )
        resume_reviews = ResumeReviews(
            effects=Effects(
                engine=triage,
                outbox=outbox,
                customer=customer,
                review=review,
                policy=settings.review_policy(),
                colleagues=settings.colleagues(),
                deadlines=deadlines,
                modes=settings.modes(),
                clock=clock,
            ),
            messages=messages,
            cases=cases,
            outbox=outbox,
            holds=holds,
            review=review,
            notices=notices,
            reviewers=reviewers,
            styles=styles,
            known=settings.known_corrections(),
            budget=settings.budget(),
            modes=settings.modes(),
            clock=clock,
        )

        async def work(case_id: CaseId) -> bool:
            return await runner.guard(lambda: work_on(case_id)) or False

        async def work_on(case_id: CaseId) -> bool:
            """One message of a case, by the job that its intake asks for."""
            message = await messages.next_in_case(case_id, at=clock.now())
            if message is None:
                return False
            return await runner.run(resume_reviews if message.intake == "review" else triage_cases, message)

        senders = {row.name: SmtpSender(smtp_account(settings, row)) for row in settings.mailbox}
        mailboxes = {row.name: ImapMailbox(imap_account(settings, row)) for row in settings.mailbox}
        for close in (*(sender.close for sender in senders.values()), *(box.close for box in mailboxes.values())):
            stack.push_async_callback(close)
        yield Daemon(
            watches=[
                Watch(
                    receive=ReceiveMail(
                        mailbox=mailboxes[row.name],
                        sightings=StoredSightings(sessions=sessions, content_key=content_key),
                        holds=holds,
                        outbox=outbox,
                        notices=notices,
                        clock=clock,
                        baseline=row.baseline,
                    ),
                    poll_seconds=row.poll_seconds,
                )
                for row in settings.mailbox
            ],
            sort=SortMail(
                messages=messages,
                cases=cases,
                outbox=outbox,
                holds=holds,
                notices=notices,
                ours=frozenset(row.address for row in settings.mailbox),
                reviewers=frozenset(reviewers),
                styles=styles,
                escalate_to=settings.review.escalate_to,
                requires_auth=settings.replies.requires_auth,
                authserv_id=settings.review.trusted_server(),
                clock=clock,
            ),
            resume_lists=ResumeLists(
                lists=lists,
                messages=messages,
                letter=waiting_list,
                notices=notices,
                reviewers=reviewers,
                styles=styles,
                clock=clock,
            ),
            dispatcher=LocalDispatcher(
                due=lambda: messages.due_cases(at=clock.now(), limit=DUE_CASES),
                work=work,
                concurrency=settings.model.concurrency,
            ),
            remind=RemindReviewers(
                cases=cases,
                messages=messages,
                outbox=outbox,
                review=review,
                notices=notices,
                deadlines=deadlines,
                personal=settings.personal_hours(),
                escalate_to=settings.review.escalate_to,
                modes=settings.modes(),
                clock=clock,
            ),
            list_waiting=ListWaiting(
                cases=cases,
                outbox=outbox,
                lists=lists,
                letter=waiting_list,
                notices=notices,
                times=settings.review.digest_times,
                working=deadlines.working,
                modes=settings.modes(),
                clock=clock,
            ),
            bundle=BundleDigests(cases=cases, lists=lists, letter=waiting_list, clock=clock),
            deliver=DeliverOutbox(
                outbox=outbox, sending=sending, senders=senders, notices=notices, health=health, clock=clock
            ),
            settle=SettleUncertain(
                sending=sending,
                journals=journals_of(settings),
                resends=frozenset(row.name for row in settings.mailbox if row.on_uncertain == "resend"),
                notices=notices,
                clock=clock,
            ),
            watch_health=build_watch(settings, sessions, clock, stack, once=once),
            follow_clock=FollowClock(times=StoredTimes(sessions=sessions), clock=clock),
            runner=runner,
            alone=partial(_alone, alone, partial(term.watch, sessions)),
        )


async def _alone(*watches: Callable[[], Awaitable[object]]) -> None:
    """Ends only by raising what the first of `watches` ends by."""
    tasks = [asyncio.ensure_future(watch()) for watch in watches]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            await task
    finally:
        for task in tasks:
            task.cancel()
