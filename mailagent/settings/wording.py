"""What is said about a wrong value: what was found, what is allowed, and a line that is right."""

import difflib
import json
from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from mailagent.toml_files import FILES, HIDDEN, WHOLE, TomlFiles, place

EXAMPLES = {
    "address": '"support@example.com"',
    "addresses": '["dana@example.com"]',
    "admin": '"ops@example.com"',
    "amount_over": "500",
    "ask_unanswered": "true",
    "authentication": '"required"',
    "authserv_id": '"mx.example.com"',
    "automatic_answers_at_least": "2",
    "base_url": '"https://api.example.com/v1"',
    "baseline": '"now"',
    "budget": "{ overall_day = 5000000 }",
    "bundle_above": "5",
    "ca_file": '"/path/ca.pem"',
    "case_day": "3",
    "category": '"billing"',
    "classify": '"small-model"',
    "command": '["/usr/local/bin/page-me"]',
    "complexity_above": "0.5",
    "concurrency": "16",
    "confidence_below": "0.5",
    "confirm": '"all"',
    "copies_to": '"support@example.com"',
    "data_dir": '"./data"',
    "database_url": '"postgresql://mailagent@db.example.com:5432/mailagent"',
    "deadline": '"4h"',
    "digest_times": '["9:00", "14:00"]',
    "domain_hour": "100",
    "escalate": '"strong-model"',
    "escalate_to": '"lead@example.com"',
    "examples": '["Where is my parcel?"]',
    "folder": '"INBOX"',
    "groups": '["billing"]',
    "has_attachments": "true",
    "holidays": '["2026-12-25"]',
    "host": '"imap.example.com"',
    "hours": '"mon-fri 9:00-17:00"',
    "id": '"billing"',
    "imap": '{ host = "imap.example.com", port = 993, security = "tls" }',
    "injection_suspected": "true",
    "input": "0.15",
    "journal": '"Sent"',
    "knowledge_dir": '"./knowledge"',
    "language": '"de"',
    "least_similar": "0.5",
    "mailbox": '"support"',
    "mode": '"suggest"',
    "model": '"embedding-model"',
    "money_day": "20.0",
    "move_to": '"Processed"',
    "name": '"support"',
    "no_answer": "true",
    "offline_may_answer": "false",
    "on_reject": '"holding"',
    "on_uncertain": '"hold"',
    "output": "0.60",
    "overall_day": "5000000",
    "overall_hour": "500",
    "poll_seconds": "60",
    "port": "993",
    "prices": "{ small-model = { input = 0.15, output = 0.60 } }",
    "priority": '"high"',
    "provider": '"offline"',
    "queue": '"support-review@example.com"',
    "remind": '"4h"',
    "reply_address": '"plus"',
    "requires_auth": "true",
    "respond": '"strong-model"',
    "retries": "2",
    "return_path": '"plain"',
    "says": '"Payments, invoices and refunds."',
    "secret": '"env:MAILAGENT_SUPPORT_PASSWORD"',
    "security": '"tls"',
    "sender": '"tom@example.com"',
    "sender_day": "20",
    "sender_domain": '"example.com"',
    "sender_hour": "5",
    "sentiment": '"angry"',
    "sentiment_score_below": "-0.5",
    "signature": '"Dana Kim, Larkfield Support"',
    "smtp": '{ host = "smtp.example.com", port = 465, security = "tls" }',
    "smtp_user": '"support@example.com"',
    "steps": '{ classify = "small-model", respond = "strong-model", escalate = "strong-model" }',
    "subject_matches": '"refund|chargeback"',
    "templates_dir": '"./templates"',
    "then": '"escalate"',
    "timeout_seconds": "30",
    "timezone": '"Europe/Vienna"',
    "to": '"ops@example.org"',
    "undo_window": '"2m"',
    "unproven_claim": "true",
    "user": '"support@example.com"',
    "wants_human": "true",
    "webhook": '"env:ALARM_WEBHOOK"',
    "when": '{ sentiment = "angry" }',
    "why": '"the customer is angry"',
    "words": '["invoice", "refund"]',
}
"""What may stand behind a key, in whatever table it is."""
KINDS = {
    "string": 'a text in quotes, such as "text"',
    "path": 'a path in quotes, such as "./data"',
    "int": "a whole number without quotes",
    "float": "a number without quotes",
    "bool": "true or false, in lower case and without quotes",
    "tuple": "a list in square brackets",
    "dict": "a table in braces, such as { key = value }",
    "model": "a table in braces, such as { key = value }",
}
"""What is allowed, by the first part of the error's name."""
BOUNDS = ((Ge, "ge", "{} or more"), (Gt, "gt", "more than {}"), (Le, "le", "{} or less"), (Lt, "lt", "less than {}"))
UNIT_MINUTES = (("d", 1440), ("h", 60), ("m", 1))
LONGEST_FOUND = 60
DICT_KEY = "[key]"
"""What pydantic puts behind the name of a key that is itself wrong."""


