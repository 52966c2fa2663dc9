"""``mailagent rules``: what the table says, what it makes of a mail and what it made of a case."""

import asyncio
import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailagent.cli.app import app
from mailagent.cli.rules import BUILT_IN
from mailagent.domain.routing import Disposition
from mailagent.settings import load_settings
from mailagent.triage import routes
from tests.fakes.model import ANGRY
from tests.jobs.office import Outside, open_office
from tests.shop import SHOP

MAIL = "From: Jo Doe <jo@example.org>\r\nSubject: {subject}\r\n\r\n{text}\r\n"
NARROW = '[[rule]]\nname = "sad"\nwhen = {sentiment_score_below = -0.8}\nthen = "ignore"\nwhy = "never asked"\n\n'


@pytest.fixture(name="config")
def _config(tmp_path: Path) -> Path:
    """The shipped files, to spoil."""
    for name in ("config", "knowledge"):
        shutil.copytree(SHOP / name, tmp_path / name)
    (tmp_path / "templates").symlink_to(SHOP / "templates")
    return tmp_path / "config"


def run(config: Path, *words: str) -> tuple[int, str, str]:
    """Exit code, output and errors of ``mailagent rules WORDS``, in a terminal that is wide enough for a row a line."""
    result = CliRunner(env={"COLUMNS": "250"}).invoke(app, ["rules", *words, "--config", str(config)])
    return result.exit_code, result.stdout, result.stderr


def mail(config: Path, text: str, *, subject: str = "A question") -> str:
    """The path of a mail."""
    file = config.parent / "mail.eml"
    file.write_text(MAIL.format(subject=subject, text=text), encoding="utf-8", newline="")
    return str(file)


def edit(config: Path, old: str, new: str) -> None:
    """Replace the first `old` in the table."""
    file = config / "routing.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def handled(config: Path, texts: Sequence[str]) -> None:
    """Let the jobs take mails of an angry customer, one case each, by the table in `config`."""

    async def main() -> None:
        outside = Outside(folder=config.parent / "data")
        outside.folder.mkdir()
        outside.model.mood = replace(ANGRY, category="complaint", sentiment_score=-0.82)
        async with open_office(outside, rules=load_settings(config).rules()) as office:
            for text in texts:
                outside.customer_writes(text, subject="Order LF-20417")
                await office.work()

    asyncio.run(main())


def test_the_list_shows_the_whole_table_in_its_order(config: Path) -> None:
    """The order decides; a table that shows less than all of a rule is no table."""
    code, shown, _ = run(config, "list")
    _, listed, _ = run(config, "list", "--json")

    rules = load_settings(config).rules()
    assert code == 0
    assert [row["rule"] for row in json.loads(listed)] == [rule.name for rule in rules]
    places = [shown.index(f"\n{rule.name} ") for rule in rules]
    assert places == sorted(places)
    for words in ("sentiment_score_below = -0.5", "no_answer = true", "the customer is angry", "urgent", "always"):
        assert words in shown


def test_the_list_warns_of_a_rule_that_is_never_reached(config: Path) -> None:
    """An admin who added it believes that it works."""
    edit(config, '[[rule]]\nname = "no-article"', f'{NARROW}[[rule]]\nname = "no-article"')

    _, shown, _ = run(config, "list")
    _, listed, _ = run(config, "list", "--json")

    assert "warning: 'sad' is never reached: 'very-negative' above it matches whatever it matches" in shown
    hidden = {row["rule"]: row["never_reached_behind"] for row in json.loads(listed)}
    assert hidden.pop("sad") == "very-negative"
    assert set(hidden.values()) == {None}


def test_the_check_warns_of_it_too(config: Path) -> None:
    """It is what an admin runs after an edit."""
    edit(config, '[[rule]]\nname = "no-article"', f'{NARROW}[[rule]]\nname = "no-article"')

    result = CliRunner(env={"COLUMNS": "250"}).invoke(app, ["check", "--config", str(config)])

    assert "routing.toml: rule 'sad' is never reached: 'very-negative' above it matches" in result.stdout


