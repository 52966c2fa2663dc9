"""What SQLAlchemy works out about a statement it keeps for one engine; tests open thousands, on the same tables.

Here all engines of a kind share it, which takes a third of the time of a test that opens one.
"""

from collections.abc import MutableMapping
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, event

KNOWN: dict[type[Dialect], tuple[Dialect, MutableMapping[Any, Any]]] = {}
"""Of each kind, the first that had a connection, and all statements so far."""


@event.listens_for(Engine, "engine_connect")
def _share(connection: Connection) -> None:
    if connection.dialect.is_async:  # those of migrations are few, and differ
        connection.dialect, statements = KNOWN.setdefault(type(connection.dialect), (connection.dialect, {}))
        connection.execution_options(compiled_cache=statements)
