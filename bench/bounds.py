"""A backlog, a case without end, and one sender's flood: ``python -m bench.bounds [--mails N] [--case N] [--flood N]``.

For each a whole daemon, against Dovecot and a real SMTP server on this machine, on SQLite and the offline model. Its
memory is the peak that Linux counts for the process (VmHWM).
"""

import argparse
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from email import policy
from email.message import EmailMessage
from pathlib import Path

from tests.acceptance.world import SUPPORT, World
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer

LONGEST = 3600.0
"""Seconds that anything may take."""
PARTS = 5
"""Of the backlog, after each of which the memory is told: it must not grow with what was done."""
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


@contextmanager
def new_world(dovecot: Dovecot, name: str) -> Iterator[World]:
    """One whose mailbox was read while it was empty, so that what comes is new."""
    with tempfile.TemporaryDirectory() as folder, SmtpServer() as smtp:
        world = World(dovecot=dovecot, smtp=smtp, user=name, folder=Path(folder))
        world.command("run", "--once")
        yield world
        world.stop()


def backlog(world: World, mails: int) -> None:
    """All are there when the daemon starts."""
    deliver(world, (mail(f"c{number}@c{number}.example", number) for number in range(mails)))
    world.start(cold=True)  # the memory of a process of its own
    took = 0.0
    for part in range(1, PARTS + 1):
        took += settle(world, mails * part // PARTS)
        print(f"backlog, {mails * part // PARTS} done: peak {memory(world):.0f} MB", flush=True)
    print(f"backlog of {mails}: {mails / took:.1f} mails/s", flush=True)


def case(world: World, messages: int) -> None:
    """One customer writes again and again in one thread."""
    world.start(cold=True)
    first = "<0.ann@ann.example>"
    deliver(world, (mail("ann@ann.example", number, thread=first if number else None) for number in range(messages)))
    took = settle(world, messages)
    print(f"case of {messages} messages: {messages / took:.1f} mails/s, peak {memory(world):.0f} MB", flush=True)


def flood(world: World, mails: int) -> None:
    """One sender's mails, and behind them that of another."""
    deliver(world, [*(mail("eve@eve.example", number) for number in range(mails)), mail("tom@tom.example", 1)])
    start = time.monotonic()
    world.start(cold=True)
    while not world.mails_to("tom@tom.example"):
        if time.monotonic() - start > LONGEST:
            raise SystemExit("nobody wrote to Tom")
        time.sleep(0.1)
    waited = time.monotonic() - start
    left = mails + 1 - handled(world)
    print(
        f"behind {mails} mails of one sender: written to {waited:.1f} s after the start, {left} still undone",
        flush=True,
    )


def main() -> None:
    """Print a line for each."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--mails", type=int, default=10_000)
    asked.add_argument("--case", type=int, default=500)
    asked.add_argument("--flood", type=int, default=500)
    sizes = asked.parse_args()
    with Dovecot() as dovecot:
        for part, size in ((flood, sizes.flood), (case, sizes.case), (backlog, sizes.mails)):
            with new_world(dovecot, part.__name__) as world:
                part(world, size)


if __name__ == "__main__":
    main()
