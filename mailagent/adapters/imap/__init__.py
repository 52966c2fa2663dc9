"""A mailbox over IMAP."""

from mailagent.adapters.imap.journal import ImapJournal
from mailagent.adapters.imap.login import ImapAccount
from mailagent.adapters.imap.mailbox import ImapMailbox

__all__ = ["ImapAccount", "ImapJournal", "ImapMailbox"]
