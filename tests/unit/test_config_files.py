"""The files that admins edit tell of every key."""

import pytest
from pydantic import BaseModel

from mailagent.settings import Settings, load_settings
from mailagent.settings.sections import (
    BudgetSettings,
    CategorySettings,
    EmbeddingSettings,
    FallbackSettings,
    MailboxSettings,
    ModelSettings,
    Price,
    Replies,
    Reviewer,
    ReviewSettings,
    RuleSettings,
    Server,
    When,
)
from mailagent.toml_files import FILES, MAIN
from tests.shop import SHOP

CONFIG = SHOP / "config"
TABLES: list[tuple[str, type[BaseModel]]] = [
    (FILES["mailbox"], MailboxSettings),
    (FILES["mailbox"], Server),
    (FILES["review"], ReviewSettings),
    (FILES["reviewer"], Reviewer),
    (FILES["category"], CategorySettings),
    (FILES["rule"], RuleSettings),
    (FILES["rule"], When),
    (FILES["model"], ModelSettings),
    (FILES["model"], EmbeddingSettings),
    (FILES["model"], FallbackSettings),
    (FILES["model"], BudgetSettings),
    (FILES["model"], Price),
    (MAIN, Replies),
]


@pytest.mark.parametrize(("file", "table"), TABLES, ids=lambda value: getattr(value, "__name__", value))
def test_every_key_stands_in_the_shipped_file(file: str, table: type[BaseModel]) -> None:
    """An admin learns of a key where it is set, in use or as a comment."""
    text = (CONFIG / file).read_text("utf-8")

    assert [key for key in table.model_fields if key not in text] == []


def test_every_key_of_the_main_file_stands_in_it() -> None:
    """Those that lie in files of their own are left out."""
    text = (CONFIG / MAIN).read_text("utf-8")

    assert [key for key in Settings.model_fields if key not in FILES and key not in text] == []


def test_the_shipped_configuration_is_valid_and_sends_nothing() -> None:
    """Whoever starts with it unchanged must not mail anybody."""
    assert load_settings(CONFIG).mode == "shadow"
