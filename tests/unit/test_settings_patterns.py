"""Regular expressions in ``routing.toml`` that could stop the daemon."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from mailagent.domain.routing import route
from mailagent.domain.signals import Signals
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


SLOW = ["(a+)+$", "((a+))+", "(?:a*b)*", "(a{2,})+", "(a+){10}", "(?i)(x(y+))*"]
SLOW += ["(a|aa)+", "(?:a|aa)*!", "(a?){30}a{30}", "((a|b)c)+", "(a|b){2,}", "(a+?)+"]


@pytest.mark.parametrize("pattern", SLOW)
def test_a_repeated_group_that_fits_in_several_ways_is_refused(tmp_path: Path, pattern: str) -> None:
    """A subject of forty letters would keep it busy for years, and all mail would wait."""
    with pytest.raises(ConfigurationError, match=r"as in \(a\+\)\+ or \(a\|aa\)\+, could take hours; repeat only one"):
        load_settings(_with_pattern(tmp_path, pattern))


QUICK = [r"LF-\d{5}$", "^(re|aw): .*", "(ab)+", "(a+)?", "[(+]+", r"(\d{2})+", r"(a\+)+", "([+*])+", "(a+)b+"]
QUICK += ["colou?rs?|favou?rites?|tyres?|aluminium", "(?:re|aw): .*?order.*", "a+b+c+|d+e+f+", "(re|aw)?: "]


@pytest.mark.parametrize("pattern", QUICK)
def test_any_other_pattern_is_taken(tmp_path: Path, pattern: str) -> None:
    """What is quick must not be refused."""
    assert load_settings(_with_pattern(tmp_path, pattern)).rules()


@pytest.mark.parametrize("pattern", [".*a.*b.*c.*d", "(x+)(x+)(x+)y?!", "a?" * 7])
def test_open_parts_in_a_row_are_limited(tmp_path: Path, pattern: str) -> None:
    """Each multiplies the time that a subject without a match takes."""
    with pytest.raises(ConfigurationError, match=r"more than three of \*, \+ and \{2,5\}"):
        load_settings(_with_pattern(tmp_path, pattern))


@pytest.mark.parametrize("pattern", ["(x+)(x+)(x+)!", ".*x.*x.*!", "x?x?x?x?x?x?!"])
def test_the_worst_pattern_that_is_taken_ends_over_a_hostile_subject(tmp_path: Path, pattern: str) -> None:
    """All mail waits meanwhile. Over all of these letters it would take longer than anybody lives."""
    rules = load_settings(_with_pattern(tmp_path, pattern)).rules()
    signals = Signals(category="general", sentiment="neutral", sentiment_score=0.0, subject="x" * 12_000)

    assert route(rules, signals).rule != "odd"


def test_the_start_of_a_long_subject_is_searched(tmp_path: Path) -> None:
    """What is cut off is far behind what anybody writes into a subject."""
    rules = load_settings(_with_pattern(tmp_path, "LF-[0-9]+")).rules()
    signals = Signals(category="general", sentiment="neutral", sentiment_score=0.0)

    assert route(rules, replace(signals, subject=f"{'x' * 140} LF-1 {'x' * 9_000}")).rule == "odd"
    assert route(rules, replace(signals, subject=f"{'x' * 160} LF-1")).rule != "odd"
