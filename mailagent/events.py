"""Every log event and its fields. Facts are fields; ids only: no body, subject, address or prompt."""

from typing import Literal

import structlog

Event = Literal[
    "daemon.started", "daemon.stopped",
    "mailbox.connected", "mailbox.failed", "mailbox.started",
    "mail.received", "mail.sorted", "mail.set_aside",
    "message.handled", "message.superseded_commit",
    "review.decided", "review.refused", "review.unclear",
    "outbox.sent", "outbox.postponed", "outbox.failed", "outbox.uncertain",
    "job.postponed", "job.stopped", "job.crashed",
    "model.failed",
]  # fmt: skip
"""``noun.past_participle``. The type checker refuses any other name."""

Fact = str | int | float | bool | None


def log(event: Event, /, **facts: Fact) -> None:
    """Write one line. `facts` are ids, counts, states and error words."""
    structlog.get_logger("mailagent").info(event, **facts)
