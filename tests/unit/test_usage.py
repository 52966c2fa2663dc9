"""Slips in a command line: refused before anything is read or changed."""

import pytest
from typer.testing import CliRunner

from mailagent.cli.app import app


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["keys", "--rotate", "--forget"], "choose --rotate, or --forget"),
        (["audit", "--known", "812:SEA"], "'812:SEA' is no entry"),
        (["alarm", " "], "say what is to be told"),
        (["forget"], "name an address, or --again"),
        (["forget", "tom@customer.example", "--again"], "name an address, or --again"),
    ],
)
def test_a_slip_is_a_usage_error(words: list[str], told: str) -> None:
    """Whoever believes that the old keys still count, or that somebody is forgotten, finds out too late; and a monitor
    that calls for a correction of the configuration sends people to the wrong place.
    """
    result = CliRunner().invoke(app, words, env={"COLUMNS": "200"})

    assert result.exit_code == 2
    assert told in result.stderr
