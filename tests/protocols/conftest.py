"""A place for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.protocols.place import Place
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer


@pytest.fixture(name="place")
async def _place(dovecot: Dovecot, smtp_server: SmtpServer, user: str, tmp_path: Path) -> AsyncIterator[Place]:
    """After the test, every promise must have been kept."""
    made = Place(dovecot=dovecot, smtp=smtp_server, user=user, folder=tmp_path)
    yield made
    assert await made.audited()
