"""An office in auto mode, and what is around it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.jobs.office import Office, Outside, open_office


@pytest.fixture(name="outside")
def _outside(tmp_path: Path, database_server: str | None) -> Outside:
    """Mailbox, mail server, model, knowledge and clock."""
    return Outside(folder=tmp_path, server=database_server)


@pytest.fixture(name="office")
async def _office(outside: Outside) -> AsyncIterator[Office]:
    """The jobs."""
    async with open_office(outside) as made:
        yield made
