"""The `Journal` port against a real IMAP server."""

from collections.abc import Callable

import pytest

from mailagent.adapters.imap import ImapAccount, ImapJournal
from mailagent.errors import ConfigurationError, TemporaryError
from tests.servers.dovecot import PASSWORD, Dovecot

OURS = "<r.c1042.k7f3qd@larkfield.example>"
Open = Callable[..., ImapJournal]


@pytest.fixture
def sent(dovecot: Dovecot, user: str) -> str:
    """The user's folder of sent mail."""
    with dovecot.client(user) as client:
        client.create_folder("Sent")
    return "Sent"


@pytest.fixture
def open_journal(dovecot: Dovecot, user: str) -> Open:
    """Opens the journal of `user`."""

    def make(folder: str, *, port: int = 0) -> ImapJournal:
        return ImapJournal(
            ImapAccount(
                name="support",
                host=dovecot.host,
                port=port or dovecot.port,
                security="none",
                user=user,
                password=PASSWORD,
                folder=folder,
                move_to=None,
            )
        )

    return make


def copy(message_id: str) -> bytes:
    """A mail under this Message-ID."""
    return f"From: support@larkfield.example\r\nMessage-ID: {message_id}\r\n\r\nHello {OURS}\r\n".encode()


async def test_a_copy_is_found_by_its_message_id(dovecot: Dovecot, user: str, sent: str, open_journal: Open) -> None:
    """It proves that the mail left; looking leaves it unread."""
    assert not await open_journal(sent).holds(OURS)
    dovecot.append(user, copy(OURS), sent)

    assert await open_journal(sent).holds(OURS)
    ((_, flags),) = dovecot.messages(user, sent).values()
    assert b"\\Seen" not in flags


@pytest.mark.parametrize(
    "other",
    [f"{OURS[:-1]}.evil.example>", f"<x.{OURS[1:]}", OURS.upper(), f"<1@evil.example> {OURS}", "<1@evil.example>"],
)
async def test_only_the_same_id_to_the_letter_counts(
    dovecot: Dovecot, user: str, sent: str, open_journal: Open, other: str
) -> None:
    """A server finds any mail that contains the id: somebody else's must not make an unsent answer a sent one."""
    dovecot.append(user, copy(other), sent)

    assert not await open_journal(sent).holds(OURS)


async def test_a_folder_that_is_not_there_is_for_an_admin(open_journal: Open) -> None:
    """Each provider has its own name for it."""
    with pytest.raises(ConfigurationError, match="the key journal"):
        await open_journal("Gesendet").holds(OURS)


async def test_a_server_that_is_away_is_asked_again(open_journal: Open) -> None:
    """The connection that broke while sending may break here too."""
    with pytest.raises(TemporaryError):
        await open_journal("Sent", port=1).holds(OURS)
