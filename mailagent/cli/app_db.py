"""The commands of ``mailagent db``. See `app`."""

from pathlib import Path
from typing import Annotated

import typer

from mailagent.cli.options import CONFIG, ConfigFolder

db = typer.Typer(name="db", help="The database: newest schema, backup, restore.", no_args_is_help=True)


@db.command("migrate")
def db_migrate(config: ConfigFolder = CONFIG) -> None:
    """Bring the database to this release's schema. A file is backed up before; the daemon's start does the same."""
    from mailagent.cli.db import migrate

    migrate(config)


@db.command("backup")
def db_backup(file: Annotated[Path, typer.Argument(metavar="FILE")], config: ConfigFolder = CONFIG) -> None:
    """Copy the database to a new file, also while the daemon runs."""
    from mailagent.cli.db import back_up_to

    back_up_to(config, file)


@db.command("restore")
def db_restore(file: Annotated[Path, typer.Argument(metavar="FILE")], config: ConfigFolder = CONFIG) -> None:
    """Put a backup back in place of the database, which is kept beside it. Stop the daemon first."""
    from mailagent.cli.db import restore_from

    restore_from(config, file)
