"""Every log event, its level and its fields. Facts are fields; ids only: no body, subject, address or prompt."""

import logging
import os
import select
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal, TextIO

import structlog

Event = Literal[
    "daemon.configured", "daemon.started", "daemon.stopped",
    "mailbox.failed", "mailbox.started", "sending.held",
    "mail.received", "mail.sorted", "mail.set_aside", "mail.not_handed_out",
    "message.handled", "message.overtaken",
    "cap.reached", "budget.used_up", "mail.returned",
    "review.decided", "review.refused", "review.unclear", "review.reminded", "review.listed",
    "review.list_decided", "review.not_bundled", "reviewer.missed",
    "outbox.sent", "outbox.postponed", "outbox.failed", "outbox.uncertain",
    "outbox.recovered", "outbox.found", "outbox.resent", "outbox.unsettled",
    "job.postponed", "job.stopped", "job.crashed",
    "model.failed", "model.endpoint_failed", "checkpoint.forgotten",
    "alarm.sounded", "alarm.failed",
    "embeddings.failed", "embeddings.restored", "knowledge.failed",
    "database.failed", "database.saved",
    "log.interrupted", "clock.went_back",
]  # fmt: skip
"""``noun.past_participle``. The type checker refuses any other name."""

WARNINGS: frozenset[Event] = frozenset({
    "alarm.sounded", "alarm.failed",
    "mailbox.failed", "job.postponed",
    "outbox.postponed", "outbox.recovered", "outbox.uncertain", "outbox.resent",
    "model.failed", "model.endpoint_failed",
    "cap.reached", "budget.used_up", "mail.returned", "review.refused", "review.not_bundled",
    "database.failed", "embeddings.failed", "knowledge.failed",
    "log.interrupted", "clock.went_back",
})  # fmt: skip
"""It passes by itself, or was seen to."""
ERRORS: frozenset[Event] = frozenset({
    "mail.set_aside", "mail.not_handed_out", "sending.held", "outbox.failed", "outbox.unsettled", "job.stopped",
    "job.crashed",
})  # fmt: skip
"""It waits for a person."""

PATIENCE = 1000
"""Milliseconds for which a reader that has fallen behind is waited for, once."""

Fact = str | int | float | bool | None


def log(event: Event, /, **facts: Fact) -> None:
    """Write one line. `facts` are ids, counts, states and error words."""
    level = logging.ERROR if event in ERRORS else logging.WARNING if event in WARNINGS else logging.INFO
    structlog.get_logger("mailagent").log(level, event, **facts)


def configure_logging(*, json_lines: bool, file: TextIO = sys.stderr) -> None:
    """Write events to `file`: one JSON object a line, or in columns for a terminal."""
    target = Target(file=file)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer() if json_lines else structlog.dev.ConsoleRenderer(colors=file.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: target,
    )


@dataclass(kw_only=True, eq=False)
class Target:
    """Where lines go, as structlog asks for it. Its disk may be full, its reader gone or asleep: mail goes on without a
    log. `lost` lines are told of when it takes one again. After half a line (`is_cut`) the next one begins anew.
    """

    file: TextIO
    lost: int = 0
    is_cut: bool = False

    def info(self, line: str) -> None:
        """Write it, or lose it."""
        try:
            self._put(f"{line}\n")
        except (OSError, ValueError):  # the latter of a file that was closed
            self.lost += 1
            return
        lost, self.lost = self.lost, 0
        if lost:
            log("log.interrupted", lines=lost)
            if self.lost:  # it was not taken, and is told again
                self.lost = lost

    warning = error = info

    def _put(self, line: str) -> None:
        try:
            number = self.file.fileno()
        except ValueError:
            self.file.write(line)  # in memory
            return
        rest = line.encode("utf-8", "replace")
        if self.is_cut:
            rest = b"\n" + rest
        with _at_once(number) as writer:
            ready = select.poll()
            ready.register(writer, select.POLLOUT)
            while rest:
                if not ready.poll(0 if self.lost else PATIENCE):
                    raise TimeoutError
                written = os.write(writer, rest[: select.PIPE_BUF])
                self.is_cut = rest[written - 1 : written] != b"\n"
                rest = rest[written:]


@contextmanager
def _at_once(number: int) -> Iterator[int]:
    """The same file, where a write never waits for a reader: a pipe or terminal that is ready need not take all.

    It is opened anew, since a flag on `number` would be shared with every process that has it. A pipe or terminal of
    another user may refuse that; a ready pipe has room for `PIPE_BUF`, and a ready socket for far more than a line.
    """
    mode = os.fstat(number).st_mode
    writer = number
    if stat.S_ISFIFO(mode) or os.isatty(number):
        with suppress(PermissionError, FileNotFoundError):  # the latter without /proc
            writer = os.open(f"/proc/self/fd/{number}", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        yield writer
    finally:
        if writer != number:
            os.close(writer)
