"""What becomes of hostile mail: ``python -m bench.hostile_mail DIR [--show]``.

DIR holds mails and a ``manifest.jsonl``, a line for each: `id`; `file`, its path in DIR; `expect`, one of `CLASSES`;
`seq`, null or a `name` and an `n` for mails that must come one after the other; `placeholders`, the `{{NAME}}`s in its
bytes, which are filled with ids of the store it goes to:

OUR_MID, of an answer to alice@customer.example; TOKEN_VALID, TOKEN_VALID2 and TOKEN_VALID_LOWER, what stands behind the
plus sign in the address of an open question; TOKEN_USED, of a decided one; TOKEN_EXPIRED, of one that a newer mail of
the customer replaced; TOKEN_TAMPERED, with one character changed.

The mails are to support@example.test, whose server calls itself mx.example.test; reviewer@example.test may decide.
Each mail, or sequence, gets a store of its own and the whole daemon, whose mail servers alone are replaced. Before that
each is parsed in a process of its own, which tells what memory it takes.
"""

import argparse
import asyncio
import json
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bench.hostile_office import (
    ADMIN,
    CUSTOMER,
    QUEUE,
    REVIEWER,
    configure,
    filled,
    open_office,
    prepare,
    read,
    written,
)
from mailagent.adapters.clock import SystemClock
from mailagent.errors import PermanentError
from mailagent.events import configure_logging
from mailagent.mail.parse import parse
from mailagent.settings import load_settings
from mailagent.wiring import triage

CLASSES = {
    "process": "triaged; an automatic mail to its sender may follow, or a person is asked",
    "process_degraded": "so it is, and what was wrong with the mail is noted",
    "escalate": "a person is asked, and nothing goes to the sender",
    "suppress": "recorded, nobody hears of it",
    "bounce_record": "a report, taken to the mail of ours that it is about",
    "quarantine": "set aside, a person is told",
    "duplicate": "known by its first copy",
    "review_apply": "the decision holds",
    "review_refuse": "its sender may not decide",
    "review_clarify": "the reviewer is asked what is meant",
    "review_stale": "the reviewer is told that it is too late",
}
SECONDS, MEGABYTES = 1.0, 200
FORKED = get_context("fork")
REVIEWS = {
    "refused": "review_refuse",
    "intake:review": "review_refuse",
    "repeated": "review_stale",
    "REVIEW-08": "review_stale",
    "REVIEW-09": "review_stale",
}
"""What the rules of a review come to; of the others, a code asks and a verb decides."""
PATIENCE = 60
"""Seconds after which a parser is taken to hang."""


def outcome(row: Mapping[str, Any], sent: Iterable[tuple[str, bytes]], *, is_new: bool, defects: bool) -> str:
    """The class that a message came out as, or what else happened to it."""
    if not is_new:
        return "duplicate"
    if row["state"] != "handled":
        return "quarantine" if row["state"] == "aside" else f"left {row['state']}: {row['reason']}"
    if row["intake"] == "person":
        return _triaged(row["entry"], sent, defects=defects)
    if row["intake"] == "review":
        rule = row["entry"]["rule"]
        return REVIEWS.get(rule) or ("review_clarify" if rule.startswith("REVIEW-") else "review_apply")
    if row["intake"] in {"bounce", "automatic"} and row["case_id"] is not None:
        return "bounce_record"
    return "duplicate" if row["intake"] == "duplicate" else "suppress"


