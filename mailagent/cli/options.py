"""The options and arguments that commands share."""

from pathlib import Path
from typing import Annotated

import typer

ConfigFolder = Annotated[Path, typer.Option("--config", metavar="DIR", help="The folder with the *.toml files.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Mails as .eml files.")]
CONFIG = Path("config")
