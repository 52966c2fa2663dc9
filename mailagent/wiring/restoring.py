"""A backup is made ready before it takes the place of the database: no daemon ever finds it without its hold."""

from datetime import datetime
from pathlib import Path

from mailagent.adapters.clock import SystemClock
from mailagent.ports import RESTORED, Hold
from mailagent.settings import Settings
from mailagent.store.backup import rewrite
from mailagent.store.database import open_database
from mailagent.store.holds import StoredHolds
from mailagent.store.terms import begin_term
from mailagent.wiring.forgetting import forget_again
from mailagent.wiring.opening import chain_keys_of, make_keys_once


async def make_ready(settings: Settings, ready: Path, file: Path) -> tuple[int, datetime]:
    """Bring the copy `ready` of the backup `file` to the schema of this release, hold what would be sent, and forget
    again whoever was forgotten since it was made; how many these are, and the time before which mail goes to a person.
    Raises `ConfigurationError` for the backup of a newer release.
    """
    engine, sessions = await open_database(ready, chain_keys_of(settings), saved=lambda _: None)
    try:
        await make_keys_once(settings, sessions)
        sessions, _ = await begin_term(sessions, ready, program="mailagent db restore")
        reason = f"the backup {file.name} was put back"
        holds, now = StoredHolds(sessions=sessions), SystemClock().now()
        await holds.put(Hold(name=RESTORED, reason=reason, since=now, sure=True))
        again = await forget_again(settings, sessions, ready)
        since = await holds.restored_at() or now
    finally:
        await engine.dispose()
    if again:
        rewrite(ready)
    return again, since
