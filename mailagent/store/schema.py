"""Bring a database to the newest schema."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from mailagent.errors import TRY_AGAIN, ConfigurationError

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(url: str, *, to: str = "head") -> None:
    """Bring the database at `url` to the newest schema, or `to` an older one that it has not reached yet."""
    command.upgrade(_config(url), to)


def schema_of(connection: Connection) -> str | None:
    """The number of the database's schema; None before the first migration.

    Raises `ConfigurationError` for one that this release does not know: it must not write there.
    """
    found = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in _scripts().walk_revisions()}
    if found is not None and found not in known:
        raise ConfigurationError(
            f"the database has the schema {found} of a newer mailagent; install that release again, or restore the"
            " backup that was taken before its first start"
        )
    return found


def newest() -> str | None:
    """The number of the schema that this release expects."""
    return _scripts().get_current_head()


@cache
def _scripts() -> ScriptDirectory:
    """Read once: each migration is a file, and every start asks twice."""
    return ScriptDirectory(str(MIGRATIONS))


def expect_newest(connection: Connection) -> None:
    """For whoever only looks. Raises `ConfigurationError` for a database of another release, and for an empty one."""
    found = schema_of(connection)
    if found != newest():
        before = "has no tables yet" if found is None else f"has the schema {found} of an older mailagent"
        raise ConfigurationError(
            f"the database {before}: run 'mailagent db migrate', or start the daemon with 'mailagent run', which does"
            " the same first",
            exit_code=TRY_AGAIN,
        )


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config
