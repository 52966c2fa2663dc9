"""Every log event and its fields. Facts are fields; ids only: no body, subject, address or prompt."""

import logging
import sys
from typing import Literal, TextIO

import structlog

Event = Literal[
    "daemon.started", "daemon.stopped",
    "mailbox.failed", "mailbox.started",
    "mail.received", "mail.sorted", "mail.set_aside",
    "message.handled", "message.overtaken",
    "cap.reached", "budget.used_up", "mail.returned",
    "review.decided", "review.refused", "review.unclear",
    "outbox.sent", "outbox.postponed", "outbox.failed", "outbox.uncertain",
    "job.postponed", "job.stopped", "job.crashed",
    "model.failed", "model.endpoint_failed", "checkpoint.forgotten",
    "embeddings.failed", "embeddings.restored", "knowledge.failed",
]  # fmt: skip
"""``noun.past_participle``. The type checker refuses any other name."""

Fact = str | int | float | bool | None


def log(event: Event, /, **facts: Fact) -> None:
    """Write one line. `facts` are ids, counts, states and error words."""
    structlog.get_logger("mailagent").info(event, **facts)


def configure_logging(*, json_lines: bool, file: TextIO = sys.stderr) -> None:
    """Write events to `file`: one JSON object a line, or in columns for a terminal."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer() if json_lines else structlog.dev.ConsoleRenderer(colors=file.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=file),
    )
