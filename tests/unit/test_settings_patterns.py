"""Regular expressions in ``routing.toml`` that could stop the daemon."""

import shutil
from pathlib import Path

import pytest

from mailagent.errors import ConfigurationError
from mailagent.settings import load_settings
from tests.shop import SHOP


def _with_pattern(tmp_path: Path, pattern: str) -> Path:
    config = Path(shutil.copytree(SHOP / "config", tmp_path / "config"))
    rule = (
        f'[[rule]]\nname = "odd"\nwhen = {{ subject_matches = \'{pattern}\' }}\nthen = "ignore"\nwhy = "it is odd"\n\n'
    )
    file = config / "routing.toml"
    file.write_text(file.read_text("utf-8").replace("[[rule]]", f"{rule}[[rule]]", 1), "utf-8")
    return config


@pytest.mark.parametrize("pattern", ["(a+)+$", "((a+))+", "(?:a*b)*", "(a{2,})+", "(a+){10}", "(?i)(x(y+))*"])
def test_a_repeated_repeat_is_refused(tmp_path: Path, pattern: str) -> None:
    """A subject of forty letters would keep it busy for years, and all mail would wait."""
    with pytest.raises(ConfigurationError, match=r"as in \(a\+\)\+, could take hours; repeat only one of the two"):
        load_settings(_with_pattern(tmp_path, pattern))


@pytest.mark.parametrize(
    "pattern", [r"LF-\d{5}$", "^(re|aw): .*", "(ab)+", "(a+)?", "[(+]+", r"(\d{2})+", r"(a\+)+", "([+*])+", "(a+)b+"]
)
def test_any_other_pattern_is_taken(tmp_path: Path, pattern: str) -> None:
    """What is quick must not be refused."""
    assert load_settings(_with_pattern(tmp_path, pattern)).rules()
