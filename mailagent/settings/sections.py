"""The tables of ``config/*.toml``, one class each."""

from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self, cast, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from mailagent.domain.commands import Verb
from mailagent.domain.hosts import is_this_machine
from mailagent.domain.policy import Mode
from mailagent.domain.routing import Action, Conditions, Priority
from mailagent.domain.signals import Sentiment
from mailagent.domain.working_time import Week
from mailagent.settings.hours import Holiday, TimeOfDay, WorkingHours
from mailagent.settings.values import Address, Domain, Duration, OneOf, Pattern

Security = Literal["tls", "starttls", "none"]
OFFICE_HOURS: Week = (((9 * 60, 17 * 60),),) * 5 + ((), ())


class Table(BaseModel):
    """Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Server(Table):
    """Where a mail server listens. ``none`` is for servers on this machine only."""

    host: str
    port: int = Field(ge=1, le=65535)
    security: Security = "tls"
    ca_file: Path | None = None

    @model_validator(mode="after")
    def _is_encrypted(self) -> Self:
        if self.security == "none" and not is_this_machine(self.host):
            raise ValueError(
                f'security = "none" is for servers on this machine only, and a password would cross the network to'
                f' {self.host} unencrypted; write security = "tls" or "starttls"'
            )
        return self


class MailboxSettings(Table):
    """One ``[[mailbox]]``."""

    name: str = Field(pattern=r"^[A-Za-z0-9_-]{1,40}$", description="up to 40 letters, digits, - and _")
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
    reply_address: Literal["plain", "plus"] = "plus"
    journal: str | None = None
    copies_to: Address | None = None
    on_uncertain: Literal["hold", "resend"] = "hold"

    @model_validator(mode="after")
    def _copies_are_looked_for(self) -> Self:
        if self.copies_to is not None and self.journal is None:
            raise ValueError("copies_to needs journal, the folder in which the copies arrive, to be of any use")
        return self


class ReviewSettings(Table):
    """``review.toml``."""

    queue: Address
    authentication: Literal["required", "off"] = "required"
    authserv_id: str | None = None
    undo_window: Duration = timedelta(minutes=2)
    confirm: Literal["all", "actor", "none"] = "all"
    on_reject: Literal["holding", "silent"] = "holding"
    bundle_above: int = Field(default=5, ge=1, le=1000)
    commands: dict[str, dict[Verb, tuple[str, ...]]] = Field(default_factory=dict)
    escalate_to: Address | None = None
    hours: WorkingHours = OFFICE_HOURS
    holidays: tuple[Holiday, ...] = ()
    digest_times: tuple[TimeOfDay, ...] = (time(9), time(14))

    @field_validator("digest_times")
    @classmethod
    def _is_within_hours(cls, times: tuple[time, ...], info: ValidationInfo) -> tuple[time, ...]:
        """A list that falls outside the hours of every day would never be sent."""
        week: Week = info.data.get("hours", OFFICE_HOURS)
        for at in times:
            minutes = at.hour * 60 + at.minute
            if not any(begin <= minutes < end for day in week for begin, end in day):
                raise ValueError(f"{at:%H:%M} is outside the hours of every day, so this list would never be sent")
        return tuple(sorted(set(times)))

    def trusted_server(self) -> str | None:
        """Whose word counts about senders; None where they are taken at their own."""
        return self.authserv_id if self.authentication == "required" else None

    @model_validator(mode="after")
    def _needs_authserv_id(self) -> Self:
        if self.authentication == "required" and not self.authserv_id:
            raise ValueError(
                'authserv_id is needed while authentication = "required": it is the first word of the'
                " Authentication-Results header that your provider adds to incoming mail"
            )
        return self


GroupName = Annotated[str, Field(pattern=r"^\w[\w-]{0,39}( [\w-]{1,39}){0,2}$")]
"""What stands behind ASSIGN: three words at most."""


class Reviewer(Table):
    """One ``[[reviewer]]``: a person who may decide."""

    name: str
    addresses: tuple[Address, ...] = Field(min_length=1)
    groups: tuple[GroupName, ...] = Field(default=(), description="one to three words each, of letters, digits and -")
    language: str = Field(default="en", pattern=r"^[a-z]{2,3}$", description="codes of a language such as de")
    signature: str = ""
    hours: WorkingHours | None = None


class CategorySettings(Table):
    """One ``[[category]]``."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$", description="up to 40 small letters, digits, - and _")
    says: str
    examples: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    deadline: Duration = Field(default=timedelta(hours=8), le=timedelta(days=60))
    mode: Mode | None = None


