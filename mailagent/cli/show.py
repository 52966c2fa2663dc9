"""How commands print: tables for people, JSON for programs, errors with what to do next."""

import json
import sys
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

LONGEST_CELL = 10_000
"""Characters; tables take quadratic time over what nobody reads in a terminal."""
KEPT = frozenset("\n\u200c\u200d")
"""Not printable by themselves; the joiners make one emoji of several and shape letters of Persian and Hindi."""
BREAKS = frozenset("\r\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029")
"""White space that ends a line or moves the cursor."""
PIPED_WIDTH = 20_000
"""Characters: wide enough for every column, since nothing folds for a program or a file."""


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def print_json_line(value: object) -> None:
    """One JSON object on one line of standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def print_table(columns: Mapping[str, str], rows: Sequence[Mapping[str, object]], *, cut: Collection[str] = ()) -> None:
    """`columns` maps each key of a row to its heading. Mail text is shown as it is, never as markup. Columns in `cut`
    end where the terminal is full, so that each row is one line; without any, what is long is folded.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    for key, heading in columns.items():
        table.add_column(heading, overflow="fold", no_wrap=bool(cut) and key not in cut)
    for row in rows:
        table.add_row(*(_one_line(row.get(key)) if key in cut else Text(_cell(row.get(key))) for key in columns))
    console().print(table)


def print_facts(facts: Mapping[str, object]) -> None:
    """Names and values below each other."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, value in facts.items():
        table.add_row(name, Text(_cell(value)))
    console().print(table)


def say(text: str, style: str = "") -> None:
    """A line for people."""
    console().print(Text(text, style=style))


def complain(text: str) -> None:
    """An error on standard error."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(Text(text, style="red"))


def console() -> Console:
    """Standard output: no colour when piped or with ``NO_COLOR``; in a terminal its width, piped as wide as needed."""
    is_piped = not sys.stdout.isatty()
    return Console(highlight=False, soft_wrap=is_piped, width=PIPED_WIDTH if is_piped else None)


def local_time(at: object, zone: ZoneInfo) -> str | None:
    """A time that a view gave, such as ``2026-11-21 13:07:39 CET``; None for none."""
    return None if at is None else f"{datetime.fromisoformat(str(at)).astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"


def _one_line(value: object) -> Text:
    return Text(_cell(value).replace("\n", " "), no_wrap=True, overflow="ellipsis")


def _cell(value: object) -> str:
    if value is None or value == "":
        return "-"
    text = ", ".join(str(part) for part in value) if isinstance(value, list | tuple) else str(value)
    if len(text) > LONGEST_CELL:
        text = f"{text[:LONGEST_CELL]}\n({len(text) - LONGEST_CELL:,} more characters; --json prints them)"
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    """As it is, a tab or blank of any width as a blank; what could move the cursor or hide words is marked."""
    if character.isprintable() or character in KEPT:
        return character
    return " " if character.isspace() and character not in BREAKS else "�"
