"""Read the config folder's TOML and say where in it something is wrong."""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from pydantic import BaseModel, ValidationError

from mailagent.errors import ConfigurationError

FILES = {
    "mailbox": "mailboxes.toml",
    "review": "review.toml",
    "reviewer": "reviewers.toml",
    "category": "categories.toml",
    "rule": "routing.toml",
    "model": "model.toml",
}
"""Which file holds which key; every other key lies in `MAIN`."""
MAIN = "mailagent.toml"
WHOLE = frozenset({"review", "model"})
"""Files that are one table without a header."""

Path_ = tuple[str | int, ...]
HEADER = re.compile(r"\s*(\[\[?)([\w.\- ]+)\]\]?\s*(?:#.*)?")
KEY = re.compile(r"(\s*)([\w.\-]+)\s*=")


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlFiles:
    """The merged values of the folder, and each file's text by name."""

    folder: Path
    values: Mapping[str, object]
    texts: Mapping[str, str]


def read_files(folder: Path) -> TomlFiles:
    """Read them all. Raises `ConfigurationError` for a file that is missing or is no TOML."""
    values: dict[str, object] = {}
    texts: dict[str, str] = {}
    for name in (MAIN, *FILES.values()):
        path = folder / name
        try:
            texts[name] = path.read_text("utf-8-sig")  # some editors begin a file with a byte order mark
            table = tomllib.loads(texts[name])
        except FileNotFoundError:
            raise ConfigurationError(
                f"{path}: error: the file is missing; 'mailagent check --config DIR' reads DIR/{name}, and the"
                " project's config/ folder has one to start from"
            ) from None
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            raise ConfigurationError(
                f"{path}:{line}:1: error: not valid TOML: this line is not UTF-8; save the file as UTF-8 text"
            ) from error
        except tomllib.TOMLDecodeError as error:
            raise ConfigurationError(f"{path}: error: not valid TOML: {error}") from error
        except NotADirectoryError:
            raise ConfigurationError(f"{folder}: error: this is a file; name the folder that holds {name}") from None
        except OSError as error:
            raise ConfigurationError(f"{path}: error: the file cannot be read: {error.strerror}") from error
        values |= _own(path, table, texts[name])
    return TomlFiles(folder=folder, values=values, texts=texts)


def _own(path: Path, table: dict[str, object], text: str) -> dict[str, object]:
    """The values of one file by top-level key; a file may hold its own keys only, or one could undo another."""
    held = next((key for key, file in FILES.items() if file == path.name), None)
    if held in WHOLE:
        return {held: table}
    for key in table:
        wrong = key in FILES if held is None else key != held
        if wrong:
            line, column = locate(text, (key,))
            hint = f"it belongs into {FILES.get(key, MAIN)}" if held is None or key in FILES else f"known is '{held}'"
            raise ConfigurationError(f"{path}:{line}:{column}: error {key}: not a key of this file; {hint}")
    return table


def explain(error: ValidationError, files: TomlFiles, model: type[BaseModel]) -> list[str]:
    """One entry for each thing wrong: place, key, what and the remedy, with the line under it."""
    problems = error.errors()
    paths = [problem["loc"] for problem in problems]
    return [
        _explain_one(problem["type"], problem["loc"], problem["msg"], files, model)
        for problem in problems
        if not (problem["type"] == "too_short" and any(path[:1] == problem["loc"] != path for path in paths))
    ]


def _explain_one(kind: str, path: Path_, message: str, files: TomlFiles, model: type[BaseModel]) -> str:
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(path[-1]), _known_keys(model, path[:-1]), n=1)
        hint = f", did you mean '{near[0]}'?" if near else f"; known are {', '.join(_known_keys(model, path[:-1]))}"
        text = f"unknown key '{path[-1]}'{hint}"
    elif kind == "missing":
        text = f"the key '{path[-1]}' is missing"
    else:
        text = message.removeprefix("Value error, ")
    return place(path, text, files)


def place(path: Path_, text: str, files: TomlFiles) -> str:
    """`text` with the file, line, column and key that `path` leads to in the settings, and the line under it."""
    if not path:
        return f"{files.folder}: error: {text}"
    key = str(path[0])
    name = FILES.get(key, MAIN)
    inside = path[1:] if key in WHOLE else path
    shown = ".".join(str(part) for part in inside if not isinstance(part, int))
    variable = f"MAILAGENT__{'__'.join(str(part) for part in path)}".upper()
    if variable in map(str.upper, os.environ):
        return f"error: the environment variable {variable}: {text}"
    line, column = locate(files.texts[name], inside)
    placed = f"{files.folder / name}:{line}:{column}: error {shown or key}: {text}"
    source = files.texts[name].splitlines()[line - 1 : line]
    return f"{placed}\n    {source[0].strip()}" if source and source[0].strip() else placed


def locate(text: str, path: Path_) -> tuple[int, int]:
    """Line and column, from 1, of the key at `path`, or of the nearest table around it."""
    best, best_length = (1, 1), 0
    table: Path_ = ()
    seen: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        header = HEADER.fullmatch(line)
        if header:
            name = header.group(2).strip()
            if header.group(1) == "[[":
                seen[name] = seen.get(name, -1) + 1
                table = (name, seen[name])
            else:
                first, *rest = name.split(".")
                table = (first, seen[first], *rest) if first in seen else (first, *rest)
            here, column = table, 1
        else:
            key = KEY.match(line)
            if not key:
                continue
            here, column = (*table, *key.group(2).split(".")), len(key.group(1)) + 1
        shared = len(here) if path[: len(here)] == here else 0
        if shared > best_length:
            best, best_length = (number, column), shared
            inner = path[shared] if not header and shared < len(path) else None
            if inner is not None and (found := re.search(rf"\b{re.escape(str(inner))}\s*=", line)):
                best, best_length = (number, found.start() + 1), shared + 1
    return best


def _known_keys(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """The keys of the table at `path`."""
    current: type[BaseModel] = model
    for part in path:
        if isinstance(part, str) and part in current.model_fields:
            inner = _table_in(current.model_fields[part].annotation)
            if inner is not None:
                current = inner
    return list(current.model_fields)


def _table_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _table_in(part))), None)
