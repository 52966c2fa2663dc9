"""Options that make no sense together: refused before anything is read or changed."""

from typer.testing import CliRunner

from mailagent.cli.app import app


def test_a_slip_is_a_usage_error() -> None:
    """Whoever believes that the old keys still count finds out too late."""
    result = CliRunner().invoke(app, ["keys", "--rotate", "--forget"], env={"COLUMNS": "200"})

    assert result.exit_code == 2
    assert "choose --rotate, or --forget" in result.stderr
