"""Read the config folder's TOML and say where in it something is wrong."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

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

SYNTAX = {
    "Illegal character": 'a text that begins with quotes (") must end with quotes on the same line',
    "Unterminated string": 'a text that begins with quotes (") is never ended with quotes; look at the lines above',
    'Expected "\'"': "a text that begins with ' is never ended with '; look at the lines above",
    "Invalid value": (
        'this is no value: a text needs straight quotes (") around it, true and false are in lower case, and a list'
        " begun above must be closed with ]"
    ),
    "Expected newline": 'something stands behind the value: a text or a time such as "2m" needs quotes (") around it',
    "Expected '=' after a key": 'write a line as key = "value", a remark behind #, a header as [name]',
    "Invalid statement": 'write a line as key = "value", a remark behind #, a header as [name]',
    "Expected ']'": "a header needs a closing bracket, as in [name] or [[name]]",
    "Cannot overwrite a value": "this key stands twice in its table; remove one of them",
    "Cannot declare": "this header stands twice; for several entries write each as [[name]], else remove one of them",
    "Unescaped": 'a backslash in quotes (") needs a second one, as in "C:\\\\Mail"; or write the text in \' \'',
    "Unclosed inline table": "a table that begins with { must end with } on the same line",
    "Unclosed array": "a list that begins with [ must end with ]",
}
"""What is said about text that is no TOML, by the beginning of the parser's message."""
HIDDEN = frozenset({"secret", "webhook", "database_url"})
"""Keys whose values, and lines, are not repeated: a password may be in them."""
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
            raise ConfigurationError(_syntax(path, texts[name], str(error))) from error
        except NotADirectoryError:
            raise ConfigurationError(f"{folder}: error: this is a file; name the folder that holds {name}") from None
        except OSError as error:
            raise ConfigurationError(f"{path}: error: the file cannot be read: {error.strerror}") from error
        values |= _own(path, table, texts[name])
    return TomlFiles(folder=folder, values=values, texts=texts)


def _syntax(path: Path, text: str, said: str) -> str:
    """What is no TOML, in words, with its line, and a line that is right. `said` is the parser's own message."""
    found = re.search(r"\(at line (\d+), column (\d+)\)", said)
    lines = text.splitlines() or [""]
    number, column = (int(found[1]), int(found[2])) if found else (len(lines), 1)
    line = lines[number - 1].strip() if number <= len(lines) else ""
    words = next((words for start, words in SYNTAX.items() if said.startswith(start)), said.partition(" (at ")[0])
    key = KEY.match(line)
    example = f'; for example: {key.group(2)} = "text"' if key and "quotes" in words else ""
    placed = f"{path}:{number}:{column}: error {key.group(2) if key else 'TOML'}: not valid TOML: {words}{example}"
    return _with_line(placed, line)


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
    return _with_line(placed, source[0].strip() if source else "")


def _with_line(placed: str, line: str) -> str:
    return f"{placed}\n    {line}" if line and not any(key in line for key in HIDDEN) else placed


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
