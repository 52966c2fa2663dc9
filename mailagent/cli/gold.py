"""Labelled mails to measure triage with: a file of JSON objects, one a line."""

import difflib
import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from mailagent.domain.evaluation import Expected
from mailagent.domain.routing import Action
from mailagent.domain.signals import Sentiment

LONGEST_FOUND = 60
WANTED = {
    "string_type": "a text in quotes",
    "bool_type": "true or false without quotes",
    "tuple_type": "a list of texts in square brackets",
    "int_type": "a whole number without quotes",
    "greater_than_equal": "0 or more",
}
"""What a label takes, by the kind of mistake."""


class GoldLine(BaseModel):
    """One line: the mail, as `text` or as `eml` (a path, from the folder of the file), and what is expected of it.

    A label that is missing is not scored. `asks` is the number of separate things that the customer wants.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: str = ""
    split: str = ""
    subject: str = ""
    text: str | None = None
    eml: str | None = None
    category: str | None = None
    sentiment: Sentiment | None = None
    language: str | None = None
    route: Action | None = None
    wants_human: bool | None = None
    articles: tuple[str, ...] | None = None
    asks: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _holds_one_mail(self) -> Self:
        if (self.text is None) == (self.eml is None):
            raise ValueError("either text or eml is needed; write the mail into text, or the path of its file into eml")
        return self

    def expected(self) -> Expected:
        """The labels as the scoring knows them."""
        return Expected(
            category=self.category,
            sentiment=self.sentiment,
            language=self.language,
            route=self.route,
            wants_human=self.wants_human,
            asks=self.asks,
            articles=None if self.articles is None else frozenset(self.articles),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldFile:
    """The good `lines` by number, and `errors`: one text for each thing wrong with the others."""

    lines: dict[int, GoldLine]
    errors: list[str]


def read_gold(path: Path, *, split: str | None, categories: Collection[str], articles: Collection[str]) -> GoldFile:
    """The lines of `path` that are in `split`, if one is given. `categories` and `articles` are those that exist.

    Raises `OSError` when there is no such file, and `UnicodeDecodeError` when it is not UTF-8.
    """
    found = GoldFile(lines={}, errors=[])
    for number, text in enumerate(path.read_text("utf-8-sig").split("\n"), start=1):
        if not text.strip():
            continue
        try:
            line = GoldLine.model_validate_json(text)
        except ValidationError as error:
            found.errors.extend(f"{path}:{number}: {_explain(problem)}" for problem in error.errors())
            continue
        if split is not None and line.split != split:
            continue
        unknown = [
            f"{path}:{number}: {key}: there is no '{value}'; {_hint(value, known)}"
            for key, values, known in (
                ("category", () if line.category is None else (line.category,), categories),
                ("articles", line.articles or (), articles),
            )
            for value in values
            if value not in known
        ]
        if not unknown:
            found.lines[number] = line
        found.errors.extend(unknown)
    return found


def _explain(problem: ErrorDetails) -> str:
    """Key, what is wrong with it and the remedy."""
    key = str(problem["loc"][0]) if problem["loc"] else ""
    match problem["type"]:
        case "json_invalid" | "model_type":
            return f"this is no JSON object; write one object a line ({problem['msg']})"
        case "extra_forbidden":
            return f"{key}: unknown key; {_hint(key, GoldLine.model_fields)}"
        case "value_error":
            return problem["msg"].removeprefix("Value error, ")
        case "literal_error":
            allowed = problem["ctx"]["expected"]
        case kind:
            allowed = WANTED[kind]
    found = json.dumps(problem["input"], ensure_ascii=False)[:LONGEST_FOUND]
    return f"{key}: found {found}; write {allowed}, or leave the key out where nothing is expected"


def _hint(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"did you mean '{near[0]}'?" if near else f"use one of {', '.join(sorted(known))}"
