"""The rule table: signals in, disposition out. The model never decides; the first rule that matches does."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Sentiment = Literal["positive", "neutral", "negative", "angry"]
Priority = Literal["urgent", "high", "normal"]
Action = Literal["reply", "escalate", "ignore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What is known about a message when it is routed.

    `sentiment_score` from -1.0 (worst) to 1.0; `confidence` from 0.0 to 1.0, of the category;
    `no_answer` when no article answers it; `automatic_answers` already sent in this case.
    """

    category: str
    sentiment: Sentiment
    sentiment_score: float
    language: str = "en"
    wants_human: bool = False
    confidence: float = 1.0
    no_answer: bool = False
    automatic_answers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """The `when` of a rule; a field left at None does not matter. All that are set must hold."""

    category: str | None = None
    sentiment: Sentiment | None = None
    sentiment_score_below: float | None = None
    confidence_below: float | None = None
    wants_human: bool | None = None
    no_answer: bool | None = None
    language: str | None = None
    automatic_answers_at_least: int | None = None

    def hold(self, signals: Signals) -> bool:
        """Whether every condition that is set is true of `signals`."""
        exact = (
            (self.category, signals.category),
            (self.sentiment, signals.sentiment),
            (self.wants_human, signals.wants_human),
            (self.no_answer, signals.no_answer),
            (self.language, signals.language),
        )
        return (
            all(wanted is None or wanted == value for wanted, value in exact)
            and (self.sentiment_score_below is None or signals.sentiment_score < self.sentiment_score_below)
            and (self.confidence_below is None or signals.confidence < self.confidence_below)
            and (
                self.automatic_answers_at_least is None or signals.automatic_answers >= self.automatic_answers_at_least
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of ``config/routing.toml``."""

    name: str
    when: Conditions = field(default_factory=Conditions)
    then: Action
    priority: Priority = "normal"
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """What triage decided, which rule said so and why."""

    action: Action
    priority: Priority
    rule: str
    why: str


NO_RULE = Disposition(action="escalate", priority="high", rule="no-rule", why="no rule matched; a person decides")
"""A table whose last rule does not match everything still ends with a person."""


def route(rules: Sequence[Rule], signals: Signals) -> Disposition:
    """The disposition of the first rule whose conditions hold, else `NO_RULE`."""
    for rule in rules:
        if rule.when.hold(signals):
            return Disposition(action=rule.then, priority=rule.priority, rule=rule.name, why=rule.why)
    return NO_RULE
