"""The article files: Markdown with front matter, and everything that is wrong in one."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
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
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")
HEADING = re.compile(r"#{1,6}[ \t]+(.+)")
CODE_FENCE = ("```", "~~~")
LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
"""Ten times as fast as the one in Python, where the library was built with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An article from one heading to the next; the opening, above the first, has the heading ``""``."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFile:
    """One file of the folder. `id` is its path without the ending; `valid_until` is the last day it may be used;
    `language` is a BCP 47 tag such as ``de``; `parts` are `text`, split at its headings.
    """

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
    parts: tuple[Part, ...]

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.valid_until is not None and self.valid_until < today


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong in a file, and what to write instead. `line` counts from 1."""

    path: Path
    line: int
    key: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: error {self.key}: {self.text}"


class UnusableArticleError(ConfigurationError):
    """A file that cannot be used; `problems` is all that is wrong in it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def load_articles(folder: Path) -> tuple[ArticleFile, ...]:
    """Every ``*.md`` below `folder`, sorted by id; expired ones too.

    Raises `ConfigurationError` with a line (file, line, key and remedy) for each thing wrong in any of them.
    """
    articles, problems = read_articles(folder)
    if problems:
        raise UnusableArticleError(problems)
    return tuple(articles)


def read_articles(folder: Path) -> tuple[list[ArticleFile], list[Problem]]:
    """The usable articles, sorted by id, and what is wrong in the other files.

    Raises `ConfigurationError` when there is no such folder.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"{folder}: there is no such folder; create it, or correct the path to the articles")
    articles: list[ArticleFile] = []
    problems: list[Problem] = []
    for path in sorted(folder.rglob("*.md")):
        try:
            articles.append(read_article(path, folder))
        except UnusableArticleError as error:
            problems += error.problems
    return articles, problems


def read_article(path: Path, folder: Path) -> ArticleFile:
    """The article in the file `path` below `folder`. Raises `UnusableArticleError`."""
    front, body, first = _halves(path)
    read = _FrontMatter(path=path, lines=front.splitlines(), values=_values(path, front))
    read.check_keys()
    article = ArticleFile(
        id=path.relative_to(folder).with_suffix("").as_posix(),
        path=path,
        title=read.text("title"),
        category=read.text("category"),
        language=read.language(),
        answer=read.answer(),
        owner=read.text("owner", default=""),
        keywords=read.keywords(),
        valid_until=read.day("valid_until"),
        text=(text := unwrapped(body).strip()),
        parts=_parts(text),
    )
    if not text:
        missing = "the article has no text; write it below the front matter"
        read.problems.append(Problem(path=path, line=first, key="text", text=missing))
    if read.problems:
        raise UnusableArticleError(sorted(read.problems, key=lambda problem: problem.line))
    return article


def _halves(path: Path) -> tuple[str, str, int]:
    """Front matter, text, and the line where the text begins."""
    try:
        whole = FRONT_MATTER.match(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(path, 1, "file", f"it cannot be read ({error}); save it as UTF-8 text") from error
    if whole is None:
        missing = "there is none; start the file with a line ---, the keys, and a line ---"
        raise _unusable(path, 1, "front matter", missing)
    return whole[1], whole[2], whole[1].count("\n") + 4


def _values(path: Path, front: str) -> Mapping[object, object]:
    try:
        values = yaml.load(front, LOADER)  # noqa: S506 (both are safe loaders)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        words = getattr(error, "problem", None) or str(error)
        line = 2 + (mark.line if mark else 0)
        text = f"it is not YAML ({words}); quote values that hold a colon, a bracket or a quote"
        raise _unusable(path, line, "front matter", text) from error
    if not isinstance(values, dict):
        raise _unusable(path, 2, "front matter", "it has no keys; write lines such as title: Returns")
    return values


def _unusable(path: Path, line: int, key: str, text: str) -> UnusableArticleError:
    return UnusableArticleError([Problem(path=path, line=line, key=key, text=text)])


@dataclass(kw_only=True)
class _FrontMatter:
    """Reads one value after the other; what is wrong is added to `problems`, and something that fits is returned."""

    path: Path
    lines: list[str]
    values: Mapping[object, object]
    problems: list[Problem] = field(default_factory=list)

    def check_keys(self) -> None:
        for key in self.values:
            if key not in KNOWN:
                near = difflib.get_close_matches(str(key), KNOWN, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(KNOWN)}"
                self._wrong(str(key), f"unknown key; {hint}")

    def text(self, key: str, *, default: str | None = None) -> str:
        value = self.values.get(key, default)
        if isinstance(value, str) and (value.strip() or key not in REQUIRED):
            return value.strip()
        return self._wrong(key, f"a text is needed; write a line {key}: ... (in quotes if it is a number)")

    def language(self) -> str:
        value = self.values.get("language", "en")
        if isinstance(value, str) and LANGUAGE.fullmatch(value):
            return value.lower()
        # YAML 1.1 reads the tag of Norwegian as false
        hint = "write a tag such as en, de or fr; Norwegian needs quotes: 'no'"
        return self._wrong("language", f"{value!r} is no language; {hint}")

    def answer(self) -> AnswerBy:
        value = self.values.get("answer", "suggest")
        if value in ("auto", "suggest", "never"):
            return value
        self._wrong("answer", f"{value!r} is not known; write auto, suggest or never")
        return "never"

    def keywords(self) -> tuple[str, ...]:
        value = self.values.get("keywords") or []
        if isinstance(value, list) and all(isinstance(word, str) for word in value):
            return tuple(value)
        self._wrong("keywords", "a list of texts is needed; write keywords: [parcel, tracking]")
        return ()

    def day(self, key: str) -> date | None:
        value = self.values.get(key)
        if isinstance(value, datetime):
            return value.date()
        if value is None or isinstance(value, date):
            return value
        self._wrong(key, f"{value!r} is not a day; write it as 2027-03-31")
        return None

    def _wrong(self, key: str, text: str) -> str:
        self.problems.append(Problem(path=self.path, line=line_of(self.lines, key), key=key, text=text))
        return ""


def line_of(front: list[str], key: str) -> int:
    """The line of the file, from 1, where front matter sets `key`; the first where it does not."""
    return next((at for at, line in enumerate(front, start=2) if line.partition(":")[0].strip(" '\"") == key), 1)


def _parts(text: str) -> tuple[Part, ...]:
    """`text` split at its Markdown headings; a line with # inside a code block is none."""
    found: list[tuple[str, list[str]]] = [("", [])]
    in_code = False
    for line in text.splitlines():
        in_code ^= line.lstrip().startswith(CODE_FENCE)
        heading = None if in_code else HEADING.fullmatch(line)
        if heading:
            found.append((heading[1].strip(" \t#"), []))
        else:
            found[-1][1].append(line)
    parts = [Part(heading=heading, text="\n".join(lines).strip()) for heading, lines in found]
    return tuple(part for part in parts if part.heading or part.text)
