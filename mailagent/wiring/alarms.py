"""What watches the daemon, and how it tells."""

from contextlib import AsyncExitStack

from mailagent.adapters.alarms import AlarmFile, CommandAlarm, MailAlarm, WebhookAlarm
from mailagent.adapters.secrets import read_secret
from mailagent.adapters.smtp import SmtpAccount, SmtpSender
from mailagent.domain.vitals import LONG_AGO
from mailagent.jobs.watch_health import WatchHealth
from mailagent.ports import Alarm, Clock
from mailagent.settings import Settings
from mailagent.store.database import Sessions
from mailagent.wiring.opening import free_bytes, vitals_of


def build_watch(
    settings: Settings, sessions: Sessions, clock: Clock, stack: AsyncExitStack, *, once: bool
) -> WatchHealth:
    """The job with the ways that are configured; `stack` closes them. One that looks `once`, by a schedule, remembers
    by its book alone.
    """
    folder = settings.path(settings.data_dir)
    return WatchHealth(
        company=settings.name,
        zone=settings.zone,
        watched=vitals_of(settings, sessions),
        free=lambda: free_bytes(settings),
        alarms=build_alarms(settings, clock, stack),
        book=AlarmFile(folder / "alarms.json"),
        remind=settings.alarm.remind,
        started=LONG_AGO if once else clock.now(),
        clock=clock,
    )


def build_alarms(settings: Settings, clock: Clock, stack: AsyncExitStack) -> list[Alarm]:
    """Each way that is configured. Raises `ConfigurationError` for a secret that is not to be had."""
    row, place = settings.alarm, settings.file("alarm")
    alarms: list[Alarm] = []
    if row.command:
        alarms.append(CommandAlarm(words=row.command))
    if row.webhook:
        alarms.append(WebhookAlarm(url=read_secret(row.webhook, key=f"{place}: alarm.webhook")))
    if row.mail is not None:
        server = row.mail.smtp
        account = SmtpAccount(
            kind="alarm",
            name="mail",
            file="mailagent.toml",
            login_key="user",
            host=server.host,
            port=server.port,
            security=server.security,
            user=row.mail.user or None,
            password=read_secret(row.mail.secret, key=f"{place}: alarm.mail.secret") if row.mail.user else None,
            sender=row.mail.sender,
            final_timeout=60,
            ca_file=str(server.ca_file) if server.ca_file else None,
        )
        sender = SmtpSender(account)
        stack.push_async_callback(sender.close)
        alarms.append(MailAlarm(mail_sender=sender, sender=row.mail.sender, recipient=row.mail.to, clock=clock))
    return alarms
