"""``config/*.toml`` as typed settings. What is wrong is reported with file, line, column and the nearest known key."""

from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

from pydantic import Field, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from mailagent.domain.budget import Budget
from mailagent.domain.caps import Caps
from mailagent.domain.category import Category
from mailagent.domain.deadlines import Deadlines
from mailagent.domain.decision import Known
from mailagent.domain.policy import Mode, Modes, ReviewPolicy
from mailagent.domain.routing import Priority, Rule
from mailagent.domain.signals import Sentiment
from mailagent.domain.working_time import WorkingTime
from mailagent.errors import ConfigurationError
from mailagent.language.commands import vocabulary
from mailagent.mail.reviewing import Style, Styles
from mailagent.settings.agreement import problems_of_addresses, problems_of_names
from mailagent.settings.alarm import AlarmSettings
from mailagent.settings.commands import check_commands
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
from mailagent.settings.wording import explain
from mailagent.toml_files import FILES, MAIN, place, read_files

__all__ = ["MailboxSettings", "Settings", "load_settings"]


class Settings(BaseSettings):
    """Everything that admins configure. Every key may also be given as ``MAILAGENT__REVIEW__QUEUE`` and so on."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="MAILAGENT__", env_nested_delimiter="__", case_sensitive=False
    )

    name: str
    timezone: Timezone = "UTC"
    data_dir: Path = Path("data")
    database_url: SecretStr = SecretStr("")
    templates_dir: Path = Path("templates")
    knowledge_dir: Path = Path("knowledge")
    mode: Mode = "shadow"
    admin: Address
    mailbox: tuple[MailboxSettings, ...] = Field(min_length=1)
    replies: Replies = Replies()
    alarm: AlarmSettings = AlarmSettings()
    review: ReviewSettings
    reviewer: tuple[Reviewer, ...] = Field(min_length=1)
    category: tuple[CategorySettings, ...] = Field(min_length=1)
    rule: tuple[RuleSettings, ...] = Field(min_length=1)
    model: ModelSettings
    _folder: Path = PrivateAttr(default=Path("config"))

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
        return self._folder / FILES.get(key, MAIN)

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

    def styles(self) -> Styles:
        """How each reviewer writes."""
        added = self.review.commands
        words = {language: vocabulary(language, added) for language in {"en", *(row.language for row in self.reviewer)}}
        return Styles(
            others=Style(words=words["en"]),
            by_address={
                address: Style(words=words[row.language], signature=row.signature)
                for row in self.reviewer
                for address in row.addresses
            },
        )

    def known_corrections(self) -> Known:
        """The values that a reviewer's SET may give; a language is any tag."""
        return {
            "category": [row.id for row in self.category],
            "priority": get_args(Priority),
            "sentiment": get_args(Sentiment),
        }

    def working_time(self) -> WorkingTime:
        """The hours in which deadlines are counted."""
        return WorkingTime(zone=self.zone, week=self.review.hours, holidays=frozenset(self.review.holidays))

    def personal_hours(self) -> dict[str, WorkingTime]:
        """The hours of reviewers who have their own, by address."""
        return {
            address: WorkingTime(zone=self.zone, week=person.hours, holidays=frozenset(self.review.holidays))
            for person in self.reviewer
            if person.hours is not None
            for address in person.addresses
        }

    def deadlines(self) -> Deadlines:
        """How long a person may take, by category, in working time."""
        return Deadlines(by_category={row.id: row.deadline for row in self.category}, working=self.working_time())

    def budget(self) -> Budget:
        """The limits of what models may cost as the domain knows them."""
        return Budget(**self.model.budget.model_dump())

    def review_policy(self) -> ReviewPolicy:
        """What follows a reviewer's decision as the domain knows it."""
        row = self.review
        return ReviewPolicy(
            undo_window=row.undo_window,
            confirm=row.confirm,
            on_reject=row.on_reject,
            bundle_above=row.bundle_above,
        )

    def colleagues(self) -> dict[str, tuple[str, ...]]:
        """Whom ASSIGN may name, in lower case, and their first addresses: a reviewer by name, by each address, and by
        first name where only one has it; a group by its name.
        """
        found: dict[str, tuple[str, ...]] = {}
        for row in self.reviewer:
            for group in row.groups:
                found[group.casefold()] = (*found.get(group.casefold(), ()), row.addresses[0])
        first = [row.name.casefold().split()[0] for row in self.reviewer]
        for name, row in zip(first, self.reviewer, strict=True):
            found |= {name: row.addresses[:1]} if first.count(name) == 1 and name not in found else {}
        return found | {
            name.casefold(): row.addresses[:1] for row in self.reviewer for name in (row.name, *row.addresses)
        }

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
    check_commands(settings.review.commands, files)
    problems = [
        *problems_of_names(settings.mailbox, settings.category, settings.rule),
        *problems_of_addresses(settings.mailbox, settings.review, settings.reviewer),
    ]
    if problems:
        raise ConfigurationError("\n".join(place(path, text, files) for path, text in problems))
    settings._folder = folder  # noqa: SLF001 - its own private attribute
    return settings
