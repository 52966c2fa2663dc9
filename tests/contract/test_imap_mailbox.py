"""The `Mailbox` port on a real Dovecot."""

from datetime import UTC, datetime, timedelta

import pytest

from mailagent.errors import TemporaryError
from tests.conftest import Open, fetch_all
from tests.servers.dovecot import Dovecot


def mail(subject: str) -> bytes:
    """A small mail."""
    return f"From: ann@example.com\r\nSubject: {subject}\r\n\r\nHello.\r\n".encode()


async def test_uids_come_in_order_and_only_those_asked_for(dovecot: Dovecot, user: str, open_mailbox: Open) -> None:
    """`UID n:*` names the last mail even below n, and would bring it back for ever."""
    mailbox = open_mailbox()
    first, second, third = (dovecot.append(user, mail(f"number {n}")) for n in range(3))
    await mailbox.mark([second])

    assert await mailbox.uids() == [first, second, third]
    assert await mailbox.uids(above=first) == [second, third]
    assert await mailbox.uids(above=third) == []
    assert await mailbox.uids(unseen=True) == [first, third]
    assert await mailbox.uids(above=first, unseen=True) == [third]


async def test_uids_since_a_time(dovecot: Dovecot, user: str, open_mailbox: Open) -> None:
    """Mail that was there before the mailbox was watched is not ours to answer."""
    mailbox = open_mailbox()
    uid = dovecot.append(user, mail("now"))

    assert await mailbox.uids(since=datetime.now(UTC) - timedelta(days=1)) == [uid]
    assert await mailbox.uids(since=datetime.now(UTC) - timedelta(seconds=30)) == [uid]
    assert await mailbox.uids(since=datetime.now(UTC) + timedelta(seconds=30)) == []
    assert await mailbox.uids(since=datetime.now(UTC) + timedelta(days=2)) == []


async def test_an_empty_folder_has_no_uids(open_mailbox: Open) -> None:
    """A new mailbox is no error."""
    mailbox = open_mailbox()

    assert await mailbox.uids() == []
    assert await fetch_all(mailbox, []) == []
    await mailbox.mark([])


async def test_fetching_leaves_mail_unread(dovecot: Dovecot, user: str, open_mailbox: Open) -> None:
    """Whoever looks with a mail program must see what we have not recorded yet."""
    mailbox = open_mailbox()
    uid = dovecot.append(user, mail("peek"))
    epoch = await mailbox.epoch()

    (fetched,) = await fetch_all(mailbox, [uid])

    assert fetched.raw == mail("peek")
    assert (fetched.uid, fetched.uidvalidity, fetched.mailbox, fetched.folder) == (uid, epoch, "support", "INBOX")
    assert fetched.size == len(fetched.raw)
    assert await mailbox.uids(unseen=True) == [uid]


async def test_more_mails_than_one_command_takes(dovecot: Dovecot, user: str, open_mailbox: Open) -> None:
    """After a weekend there are many; order and number must hold over several commands."""
    mailbox = open_mailbox(size_limit=5_000)
    with dovecot.client(user) as client:
        for n in range(230):
            client.append("INBOX", mail(f"number {n}"))
    uids = await mailbox.uids()

    fetched = await fetch_all(mailbox, uids)

    assert [mail.uid for mail in fetched] == uids
    assert [mail.raw for mail in fetched] == [mail(f"number {n}") for n in range(230)]
    groups = [group async for group in mailbox.fetch(uids)]
    assert len(groups) == 5
    assert max(sum(len(found.raw) for found in group) for group in groups) <= 5_000


async def test_a_mail_that_is_gone_is_left_out(dovecot: Dovecot, user: str, open_mailbox: Open) -> None:
    """Someone may delete a mail between the search and the fetch."""
    mailbox = open_mailbox()
    gone, stays = dovecot.append(user, mail("gone")), dovecot.append(user, mail("stays"))
    assert await mailbox.uids() == [gone, stays]
    with dovecot.client(user) as client:
        client.select_folder("INBOX")
        client.delete_messages([gone])
        client.expunge()

    assert [found.uid for found in await fetch_all(mailbox, [gone, stays, 9999])] == [stays]


