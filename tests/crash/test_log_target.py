"""A log that nobody keeps any more: mail goes on without it."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from tests.acceptance.world import Customer, World
from tests.crash.process import start
from tests.servers.dovecot import PASSWORD

PATIENCE = 60.0
PASSWORDS = {"MAILAGENT_TEST_PASSWORD": PASSWORD}
QUESTION = "Hello, which payment methods do you accept?"


@contextmanager
def running(world: World, log: Path) -> Iterator[None]:
    """A daemon that logs to `log`, and ends well when it is told to."""
    daemon = start(world.config, log, PASSWORDS, ahead=timedelta(), once=False)
    try:
        yield
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(PATIENCE) == 0
    finally:
        daemon.kill()


@contextmanager
def pipe(world: World) -> Iterator[tuple[Path, int]]:
    """A log that a program reads, and its end of it."""
    log = world.folder / "pipe"
    os.mkfifo(log)
    reader = os.open(log, os.O_RDONLY | os.O_NONBLOCK)
    yield log, reader
    with suppress(OSError):
        os.close(reader)


def read_a_line(reader: int) -> None:
    """As ``head -1`` does."""
    ready = select.poll()
    ready.register(reader, select.POLLIN)
    assert ready.poll(PATIENCE * 1000), "the daemon logs nothing"
    os.read(reader, 65536)


def fill(log: Path) -> None:
    """Nothing more goes into it until somebody reads."""
    writer = os.open(log, os.O_WRONLY | os.O_NONBLOCK)
    with suppress(BlockingIOError):
        while True:
            os.write(writer, b"x" * 4096)
    os.close(writer)


def is_answered_once(world: World) -> bool:
    """A customer writes, and gets an answer."""
    customer = Customer(world=world)
    customer.writes("Payment methods", QUESTION)
    world.smtp.wait_for(lambda _: bool(customer.received()), PATIENCE)
    return len(customer.received()) == 1


def test_fault_54_a_log_without_room_stops_no_mail(world: World) -> None:
    """``2>/dev/full``: the disk of the log is seldom the one that is watched."""
    with running(world, Path("/dev/full")):
        assert is_answered_once(world)

    assert world.audit() == []


@pytest.mark.parametrize("sleeps", [False, True], ids=["gone", "asleep"])
def test_fault_54_a_log_that_is_not_read_any_more_stops_no_mail(world: World, *, sleeps: bool) -> None:
    """``2>&1 | head -1``, and ``2>&1 | less``, where a write would wait for ever."""
    with pipe(world) as (log, reader), running(world, log):
        read_a_line(reader)
        if sleeps:
            fill(log)
        else:
            os.close(reader)
        assert is_answered_once(world)

    assert world.audit() == []


def test_fault_54_a_daemon_without_standard_streams_keeps_its_files_to_itself(world: World) -> None:
    """``2>&-``: the next file that is opened would be standard error, and be printed into."""
    Customer(world=world).writes("Payment methods", QUESTION)
    words = [sys.executable, "-m", "mailagent", "run", "--once", "--config", str(world.config)]

    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *words], env={**os.environ, **PASSWORDS}, check=False
    )

    assert done.returncode == 0
    assert len(world.mails_to(Customer.address)) == 1
    assert (world.folder / "data" / "lock").read_text().strip().isdecimal()
