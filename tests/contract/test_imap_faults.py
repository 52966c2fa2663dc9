"""What `ImapMailbox` does with servers that refuse, lack something or break."""

import asyncio

import pytest

from mailagent.errors import ConfigurationError, TemporaryError
from tests.conftest import Open
from tests.servers.dovecot import Dovecot
from tests.servers.scripted_imap import CLOSE, ScriptedImap

LONG = 60.0
"""Seconds to wait for mail, in tests that expect an end long before."""


async def test_a_wrong_password_names_mailbox_and_user_only(user: str, open_mailbox: Open) -> None:
    """An admin must know which login to correct, and the password must not reach a log."""
    mailbox = open_mailbox(password="Hunter2!")

    with pytest.raises(ConfigurationError, match=rf"support.*{user}") as caught:
        await mailbox.uids()

    assert caught.value.exit_code == 77
    assert "Hunter2" not in str(caught.value)
    assert "Hunter2" not in repr(mailbox._account)  # noqa: SLF001  # what a traceback would show


async def test_a_password_outside_ascii_works(open_mailbox: Open) -> None:
    """LOGIN takes ASCII only; the server is asked to AUTHENTICATE then."""
    with Dovecot("passdb {\n  driver = static\n  args = password=Pässwört\n}") as server:
        assert await open_mailbox(server, password="Pässwört").uids() == []


async def test_a_missing_folder_is_for_an_admin(dovecot: Dovecot, open_mailbox: Open) -> None:
    """A mistyped folder is not cured by waiting."""
    with pytest.raises(ConfigurationError, match="Nowhere"):
        await open_mailbox(dovecot, folder="Nowhere").epoch()


async def test_no_encryption_is_refused_beyond_this_machine(dovecot: Dovecot, open_mailbox: Open) -> None:
    """A password never crosses a network in the clear, not even by mistake."""
    with pytest.raises(ConfigurationError, match="security"):
        open_mailbox(dovecot, host="imap.example.com")


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_self_signed_certificate_needs_its_ca_file(dovecot: Dovecot, open_mailbox: Open, security: str) -> None:
    """Verification cannot be switched off; only the authority can be chosen."""
    port = dovecot.tls_port if security == "tls" else dovecot.port

    with pytest.raises(ConfigurationError, match="ca_file"):
        await open_mailbox(dovecot, security=security, port=port).uids()
    assert await open_mailbox(dovecot, security=security, port=port, ca_file=dovecot.ca_file).uids() == []


async def test_a_missing_ca_file_is_for_an_admin(dovecot: Dovecot, open_mailbox: Open) -> None:
    """A typing error in a path is not a network problem."""
    with pytest.raises(ConfigurationError, match="/nowhere"):
        await open_mailbox(dovecot, security="tls", ca_file="/nowhere").uids()


async def test_a_server_without_starttls_is_refused(open_mailbox: Open) -> None:
    """Falling back to plain text is what an attacker would ask for."""
    with ScriptedImap({}) as server:
        with pytest.raises(ConfigurationError, match="STARTTLS"):
            await open_mailbox(server, security="starttls").uids()
        assert not any("LOGIN" in line for line in server.said)


async def test_preauth_is_refused(open_mailbox: Open) -> None:
    """That greeting, from someone in between, would keep the connection unencrypted."""
    with ScriptedImap({}, greeting="* PREAUTH hello") as server, pytest.raises(ConfigurationError, match="PREAUTH"):
        await open_mailbox(server).uids()


@pytest.mark.parametrize(
    "answers",
    [
        {"LOGIN": "{tag} NO [UNAVAILABLE] later\r\n"},
        {"LOGIN": "{tag} NO [ALERT] Too many simultaneous connections\r\n".replace("Too", "too")},
        {"LOGIN": CLOSE},
        {"SELECT": "{tag} NO [INUSE] later\r\n", "LIST": '* LIST () "/" INBOX\r\n{tag} OK done\r\n'},
        {"SELECT": "* 1 EXISTS\r\n{tag} OK [READ-WRITE] done\r\n"},
        {"UID SEARCH": "{tag} BAD what?\r\n"},
        {"UID SEARCH": "* SEARCH seven\r\n{tag} OK done\r\n"},
        {"UID SEARCH": "* BYE overloaded\r\n" + CLOSE},
        {"UID SEARCH": "* SEAR" + CLOSE},
    ],
)
async def test_after_a_broken_answer_the_next_call_reconnects(open_mailbox: Open, answers: dict[str, str]) -> None:
    """Whatever a server says once, one bad answer must not stop the mailbox, nor be taken for an empty one."""
    with ScriptedImap(answers) as server:
        mailbox = open_mailbox(server)
        with pytest.raises(TemporaryError, match="support"):
            await mailbox.uids()

        assert await mailbox.uids() == [7]
        assert server.connections == 2


