"""Look whether a folder holds a copy of a mail of ours, over a connection of its own.

Servers search for a part of a header's text, some for anything like it; so what they find is fetched, and only the
same Message-ID to the letter counts.
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy
from typing import cast

from imapclient.imapclient import SENT

from mailagent.adapters.imap.login import BROKEN, Client, ImapAccount, connect, server_words
from mailagent.errors import ConfigurationError, TemporaryError

DEADLINE = 120.0
"""Seconds for one look."""
MOST_LOOKED_AT = 50
"""Mails that a server may name; ours is one, or two."""


class ImapJournal:
    """See `Journal`. `account.folder` is where the copies are."""

    def __init__(self, account: ImapAccount) -> None:
        self._account = account

    async def holds(self, message_id: str) -> bool:
        """See `Journal`. A look that hangs holds up no stop of the daemon: its thread is its own."""
        thread = ThreadPoolExecutor(1, thread_name_prefix=f"journal-{self._account.name}")
        try:
            look = asyncio.get_running_loop().run_in_executor(thread, self._holds, message_id)
            return await asyncio.wait_for(look, DEADLINE)
        except TimeoutError as error:
            raise TemporaryError(f"{self._account.place}: no complete answer within {DEADLINE:.0f} seconds") from error
        finally:
            thread.shutdown(wait=False)

    def _holds(self, message_id: str) -> bool:
        """Runs in a thread."""
        try:
            client = connect(self._account)
            try:
                return self._look(client, message_id)
            finally:
                client.shutdown()
        except BROKEN as error:
            raise TemporaryError(f"{self._account.place}: {server_words(error)}") from error

    def _look(self, client: Client, message_id: str) -> bool:
        folder = self._account.folder
        if not client.folder_exists(folder):
            sent = client.find_special_folder(SENT)
            known = f", and the server keeps sent mail in {sent}" if sent else ""
            raise ConfigurationError(
                f"{self._account.place}: there is no folder {folder}{known}; correct the key journal in mailboxes.toml"
            )
        client.select_folder(folder, readonly=True)
        uids = client.search(["HEADER", "Message-ID", message_id])[-MOST_LOOKED_AT:]
        found = cast(
            "Mapping[int, Mapping[bytes, bytes]]", client.fetch(uids, ["BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"])
        )
        headers = (part[b"BODY[HEADER.FIELDS (MESSAGE-ID)]"] for part in found.values())
        return any(_message_id(header) == message_id for header in headers)


def _message_id(header: bytes) -> str:
    return str(message_from_bytes(header, policy=policy.compat32).get("Message-ID", "")).strip()
