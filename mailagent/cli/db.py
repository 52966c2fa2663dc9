"""``mailagent db``: migrate, backup, restore."""

import asyncio
import os
from pathlib import Path
from tempfile import TemporaryDirectory

from mailagent.cli.forget import tell_forgotten_again
from mailagent.cli.holds import tell_restored
from mailagent.cli.show import complain, say
from mailagent.crash_points import passing
from mailagent.errors import FAILED, ConfigurationError
from mailagent.settings import Settings, load_settings
from mailagent.store.backup import READY, back_up, put_back, take
from mailagent.store.database import open_database
from mailagent.store.schema import newest
from mailagent.wiring.checkpoints import CHECKPOINTS
from mailagent.wiring.lock import hold
from mailagent.wiring.opening import chain_keys_of, expect_data, lost_keys, place_of
from mailagent.wiring.restoring import make_ready

AFTER_RESTORE = (
    "What came or was sent after this backup is not in it. Nothing but notices is sent until 'mailagent resume'. Start"
    " the daemon, read the notices that it sends to the admin and what 'mailagent status' and 'mailagent cases' show,"
    " see to what they name, then resume."
)


def migrate(config: Path) -> None:
    """Bring the database to the newest schema, and say where the backup lies."""
    settings = load_settings(config)
    where = place_of(settings)

    def tell_saved(file: Path) -> None:
        say(f"{file}: what the database was before; delete it when you trust this release")

    async def main() -> None:
        engine, _ = await open_database(where, chain_keys_of(settings), saved=tell_saved)
        await engine.dispose()

    asyncio.run(main())
    say(f"the database has schema {newest()}", "green")


def back_up_to(config: Path, file: Path) -> None:
    """Raises `ConfigurationError` where that cannot be done."""
    settings = load_settings(config)
    database = _file(settings, "pg_dump")
    expect_data(database)
    back_up(database, file)
    lost = asyncio.run(lost_keys(settings))
    keep = "" if lost else " Keep data_dir/secrets too: it signs reply addresses, and is not in it."
    say(f"{file}: written.{keep}", "green")
    if lost:
        complain(lost)


def restore_from(config: Path, file: Path) -> None:
    """Raises `ConfigurationError` when the daemon runs, or `file` is no backup; then nothing is changed."""
    settings = load_settings(config)
    database = _file(settings, "pg_restore")
    lock = hold(settings.path(settings.data_dir))
    try:
        with TemporaryDirectory(dir=database.parent, prefix=READY) as folder:
            ready = Path(folder) / database.name
            take(file, ready)
            again, since = asyncio.run(make_ready(settings, ready, file))  # before: no daemon must ever find it without
            passing("restore.ready")
            for paused in database.parent.glob(f"{CHECKPOINTS}*"):
                paused.unlink()  # of cases as they were; each is made anew from the database when it goes on
            before = put_back(database, ready)
            passing("restore.put_back")
    finally:
        os.close(lock)
    say(f"{database}: restored{f'; what it was before is kept in {before}' if before else ''}", "green")
    if again:
        tell_forgotten_again(again)
    say(AFTER_RESTORE, "yellow")
    tell_restored(settings, since)


def _file(settings: Settings, instead: str) -> Path:
    where = place_of(settings)
    if isinstance(where, str):
        raise ConfigurationError(
            f"the data is in PostgreSQL: use its own {instead}, see docs/database.md", exit_code=FAILED
        )
    return where