def explain(error: ValidationError, files: TomlFiles, model: type[BaseModel]) -> list[str]:
    """One entry for each thing wrong: place, key, what was found, what is allowed and an example, with the line under
    it.
    """
    problems = error.errors()
    paths = [problem["loc"] for problem in problems]
    return [
        _explain_one(problem, files, model)
        for problem in problems
        if not (problem["type"] == "too_short" and any(path[:1] == problem["loc"] != path for path in paths))
    ]


def _explain_one(problem: ErrorDetails, files: TomlFiles, model: type[BaseModel]) -> str:
    kind, path = problem["type"], tuple(part for part in problem["loc"] if part != DICT_KEY)
    key = str(next((part for part in reversed(path) if isinstance(part, str)), ""))
    field, example = _field(model, path), _example(path, key)
    if kind == "extra_forbidden":
        return place(path, f"unknown key '{path[-1]}'{_among(str(path[-1]), _known_keys(model, path[:-1]))}", files)
    if kind == "missing":
        return place(path, f"the key '{path[-1]}' is missing{example}", files)
    found, allowed = problem["input"], _allowed(problem, field)
    shown = "" if isinstance(found, BaseModel | Mapping) and kind == "value_error" else f"found {_shown(path, found)}; "
    return place(path, f"{shown}{allowed}{example if shown else ''}", files)


def _allowed(problem: ErrorDetails, field: FieldInfo | None) -> str:
    kind, context = problem["type"], problem.get("ctx", {})
    bounds = _bounds(field)
    if kind == "value_error":
        return problem["msg"].removeprefix("Value error, ")
    if kind == "literal_error":
        return f"allowed are{_listed([str(word) for word in _words(field.annotation if field else None)])}"
    if kind == "string_pattern_mismatch" and field is not None and field.description:
        return f"allowed are {field.description}"
    if kind.startswith(("greater_than", "less_than")) and bounds:
        return f"allowed is {bounds}"
    wanted = _wanted(kind, field) or f"{context.get('min_length', 1)} or more"
    return f"write {wanted}, {bounds}" if bounds else f"write {wanted}"


def _wanted(kind: str, field: FieldInfo | None) -> str | None:
    if kind == "tuple_type" and field is not None and table_in(field.annotation):
        return "a table for each"
    return next((words for name, words in KINDS.items() if kind.startswith(name)), None)


def _example(path: Sequence[str | int], key: str) -> str:
    """A line that is right."""
    if len(path) == 1 and key in FILES and key not in WHOLE:
        return f"; begin each with a line [[{key}]]"
    return f"; for example: {key} = {EXAMPLES[key]}" if key in EXAMPLES else ""


def _bounds(field: FieldInfo | None) -> str:
    limits = [
        words.format(_written(getattr(limit, name)))
        for limit in (field.metadata if field else ())
        for kind, name, words in BOUNDS
        if isinstance(limit, kind)
    ]
    return " and ".join(limits)


def _listed(words: Sequence[str]) -> str:
    quoted = [f'"{word}"' for word in words]
    return f" {', '.join(quoted[:-1])} and {quoted[-1]}" if len(quoted) > 1 else f" {quoted[0]}"


def _among(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f", did you mean '{near[0]}'?" if near else f"; known are {', '.join(known)}"


def _shown(path: Sequence[str | int], value: Any) -> str:  # noqa: ANN401 - whatever stands in a file
    """`value` as it stands in the file, if it is short."""
    if HIDDEN.intersection(path):
        return "a value that is not repeated here"
    if isinstance(value, Mapping | BaseModel):
        return "a table"
    if isinstance(value, list | tuple) and value:
        return "a list"
    text = _written(value)
    return text if len(text) <= LONGEST_FOUND else f"{text[:LONGEST_FOUND]}..."


def _written(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, timedelta):
        minutes = value // timedelta(minutes=1)
        unit, size = next((unit, size) for unit, size in UNIT_MINUTES if minutes % size == 0)
        return f'"{minutes // size}{unit}"'
    return str(value) if isinstance(value, date | time) else json.dumps(value, ensure_ascii=False, default=str)


def _words(annotation: object) -> Sequence[object]:
    """The closed list in an annotation; empty without one."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return next((found for part in get_args(annotation) if (found := _words(part))), ())


def _field(model: type[BaseModel], path: Sequence[str | int]) -> FieldInfo | None:
    """What is known about the value at `path`, or about the nearest one around it."""
    found: FieldInfo | None = None
    for part in path:
        if isinstance(part, str) and part in model.model_fields:
            found = model.model_fields[part]
            model = table_in(found.annotation) or model
    return found


def _known_keys(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """The keys of the table at `path`."""
    field = _field(model, path)
    return list(((table_in(field.annotation) if field else None) or model).model_fields)


def table_in(annotation: object) -> type[BaseModel] | None:
    """The table that an annotation speaks of, be it one in a list of them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := table_in(part))), None)