class When(Table):
    """The conditions of a rule; see `domain.routing.Conditions`."""

    category: OneOf[str] | None = None
    sentiment: OneOf[Sentiment] | None = None
    language: OneOf[str] | None = None
    mailbox: OneOf[str] | None = None
    sender: OneOf[Address] | None = None
    sender_domain: OneOf[Domain] | None = None
    subject_matches: Pattern | None = None
    wants_human: bool | None = None
    injection_suspected: bool | None = None
    no_answer: bool | None = None
    ask_unanswered: bool | None = None
    unproven_claim: bool | None = None
    has_attachments: bool | None = None
    sentiment_score_below: float | None = Field(default=None, gt=-1, le=1)
    confidence_below: float | None = Field(default=None, gt=0, le=1)
    complexity_above: float | None = Field(default=None, ge=0, lt=1)
    amount_over: float | None = Field(default=None, ge=0)
    automatic_answers_at_least: int | None = Field(default=None, ge=0)

    def conditions(self) -> Conditions:
        """Those that are set, as the domain knows them."""
        return cast("Conditions", self.model_dump(exclude_none=True))


class RuleSettings(Table):
    """One ``[[rule]]``."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$", description="up to 40 small letters, digits and -")
    when: When = When()
    then: Action
    priority: Priority = "normal"
    why: str


Step = Literal["classify", "respond", "escalate"]


def _name_every_step(steps: Mapping[Step, str]) -> None:
    missing = [step for step in get_args(Step) if step not in steps]
    if missing:
        raise ValueError(f"steps must name a model for {', '.join(missing)}")


class FallbackSettings(Table):
    """``[fallback]``: the models of another server, or other ones of the same, for when the first do not answer."""

    base_url: str | None = None
    secret: str
    steps: dict[Step, str]

    @model_validator(mode="after")
    def _names_every_step(self) -> Self:
        _name_every_step(self.steps)
        return self


class BudgetSettings(Table):
    """``[budget]``; see `domain.budget.Budget`."""

    sender_day: int | None = Field(default=100_000, ge=0)
    case_day: int | None = Field(default=100_000, ge=0)
    overall_day: int | None = Field(default=5_000_000, ge=0)
    money_day: float | None = Field(default=None, ge=0)


class Price(Table):
    """What a million tokens cost, those that a model reads and those that it writes."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)


LEAST_SIMILAR = 0.5
"""The cosine under which an article is no answer. With most models unrelated texts have 0.1 to 0.3, and texts about one
matter 0.5 to 0.8; some keep all texts closer together, and need another one.
"""


class EmbeddingSettings(Table):
    """``[embeddings]``: the server that a search by meaning has its vectors from."""

    base_url: str | None = None
    model: str = Field(min_length=1)
    secret: str | None = None
    least_similar: float = Field(default=LEAST_SIMILAR, gt=0, lt=1)

    @model_validator(mode="after")
    def _has_a_key_or_an_address(self) -> Self:
        if self.base_url is None and not self.secret:
            raise ValueError('embeddings needs a secret, such as "env:OPENAI_API_KEY", or the base_url of your server')
        return self


class ModelSettings(Table):
    """``model.toml``."""

    provider: Literal["openai", "offline"] = "offline"
    base_url: str | None = None
    secret: str | None = None
    steps: dict[Step, str] = Field(default_factory=dict)
    fallback: FallbackSettings | None = None
    embeddings: EmbeddingSettings | None = None
    offline_may_answer: bool = False
    budget: BudgetSettings = BudgetSettings()
    prices: dict[str, Price] = Field(default_factory=dict)
    timeout_seconds: float = Field(default=30, gt=0, le=600)
    retries: int = Field(default=2, ge=0, le=5)
    concurrency: int = Field(default=16, ge=1, le=64)

    @model_validator(mode="after")
    def _openai_is_whole(self) -> Self:
        if self.provider == "openai":
            _name_every_step(self.steps)
            if not self.secret:
                raise ValueError('secret is needed for provider = "openai", such as "env:OPENAI_API_KEY"')
        elif self.fallback is not None:
            raise ValueError('fallback is for provider = "openai"; the offline model needs none')
        if self.budget.money_day is not None:
            named = {*self.steps.values(), *(self.fallback.steps.values() if self.fallback else ())}
            named |= {self.embeddings.model} if self.embeddings else set()
            unpriced = sorted(named - self.prices.keys())
            if unpriced:
                raise ValueError(f"budget.money_day needs a price for each model; there is none for {unpriced[0]}")
        return self


class Replies(Table):
    """``[replies]``: to whom automatic mail may go, and how much of it; see `domain.caps.Caps`."""

    requires_auth: bool = True
    sender_hour: int = Field(default=5, ge=0)
    sender_day: int = Field(default=20, ge=0)
    domain_hour: int = Field(default=100, ge=0)
    case_day: int = Field(default=3, ge=0)
    overall_hour: int = Field(default=500, ge=0)
