"""What is right in each config file alone, and wrong with the others."""

import shutil
from pathlib import Path

import pytest

from mailagent.settings import load_settings
from mailagent.wiring.accounts import journals_of, smtp_account
from tests.shop import SHOP
from tests.unit.test_settings import change, complaint


@pytest.fixture(name="config")
def _config(tmp_path: Path) -> Path:
    """A copy of the shipped folder, to spoil."""
    return Path(shutil.copytree(SHOP / "config", tmp_path / "config"))


@pytest.mark.parametrize(
    ("named", "hint"),
    [("complaints", "did you mean 'complaint'?"), ("wombats", "known are billing, ")],
)
def test_a_rule_about_an_unknown_category_is_refused(config: Path, named: str, hint: str) -> None:
    """It would never match, and mail would go out that a person should have seen."""
    line = change(config, "routing.toml", 'category = "complaint"', f'category = "{named}"')
    told = complaint(config)

    assert f"{config}/routing.toml:{line}:10: error rule.when.category: rule 'complaint' names" in told
    assert f"the category '{named}', which categories.toml does not have" in told
    assert hint in told


@pytest.mark.parametrize("queue", ["support@example.com", "Support+review@example.com"])
def test_digests_must_not_go_to_the_mailbox_that_is_watched(config: Path, queue: str) -> None:
    """The daemon takes them for its own mail and marks them as read: nobody would be asked, and nobody would know."""
    line = change(config, "review.toml", "support-review@example.com", queue)
    told = complaint(config)

    assert f"{config}/review.toml:{line}:1: error queue: {queue.lower()} is the watched mailbox 'support'" in told
    assert "name an address that the reviewers read in another mailbox" in told


def test_a_queue_from_the_environment_is_named_as_such(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is right then, and an admin would look for the mistake in it for long."""
    monkeypatch.setenv("MAILAGENT__REVIEW__QUEUE", "support@example.com")

    assert "the environment variable MAILAGENT__REVIEW__QUEUE: support@example.com is the watched" in complaint(config)


@pytest.mark.parametrize("address", ["support@example.com", "support+dana@example.com"])
def test_a_reviewer_cannot_write_from_the_mailbox_that_is_watched(config: Path, address: str) -> None:
    """Their decisions would look like our own mail, which is never read."""
    line = change(config, "reviewers.toml", "dana@example.com", address)
    told = complaint(config)

    assert f"{config}/reviewers.toml:{line}:1: error reviewer.addresses: {address} is the watched mailbox" in told
    assert "give Dana Kim an address of their own" in told


@pytest.mark.parametrize("server", ["imap", "smtp"])
def test_no_encryption_beyond_this_machine_is_refused_where_it_is_written(config: Path, server: str) -> None:
    """An admin who tries "none" to get it going must see the line, and what to write."""
    text = (config / "mailboxes.toml").read_text("utf-8")
    old = next(line for line in text.splitlines() if line.startswith(f"{server} = "))
    line = change(config, "mailboxes.toml", old, old.replace('"tls"', '"none"', 1))
    told = complaint(config)

    assert f"{config}/mailboxes.toml:{line}:1: error mailbox.{server}: security" in told
    assert 'unencrypted; write security = "tls" or "starttls"' in told


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "LocalHost"])
def test_a_server_on_this_machine_needs_no_encryption(config: Path, host: str) -> None:
    """A relay beside the daemon has no certificate."""
    change(
        config,
        "mailboxes.toml",
        'host = "smtp.example.com", port = 465, security = "tls"',
        f'host = "{host}", port = 25, security = "none"',
    )

    assert load_settings(config).mailbox[0].smtp.security == "none"


def test_assign_knows_people_and_groups_by_every_name(config: Path) -> None:
    """A reviewer writes whatever comes to mind first."""
    change(
        config, "reviewers.toml", '"dana@example.com"]', '"dana@example.com", "dk@example.com"]\ngroups = ["Billing"]'
    )
    with (config / "reviewers.toml").open("a", encoding="utf-8") as file:
        file.write(
            '\n[[reviewer]]\nname = "Ben Ode"\naddresses = ["ben@example.com"]\ngroups = ["billing", "night shift"]\n'
        )

    known = load_settings(config).colleagues()

    assert {known[name] for name in ("dana", "dana kim", "dk@example.com")} == {("dana@example.com",)}
    assert known["billing"] == ("dana@example.com", "ben@example.com")
    assert known["night shift"] == ("ben@example.com",)


def test_a_group_must_not_be_called_like_a_reviewer(config: Path) -> None:
    """A case would go to one person where a team was meant, or the other way round."""
    change(config, "reviewers.toml", '"dana@example.com"]', '"dana@example.com"]\ngroups = ["Dana"]')

    assert "a reviewer is called 'Dana' too, and ASSIGN could not tell them apart" in complaint(config)


def test_copies_are_of_no_use_without_a_folder_to_look_for_them_in(config: Path) -> None:
    """The admin believes that an uncertain mail is looked for, and it never is."""
    change(config, "mailboxes.toml", "poll_seconds = 60", 'poll_seconds = 60\ncopies_to = "sent@example.com"')

    assert "copies_to needs journal" in complaint(config)


def test_a_mailbox_has_its_journal_and_copies_where_they_are_named(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read and not handed on, they would leave every broken connection to a person."""
    keys = 'poll_seconds = 60\njournal = "Sent"\ncopies_to = "sent@example.com"'
    change(config, "mailboxes.toml", "poll_seconds = 60", keys)
    monkeypatch.setenv("MAILAGENT_SUPPORT_PASSWORD", "pass")
    settings = load_settings(config)

    assert list(journals_of(settings)) == ["support"]
    assert smtp_account(settings, settings.mailbox[0]).copies_to == "sent@example.com"
