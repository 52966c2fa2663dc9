"""An office whose mailbox and mail server are real, and the processes that work in it one after the other."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from mailagent.adapters.imap import ImapAccount, ImapJournal, ImapMailbox
from mailagent.adapters.smtp import SmtpAccount, SmtpSender
from mailagent.store.audit import Audit
from mailagent.store.database import open_database
from tests.fakes.clock import FakeClock
from tests.fakes.mails import ADMIN, SUPPORT, mail, read
from tests.jobs.office import Office, Outside, open_office
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.smtp import SmtpServer

MINUTE = timedelta(minutes=1)
LAST_HOUR = 23
AS_USUAL: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Process:
    """One process of the daemon."""

    office: Office

    @property
    def status(self) -> Mapping[str, str]:
        """What is wrong outside, by name; empty where it works."""
        return self.office.health.state

    async def round(self, *, takes: timedelta = 3 * MINUTE) -> None:
        """What the daemon does again and again, and goes on with after an error; then time passes."""
        office, runner = self.office, self.office.runner
        await runner.reach("imap:support", office.receive_mail.visit)
        for step in (partial(runner.run_due, office.sort_mail), office.decide, office.deliver):
            await runner.guard(step)
        office.outside.clock.passes(takes)

    async def rounds(self, count: int) -> None:
        """Some of them."""
        for _ in range(count):
            await self.round()


def before_the_last_hour(now: datetime) -> datetime:
    """An hour earlier in the last hour of a day: what is told once a day would be told twice past midnight."""
    return now - timedelta(hours=1) if now.hour == LAST_HOUR else now


@dataclass(kw_only=True)
class Place:
    """What outlives a process: servers, data, and the time, at first the true one, as servers stamp mail."""

    dovecot: Dovecot
    smtp: SmtpServer
    user: str
    folder: Path
    outside: Outside = field(init=False)

    def __post_init__(self) -> None:
        self.outside = Outside(
            folder=self.folder / "data", clock=FakeClock(time=before_the_last_hour(datetime.now(UTC)))
        )

    def customer_writes(
        self, text: str = "Which payment methods do you accept?", *, folder: str = "INBOX", **how: object
    ) -> int:
        """Put a customer's mail into the mailbox; see `mail`. Returns its UID."""
        raw = mail(text, **how)  # type: ignore[arg-type]  # the names are those of mail()
        return self.dovecot.append(self.user, raw, folder)

    def mails_to(self, address: str) -> list[EmailMessage]:
        """What the mail server accepted for `address`, so far."""
        return [read(sent.raw) for sent in self.smtp.received if sent.recipients == (address,)]

    def told(self) -> list[str]:
        """The subjects of what the admin was told."""
        return [str(notice["Subject"]).removeprefix("[Support] ") for notice in self.mails_to(ADMIN)]

    @asynccontextmanager
    async def process(
        self,
        *,
        imap: Mapping[str, object] = AS_USUAL,
        smtp: Mapping[str, object] = AS_USUAL,
        journal: Mapping[str, object] | None = None,
        baseline: Literal["now", "unseen", "all"] = "all",
    ) -> AsyncIterator[Process]:
        """Start one; `imap`, `smtp` and `journal` are what is other than usual in its accounts."""
        mailbox, sender = ImapMailbox(self.imap(imap)), SmtpSender(self._smtp(smtp))
        journals = {} if journal is None else {"support": ImapJournal(self.imap({"folder": "Sent", **journal}))}
        async with open_office(self.outside, baseline=baseline) as office:
            try:
                yield Process(
                    office=replace(
                        office,
                        receive_mail=replace(office.receive_mail, mailbox=mailbox),
                        deliver_outbox=replace(office.deliver_outbox, senders={"support": sender}),
                        settle_uncertain=replace(office.settle_uncertain, journals=journals),
                    )
                )
            finally:
                await mailbox.close()
                await sender.close()

    async def audited(self) -> bool:
        """Whether every promise was kept, as `mailagent audit` sees it."""
        engine, sessions = await open_database(self.outside.database())
        try:
            return await Audit(sessions=sessions).broken(at=self.outside.clock.now()) == []
        finally:
            await engine.dispose()

    def imap(self, changes: Mapping[str, object]) -> ImapAccount:
        """The account at `dovecot`, with these changes."""
        values: dict[str, object] = {
            "name": "support",
            "host": self.dovecot.host,
            "port": self.dovecot.port,
            "security": "none",
            "user": self.user,
            "password": PASSWORD,
            "folder": "INBOX",
            "move_to": None,
            "timeout": 5,
        }
        return ImapAccount(**{**values, **changes})  # type: ignore[arg-type]  # each test gives the right ones

    def _smtp(self, changes: Mapping[str, object]) -> SmtpAccount:
        values: dict[str, object] = {
            "name": "support",
            "host": self.smtp.host,
            "port": self.smtp.port,
            "security": "none",
            "user": None,
            "password": None,
            "sender": SUPPORT,
            "timeout": 5,
            "final_timeout": 5,
        }
        return SmtpAccount(**{**values, **changes})  # type: ignore[arg-type]  # each test gives the right ones
