"""``mailagent rules``: the rule table, what it makes of a mail, and what it made of a case."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from mailagent.cli.mails import read_mail, tried
from mailagent.cli.show import complain, print_json, print_table, say
from mailagent.domain.case import read_case_number
from mailagent.domain.routing import NO_RULE, Rule, explain, unreachable
from mailagent.domain.signals import Signals
from mailagent.mail.automatic import Kind
from mailagent.settings import load_settings
from mailagent.store.views import View
from mailagent.triage.routes import (
    ASK_UNANSWERED,
    BADLY_RATED,
    MODEL_FAILED,
    NO_GROUNDED_ANSWER,
    NOT_ANSWERABLE,
    UNPROVEN_CLAIM,
    WITH_A_PERSON,
)
from mailagent.wiring.opening import open_views

ROW = {"rule": "Rule", "when": "When", "then": "Then", "priority": "Priority", "why": "Why"}
HOLDS = "This holds whatever the table says"
BUILT_IN = {
    MODEL_FAILED.rule: f"{HOLDS}: without a result of the model, or with its budget used up, a person decides.",
    NO_RULE.rule: "No rule of the table matched; one without conditions at its end decides about all that is left.",
    NO_GROUNDED_ANSWER.rule: f"{HOLDS}: the table let it be answered, and the model found no answer in the articles.",
    NOT_ANSWERABLE.rule: f"{HOLDS}: the table let it be answered, and no automatic mail may go to this sender.",
    UNPROVEN_CLAIM.rule: f"{HOLDS}: the table let it be answered, and nothing proves what the drafted reply says.",
    ASK_UNANSWERED.rule: f"{HOLDS}: the table let it be answered, and the drafted reply leaves a question open.",
    BADLY_RATED.rule: f"{HOLDS}: who rates an answer badly hears from a person.",
    WITH_A_PERSON.rule: f"{HOLDS}: no automatic answer comes between a customer and the person who has the case.",
}
"""What decides beside the table, by the name that stands in the place of a rule's."""
EXPLAINED = {"rule": "Rule", "matched": "Matched", "checks": "Condition: value"}


def list_rules(config: Path, *, as_json: bool) -> None:
    """Print the table in its order, and which rules are never reached."""
    rules = load_settings(config).rules()
    hidden = {rule.name: earlier.name for rule, earlier in unreachable(rules)}
    rows = [
        {
            "rule": rule.name,
            "when": {**rule.when} if as_json else _when(rule),
            "then": rule.then,
            "priority": rule.priority,
            "why": rule.why,
            **({"never_reached_behind": hidden.get(rule.name)} if as_json else {}),
        }
        for rule in rules
    ]
    if as_json:
        print_json(rows)
        return
    print_table(ROW, rows)
    for name, earlier in hidden.items():
        say(f"warning: '{name}' is never reached: '{earlier}' above it matches whatever it matches", "yellow")


def try_rules(file: Path, config: Path, *, as_json: bool) -> None:
    """Take the mail through the real graph, sending nothing, and hold each rule against its signals."""
    settings = load_settings(config)
    outcome = tried(file, read_mail(file), settings)
    if isinstance(outcome, Kind):
        complain(f"{file}: no rule is asked: {outcome.kind}: {outcome.reason}")
        raise SystemExit(1)
    state = outcome.state
    signals = _signals(state["signals"], sender=state["sender"], subject=state["subject"])
    _print(settings.rules(), signals, state["rule"], state["escalation_reason"], as_json=as_json)


def explain_case(config: Path, number: str, *, as_json: bool) -> int:
    """Hold each rule against the signals that the newest triaged message of a case had; returns the exit code."""
    settings = load_settings(config)
    case_id = read_case_number(number)
    if case_id is None:
        complain(f"'{number}' is not a case number; write C-12")
        return 2

    async def main() -> View | None:
        async with open_views(settings) as views:
            return await views.case(case_id)

    found = asyncio.run(main())
    messages = cast("Sequence[Mapping[str, object]]", found["messages"]) if found else ()
    for message in reversed(messages):
        entry = cast("Mapping[str, object]", message["log"] or {})
        if entry.get("signals"):
            kept = cast("Mapping[str, object]", entry["signals"])
            signals = _signals(kept, sender=message["from"] or "", subject=message["subject"])
            _print(settings.rules(), signals, str(entry["rule"]), str(entry["reason"]), as_json=as_json)
            return 0
    complain(f"There is no triaged message in {number}; 'mailagent cases' lists the cases.")
    return 1


def _signals(kept: Mapping[str, object], *, sender: object, subject: object) -> Signals:
    return Signals(**{**kept, "sender": sender, "subject": subject})  # type: ignore[arg-type]  # as `Nodes` wrote them


def _print(rules: Sequence[Rule], signals: Signals, decided: str, reason: str, *, as_json: bool) -> None:
    explained = [(rule, explain(rule, signals)) for rule in rules]
    if as_json:
        print_json(
            {
                "rule": decided,
                "reason": reason,
                "rules": [
                    {
                        "rule": rule.name,
                        "matched": all(check.holds for check in checks),
                        "checks": [
                            {"condition": one.condition, "wanted": one.wanted, "said": one.said, "holds": one.holds}
                            for one in checks
                        ],
                    }
                    for rule, checks in explained
                ],
            }
        )
        return
    rows = [
        {
            "rule": rule.name,
            "matched": "yes" if all(check.holds for check in checks) else "no",
            "checks": "\n".join(
                f"{'+' if check.holds else '-'} {check.condition} = {_words(check.wanted)}: {check.said}"
                for check in checks
            )
            or "always",
        }
        for rule, checks in explained
    ]
    print_table(EXPLAINED, rows)
    say(f"\nDecided by {decided}: {reason}", "bold")
    if decided not in {rule.name for rule in rules}:
        say(BUILT_IN.get(decided, "The table has no rule of this name any more."), "dim")


def _when(rule: Rule) -> str:
    return "\n".join(f"{key} = {_words(wanted)}" for key, wanted in rule.when.items()) or "always"


def _words(wanted: object) -> str:
    if isinstance(wanted, bool):
        return str(wanted).lower()
    return " or ".join(map(str, wanted)) if isinstance(wanted, tuple) else str(wanted)
