"""Build every object once, from the settings. The only file that knows all others."""

import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiosqlite
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from mailagent.adapters.clock import SystemClock
from mailagent.adapters.dispatch_local import LocalDispatcher
from mailagent.adapters.imap import ImapAccount, ImapMailbox
from mailagent.adapters.knowledge_fts import FtsKnowledge
from mailagent.adapters.offline_model import OfflineModel
from mailagent.adapters.openai_model import OpenAiModel, OpenAiSettings
from mailagent.adapters.secrets import read_secret
from mailagent.adapters.signing_keys import signing_keys
from mailagent.adapters.smtp import SmtpAccount, SmtpSender
from mailagent.adapters.templates import JinjaTemplates
from mailagent.daemon import Daemon, Watch
from mailagent.domain.case import Case, CaseId
from mailagent.domain.message import Message
from mailagent.errors import ConfigurationError
from mailagent.jobs.deliver_outbox import DeliverOutbox
from mailagent.jobs.receive_mail import ReceiveMail
from mailagent.jobs.resume_reviews import ResumeReviews
from mailagent.jobs.sort_mail import SortMail
from mailagent.jobs.triage_cases import TriageCases
from mailagent.letters.customer import CustomerLetters
from mailagent.letters.desk import Desk, Stationery
from mailagent.letters.notices import Notices
from mailagent.letters.review import ReviewLetters
from mailagent.mail.identity import content_key
from mailagent.mail.tokens import Key, Tokens
from mailagent.ports import Clock, Model, Templates
from mailagent.runner import Runner
from mailagent.settings import MailboxSettings, Settings
from mailagent.store.cases import StoredCases
from mailagent.store.database import open_database
from mailagent.store.health import StoredHealth
from mailagent.store.messages import StoredMessages
from mailagent.store.outbox import StoredOutbox
from mailagent.store.sightings import StoredSightings
from mailagent.store.views import Views
from mailagent.triage.build import build_graph
from mailagent.triage.engine import Engine
from mailagent.triage.nodes import Nodes
from mailagent.triage.state import TriageState, fresh

DATABASE = "mailagent.db"
CHECKPOINTS = "checkpoints.db"
DUE_CASES = 200


