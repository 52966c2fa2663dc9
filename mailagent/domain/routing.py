"""The rule table: signals in, disposition out. The model never decides; the first rule that matches does."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypedDict

from mailagent.domain.signals import Sentiment, Signals

Priority = Literal["urgent", "high", "normal"]
Action = Literal["reply", "escalate", "ignore"]
Comparison = Literal["one of", "at or below", "matches", "is", "below", "above", "at least"]


LONGEST_SEARCHED = 150
"""Characters of a subject that a pattern is searched for in; a pattern may take the fourth power of that."""


class Conditions(TypedDict, total=False):
    """The `when` of a rule. All that are there must hold; one of a tuple must fit. `sender_domain` fits its subdomains
    too; `subject_matches` is a regular expression that is searched for in the first `LONGEST_SEARCHED` characters,
    whatever the case of letters.
    """

    category: tuple[str, ...]
    sentiment: tuple[Sentiment, ...]
    language: tuple[str, ...]
    mailbox: tuple[str, ...]
    sender: tuple[str, ...]
    sender_domain: tuple[str, ...]
    subject_matches: str
    wants_human: bool
    injection_suspected: bool
    no_answer: bool
    ask_unanswered: bool
    unproven_claim: bool
    has_attachments: bool
    sentiment_score_below: float
    confidence_below: float
    complexity_above: float
    amount_over: float
    automatic_answers_at_least: int


TESTS: Mapping[str, tuple[str, Comparison]] = {
    "category": ("category", "one of"),
    "sentiment": ("sentiment", "one of"),
    "language": ("language", "one of"),
    "mailbox": ("mailbox", "one of"),
    "sender": ("sender", "one of"),
    "sender_domain": ("sender_domain", "at or below"),
    "subject_matches": ("subject", "matches"),
    "wants_human": ("wants_human", "is"),
    "injection_suspected": ("injection_suspected", "is"),
    "no_answer": ("no_answer", "is"),
    "ask_unanswered": ("ask_unanswered", "is"),
    "unproven_claim": ("unproven_claim", "is"),
    "has_attachments": ("has_attachments", "is"),
    "sentiment_score_below": ("sentiment_score", "below"),
    "confidence_below": ("confidence", "below"),
    "complexity_above": ("complexity", "above"),
    "amount_over": ("amount", "above"),
    "automatic_answers_at_least": ("automatic_answers", "at least"),
}
"""By condition: the signal it is about, and how the two are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of ``config/routing.toml``."""

    name: str
    when: Conditions = field(default_factory=Conditions)
    then: Action
    priority: Priority = "normal"
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A condition held against a signal: `said` is such as ``sentiment_score is -0.82``."""

    condition: str
    wanted: object
    said: str
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """What triage decided, which rule said so and why; `because` are the signals that made it match, as words."""

    action: Action
    priority: Priority
    rule: str
    why: str
    because: tuple[str, ...] = ()


NO_RULE = Disposition(action="escalate", priority="high", rule="no-rule", why="no rule matched; a person decides")
"""A table whose last rule does not match everything still ends with a person."""


def route(rules: Sequence[Rule], signals: Signals) -> Disposition:
    """The disposition of the first rule whose conditions hold, else `NO_RULE`."""
    for rule in rules:
        checks = explain(rule, signals)
        if all(check.holds for check in checks):
            because = tuple(check.said for check in checks)
            return Disposition(action=rule.then, priority=rule.priority, rule=rule.name, why=rule.why, because=because)
    return NO_RULE


def explain(rule: Rule, signals: Signals) -> tuple[Check, ...]:
    """Every condition of `rule` with the value that it was held against. What is not known yet does not hold."""
    found = []
    for condition, wanted in rule.when.items():
        name, test = TESTS[condition]
        value = getattr(signals, name)
        words = "not known yet" if value is None else round(value, 2) if isinstance(value, float) else value
        found.append(
            Check(condition=condition, wanted=wanted, said=f"{name} is {words}", holds=_holds(test, wanted, value))
        )
    return tuple(found)


def unreachable(rules: Sequence[Rule]) -> list[tuple[Rule, Rule]]:
    """Each rule that never decides, with the earlier one that always matches before it."""
    found = []
    for place, rule in enumerate(rules):
        earlier = next((one for one in rules[:place] if _includes(one.when, rule.when)), None)
        if earlier is not None:
            found.append((rule, earlier))
    return found


def _includes(one: Conditions, other: Conditions) -> bool:
    """Whether `one` holds wherever `other` does."""
    theirs: Mapping[str, object] = {**other}
    return all(key in theirs and _is_wider(TESTS[key][1], wanted, theirs[key]) for key, wanted in one.items())


def _holds(test: Comparison, wanted: object, value: object) -> bool:
    holds = False
    match test, wanted, value:
        case "one of", tuple(), str():
            holds = value in wanted
        case "at or below", tuple(), str():
            holds = any(f".{value}".endswith(f".{domain}") for domain in wanted)
        case "matches", str(), str():
            holds = re.search(wanted, value[:LONGEST_SEARCHED], re.IGNORECASE) is not None
        case "is", bool(), bool():
            holds = value == wanted
        case "below", float() | int(), float() | int():
            holds = value < wanted
        case "above", float() | int(), float() | int():
            holds = value > wanted
        case "at least", float() | int(), float() | int():
            holds = value >= wanted
    return holds


def _is_wider(test: Comparison, wanted: object, other: object) -> bool:
    """Whether whatever passes the test with `other` passes it with `wanted` too."""
    match test, wanted, other:
        case "one of", tuple(), tuple():
            return set(other) <= set(wanted)
        case "at or below", tuple(), tuple():
            return all(_holds(test, wanted, domain) for domain in other)
        case "below", float() | int(), float() | int():
            return other <= wanted
        case (("above" | "at least"), float() | int(), float() | int()):
            return other >= wanted
        case _:
            return wanted == other
