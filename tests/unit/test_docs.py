"""The pages in ``docs/`` tell of every condition and key, and of no other."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel
from typer.testing import CliRunner

from mailagent.cli.app import app
from mailagent.domain.routing import TESTS
from mailagent.errors import EXIT_CODES
from mailagent.settings.sections import BudgetSettings, FallbackSettings, ModelSettings, Price, RuleSettings

ROOT = Path(__file__).parents[2]


def rows_of(page: str, heading: str) -> list[str]:
    """The first cells of the table whose first column is called `heading`."""
    _, _, table = (ROOT / "docs" / page).read_text("utf-8").partition(f"| {heading} |")
    return re.findall(r"^\| `(\w+)` \|", table.partition("\n\n")[0], re.MULTILINE)


@pytest.mark.parametrize(
    ("page", "heading", "known"),
    [
        ("rules.md", "condition", [*TESTS]),
        ("rules.md", "key of a rule", [*RuleSettings.model_fields]),
        ("model.md", "key", [*ModelSettings.model_fields]),
        ("model.md", "key of `[budget]`", [*BudgetSettings.model_fields]),
    ],
)
def test_a_table_names_what_the_code_knows(page: str, heading: str, known: list[str]) -> None:
    """An admin finds every key there, and none that is refused."""
    assert sorted(rows_of(page, heading)) == sorted(known)


@pytest.mark.parametrize("table", [FallbackSettings, Price])
def test_the_keys_of_small_tables_are_named(table: type[BaseModel]) -> None:
    """They stand in a sentence or in an example."""
    text = (ROOT / "docs" / "model.md").read_text("utf-8")

    assert [key for key in table.model_fields if key not in text] == []


def test_every_exit_code_is_told() -> None:
    """A script decides by them; one that only the source knows is taken for a crash."""
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    table = page.partition("| code | says |")[2].partition("\n\n")[0]
    told = {int(code): says for code, says in re.findall(r"^\| (\d+) \| (.+) \|$", table, re.MULTILINE)}
    sources = "".join(file.read_text("utf-8") for file in (ROOT / "mailagent").rglob("*.py"))
    used = {int(code) for code in re.findall(r"(?:exit_code=|exit\(|Exit\()(\d+)", sources)}
    shown = " ".join(CliRunner().invoke(app, ["--help"]).stdout.split())

    assert told == EXIT_CODES
    assert used <= set(told)
    assert all(f"{code} {says}" in shown for code, says in told.items())


def test_the_readme_leads_to_each_page() -> None:
    """A page or picture that nothing links to is not found."""
    readme = (ROOT / "README.md").read_text("utf-8")

    assert [page.name for page in (ROOT / "docs").glob("*.*") if f"docs/{page.name}" not in readme] == []