async def test_of_an_oversized_mail_only_the_header_comes(dovecot: Dovecot, user: str, open_mailbox: Open) -> None:
    """One huge mail must not take the memory; its header is enough to tell a person."""
    mailbox = open_mailbox(size_limit=1_000)
    large = mail("large") + b"x" * 990 + b"\r\n"
    small_uid, large_uid = dovecot.append(user, mail("small")), dovecot.append(user, large)

    small, begun = await fetch_all(mailbox, [small_uid, large_uid])

    assert (small.raw, small.size) == (mail("small"), len(mail("small")))
    assert begun.raw == large.partition(b"Hello")[0]
    assert begun.size == len(large)


async def test_marking_twice_changes_nothing(dovecot: Dovecot, user: str, open_mailbox: Open) -> None:
    """After a crash the same mails are marked again."""
    mailbox = open_mailbox()
    uid = dovecot.append(user, mail("mark"))

    await mailbox.mark([uid])
    await mailbox.mark([uid])

    assert b"\\Seen" in dovecot.messages(user)[uid][1]


async def test_moving_makes_the_folder_and_may_be_repeated(dovecot: Dovecot, user: str, open_mailbox: Open) -> None:
    """An admin who chose a folder to move to need not create it; a repeated move must not fail or double."""
    mailbox = open_mailbox(move_to="Done/Größe")
    uid, other = dovecot.append(user, mail("move")), dovecot.append(user, mail("stays"))

    await mailbox.mark([uid])
    await mailbox.mark([uid])

    assert await mailbox.uids() == [other]
    assert [raw for raw, _ in dovecot.messages(user, "Done/Größe").values()] == [mail("move")]


async def test_mail_is_found_as_soon_as_it_is_there(dovecot: Dovecot, user: str, open_mailbox: Open) -> None:
    """A server may search what it last showed us; a poll must not be one mail behind."""
    mailbox = open_mailbox()
    assert await mailbox.uids() == []
    uid = dovecot.append(user, mail("fresh"))

    assert await mailbox.uids() == [uid]


async def test_a_stopped_server_is_a_temporary_error_until_it_is_back(user: str, open_mailbox: Open) -> None:
    """Servers restart; the next poll must work without a restart of ours, under the same UIDs."""
    with Dovecot() as server:
        uid = server.append(user, mail("restart"))
        mailbox = open_mailbox(server)
        epoch = await mailbox.epoch()
        server.stop()
        for _ in range(2):
            with pytest.raises(TemporaryError, match="support"):
                await mailbox.uids()
        server.start()

        assert await mailbox.uids() == [uid]
        assert await mailbox.epoch() == epoch


async def test_a_folder_made_anew_has_another_epoch(dovecot: Dovecot, user: str, open_mailbox: Open) -> None:
    """Old UIDs must not be used on new mails: marking one could hide a customer's mail."""
    with dovecot.client(user) as client:
        client.create_folder("Watched")
    mailbox = open_mailbox(folder="Watched")
    dovecot.append(user, mail("old"), "Watched")
    before = await mailbox.epoch()
    uids = await mailbox.uids()
    with dovecot.client(user) as client:
        client.delete_folder("Watched")
        client.create_folder("Watched")
    dovecot.append(user, mail("new"), "Watched")

    await mailbox.close()
    with pytest.raises(TemporaryError, match="UIDVALIDITY"):
        await mailbox.mark(uids)
    assert await mailbox.epoch() != before
    assert [found.raw for found in await fetch_all(mailbox, await mailbox.uids())] == [mail("new")]
    assert b"\\Seen" not in dovecot.messages(user, "Watched")[1][1]


async def test_closing_twice_or_unused_is_fine_and_a_later_call_reconnects(open_mailbox: Open) -> None:
    """An orderly stop closes whatever there is."""
    mailbox = open_mailbox()
    await mailbox.close()
    await mailbox.uids()
    await mailbox.close()
    await mailbox.close()

    assert await mailbox.uids() == []
