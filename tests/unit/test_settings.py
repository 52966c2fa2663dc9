"""The config folder: an admin's mistake is found at once, and the message says where and what to write instead."""

import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from mailagent.errors import ConfigurationError
from mailagent.settings import Settings, load_settings
from tests.shop import SHOP


@pytest.fixture(name="config")
def _config(tmp_path: Path) -> Path:
    """A copy of the shipped folder, to spoil."""
    return Path(shutil.copytree(SHOP / "config", tmp_path / "config"))


def change(config: Path, file: str, old: str, new: str) -> int:
    """Replace the first `old`; returns the line, from 1, where it stood."""
    path = config / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def complaint(config: Path) -> str:
    """What the admin is told."""
    with pytest.raises(ConfigurationError) as error:
        load_settings(config)
    assert error.value.exit_code == 78
    return str(error.value)


def test_the_shipped_folder_is_good(config: Path) -> None:
    """The first thing that a new admin tries."""
    settings = load_settings(config)

    assert settings.mode == "shadow"
    assert settings.mailbox[0].name == "support"
    assert {category.id for category in settings.categories()} >= {"billing", "general"}
    assert settings.rules()[-1].then == "reply"


@pytest.mark.parametrize("line", ["command = []", 'command = [""]', 'webhook = " "', 'webhook = ""'])
def test_an_alarm_that_rings_nowhere_is_refused(config: Path, line: str) -> None:
    """Whoever wrote the line counts on it, and learns at the first outage that it did nothing."""
    number = change(config, "mailagent.toml", "# [alarm]", f"[alarm]\n{line}")

    key = line.partition(" ")[0]
    assert f"mailagent.toml:{number + 1}:1: error alarm.{key}: found" in complaint(config)
    assert "take the line out" in complaint(config)


def test_a_relative_path_starts_beside_the_config_folder(config: Path) -> None:
    """A daemon is not started from where the admin stood; the data must not land anywhere else."""
    settings = load_settings(config)

    assert settings.path(settings.data_dir) == config.parent / "data"
    assert settings.path(Path("/srv/data")) == Path("/srv/data")


@pytest.mark.parametrize(
    ("file", "old", "new", "column", "words"),
    [
        ("mailagent.toml", "timezone", "timezon", 1, "unknown key 'timezon', did you mean 'timezone'?"),
        ("review.toml", "bundle_above = 5", "bundle_above = 0", 1, "found 0; allowed is 1 or more and 1000 or less"),
        ("mailagent.toml", '"Europe/Vienna"', '"Vienna"', 1, "write a time zone such as Europe/Vienna"),
        (
            "mailagent.toml",
            '"shadow"',
            '"silent"',
            1,
            'found "silent"; allowed are "shadow", "suggest" and "auto"; for example: mode = "suggest"',
        ),
        ("mailagent.toml", '"ops@example.com"', '"ops"', 1, "write one address such as support@example.com"),
        ("mailagent.toml", '"ops@example.com"', '"ops@example.com, a@b.co"', 1, "write one address"),
        ("mailboxes.toml", "poll_seconds", "poll_second", 1, "did you mean 'poll_seconds'?"),
        (
            "mailboxes.toml",
            "poll_seconds = 60",
            "poll_seconds = 0",
            1,
            "found 0; allowed is 1 or more and 3600 or less",
        ),
        ("mailboxes.toml", "port = 993", "port = 99300", 37, "found 99300; allowed is 1 or more and 65535 or less"),
        ("mailboxes.toml", "port = 993", "prt = 993", 37, "unknown key 'prt', did you mean 'port'?"),
        ("mailboxes.toml", 'baseline = "now"', 'baseline = "new"', 1, 'allowed are "now", "unseen" and "all"'),
        ("review.toml", "authserv_id", "authservid", 1, "did you mean 'authserv_id'?"),
        ("reviewers.toml", '["dana@example.com"]', "[]", 1, "found []; write 1 or more; for example: addresses = "),
        ("reviewers.toml", "addresses", "address", 1, "did you mean 'addresses'?"),
        ("categories.toml", 'deadline = "4h"', 'deadline = "4 hours"', 1, 'write a time such as "30m", "8h" or "2d"'),
        ("categories.toml", 'deadline = "4h"', "deadline = 4", 1, 'write a time such as "30m", "8h" or "2d"'),
        ("routing.toml", 'then = "escalate"', 'then = "ask"', 1, 'allowed are "reply", "escalate" and "ignore"'),
        ("routing.toml", '"angry" }', '"furious" }', 10, '"positive", "neutral", "negative" and "angry"'),
        ("routing.toml", "sentiment_score_below = -0.5", "sentiment_score_belo = -0.5", 10, "sentiment_score_below"),
        ("routing.toml", "= -0.5", "= -5", 10, "found -5; allowed is more than -1 and 1 or less"),
        ("model.toml", "concurrency = 16", "concurrency = 0", 1, "allowed is 1 or more and 64 or less"),
        (
            "review.toml",
            'undo_window = "2m"',
            "undo_window = 2",
            1,
            'found 2; write a time such as "30m", "8h" or "2d"',
        ),
        ("mailboxes.toml", "poll_seconds = 60", 'poll_seconds = "often"', 1, "write a whole number without quotes"),
        ("mailagent.toml", "requires_auth = true", "requires_auth = 2", 1, "write true or false, in lower case"),
        ("mailagent.toml", '"Larkfield Support"', "7", 1, "found 7; write a text in quotes"),
        ("reviewers.toml", '["dana@example.com"]', '"dana@example.com"', 1, "write a list in square brackets"),
        ("routing.toml", '"angry"\n', '"An Gry"\n', 1, "allowed are up to 40 small letters, digits and -"),
        ("model.toml", "concurrency = 16", "concurency = 16", 1, "did you mean 'concurrency'?"),
    ],
)
def test_a_mistake_is_shown_with_its_place_and_remedy(  # noqa: PLR0917 - a table
    config: Path, file: str, old: str, new: str, column: int, words: str
) -> None:
    """The admin opens the file at that line; searching six files at night helps nobody."""
    line = change(config, file, old, new)
    rows = complaint(config).splitlines()
    place = f"{config / file}:{line}:{column}: error "
    found = next(number for number, row in enumerate(rows) if row.startswith(place) and words in row)

    assert rows[found + 1].strip() == (config / file).read_text("utf-8").splitlines()[line - 1].strip()