def _triaged(entry: Mapping[str, Any], sent: Iterable[tuple[str, bytes]], *, defects: bool) -> str:
    if entry["disposition"] == "escalate" and all(to in {QUEUE, ADMIN, REVIEWER} for to, _ in sent):
        return "escalate"
    return "process_degraded" if defects else "process"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What parsing one mail took."""

    seconds: float = 0
    megabytes: float = 0
    defects: bool = False
    failure: str = ""


def measure(raw: bytes) -> Reading:
    """Parse a mail in a process of its own."""
    here, there = FORKED.Pipe(duplex=False)
    child = FORKED.Process(target=_measure, args=(raw, there))
    child.start()
    there.close()
    found = Reading(failure=f"no end within {PATIENCE} s")
    if here.poll(PATIENCE):
        try:
            found = here.recv()
        except EOFError:
            found = Reading(failure="the parser died")
    child.kill()
    child.join()
    return found


def _measure(raw: bytes, answers: Connection) -> None:
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    defects, failure = False, ""
    try:
        defects = bool(parse(raw).defects)
    except PermanentError:
        pass
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not be raised
        failure = f"{type(error).__name__}: {error}"
    seconds = time.perf_counter() - start
    megabytes = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    answers.send(Reading(seconds=seconds, megabytes=megabytes, defects=defects, failure=failure))


def leaks(to: str, raw: bytes) -> list[str]:
    """What a mail of ours must not do: go to others than it says, or give a stranger the right to decide."""
    mail = read(raw)
    text = "".join(part.get_content() for part in mail.walk() if not part.is_multipart())
    return [
        *([f"a mail to {to} says otherwise"] if mail.get_all("To") != [to] or mail["Cc"] or mail["Bcc"] else []),
        *([f"a mail to {to} holds a review token"] if "+r.c" in text and to not in {QUEUE, REVIEWER} else []),
    ]


def _fits(expected: str, found: str, reading: Reading) -> bool:
    """Whether the class is the expected one, or one that its definition allows."""
    if expected == "process":
        return found in {"process", "process_degraded", "escalate"}
    if expected == "process_degraded":
        return found == "process_degraded" or (found == "escalate" and reading.defects)
    return found == expected


def wrong(expected: str, found: str, seconds: float, reading: Reading) -> list[str]:
    """What is not as it should be; empty where all is."""
    return [
        *([f"{found}, not {expected}"] if not _fits(expected, found, reading) else []),
        *([f"took {seconds:.1f} s"] if seconds > SECONDS else []),
        *([f"parsing took {reading.seconds:.1f} s"] if reading.seconds > SECONDS else []),
        *([f"parsing took {reading.megabytes:.0f} MB"] if reading.megabytes > MEGABYTES else []),
        *([reading.failure] if reading.failure else []),
    ]


async def run(folder: Path, rows: list[dict[str, Any]], readings: Mapping[str, Reading]) -> dict[str, list[str]]:
    """What is wrong with the outcome of each mail, by its id."""
    found = {}
    with tempfile.TemporaryDirectory(prefix="hostile-mail-") as name, (Path(name) / "log").open("w") as log:
        configure_logging(json_lines=True, file=log)
        bare, full, used = Path(name) / "bare", Path(name) / "full", Path(name) / "used"
        configure(bare)
        model = triage.build_model(load_settings(bare / "config"), SystemClock())
        triage.build_model = lambda *_: model  # it takes a second to load
        async with open_office(bare, {}) as office:
            await office.take(written("Hello", sender=CUSTOMER, to="nobody@example.test"))
        shutil.rmtree(bare / "data")
        shutil.copytree(bare, full)
        mails, values = await prepare(full)
        rows = sorted(rows, key=_place)
        for _, group in groupby(rows, key=lambda row: _place(row)[0]):
            ordered = list(group)
            prepared = any(row["placeholders"] for row in ordered)
            shutil.copytree(full if prepared else bare, used)
            async with open_office(used, mails if prepared else {}) as office:
                for row in ordered:
                    raw = filled((folder / row["file"]).read_bytes(), values)
                    last, start = office.newest()["id"], time.perf_counter()
                    sent = await office.take(raw)
                    seconds, newest = time.perf_counter() - start, office.newest()
                    got = outcome(newest, sent, is_new=newest["id"] != last, defects=readings[row["id"]].defects)
                    found[row["id"]] = wrong(row["expect"], got, seconds, readings[row["id"]])
                    found[row["id"]] += [leak for to, mail in sent for leak in leaks(to, mail)]
            shutil.rmtree(used)
    return found


def _place(row: Mapping[str, Any]) -> tuple[str, int]:
    """The sequence of a mail, and its number there."""
    return (row["seq"]["name"], row["seq"]["n"]) if row["seq"] else (row["id"], 0)


def main() -> int:
    """Print a line a class; returns 1 if any mail came out wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", action="store_true", help="name each mail that came out wrong")
    parser.add_argument("--only", default="", help="only mails whose id holds this")
    options = parser.parse_args()
    lines = (options.folder / "manifest.jsonl").read_text("utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if options.only in row["id"]]
    readings = {row["id"]: measure((options.folder / row["file"]).read_bytes()) for row in rows}
    found = asyncio.run(run(options.folder, rows, readings))
    total, right = (
        Counter(row["expect"] for row in rows),
        Counter(row["expect"] for row in rows if not found[row["id"]]),
    )
    for row in rows if options.show else []:
        if found[row["id"]]:
            print(f"{row['id']}: {'; '.join(found[row['id']])}")
    for name in CLASSES:
        print(f"{name}: {right[name]} of {total[name]} right")
    print(f"all: {right.total()} of {total.total()} right")
    print(f"slowest parse: {max(each.seconds for each in readings.values()):.2f} s")
    print(f"most memory to parse: {max(each.megabytes for each in readings.values()):.0f} MB")
    return 1 if right != total else 0


if __name__ == "__main__":
    sys.exit(main())
