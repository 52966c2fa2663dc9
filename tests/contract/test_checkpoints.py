"""Rows of the checkpoints hold data; no row can make the daemon run something."""

import ormsgpack
import pytest
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from mailagent.errors import ConfigurationError
from mailagent.triage.checkpoints import CALL, refuse_programs, safe_serializer


def test_what_was_paused_reads_back() -> None:
    """The state of a case is plain values."""
    state = {"case_number": "C-1", "score": -0.5, "list": [1, None, {"a": "ß"}]}

    assert safe_serializer().loads_typed(safe_serializer().dumps_typed(state)) == state


def test_a_row_that_names_a_program_runs_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """Somebody who may write to the database must not become the daemon."""
    row = ormsgpack.packb(ormsgpack.Ext(CALL, ormsgpack.packb(("os", "system", "echo owned"))))

    safe_serializer().loads_typed(("msgpack", row))

    assert "owned" not in capfd.readouterr().out


def test_a_library_that_would_run_it_is_refused_at_start() -> None:
    """A later version may change what is allowed by default, and nobody would notice."""
    with pytest.raises(ConfigurationError, match=r"requirements\.lock"):
        refuse_programs(JsonPlusSerializer(allowed_msgpack_modules=True))
