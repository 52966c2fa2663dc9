"""What the log tells an operator: how bad it is and why, and nothing about the people who write."""

import fcntl
import io
import json
import os
import resource
import select
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailagent.errors import ConfigurationError, PermanentError, TemporaryError, spoken
from mailagent.events import Event, configure_logging, log

PATIENCE = 30.0


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


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe of two pages, of which one is free."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 8192)
    os.write(writer, b"x" * 4095 + b"\n")
    yield reader, writer
    os.close(reader)


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """A terminal, from the side of who looks at it."""
    reader, writer = os.openpty()
    yield reader, writer
    os.close(reader)


@pytest.mark.parametrize(
    ("kind", "lines", "length"), [("pipe", 1, 6000), ("terminal", 1, 60_000), ("terminal", 999, 9)]
)
def test_fault_54_a_reader_asleep_holds_up_nobody(
    request: pytest.FixtureRequest, kind: str, lines: int, length: int
) -> None:
    """A pipe or terminal says that it has room where a line does not fit; waiting for that would stop the daemon."""
    reader, writer = request.getfixturevalue(kind)
    file = os.fdopen(writer, "w")
    configure_logging(json_lines=True, file=file)
    asleep = threading.Thread(target=_log, args=(lines, length), daemon=True)
    asleep.start()
    asleep.join(PATIENCE)
    assert not asleep.is_alive(), "it waits for the reader"
    assert os.get_blocking(writer), "other programs that print there would lose words"

    before = _read(reader)
    log("mail.sorted")
    after = _read(reader)

    file.close()
    whole = before.count("}\n")
    told = [json.loads(line) for line in after.splitlines() if line]
    assert [(line["event"], line.get("lines")) for line in told] == [
        ("mail.sorted", None),
        ("log.interrupted", lines - whole),
    ]
    assert before.endswith("\n") or after.startswith("\n"), "half a line is glued to the next"


def _log(lines: int, length: int) -> None:
    for _ in range(lines):
        log("mail.received", message_id="x" * length)


def _read(reader: int) -> str:
    """All that is there."""
    ready = select.poll()
    ready.register(reader, select.POLLIN)
    told = b""
    while ready.poll(100):
        told += os.read(reader, 65536)
    return told.decode().replace("\r\n", "\n")


def test_fault_54_a_line_that_was_cut_is_lost_and_the_next_begins_anew(tmp_path: Path) -> None:
    """A disk takes what fits of a line; glued to the next one, neither can be read by a program."""
    with (tmp_path / "log").open("w") as file:
        configure_logging(json_lines=True, file=file)
        log("mail.received")
        size, limits = os.fstat(file.fileno()).st_size, resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, limits[1]))
        try:
            log("message.handled")
            log("message.handled")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)

        log("mail.sorted")

    first, cut, *others = (tmp_path / "log").read_text().splitlines()
    assert (json.loads(first)["event"], len(cut)) == ("mail.received", 20)
    told = [json.loads(line) for line in others]
    assert [(line["event"], line.get("lines")) for line in told] == [("mail.sorted", None), ("log.interrupted", 2)]