def test_a_key_under_a_header_of_its_own_is_found(config: Path) -> None:
    """``[rule.when]`` belongs to the rule above it, not to a table of that name."""
    file = config / "routing.toml"
    rule = '\n[[rule]]\nname = "late"\nthen = "reply"\nwhy = "late"\n[rule.when]\nsentimen = "angry"\n'
    text = file.read_text("utf-8") + rule
    file.write_text(text, "utf-8")

    place = f"{file}:{len(text.splitlines())}:1: error rule.when.sentimen: unknown key"
    assert f"{place} 'sentimen', did you mean 'sentiment'?" in complaint(config)


def test_the_right_one_of_several_tables_is_named(config: Path) -> None:
    """Five categories, one wrong: the fifth must not be reported as the first."""
    line = change(config, "categories.toml", 'deadline = "1d"', 'deadline = "soon"')

    assert f'categories.toml:{line}:1: error category.deadline: found "soon"; write a time' in complaint(config)


def test_a_missing_key_is_named_with_its_table(config: Path) -> None:
    """The key itself has no line; its table has."""
    line = change(config, "mailboxes.toml", 'user = "support@example.com"', "")
    told = complaint(config)

    assert "the key 'user' is missing" in told
    found = re.search(r"mailboxes\.toml:(\d+):", told)
    assert found
    assert int(found[1]) < line


def test_everything_wrong_is_told_at_once(config: Path) -> None:
    """One error a try is one restart a try."""
    change(config, "mailagent.toml", '"shadow"', '"silent"')
    change(config, "model.toml", "concurrency = 16", "concurrency = 0")
    told = complaint(config)

    assert "mailagent.toml:" in told
    assert "model.toml:" in told


@pytest.mark.parametrize(
    "file",
    [
        "mailagent.toml",
        "mailboxes.toml",
        "review.toml",
        "reviewers.toml",
        "categories.toml",
        "routing.toml",
        "model.toml",
    ],
)
def test_a_missing_file_is_named(config: Path, file: str) -> None:
    """A folder that was copied in part must not start with defaults nobody chose."""
    (config / file).unlink()
    told = complaint(config)

    assert str(config / file) in told
    assert "missing" in told


def test_what_is_no_toml_is_told_with_its_line(config: Path) -> None:
    """A forgotten quote is the commonest mistake."""
    line = change(config, "review.toml", 'queue = "', "queue = ")
    told = complaint(config)

    assert f"{config / 'review.toml'}:{line}:" in told
    assert 'needs straight quotes (") around it' in told
    assert 'for example: queue = "text"' in told


def test_bytes_that_are_no_text_are_refused(config: Path) -> None:
    """An editor that saves UTF-16 must not end in a traceback."""
    (config / "review.toml").write_bytes(b"\xff\xfeq\x00")

    assert "not valid TOML" in complaint(config)


@pytest.mark.parametrize(
    ("file", "table", "name"),
    [
        (
            "mailboxes.toml",
            """[[mailbox]]
name = "support"
address = "b@example.com"
user = "b"
secret = "env:B"
imap = { host = "h", port = 1 }
smtp = { host = "h", port = 1 }
""",
            "support",
        ),
        ("categories.toml", '[[category]]\nid = "billing"\nsays = "again"\n', "billing"),
        ("routing.toml", '[[rule]]\nname = "angry"\nthen = "reply"\nwhy = "again"\n', "angry"),
    ],
)
def test_two_entries_with_one_name_are_refused(config: Path, file: str, table: str, name: str) -> None:
    """Cases, reports and cursors hang on these names."""
    path = config / file
    path.write_text(path.read_text("utf-8") + "\n" + table, "utf-8")
    told = complaint(config)

    assert re.search(rf"{file}:\d+:1: error \w+\.\w+: two entries are named '{name}'", told)


