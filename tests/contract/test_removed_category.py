"""A category that is removed from the configuration while cases carry it: they are kept, shown and worked on."""

import asyncio
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailagent.cli.app import app
from mailagent.settings import load_settings
from tests.fakes.mails import QUEUE, TOM, text_of
from tests.fakes.model import ANGRY, NEUTRAL
from tests.jobs.office import Outside, open_office

ROOT = Path(__file__).parents[2]


@pytest.fixture(name="config")
def _config(tmp_path: Path) -> Path:
    """The shipped files, to take a category out of."""
    for name in ("config", "knowledge", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "data").mkdir()
    return tmp_path / "config"


@pytest.fixture(name="outside")
def _outside(config: Path) -> Outside:
    """Servers around the data folder, with a complaint that waits for its reviewer."""
    outside = Outside(folder=config.parent / "data")
    outside.model.mood = replace(ANGRY, category="complaint")
    outside.customer_writes("Your driver shouted at me!", subject="The driver")
    _work(outside, config)
    file = config / "categories.toml"
    file.write_text(
        re.sub(r'\[\[category\]\]\nid = "complaint"\n.*?(?=\n\[\[|\Z)', "", file.read_text(), flags=re.DOTALL)
    )
    file = config / "routing.toml"
    file.write_text(re.sub(r'\[\[rule\]\]\nname = "complaint"\n.*?(?=\n\[\[)', "", file.read_text(), flags=re.DOTALL))
    assert "complaint" not in {category.id for category in load_settings(config).categories()}
    return outside


def _work(outside: Outside, config: Path) -> None:
    async def main() -> None:
        async with open_office(outside, rules=load_settings(config).rules()) as office:
            await office.work()

    asyncio.run(main())


def shown(config: Path, *words: str) -> str:
    """What a command prints."""
    result = CliRunner(env={"COLUMNS": "250"}).invoke(app, [*words, "--config", str(config)])
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_its_case_is_shown_with_it(config: Path, outside: Outside) -> None:
    """What was decided on Monday stays true on Tuesday, whatever the configuration says then."""
    assert "X-Mailagent-Category: complaint" in outside.mails_to(QUEUE)[0].as_string()
    assert "C-1" in shown(config, "cases", "--to-decide")
    assert "-> complaint, escalate by rule angry: the customer is angry" in shown(config, "case", "C-1")
    assert [json.loads(line)["category"] for line in shown(config, "log").splitlines()] == ["complaint"]
    assert "category is complaint" not in shown(config, "rules", "explain", "C-1")
    assert "Decided by angry" in shown(config, "rules", "explain", "C-1")


def test_its_question_is_still_decided(config: Path, outside: Outside) -> None:
    """A reviewer answers the digest that they got, and the customer gets the letter."""
    outside.reviewer_replies("APPROVE")
    _work(outside, config)

    assert "We are on it." in text_of(outside.mails_to(TOM)[-1])


def test_a_follow_up_in_its_case_gets_a_category_that_exists(config: Path, outside: Outside) -> None:
    """The graph goes on from a state that names the old one."""
    outside.model.mood = replace(NEUTRAL, category="general")
    outside.customer_writes("Any news?", subject="Re: The driver", answering=outside.mails_to(TOM)[0])
    _work(outside, config)

    assert outside.mails_to(QUEUE)[-1]["X-Mailagent-Category"] == "general"
    assert "-> general, escalate by rule with-a-person" in shown(config, "case", "C-1")