@asynccontextmanager
async def open_daemon(settings: Settings) -> AsyncIterator[Daemon]:
    """The daemon with all its connections. Raises `ConfigurationError` when the settings cannot be followed, or when
    another process holds the data folder.
    """
    data_dir = settings.path(settings.data_dir)
    async with AsyncExitStack() as stack:
        stack.callback(os.close, _lock(data_dir))
        clock = SystemClock()
        engine, sessions = await open_database(data_dir / DATABASE)
        stack.push_async_callback(engine.dispose)
        connection = await stack.enter_async_context(aiosqlite.connect(data_dir / CHECKPOINTS))
        await connection.execute("PRAGMA busy_timeout=10000")
        templates = JinjaTemplates(settings.path(settings.templates_dir))
        triage = build_engine(
            settings,
            clock,
            templates,
            AsyncSqliteSaver(connection, serde=JsonPlusSerializer(allowed_msgpack_modules=[])),
        )

        messages, cases = StoredMessages(sessions=sessions), StoredCases(sessions=sessions)
        outbox = StoredOutbox(sessions=sessions)
        health = StoredHealth(sessions=sessions)
        runner = Runner(health=health, clock=clock)
        keys = signing_keys(data_dir)
        paper = Stationery(
            templates=templates,
            clock=clock,
            company=settings.name,
            zone=settings.zone,
            desks={row.name: _desk(row, keys) for row in settings.mailbox},
        )
        customer = CustomerLetters(paper=paper)
        reviewers = {address: person.name for person in settings.reviewer for address in person.addresses}
        review = ReviewLetters(paper=paper, queue=settings.review.queue, reviewers=len(settings.reviewer))
        notices = Notices(paper=paper, admin=settings.admin)
        deadlines = {category.id: category.deadline for category in settings.categories()}
        longest = max(deadlines.values())
        triage_cases = TriageCases(
            engine=triage,
            messages=messages,
            cases=cases,
            outbox=outbox,
            customer=customer,
            review=review,
            notices=notices,
            caps=settings.caps(),
            deadlines=deadlines,
            longest=longest,
            mode=settings.mode,
            clock=clock,
        )
        resume_reviews = ResumeReviews(
            engine=triage,
            messages=messages,
            cases=cases,
            customer=customer,
            review=review,
            notices=notices,
            reviewers=reviewers,
            deadlines=deadlines,
            longest=longest,
            mode=settings.mode,
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

        senders = {row.name: SmtpSender(_smtp(settings, row)) for row in settings.mailbox}
        mailboxes = {row.name: ImapMailbox(_imap(settings, row)) for row in settings.mailbox}
        for close in (*(sender.close for sender in senders.values()), *(box.close for box in mailboxes.values())):
            stack.push_async_callback(close)
        yield Daemon(
            watches=[
                Watch(
                    receive=ReceiveMail(
                        mailbox=mailboxes[row.name],
                        sightings=StoredSightings(sessions=sessions, content_key=content_key),
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
                notices=notices,
                ours=frozenset(row.address for row in settings.mailbox),
                reviewers=frozenset(reviewers),
                requires_auth=settings.replies.requires_auth,
                authserv_id=settings.review.authserv_id if settings.review.authentication == "required" else None,
                clock=clock,
            ),
            dispatcher=LocalDispatcher(
                due=lambda: messages.due_cases(at=clock.now(), limit=DUE_CASES),
                work=work,
                concurrency=settings.model.concurrency,
            ),
            deliver=DeliverOutbox(outbox=outbox, senders=senders, notices=notices, health=health, clock=clock),
            runner=runner,
        )


@asynccontextmanager
async def open_views(settings: Settings) -> AsyncIterator[Views]:
    """What the database tells, also while the daemon runs. Raises `ConfigurationError` before its first start."""
    path = settings.path(settings.data_dir) / DATABASE
    if not path.exists():
        raise ConfigurationError(f"{path}: there is no data yet; start the daemon with 'mailagent run'", exit_code=75)
    engine, sessions = await open_database(path)
    try:
        yield Views(sessions=sessions)
    finally:
        await engine.dispose()


async def try_message(settings: Settings, case: Case, message: Message) -> TriageState:
    """Where the graph would end with `message`; nothing is stored or sent."""
    templates = JinjaTemplates(settings.path(settings.templates_dir))
    outcome = await build_engine(settings, SystemClock(), templates).start(fresh(case, message, []))
    return outcome.state


def build_engine(
    settings: Settings,
    clock: Clock,
    templates: Templates,
    saver: "BaseCheckpointSaver[str] | None" = None,
) -> Engine:
    """The graph and its door. Without a `saver` nothing is kept."""
    nodes = Nodes(
        model=build_model(settings),
        knowledge=FtsKnowledge(settings.path(settings.knowledge_dir), clock=clock),
        templates=templates,
        rules=settings.rules(),
        mode=settings.mode,
        company=settings.name,
    )
    kept = saver or InMemorySaver()
    return Engine(graph=build_graph(nodes, kept), saver=kept)


def build_model(settings: Settings) -> Model:
    """The model that ``model.toml`` names."""
    chosen = settings.model
    if chosen.provider == "offline":
        return OfflineModel(settings.categories())
    return OpenAiModel(
        OpenAiSettings(
            base_url=chosen.base_url or "https://api.openai.com/v1",
            api_key=read_secret(chosen.secret or "", key=f"{settings.file('model')}: secret"),
            steps={str(step): name for step, name in chosen.steps.items()},
            timeout=chosen.timeout_seconds,
            max_retries=chosen.retries,
            concurrency=chosen.concurrency,
        ),
        categories=settings.categories(),
        prompts=settings.path(settings.templates_dir) / "prompts",
    )


def check_accounts(settings: Settings) -> None:
    """Raise `ConfigurationError` when a mailbox's account cannot be used: no password, or no encryption."""
    for row in settings.mailbox:
        _imap(settings, row)
        _smtp(settings, row)


def _desk(row: MailboxSettings, keys: tuple[Key, ...]) -> Desk:
    domain = row.address.rpartition("@")[2]
    return Desk(
        mailbox=row.name,
        address=row.address,
        tokens=Tokens(keys=keys, domain=domain),
        signs_return_path=row.return_path == "plus",
    )


def _imap(settings: Settings, row: MailboxSettings) -> ImapAccount:
    return ImapAccount(
        name=row.name,
        host=row.imap.host,
        port=row.imap.port,
        security=row.imap.security,
        user=row.user,
        password=_password(settings, row),
        folder=row.folder,
        move_to=row.move_to,
        ca_file=str(row.imap.ca_file) if row.imap.ca_file else None,
    )


def _smtp(settings: Settings, row: MailboxSettings) -> SmtpAccount:
    user = row.user if row.smtp_user is None else row.smtp_user
    return SmtpAccount(
        host=row.smtp.host,
        port=row.smtp.port,
        security=row.smtp.security,
        user=user or None,
        password=_password(settings, row) if user else None,
        sender=row.address,
        ca_file=str(row.smtp.ca_file) if row.smtp.ca_file else None,
    )


def _password(settings: Settings, row: MailboxSettings) -> str:
    return read_secret(row.secret, key=f"{settings.file('mailbox')}: mailbox '{row.name}': secret")


def _lock(data_dir: Path) -> int:
    """One daemon a data folder: two would answer the same mail."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = data_dir / "lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.read(handle, 40).decode("ascii", "replace").strip()
        os.close(handle)
        raise ConfigurationError(
            f"{data_dir}: mailagent already runs on this data folder (process {holder or 'unknown'}); stop it first",
            exit_code=75,
        ) from None
    os.ftruncate(handle, 0)
    os.write(handle, f"{os.getpid()}\n".encode())
    return handle
