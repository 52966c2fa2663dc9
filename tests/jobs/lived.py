"""What many tests begin with: lived through once, and copied for each of them."""

import shutil
from collections.abc import Awaitable, Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.jobs.outside import Outside
from tests.servers.postgres import Postgres

PASTS: dict[tuple[str, bool], Outside] = {}
"""By name, and whether they are on a server."""


@dataclass(frozen=True, kw_only=True)
class Lived:
    """``await lived("two cases", live)`` calls ``live(outside)`` for the first test of a process that asks for it."""

    folder: Path
    folders: pytest.TempPathFactory
    postgres: Postgres | None

    async def __call__(self, name: str, live: Callable[[Outside], Awaitable[None]]) -> Outside:
        """What is outside afterwards, with files and a database of the caller's own."""
        past = PASTS.get((name, self.postgres is not None))
        if past is None:
            server = self.postgres.create(name.replace(" ", "_")) if self.postgres else None
            past = Outside(folder=self.folders.mktemp("past"), server=server)
            await live(past)
            PASTS[name, self.postgres is not None] = past
        shutil.copytree(past.folder, self.folder, dirs_exist_ok=True)
        server = self.postgres.create("copied", like=name.replace(" ", "_")) if self.postgres else None
        return replace(deepcopy(past), folder=self.folder, server=server)
