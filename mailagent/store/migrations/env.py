"""Alembic's entry: run migrations on the database that `migrate` names, or write one with ``revision``."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import create_engine
from sqlmodel import AutoString, SQLModel

from mailagent.store import tables  # noqa: F401 - what a new migration is compared with
from mailagent.store.columns import UtcTime


def render_item(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:  # noqa: ANN401 - alembic gives anything
    """Write plain SQLAlchemy types: a migration must not change when our classes do."""
    if kind == "type" and isinstance(item, UtcTime):
        return "sa.DateTime()"
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    return False


url = context.config.get_main_option("sqlalchemy.url") or ""
engine = create_engine(url)
with engine.connect() as connection:
    context.configure(
        connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True, render_item=render_item
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
