"""A world for each test: own mail user, own SMTP server, own data folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.world import Customer, Reviewer, World
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer


@pytest.fixture
def world(dovecot: Dovecot, smtp_server: SmtpServer, user: str, tmp_path: Path) -> Iterator[World]:
    """The daemon is stopped after the test, if the test did not, and every promise must have been kept."""
    made = World(dovecot=dovecot, smtp=smtp_server, user=user, folder=tmp_path)
    yield made
    if made.process is not None:
        made.process.kill()
        made.process.wait()
    assert made.audit() == []


@pytest.fixture
def customer(world: World) -> Customer:
    """Tom Weber."""
    return Customer(world=world)


@pytest.fixture
def reviewer(world: World) -> Reviewer:
    """Dana Kim."""
    return Reviewer(world=world)
