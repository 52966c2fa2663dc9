"""The options and arguments that commands share."""

import re
from pathlib import Path
from typing import Annotated

import typer

NUMBER = re.compile(r"[1-9][0-9]{0,17}")
"""What a database can count to."""


def whole_number(text: object) -> int:
    """One above 0, for what is counted or named by its number. Raises `typer.BadParameter` for any other text."""
    if not NUMBER.fullmatch(str(text)):
        raise typer.BadParameter(f"'{text}' is no whole number above 0, such as 7")
    return int(str(text))


ConfigFolder = Annotated[Path, typer.Option("--config", metavar="DIR", help="The folder with the *.toml files.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Mails as .eml files.")]
CONFIG = Path("config")
