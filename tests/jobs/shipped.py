"""An office with the shipped rules, articles and offline model."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mailagent.adapters.knowledge import KnowledgeFolder
from mailagent.adapters.offline_model import OfflineModel
from mailagent.ports import Model
from mailagent.settings import load_settings
from tests.jobs.office import Office, Outside, open_office
from tests.shop import SHOP

SETTINGS = load_settings(SHOP / "config")


@asynccontextmanager
async def open_shipped(outside: Outside, *, model: Model | None = None) -> AsyncIterator[Office]:
    """An office in auto mode; `model` stands in for the offline one."""
    async with open_office(
        outside,
        model=model or OfflineModel(SETTINGS.categories()),
        knowledge=KnowledgeFolder(SHOP / "knowledge", clock=outside.clock),
        rules=SETTINGS.rules(),
    ) as office:
        yield office
