"""An installation's own words for decisions, and what its admin is told about a wrong one."""

import shutil
from pathlib import Path

import pytest

from mailagent.domain.decision import Decision
from mailagent.domain.reply import read_decision
from mailagent.errors import ConfigurationError
from mailagent.settings import load_settings
from tests.shop import SHOP

CONFIG = SHOP / "config"


@pytest.fixture(name="config")
def _config(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CONFIG, tmp_path / "config"))


def admin_adds(config: Path, text: str) -> int:
    """Appends to review.toml; returns the number of the last line."""
    file = config / "review.toml"
    file.write_text(file.read_text("utf-8") + text, encoding="utf-8")
    return file.read_text("utf-8").count("\n")


def test_an_own_word_decides_beside_the_shipped_ones(config: Path) -> None:
    """A team says "passt schon" for years before it has a program."""
    admin_adds(config, '\n[commands.de]\napprove = ["Kann raus"]\n[commands.da]\nreject = ["afvis"]\n')

    words = load_settings(config).styles().others.words

    for reply, verb in (("kann raus!", "approve"), ("Afvis", "reject"), ("Genehmigt", "approve"), ("nein", "reject")):
        found = read_decision(reply, words)
        assert isinstance(found, Decision)
        assert found.verb == verb


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ('approve = ["nein"]', "'nein' already means REJECT in the shipped words of 'de'"),
        ('reject = ["Yes"]', "'Yes' already means APPROVE in the shipped words of 'en'"),
        ('approve = [""]', "'' is no word"),
        ('approve = ["1 2"]', "'1 2' is no word"),
        ('approve = ["kann raus"]\nreject = ["Kann Raus"]', "already means APPROVE in commands.de.approve"),
    ],
)
def test_a_word_may_not_mean_two_verbs(config: Path, row: str, told: str) -> None:
    """The admin sees the file and the line; a reviewer would see the wrong mail go out."""
    line = admin_adds(config, f"\n[commands.de]\n{row}\n")

    with pytest.raises(ConfigurationError, match=rf"review\.toml:{line}:1: error commands\.de") as error:
        load_settings(config)

    assert told in str(error.value)


def test_a_verb_that_does_not_exist_is_refused(config: Path) -> None:
    """A slip in a key must not be silently ignored."""
    admin_adds(config, '\n[commands.de]\naprove = ["kann raus"]\n')

    with pytest.raises(ConfigurationError, match=r"review\.toml"):
        load_settings(config)
