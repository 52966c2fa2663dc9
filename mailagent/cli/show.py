"""How commands print: tables for people, JSON for programs, errors with what to do next."""

import json
import sys
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

LONGEST_CELL = 10_000
"""Characters; tables take quadratic time over what nobody reads in a terminal."""
KEPT = frozenset("\n\u200c\u200d")
"""Not printable by themselves; the joiners make one emoji of several and shape letters of Persian and Hindi."""
BREAKS = frozenset("\r\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029")
"""White space that ends a line or moves the cursor."""


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def print_json_line(value: object) -> None:
    """One JSON object on one line of standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def print_table(columns: Mapping[str, str], rows: Sequence[Mapping[str, object]]) -> None:
    """`columns` maps each key of a row to its heading. Mail text is shown as it is, never as markup."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in columns.values():
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(row.get(key))) for key in columns))
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
    """Standard output: no colour when piped or with ``NO_COLOR``."""
    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


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
