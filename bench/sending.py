"""How many mails a second leave: ``python -m bench.sending [--mails N] [--rounds N]``.

The outbox is in a database on the disk, the SMTP server a real one on this machine. Rounds alternate with rounds that
do not note the end of the data, which is the one commit more that keeps a killed process from sending twice.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mailagent.adapters.smtp import SmtpAccount, SmtpSender
from mailagent.domain.chain import ChainKey
from mailagent.domain.outgoing import NewOutboxEntry, OutboxEntry
from mailagent.store.database import open_database
from mailagent.store.outbox import StoredOutbox
from mailagent.store.sending import StoredSending
from mailagent.store.terms import begin_term
from tests.servers.smtp import SmtpServer

RAW = b"From: support@example.com\r\nTo: ann@example.com\r\nSubject: Hello\r\n\r\n" + b"Hello Ann.\r\n" * 200


@dataclass(frozen=True, kw_only=True)
class Careless(StoredSending):
    """As it would be without the commit before the final dot."""

    async def eod(self, entry: OutboxEntry) -> bool:  # noqa: ARG002 - the port's
        """Notes nothing."""
        return True

    async def sent(self, entry: OutboxEntry, *, at: datetime) -> None:
        """From where it is."""
        await self._claimed(entry, "sending", told="sent", state="sent", sent_at=at, error="")


async def send_all(sending: StoredSending, outbox: StoredOutbox, sender: SmtpSender, *, mails: int, name: str) -> float:
    """Queue and send `mails`; returns mails a second."""
    now = datetime.now(UTC)
    await outbox.write([
        NewOutboxEntry(key=f"{name}:{number}", kind="answer", mailbox="support", case_id=None,
                       recipient="ann@example.com", message_id=f"<{name}.{number}@example.com>", raw=RAW)
        for number in range(mails)
    ], at=now)  # fmt: skip
    start = time.perf_counter()
    for entry in await sending.due(at=now, limit=mails):
        await sending.claim(entry)

        async def note(entry: OutboxEntry = entry) -> None:
            await sending.eod(entry)

        await sender.send(entry.recipient, entry.raw, at_end=note)
        await sending.sent(entry, at=now)
    return mails / (time.perf_counter() - start)


async def measure(mails: int, rounds: int) -> tuple[list[float], list[float]]:
    """Mails a second of each round, with the commit and without."""
    careful, careless = [], []
    with tempfile.TemporaryDirectory() as folder, SmtpServer() as server:
        where = Path(folder) / "mailagent.db"
        engine, sessions = await open_database(where, lambda: [ChainKey(secret=bytes(32))])
        sessions, _ = await begin_term(sessions, where, program="bench.sending")
        outbox = StoredOutbox(sessions=sessions)
        account = SmtpAccount(
            name="support", host=server.host, port=server.port, security="none", user=None, password=None,
            sender="support@example.com",
        )  # fmt: skip
        sender = SmtpSender(account)
        for number in range(rounds):
            for kind, found in ((StoredSending, careful), (Careless, careless)):
                name = f"{kind.__name__}{number}"
                found.append(await send_all(kind(sessions=sessions), outbox, sender, mails=mails, name=name))
        await sender.close()
        await engine.dispose()
    return careful, careless


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--mails", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    careful, careless = (statistics.median(found) for found in asyncio.run(measure(options.mails, options.rounds)))
    print(f"{careful:.0f} mails a second, {careless:.0f} without the commit before the final dot")


if __name__ == "__main__":
    main()
