"""How paused cases are written and read: as plain data, whatever somebody may have put into the rows."""

import logging

import ormsgpack
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from mailagent.errors import ConfigurationError

CALL = 0
"""The code under which LangGraph's rows name a class to call with one value."""


class Trap:
    """Named by the row of the self-test; nothing may ever make one."""

    sprung = False

    def __init__(self, _: object) -> None:
        Trap.sprung = True


def safe_serializer() -> JsonPlusSerializer:
    """Reads and writes plain values only; see `refuse_programs`."""
    serializer = JsonPlusSerializer(allowed_msgpack_modules=[])
    refuse_programs(serializer)
    return serializer


def refuse_programs(serializer: JsonPlusSerializer) -> None:
    """Try a hostile row, at each start: what a library allows may change with its next version.

    Raises `ConfigurationError` where the installed LangGraph would run what a row names: whoever can write to the
    database could run programs as the daemon.
    """
    Trap.sprung = False
    hostile = ormsgpack.packb(ormsgpack.Ext(CALL, ormsgpack.packb((Trap.__module__, Trap.__name__, ""))))
    said = logging.getLogger("langgraph.checkpoint.serde.jsonplus")
    said.disabled = True  # it would warn of our own row
    try:
        serializer.loads_typed(("msgpack", hostile))
    finally:
        said.disabled = False
    if Trap.sprung:
        raise ConfigurationError(
            "the installed langgraph-checkpoint calls what rows of the checkpoints name; install the version of"
            " requirements.lock"
        )
