"""``config/*.toml`` as typed settings. What is wrong is reported with file, line, column and the nearest known key."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from mailagent.domain.caps import Caps
from mailagent.domain.category import Category
from mailagent.domain.policy import Mode
from mailagent.domain.routing import Action, Conditions, Priority, Rule, Sentiment
from mailagent.errors import ConfigurationError
from mailagent.toml_files import FILES, explain, read_files

Security = Literal["tls", "starttls", "none"]
DURATION = re.compile(r"(\d{1,5})([mhd])")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def _duration(value: object) -> object:
    found = DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('write a time such as "30m", "8h" or "2d"')
    return timedelta(**{UNITS[found.group(2)]: int(found.group(1))})


def _address(value: str) -> str:
    if not re.fullmatch(r"[^@\s<>,;:\"]+@[^@\s<>,;:\"]+\.[^@\s<>,;:\".]+", value):
        raise ValueError("write one address such as support@example.com")
    return value.lower()


def _timezone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("write a time zone such as Europe/Vienna")
    return value


Address = Annotated[str, AfterValidator(_address)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Server(_Table):
    """Where a mail server listens. ``none`` is for servers on this machine only."""

    host: str
    port: int = Field(ge=1, le=65535)
    security: Security = "tls"
    ca_file: Path | None = None


class MailboxSettings(_Table):
    """One ``[[mailbox]]``."""

    name: str = Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")
    address: Address
    imap: Server
    smtp: Server
    user: str
    secret: str
    smtp_user: str | None = None
    folder: str = "INBOX"
    move_to: str | None = None
    poll_seconds: int = Field(default=60, ge=1, le=3600)
    baseline: Literal["now", "unseen", "all"] = "now"
    return_path: Literal["plain", "plus"] = "plain"


class ReviewSettings(_Table):
    """``review.toml``."""

    queue: Address
    authentication: Literal["required", "off"] = "required"
    authserv_id: str | None = None

    @model_validator(mode="after")
    def _needs_authserv_id(self) -> Self:
        if self.authentication == "required" and not self.authserv_id:
            raise ValueError(
                'authserv_id is needed while authentication = "required": it is the first word of the'
                " Authentication-Results header that your provider adds to incoming mail"
            )
        return self


class Reviewer(_Table):
    """One ``[[reviewer]]``: a person who may decide."""

    name: str
    addresses: tuple[Address, ...] = Field(min_length=1)


class CategorySettings(_Table):
    """One ``[[category]]``."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")
    says: str
    examples: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    deadline: Duration = timedelta(hours=8)


class When(_Table):
    """The conditions of a rule; see `domain.routing.Conditions`."""

    category: str | None = None
    sentiment: Sentiment | None = None
    sentiment_score_below: float | None = Field(default=None, ge=-1, le=1)
    confidence_below: float | None = Field(default=None, ge=0, le=1)
    wants_human: bool | None = None
    no_answer: bool | None = None
    language: str | None = None
    automatic_answers_at_least: int | None = Field(default=None, ge=0)


class RuleSettings(_Table):
    """One ``[[rule]]``."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    when: When = When()
    then: Action
    priority: Priority = "normal"
    why: str


class ModelSettings(_Table):
    """``model.toml``."""

    provider: Literal["openai", "offline"] = "offline"
    base_url: str | None = None
    secret: str | None = None
    steps: dict[Literal["classify", "respond", "escalate"], str] = Field(default_factory=dict)
    timeout_seconds: float = Field(default=30, gt=0, le=600)
    retries: int = Field(default=2, ge=0, le=5)
    concurrency: int = Field(default=16, ge=1, le=64)

    @model_validator(mode="after")
    def _openai_is_whole(self) -> Self:
        if self.provider == "openai":
            missing = [step for step in ("classify", "respond", "escalate") if step not in self.steps]
            if missing:
                raise ValueError(f"steps must name a model for {', '.join(missing)}")
            if not self.secret:
                raise ValueError('secret is needed for provider = "openai", such as "env:OPENAI_API_KEY"')
        return self


class Replies(_Table):
    """``[replies]``: to whom automatic mail may go, and how much of it; see `domain.caps.Caps`."""

    requires_auth: bool = True
    sender_hour: int = Field(default=5, ge=0)
    domain_hour: int = Field(default=100, ge=0)
    case_day: int = Field(default=3, ge=0)
    overall_hour: int = Field(default=500, ge=0)


class Settings(BaseSettings):
    """Everything that admins configure. Every key may also be given as ``MAILAGENT__REVIEW__QUEUE`` and so on."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="MAILAGENT__", env_nested_delimiter="__", case_sensitive=False
    )

    name: str
    timezone: Annotated[str, AfterValidator(_timezone)] = "UTC"
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
            if rule.when.category is not None and rule.when.category not in known:
                raise ValueError(
                    f"{FILES['rule']}: rule '{rule.name}' names the category '{rule.when.category}', which"
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

    def rules(self) -> tuple[Rule, ...]:
        """The rule table as the domain knows it."""
        return tuple(
            Rule(
                name=row.name,
                when=Conditions(**row.when.model_dump()),
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
