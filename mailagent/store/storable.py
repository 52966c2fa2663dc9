"""What no database takes is replaced before it gets there: NUL, and lone surrogates.

Mail is cleaned when it is read. What servers say, file names and what models write come from elsewhere, and one odd
character must not keep a row from being written: PostgreSQL refuses NUL, both databases half of a pair.
"""

import json
from collections.abc import Mapping

from sqlalchemy import Connection, ExecutionContext
from sqlalchemy.engine.interfaces import DBAPICursor

REPLACED = "\N{REPLACEMENT CHARACTER}"


def clean(text: str) -> str:
    """`text` as both databases take it."""
    if "\0" in text:
        text = text.replace("\0", REPLACED)
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def to_json(value: object) -> str:
    """For JSON columns. PostgreSQL stores the escape that JSON has for NUL, and then cannot read it."""
    return json.dumps(_clean_inside(value), ensure_ascii=False)


def clean_values(
    _: Connection,
    __: DBAPICursor,
    statement: str,
    values: object,
    ___: ExecutionContext | None,
    ____: bool,  # noqa: FBT001 - SQLAlchemy gives it so
) -> tuple[str, object]:
    """A listener for ``before_cursor_execute``: every value of every statement."""
    return statement, _clean_inside(values)


def _clean_inside(value: object) -> object:
    """Any shape that SQLAlchemy gives: rows as mappings or tuples, many of them as lists."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {_clean_inside(key): _clean_inside(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)([_clean_inside(inner) for inner in value])
    return value
