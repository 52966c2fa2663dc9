"""The accounts of the mailboxes: their servers, their passwords, and the desk that signs their mail."""

from dataclasses import replace

from mailagent.adapters.imap import ImapAccount, ImapJournal
from mailagent.adapters.secrets import read_secret
from mailagent.adapters.smtp import SmtpAccount
from mailagent.letters.desk import Desk
from mailagent.mail.tokens import Key, Tokens
from mailagent.settings import MailboxSettings, Settings


def check_accounts(settings: Settings) -> None:
    """Raise `ConfigurationError` when a mailbox's account cannot be used: no password, or no encryption."""
    for row in settings.mailbox:
        imap_account(settings, row)
        smtp_account(settings, row)


def desk_of(row: MailboxSettings, keys: tuple[Key, ...]) -> Desk:
    """Who writes from this mailbox."""
    domain = row.address.rpartition("@")[2]
    return Desk(
        mailbox=row.name,
        address=row.address,
        tokens=Tokens(keys=keys, domain=domain),
        signs_return_path=row.return_path == "plus",
        takes_plus=row.reply_address == "plus",
    )


def imap_account(settings: Settings, row: MailboxSettings) -> ImapAccount:
    """Where its mail is read. Raises `ConfigurationError` without a password."""
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


def journals_of(settings: Settings, *, timeout: float = 30) -> dict[str, ImapJournal]:
    """Where copies of its mail are kept, by mailbox, for those that name a folder; `timeout` in seconds, for each
    answer.
    """
    return {
        row.name: ImapJournal(replace(imap_account(settings, row), folder=row.journal, timeout=timeout))
        for row in settings.mailbox
        if row.journal is not None
    }


def smtp_account(settings: Settings, row: MailboxSettings) -> SmtpAccount:
    """Where its mail is sent. Raises `ConfigurationError` without a password."""
    user = row.user if row.smtp_user is None else row.smtp_user
    return SmtpAccount(
        name=row.name,
        host=row.smtp.host,
        port=row.smtp.port,
        security=row.smtp.security,
        user=user or None,
        password=_password(settings, row) if user else None,
        sender=row.address,
        ca_file=str(row.smtp.ca_file) if row.smtp.ca_file else None,
        copies_to=row.copies_to,
    )


def _password(settings: Settings, row: MailboxSettings) -> str:
    return read_secret(row.secret, key=f"{settings.file('mailbox')}: mailbox '{row.name}': secret")
