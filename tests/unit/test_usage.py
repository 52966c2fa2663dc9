"""Options that make no sense together: refused before anything is read or changed."""

import pytest
from typer.testing import CliRunner

from mailagent.cli.app import app


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["aside", "--retry"], "name the message to try again"),
        (["keys", "--rotate", "--forget"], "choose --rotate, or --forget"),
    ],
)
def test_a_slip_is_a_usage_error(words: list[str], remedy: str) -> None:
    """Whoever believes that a mail is tried again, or that the old keys still count, finds out too late."""
    result = CliRunner().invoke(app, words, env={"COLUMNS": "200"})

    assert result.exit_code == 2
    assert remedy in result.stderr
