"""A backlog, a case without end, and one sender's flood: ``python -m bench.bounds [--mails N] [--case N] [--flood N]``.

The whole daemon, against Dovecot and a real SMTP server on this machine, on SQLite and the offline model. Its memory is
the peak that Linux counts for the process (VmHWM).
"""

import argparse
import sqlite3
import tempfile
import time
from collections.abc import Iterable
from contextlib import closing
from email import policy
from email.message import EmailMessage
from pathlib import Path

from tests.acceptance.world import SUPPORT, World
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer

LONGEST = 3600.0
"""Seconds that anything may take."""
QUESTION = "Hello,\n\nwhich payment methods do you accept? Order {number}.\n\nThanks\n" + "Some words more. " * 60


def mail(sender: str, number: int, *, thread: str | None = None) -> bytes:
    """A question of some kilobytes."""
    made = EmailMessage(policy=policy.SMTP)
    made["From"], made["To"], made["Subject"] = sender, SUPPORT, f"Question {number}"
    made["Message-ID"] = f"<{number}.{sender}>"
    if thread is not None:
        made["References"] = thread
    made.set_content(QUESTION.format(number=number))
    verdict = f"Authentication-Results: mx.larkfield.example; dmarc=pass header.from={sender.rpartition('@')[2]}\r\n"
    return verdict.encode() + bytes(made)


def deliver(world: World, mails: Iterable[bytes]) -> None:
    """Put them into the mailbox over one connection."""
    with world.dovecot.client(world.user) as client:
        for raw in mails:
            client.append("INBOX", raw)


def handled(world: World) -> int:
    """How many mails have their outcome."""
    with closing(sqlite3.connect(world.folder / "data" / "mailagent.db", timeout=30)) as database:
        (count,) = database.execute("SELECT count(*) FROM message WHERE state = 'handled'").fetchone()
    return int(count)


def memory(world: World) -> float:
    """The daemon's peak, in MB."""
    process = world.process.pid if world.process else "self"
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM"))


def settle(world: World, wanted: int) -> float:
    """Seconds until so many mails have their outcome."""
    start = time.monotonic()
    while handled(world) < wanted:
        if time.monotonic() - start > LONGEST:
            raise SystemExit(f"after {LONGEST:.0f} s, {handled(world)} of {wanted} mails have an outcome")
        time.sleep(0.5)
    return time.monotonic() - start


def main() -> None:
    """Print a line for each."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--mails", type=int, default=10_000)
    asked.add_argument("--case", type=int, default=500)
    asked.add_argument("--flood", type=int, default=500)
    sizes = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder, Dovecot() as dovecot, SmtpServer() as smtp:
        world = World(dovecot=dovecot, smtp=smtp, user="bounds", folder=Path(folder))
        world.command("run", "--once")  # from here on, what comes is new
        done = 0

        deliver(world, (mail(f"c{number}@c{number}.example", number) for number in range(sizes.mails)))
        world.start(cold=True)  # the memory of a process of its own
        took = settle(world, done := done + sizes.mails)
        print(f"backlog of {sizes.mails}: {sizes.mails / took:.0f} mails/s, peak {memory(world):.0f} MB")

        first = "<0.ann@ann.example>"
        thread = (
            mail("ann@ann.example", number, thread=None if number == 0 else first) for number in range(sizes.case)
        )
        deliver(world, thread)
        took = settle(world, done := done + sizes.case)
        print(
            f"case of {sizes.case} messages: {sizes.case / took:.0f} mails/s, peak {memory(world):.0f} MB", flush=True
        )

        flood = [mail("eve@eve.example", number) for number in range(sizes.flood)]
        deliver(world, [*flood, mail("tom@tom.example", 1)])
        start = time.monotonic()
        while not world.mails_to("tom@tom.example"):
            time.sleep(0.1)
        waited = time.monotonic() - start
        left = done + sizes.flood + 1 - handled(world)
        print(
            f"behind {sizes.flood} mails of one sender: written to after {waited:.1f} s, {left} still undone",
            flush=True,
        )
        world.stop()


if __name__ == "__main__":
    main()