def test_a_mail_is_held_against_every_rule(config: Path) -> None:
    """Why a rule did not fire is asked as often as why one did: each condition with the value that it met."""
    file = mail(config, "You charged me TWICE, this is outrageous and unacceptable! I want my money back NOW!")

    code, shown, _ = run(config, "test", file)
    _, listed, _ = run(config, "test", file, "--json")

    found = json.loads(listed)
    assert code == 0
    assert found["rule"] == "angry"
    assert [row["rule"] for row in found["rules"]] == [rule.name for rule in load_settings(config).rules()]
    by_name = {row["rule"]: row for row in found["rules"]}
    assert (by_name["angry"]["matched"], by_name["asks-for-a-person"]["matched"]) == (True, False)
    assert "+ sentiment = angry: sentiment is angry" in shown
    assert "- wants_human = true: wants_human is False" in shown
    assert "- unproven_claim = true: unproven_claim is not known yet" in shown
    assert "Decided by angry: the customer is angry" in shown


def test_what_was_not_decided_by_the_table_is_said_to_be(config: Path) -> None:
    """The table lets this be answered, and the daemon does not: nothing proves the sender."""
    _, shown, _ = run(config, "test", mail(config, "How long does shipping take to Germany and what does it cost?"))

    assert "Decided by not-answerable: no automatic answer may go to this sender" in shown
    assert "This holds whatever the table says: the table let it be answered, and no automatic mail may go to" in shown


def test_every_built_in_decision_is_named() -> None:
    """ "It is built in" sends an admin to the source."""
    names = {value.rule for value in vars(routes).values() if isinstance(value, Disposition)}

    assert names < BUILT_IN.keys()


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"From: a@example.org\r\nAuto-Submitted: auto-replied\r\nSubject: Away\r\n\r\nBack on Monday.\r\n", "no rule"),
        (b"\x00", "mail.eml: "),
        (None, "No such file"),
    ],
    ids=["automatic", "no mail", "no file"],
)
def test_a_mail_that_no_rule_sees_is_an_error_with_its_reason(config: Path, raw: bytes | None, reason: str) -> None:
    """Nothing printed and exit code 0 would look as if no rule matched."""
    file = config.parent / "mail.eml"
    if raw is not None:
        file.write_bytes(raw)

    code, shown, told = run(config, "test", str(file))

    assert (code, shown) == (1, "")
    assert reason in told


def test_a_case_is_explained_by_what_was_known_when_it_was_decided(config: Path) -> None:
    """A reviewer asks on Thursday why Monday's mail came to them."""
    handled(config, ["You charged me twice! 89.90 gone."])

    code, shown, _ = run(config, "explain", "C-1")

    assert code == 0
    assert "Decided by angry: the customer is angry" in shown
    assert "+ sentiment_score_below = -0.5: sentiment_score is -0.82" in shown
    assert "+ category = complaint: category is complaint" in shown
    assert "- unproven_claim = true: unproven_claim is not known yet" in shown
    assert "whatever the table says" not in shown


def test_a_case_whose_rule_is_gone_is_still_explained(config: Path) -> None:
    """Tables change; what was decided stays as it was, and the table of today is held beside it."""
    handled(config, ["You charged me twice!"])
    edit(config, 'name = "angry"', 'name = "furious"')

    code, shown, _ = run(config, "explain", "C-1")

    assert code == 0
    assert "Decided by angry: the customer is angry" in shown
    assert "The table has no rule of this name any more." in shown
    assert "\nfurious " in shown


def test_a_case_whose_category_is_gone_is_still_explained(config: Path) -> None:
    """A category is removed when a product is; its cases are not."""
    handled(config, ["You charged me twice!"])
    for file in ("categories.toml", "routing.toml"):
        path = config / file
        path.write_text(path.read_text("utf-8").replace('"complaint"', '"grumble"'), "utf-8")

    code, shown, _ = run(config, "explain", "C-1")

    assert code == 0
    assert "- category = grumble: category is complaint" in shown


@pytest.mark.parametrize(
    ("number", "code", "told"),
    [
        ("C-99", 1, "There is no triaged message in C-99; 'mailagent cases' lists the cases."),
        ("angry", 2, "'angry' is not a case number; write C-12"),
    ],
)
def test_a_wrong_case_number_is_an_error_with_what_to_do(config: Path, number: str, code: int, told: str) -> None:
    """An empty table would look like a case without a rule."""
    handled(config, ["You charged me twice!"])

    got, shown, errors = run(config, "explain", number)

    assert (got, shown) == (code, "")
    assert told in errors
