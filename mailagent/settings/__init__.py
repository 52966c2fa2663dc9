"""``config/*.toml`` as typed settings. What is wrong is reported with file, line, column and the nearest known key."""

from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, PrivateAttr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from mailagent.domain.budget import Budget
from mailagent.domain.caps import Caps
from mailagent.domain.category import Category
from mailagent.domain.policy import Mode, Modes
from mailagent.domain.routing import Rule
from mailagent.errors import ConfigurationError
from mailagent.settings.sections import (
    CategorySettings,
    MailboxSettings,
    ModelSettings,
    Replies,
    Reviewer,
    ReviewSettings,
    RuleSettings,
)
from mailagent.settings.values import Address, Timezone
from mailagent.toml_files import FILES, explain, read_files

__all__ = ["MailboxSettings", "Settings", "load_settings"]


class Settings(BaseSettings):
    """Everything that admins configure. Every key may also be given as ``MAILAGENT__REVIEW__QUEUE`` and so on."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="MAILAGENT__", env_nested_delimiter="__", case_sensitive=False
    )

    name: str
    timezone: Timezone = "UTC"
    data_dir: Path = Path("data")
    templates_dir: Path = Path("templates")
    knowledge_dir: Path = Path("knowledge")
    mode: Mode = "shadow"
    admin: Address
    mailbox: tuple[MailboxSettings, ...] = Field(min_length=1)
    replies: Replies = Replies()
    review: ReviewSettings
    reviewer: tuple[Reviewer, ...] = Field(min_length=1)
    category: tuple[CategorySettings, ...] = Field(min_length=1)
    rule: tuple[RuleSettings, ...] = Field(min_length=1)
    model: ModelSettings
    _folder: Path = PrivateAttr(default=Path("config"))

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        for what, names in (
            ("mailbox", [mailbox.name for mailbox in self.mailbox]),
            ("category", [category.id for category in self.category]),
            ("rule", [rule.name for rule in self.rule]),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{FILES[what]}: two entries are named '{twice[0]}'; give each its own name")
        known = {category.id for category in self.category}
        for rule in self.rule:
            for category in rule.when.category or ():
                if category not in known:
                    raise ValueError(
                        f"{FILES['rule']}: rule '{rule.name}' names the category '{category}', which"
                        f" {FILES['category']} does not have"
                    )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - given by pydantic-settings
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the files."""
        return env_settings, init_settings

    def path(self, folder: Path) -> Path:
        """`folder`, taken from the parent of the config folder when it is relative."""
        return folder if folder.is_absolute() else self._folder.resolve().parent / folder

    def file(self, key: str) -> Path:
        """The file that holds the key `key`, to name it in an error."""
        return self._folder / FILES[key]

    @property
    def zone(self) -> ZoneInfo:
        """The time zone that people are told times in."""
        return ZoneInfo(self.timezone)

    def caps(self) -> Caps:
        """The limits of automatic mail as the domain knows them."""
        return Caps(**self.replies.model_dump(exclude={"requires_auth"}))

    def categories(self) -> tuple[Category, ...]:
        """The categories as the domain knows them."""
        return tuple(
            Category(id=row.id, says=row.says, examples=row.examples, words=row.words, deadline=row.deadline)
            for row in self.category
        )

    def budget(self) -> Budget:
        """The limits of what models may cost as the domain knows them."""
        return Budget(**self.model.budget.model_dump())

    def modes(self) -> Modes:
        """The mode of the installation and of each category that has its own."""
        return Modes(overall=self.mode, by_category={row.id: row.mode for row in self.category if row.mode is not None})

    def rules(self) -> tuple[Rule, ...]:
        """The rule table as the domain knows it."""
        return tuple(
            Rule(
                name=row.name,
                when=row.when.conditions(),
                then=row.then,
                priority=row.priority,
                why=row.why,
            )
            for row in self.rule
        )


def load_settings(folder: Path) -> Settings:
    """The settings in `folder`. Raises `ConfigurationError` that lists everything wrong, a line each."""
    files = read_files(folder)
    try:
        settings = Settings(**files.values)  # type: ignore[arg-type]  # pydantic checks every value
    except ValidationError as error:
        raise ConfigurationError("\n".join(explain(error, files, Settings))) from error
    settings._folder = folder  # noqa: SLF001 - its own private attribute
    return settings
