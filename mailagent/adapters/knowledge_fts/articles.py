"""The article files: Markdown with front matter."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

import yaml

from mailagent.errors import ConfigurationError
from mailagent.language.summary import unwrapped

AnswerBy = Literal["auto", "suggest", "never"]
"""auto: may be sent without a person; suggest: only a person may send it; never: not used at all."""

REQUIRED = ("title", "category")
KNOWN = (*REQUIRED, "language", "answer", "owner", "keywords", "valid_until")
FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)(.*)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFile:
    """One file of the folder. `id` is its path without the ending; `valid_until` is the last day it may be used."""

    id: str
    path: Path
    title: str
    category: str
    language: str
    answer: AnswerBy
    owner: str
    keywords: tuple[str, ...]
    valid_until: date | None
    text: str


def load_articles(folder: Path) -> tuple[ArticleFile, ...]:
    """Every ``*.md`` below `folder`, sorted by id; expired ones too.

    Raises `ConfigurationError` with file, key and remedy for the first one that cannot be used.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"{folder}: there is no such folder; create it, or correct the path to the articles")
    return tuple(_load(path, folder) for path in sorted(folder.rglob("*.md")))


def _load(path: Path, folder: Path) -> ArticleFile:
    try:
        whole = FRONT_MATTER.match(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read ({error}); save it as UTF-8 text") from error
    if whole is None:
        raise ConfigurationError(f"{path}: no front matter; start the file with a line ---, the keys, and a line ---")
    try:
        values = yaml.safe_load(whole[1])
    except yaml.YAMLError as error:
        words = " ".join(str(error).split())
        raise ConfigurationError(
            f"{path}: the front matter is not YAML ({words}); quote values with a colon"
        ) from error
    if not isinstance(values, dict):
        raise ConfigurationError(f"{path}: the front matter has no keys; write lines such as title: Returns")
    _check_keys(path, values)
    text = unwrapped(whole[2]).strip()
    if not text:
        raise ConfigurationError(f"{path}: the article has no text; write it below the front matter")
    return ArticleFile(
        id=path.relative_to(folder).with_suffix("").as_posix(),
        path=path,
        title=_string(path, values, "title"),
        category=_string(path, values, "category"),
        language=_string(path, values, "language", default="en"),
        answer=_answer(path, values),
        owner=_string(path, values, "owner", default=""),
        keywords=_keywords(path, values),
        valid_until=_day(path, values),
        text=text,
    )


def _check_keys(path: Path, values: Mapping[object, object]) -> None:
    for key in values:
        if key not in KNOWN:
            near = difflib.get_close_matches(str(key), KNOWN, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(KNOWN)}"
            raise ConfigurationError(f"{path}: {key}: unknown key; {hint}")


def _string(path: Path, values: Mapping[object, object], key: str, *, default: str | None = None) -> str:
    value = values.get(key, default)
    if not isinstance(value, str) or (key in REQUIRED and not value.strip()):
        raise ConfigurationError(
            f"{path}: {key}: a text is needed; write a line {key}: ... (in quotes if it is a number)"
        )
    return value.strip()


def _answer(path: Path, values: Mapping[object, object]) -> AnswerBy:
    value = values.get("answer", "suggest")
    if value not in ("auto", "suggest", "never"):
        raise ConfigurationError(f"{path}: answer: {value!r} is not known; write auto, suggest or never")
    return value


def _keywords(path: Path, values: Mapping[object, object]) -> tuple[str, ...]:
    value = values.get("keywords") or []
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise ConfigurationError(f"{path}: keywords: a list of texts is needed; write keywords: [parcel, tracking]")
    return tuple(value)


def _day(path: Path, values: Mapping[object, object]) -> date | None:
    value = values.get("valid_until")
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    raise ConfigurationError(f"{path}: valid_until: {value!r} is not a day; write it as 2027-03-31")
