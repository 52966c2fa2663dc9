"""How many mails a second are read: ``python -m bench.reading DIR [--rounds N]``.

Every ``.eml`` below DIR is parsed and sorted by kind, in one process on one core; mail that is refused counts too.
"""

import argparse
import resource
import statistics
import sys
import time
from contextlib import suppress
from pathlib import Path

from mailagent.errors import PermanentError
from mailagent.mail.automatic import kind_of
from mailagent.mail.bounce import read_bounce
from mailagent.mail.parse import parse

BAR = 300
"""Mails a second that the median round reaches at least."""


def read(raw: bytes) -> float:
    """Read one mail; returns the seconds that it took."""
    start = time.perf_counter()
    with suppress(PermanentError):
        mail = parse(raw)
        kind_of(mail, ours=frozenset({"support@example.com"}), bounced=read_bounce(raw, mail) is not None)
    return time.perf_counter() - start


def main() -> int:
    """Print the figures; returns 1 if the median is below the bar."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    mails = {path: path.read_bytes() for path in sorted(options.folder.rglob("*.eml"))}
    if not mails:
        parser.error(f"there is no .eml in {options.folder}")
    for raw in mails.values():
        read(raw)  # the first round also compiles and imports
    rounds = [{path: read(raw) for path, raw in mails.items()} for _ in range(options.rounds)]
    rates = [len(mails) / sum(taken.values()) for taken in rounds]
    slowest = max(mails, key=lambda path: min(taken[path] for taken in rounds))
    best = min(taken[slowest] for taken in rounds)
    print(f"{len(mails)} mails, {sum(map(len, mails.values())) / 1e6:.1f} MB, {options.rounds} rounds")
    print(f"mails/s: min {min(rates):.0f}, median {statistics.median(rates):.0f}, max {max(rates):.0f} (bar {BAR})")
    print(f"slowest: {best * 1000:.1f} ms, {len(mails[slowest])} bytes, {slowest.name}")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    return 1 if statistics.median(rates) < BAR else 0


if __name__ == "__main__":
    sys.exit(main())