@pytest.mark.parametrize("line", ['authserv_id = ""', ""])
def test_proof_of_the_sender_needs_to_know_whose(config: Path, line: str) -> None:
    """Without it every reviewer's reply would be refused, or a forged header believed."""
    change(config, "review.toml", 'authserv_id = "mx.example.com"', line)

    assert "authserv_id is needed" in complaint(config)


def test_authentication_can_be_switched_off_knowingly(config: Path) -> None:
    """A closed network has no such header."""
    change(config, "review.toml", 'authserv_id = "mx.example.com"', "")
    change(config, "review.toml", 'authentication = "required"', 'authentication = "off"')

    assert load_settings(config).review.authserv_id is None


@pytest.mark.parametrize(
    ("written", "length"),
    [("30m", timedelta(minutes=30)), ("8h", timedelta(hours=8)), ("2d", timedelta(days=2)), ("0m", timedelta(0))],
)
def test_a_duration_is_read_as_it_is_said(config: Path, written: str, length: timedelta) -> None:
    """Deadlines are promised to customers."""
    change(config, "categories.toml", 'deadline = "4h"', f'deadline = "{written}"')

    assert load_settings(config).categories()[0].deadline == length


@pytest.mark.parametrize("written", ["", "h", "8 h", "-8h", "1.5h", "8H", "8h30m", "999999d"])
def test_anything_else_is_no_duration(config: Path, written: str) -> None:
    """A deadline that was guessed is a promise that is broken."""
    change(config, "categories.toml", 'deadline = "4h"', f'deadline = "{written}"')

    assert "write a time such as" in complaint(config)


def test_openai_needs_models_and_a_key(config: Path) -> None:
    """Otherwise the first customer finds out."""
    change(config, "model.toml", 'provider = "offline"', 'provider = "openai"\nsteps = { classify = "small" }')
    told = complaint(config)

    assert "steps must name a model for respond, escalate" in told

    change(config, "model.toml", '{ classify = "small" }', '{ classify = "s", respond = "s", escalate = "s" }')
    assert 'secret is needed for provider = "openai"' in complaint(config)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('model = "small"', "embeddings needs a secret"),
        ('secret = "env:KEY"', "'model' is missing"),
        ('model = "small"\nsecret = "env:KEY"\nleast_similar = 1.5', "less than 1"),
        ('model = "small"\nsecret = "env:KEY"\nurl = "http://x"', "unknown key 'url'"),
    ],
)
def test_a_search_by_meaning_is_configured_whole_or_not_at_all(config: Path, lines: str, told: str) -> None:
    """Otherwise it would silently be a search by words."""
    assert load_settings(config).model.embeddings is None
    with (config / "model.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[embeddings]\n{lines}\n")

    assert told in complaint(config)


def test_a_budget_in_money_needs_the_price_of_vectors_too(config: Path) -> None:
    """What has no price would cost nothing by our count, and the account would be empty."""
    change(config, "model.toml", "# money_day = 20.0", "money_day = 20.0")
    with (config / "model.toml").open("a", encoding="utf-8") as file:
        file.write('\n[embeddings]\nmodel = "small"\nsecret = "env:KEY"\n')

    assert "budget.money_day needs a price for each model; there is none for small" in complaint(config)


def test_the_environment_wins_over_the_files(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container sets what differs between machines."""
    monkeypatch.setenv("MAILAGENT__MODE", "suggest")
    monkeypatch.setenv("MAILAGENT__REVIEW__QUEUE", "Other@Example.com")
    settings = load_settings(config)

    assert (settings.mode, settings.review.queue) == ("suggest", "other@example.com")
    assert settings.review.authserv_id == "mx.example.com"


def test_addresses_are_compared_in_lower_case(config: Path) -> None:
    """A reviewer who writes as Dana@Example.com is the one who is listed."""
    change(config, "reviewers.toml", "dana@example.com", "Dana@Example.COM")

    assert load_settings(config).reviewer[0].addresses == ("dana@example.com",)


def test_settings_do_not_change_while_running(config: Path) -> None:
    """A job that could change them would change them for all."""
    settings: Settings = load_settings(config)

    with pytest.raises(ValueError, match="frozen"):
        settings.mode = "auto"


def test_a_key_of_another_file_is_refused(config: Path) -> None:
    """A mode at the top of reviewers.toml would silently undo the one in mailagent.toml."""
    file = config / "reviewers.toml"
    file.write_text('mode = "auto"\n' + file.read_text())

    with pytest.raises(ConfigurationError, match=r"reviewers\.toml:1:1: error mode: not a key of this file"):
        load_settings(config)


def test_a_folder_in_the_place_of_a_file_is_named(config: Path) -> None:
    """A container volume mounted wrongly makes one."""
    (config / "review.toml").unlink()
    (config / "review.toml").mkdir()

    with pytest.raises(ConfigurationError, match=r"review\.toml: error: the file cannot be read"):
        load_settings(config)


def test_the_size_of_a_bundle_is_the_admins(config: Path) -> None:
    """A team of two wants its list sooner than a team of twenty."""
    change(config, "review.toml", "bundle_above = 5", "bundle_above = 2")

    assert load_settings(config).review_policy().bundle_above == 2
