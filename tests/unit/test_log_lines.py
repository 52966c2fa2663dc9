"""What the log tells an operator: how bad it is and why, and nothing about the people who write."""

import io
import json
import os
from pathlib import Path

import pytest

from mailagent.errors import ConfigurationError, PermanentError, TemporaryError, spoken
from mailagent.events import Event, configure_logging, log


@pytest.mark.parametrize(
    ("event", "level"),
    [
        ("mail.received", "info"),
        ("mailbox.failed", "warning"),
        ("outbox.postponed", "warning"),
        ("outbox.uncertain", "warning"),
        ("knowledge.failed", "warning"),
        ("outbox.unsettled", "error"),
        ("mail.set_aside", "error"),
        ("outbox.failed", "error"),
        ("job.crashed", "error"),
    ],
)
def test_a_line_has_the_level_that_its_event_deserves(event: Event, level: str) -> None:
    """Alarms hang on the level; with "info" on everything, nobody is woken."""
    lines = io.StringIO()
    configure_logging(json_lines=True, file=lines)

    log(event, message_id=7)

    told = json.loads(lines.getvalue())
    assert (told["event"], told["level"], told["message_id"]) == (event, level, 7)


@pytest.mark.parametrize("kind", [TemporaryError, PermanentError, ConfigurationError])
def test_the_words_of_an_error_are_told_without_addresses(kind: type[Exception]) -> None:
    """Why a mail did not leave must stand in the log; to whom it was addressed must not."""
    told = spoken(kind("smtp h:25: 550 5.1.1 <ann@example.com>:\r\nno such user; ask ops@example.com"))

    assert told == "smtp h:25: 550 5.1.1 (address) no such user; ask (address)"


def test_the_words_of_an_unknown_error_are_not_told() -> None:
    """A bug's message may quote the mail that it stumbled over."""
    assert spoken(ValueError("cannot read 'Dear Sir, my card number is'")) == "ValueError"


def test_a_long_answer_does_not_flood_the_log() -> None:
    """Some servers explain themselves in pages."""
    assert len(spoken(TemporaryError("word " * 5_000))) == 400


def test_fault_54_lines_that_were_lost_are_told_of(tmp_path: Path) -> None:
    """Whoever reads the log must not take a gap for a quiet night."""
    with (tmp_path / "log").open("w") as file, Path("/dev/full").open("w") as full:
        configure_logging(json_lines=True, file=file)
        roomy = os.dup(file.fileno())
        os.dup2(full.fileno(), file.fileno())
        for _ in range(3):
            log("mail.received")
        os.dup2(roomy, file.fileno())
        os.close(roomy)

        log("mail.sorted")

    told = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert [(line["event"], line.get("lines")) for line in told] == [("mail.sorted", None), ("log.interrupted", 3)]
