"""The shape of the project: what import rules cannot say."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.mutations import MUTATIONS, Mutation

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "mailagent"
TESTS = ROOT / "tests"
RELIABILITY = ROOT / "docs" / "reliability.md"
FAULTS = 54
LONGEST = 300
DEEPEST = 3
"""Parts of a path below the package: folder, a folder of an adapter or the migrations, file."""
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "base", "misc", "core"}


def modules(folder: Path = PACKAGE) -> list[Path]:
    """Every module, for one test each."""
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_short_says_what_it_is_for_and_has_a_telling_name(path: Path) -> None:
    """A reader finds any behaviour in one guess, and reads it in one sitting."""
    text = path.read_text("utf-8")
    parts = path.relative_to(PACKAGE).with_suffix("").parts

    assert text.count("\n") <= LONGEST
    assert ast.get_docstring(ast.parse(text))
    assert not VAGUE & set(parts)
    assert len(parts) <= DEEPEST + ("versions" in parts)


@pytest.mark.parametrize(
    "path", [*modules(PACKAGE / "domain"), *modules(PACKAGE / "language")], ids=lambda path: path.stem
)
def test_the_rules_need_the_standard_library_only(path: Path) -> None:
    """Rules that need no package, file or network can be read and tested on their own; `language` stems words
    and tells languages apart.
    """
    foreign = [
        name
        for name in imported(path)
        if name.split(".")[0] not in sys.stdlib_module_names
        and not name.startswith(("mailagent.domain", "mailagent.errors", "mailagent.language"))
        and not ("language" in path.parts and name in {"snowballstemmer", "py3langid.langid"})
    ]

    assert foreign == []


@pytest.mark.parametrize("folder", ["domain", "mail", "triage", "jobs", "letters"])
def test_only_adapters_ask_for_the_time(folder: str) -> None:
    """Time comes from the `Clock`, or a test could not move it."""
    asking = [
        f"{path.name}:{node.lineno}"
        for path in modules(PACKAGE / folder)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "today", "utcnow", "monotonic", "time_ns"}
        and isinstance(node.value, ast.Name)
        and node.value.id in {"datetime", "date", "time"}
    ]

    assert asking == []


def test_no_file_names_a_place_that_only_one_machine_has() -> None:
    """The locks install from any mirror, and nothing points at a developer's folders."""
    for path in (
        ROOT / "requirements.lock",
        ROOT / "requirements-dev.lock",
        ROOT / "pyproject.toml",
        ROOT / "Makefile",
    ):
        text = path.read_text("utf-8")
        assert "://" not in text.replace("https://github.com", "")
        assert "file:" not in text


def test_every_pinned_version_has_a_hash() -> None:
    """What is installed is what was tested."""
    for name in ("requirements.lock", "requirements-dev.lock"):
        pins = [
            block for block in (ROOT / name).read_text("utf-8").split("\n") if "==" in block and block[0] not in " #"
        ]
        assert pins
        assert all(pin.rstrip().endswith("\\") for pin in pins)


def test_every_fault_has_a_test_that_carries_its_number() -> None:
    """Who wonders what happens when a server lies finds the row, and the test that shows it."""
    rows = re.findall(r"^\| (\d+) \| .* \| (.*) \|$", RELIABILITY.read_text("utf-8"), re.MULTILINE)
    told = {int(number): {*re.findall(r"`([^`]+)`", files)} for number, files in rows}
    shown: dict[int, set[str]] = {}
    for path in TESTS.rglob("test_*.py"):
        for numbers in re.findall(r"def test_fault_((?:\d\d_)+)", path.read_text("utf-8")):
            for number in numbers.split("_")[:-1]:
                shown.setdefault(int(number), set()).add(path.relative_to(TESTS).as_posix())

    assert shown == told
    assert [*sorted(told)] == [*range(1, FAULTS + 1)]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_what_is_taken_away_to_try_the_tests_stands_in_the_code(mutation: Mutation) -> None:
    """Else the table of what happens without would be of an older version."""
    text = (ROOT / mutation.file).read_text("utf-8")

    assert [text.count(old) for old, _ in mutation.edits] == [1] * len(mutation.edits)
    assert f"| {mutation.name} | `tests/" in RELIABILITY.read_text("utf-8")
