"""``mailagent forget``: what is known of a person is cleared."""

import asyncio
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from mailagent.adapters.clock import SystemClock
from mailagent.cli.show import complain, say
from mailagent.domain.case import case_number
from mailagent.errors import ConfigurationError
from mailagent.mail.parse import sender_of
from mailagent.settings import Settings, load_settings
from mailagent.store.backup import FOLDER
from mailagent.store.database import open_database
from mailagent.store.erasure import Erasure, Forgotten
from mailagent.store.terms import begin_term
from mailagent.wiring.checkpoints import CHECKPOINTS, open_saver
from mailagent.wiring.lock import only_daemon
from mailagent.wiring.opening import chain_keys_of, place_of

PLAIN = re.compile(r"[^\s<>@,;]+@[^\s<>@,;]+")


def forget(config: Path, address: str) -> int:
    """Clear it, and say what was and what is left to the operator; returns 1 where there was nothing. Raises
    `ConfigurationError` while a daemon runs.
    """
    settings = load_settings(config)
    if not PLAIN.fullmatch(address):
        raise ConfigurationError(
            f"'{address}' is not a plain address, as tom@customer.example is; 'mailagent cases' lists them"
        )
    ours = {settings.admin, settings.review.queue, *(row.address for row in settings.mailbox)}
    if address.casefold() in ours.union(*(reviewer.addresses for reviewer in settings.reviewer)):
        raise ConfigurationError(f"{address} is one of your own; take it out of the configuration first")
    where = place_of(settings)
    if isinstance(where, Path) and not where.exists():
        raise ConfigurationError(f"{where}: there is no data yet", exit_code=75)
    done = asyncio.run(_forget(settings, where, address.casefold()))
    if done == Forgotten():
        complain(f"Nothing is known of {address}; 'mailagent cases' shows addresses as they are known.")
        return 1
    say(f"Cleared: {done.messages} message(s), {done.mails} mail(s) of ours, {done.cases} case(s).", "green")
    if done.others:
        say(f"Of {done.others} message(s) of others the words stay, without the address and without what they quote.")
    if done.left:
        say(f"{done.left} mail(s) to others that wait to be sent name them, and leave as they are.", "yellow")
    left = "The mailbox itself is not touched: delete the mail there, and in the mailboxes of reviewers."
    if isinstance(where, Path):
        backups = where.parent / FOLDER
        left += f" Backups keep what they hold: {backups}, and those that you made." if backups.exists() else ""
    else:
        left += " PostgreSQL frees the space at its next VACUUM; its backups keep what they hold."
    say(left, "yellow")
    return 0


async def _forget(settings: Settings, where: Path | str, address: str) -> Forgotten:
    async with only_daemon(settings.path(settings.data_dir), where):
        engine, sessions = await open_database(where, chain_keys_of(settings))
        try:
            sessions, _ = await begin_term(sessions, where, program="mailagent forget")
            erasure = Erasure(sessions=sessions, sender_of=sender_of)
            async with open_saver(where) as saver:  # first: the rest tells whose they are
                for case_id in await erasure.cases_with(address):
                    for thread in (case_number(case_id), f"{case_number(case_id)}:rating"):
                        await saver.adelete_thread(thread)
            done = await erasure.forget(address, at=SystemClock().now())
        finally:
            await engine.dispose()
        if isinstance(where, Path):
            for file in (where, where.with_name(CHECKPOINTS)):
                _rewrite(file)
    return done


def _rewrite(file: Path) -> None:
    """Without what was deleted: a database only marks it as free."""
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("VACUUM")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
