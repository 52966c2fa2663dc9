"""Who was forgotten stays so: a backup from before is cleared of them anew."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from mailagent.adapters.clock import SystemClock
from mailagent.adapters.forgotten import ForgottenPeople
from mailagent.adapters.signing_keys import read_chain_keys
from mailagent.domain.case import case_number
from mailagent.mail.parse import sender_of
from mailagent.settings import Settings
from mailagent.store.backup import rewrite
from mailagent.store.chain import has_entry, last_entry
from mailagent.store.database import Sessions, open_database
from mailagent.store.erasure import Erasure, Forgotten
from mailagent.store.people import known_people
from mailagent.store.terms import begin_term
from mailagent.wiring.checkpoints import CHECKPOINTS, open_saver
from mailagent.wiring.lock import only_daemon
from mailagent.wiring.opening import chain_keys_of, make_keys_once


@asynccontextmanager
async def alone(settings: Settings, where: Path | str) -> AsyncIterator[Sessions]:
    """The database, while no daemon runs; at the end nothing is left of what was deleted. Raises `ConfigurationError`
    while one does.
    """
    async with only_daemon(settings.path(settings.data_dir), where):
        engine, sessions = await open_database(where, chain_keys_of(settings), migrates=False)
        try:
            await make_keys_once(settings, sessions)
            yield (await begin_term(sessions, where, program="mailagent forget"))[0]
        finally:
            await engine.dispose()
        if isinstance(where, Path):
            for file in (where, where.with_name(CHECKPOINTS)):
                rewrite(file)


async def forget_person(settings: Settings, sessions: Sessions, where: Path | str, address: str) -> Forgotten:
    """Clear the database `where` and the paused cases beside it of `address`, and write down that they were forgotten;
    how much there was.
    """
    return await _forget(sessions, where, address, remember=_people(settings).add)


async def forget_again(settings: Settings, sessions: Sessions, where: Path | str) -> int:
    """Forget whoever is in the database as it was before they were forgotten; how many these are.

    Raises `ConfigurationError` where it cannot be known who they are.
    """
    people = _people(settings)
    written = people.read()
    if not written:
        return 0
    async with sessions.read() as session:
        found, lacking = [], set()
        for digest, row in written.items():
            if not any([await has_entry(session, entry) for entry in row.entries]):
                lacking.add(digest)
        for address in sorted(await known_people(session, sender_of)):
            lines = [written[digest] for digest in people.digests(address) if digest in written]
            if lines and max(lines, key=lambda row: row.number).digest in lacking:
                found.append(address)
    for address in found:
        await _forget(sessions, where, address, remember=lambda *_: None)
    if lacking:
        async with sessions.begin() as session:
            end = await last_entry(session)
        people.add_again([row for digest, row in written.items() if digest in lacking], end)
    return len(found)


async def _forget(
    sessions: Sessions, where: Path | str, address: str, *, remember: Callable[[str, str], None]
) -> Forgotten:
    erasure = Erasure(sessions=sessions, sender_of=sender_of, remember=remember)
    async with open_saver(where) as saver:  # first: the rest tells whose they are
        for case_id in await erasure.cases_with(address):
            for thread in (case_number(case_id), f"{case_number(case_id)}:rating"):
                await saver.adelete_thread(thread)
    return await erasure.forget(address, at=SystemClock().now())


def _people(settings: Settings) -> ForgottenPeople:
    data_dir = settings.path(settings.data_dir)
    return ForgottenPeople(data_dir=data_dir, keys=read_chain_keys(data_dir))