async def test_a_server_that_does_not_answer_is_a_temporary_error(open_mailbox: Open) -> None:
    """Every call has a deadline."""
    with ScriptedImap({"UID SEARCH": ""}) as server:
        mailbox = open_mailbox(server, timeout=0.2)
        with pytest.raises(TemporaryError):
            await mailbox.uids()

        assert await mailbox.uids() == [7]


@pytest.mark.parametrize(
    "idle", ["+ idling\r\n" + CLOSE, "+ idling\r\n* BYE\r\n", "+ idling\r\n* 2 EXI", "{tag} BAD no\r\n"]
)
async def test_a_broken_idle_is_a_temporary_error(open_mailbox: Open, idle: str) -> None:
    """A connection that died, or broke off in the middle of a line, must not look like silence."""
    with ScriptedImap({"IDLE": idle}) as server:
        mailbox = open_mailbox(server, timeout=0.3)
        await mailbox.uids()
        with pytest.raises(TemporaryError):
            await asyncio.wait_for(mailbox.wait(LONG), LONG / 2)

        assert await mailbox.uids() == [7]
        assert server.connections == 2


async def test_mail_announced_together_with_idle_is_noticed(open_mailbox: Open) -> None:
    """It may come in the same packet as the go-ahead, where nobody looks who waits for the next packet. A server
    that says so every time, without new mail, is not asked again and again.
    """
    with ScriptedImap({"IDLE": "+ idling\r\n* 2 EXISTS\r\n"}) as server:
        mailbox = open_mailbox(server)
        await mailbox.uids()
        await mailbox.wait(0.3)

        assert [line.partition(" ")[2] for line in server.said if "SEARCH" in line][1:] == ["UID SEARCH UID 8:*"] * 2
        assert sum(line.endswith(" IDLE") for line in server.said) == 2


async def test_a_server_without_idle_is_waited_for(open_mailbox: Open) -> None:
    """The scheduled poll is enough then; waking still works."""
    with Dovecot("imap_capability = IMAP4rev1 UIDPLUS") as server:
        mailbox = open_mailbox(server)
        await mailbox.wait(0.05)
        waiting = asyncio.create_task(mailbox.wait(LONG))
        await asyncio.sleep(0)
        mailbox.wake()
        await asyncio.wait_for(waiting, LONG / 2)


async def test_without_move_only_the_marked_mails_are_expunged(user: str, open_mailbox: Open) -> None:
    """EXPUNGE alone would also remove what a person flagged as deleted."""
    with Dovecot("imap_capability = IMAP4rev1 UIDPLUS") as server:
        ours, theirs = server.append(user, b"Subject: ours\r\n\r\n"), server.append(user, b"Subject: t\r\n\r\n")
        with server.client(user) as client:
            client.select_folder("INBOX")
            client.delete_messages([theirs])
        mailbox = open_mailbox(server, move_to="Done")

        await mailbox.mark([ours])
        await mailbox.mark([ours])

        assert await mailbox.uids() == [theirs]
        assert [raw for raw, _ in server.messages(user, "Done").values()] == [b"Subject: ours\r\n\r\n"]


async def test_moving_needs_move_or_uidplus(user: str, open_mailbox: Open) -> None:
    """Copies without the end of the original would multiply."""
    with Dovecot("imap_capability = IMAP4rev1") as server:
        uid = server.append(user, b"Subject: ours\r\n\r\n")
        with pytest.raises(ConfigurationError, match="move_to"):
            await open_mailbox(server, move_to="Done").mark([uid])


async def test_a_closed_mailbox_never_complains(open_mailbox: Open) -> None:
    """An orderly stop goes on whatever the server does."""
    with ScriptedImap({"LOGOUT": CLOSE}) as server:
        mailbox = open_mailbox(server)
        await mailbox.uids()
    await mailbox.close()
