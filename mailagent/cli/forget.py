"""``mailagent forget``: what is known of a person is cleared."""

import asyncio
import re
from pathlib import Path

import typer

from mailagent.cli.show import complain, say
from mailagent.domain.numbers import counted
from mailagent.errors import FAILED, ConfigurationError
from mailagent.settings import load_settings
from mailagent.store.backup import FOLDER
from mailagent.store.erasure import Forgotten
from mailagent.wiring.forgetting import alone, forget_again, forget_person
from mailagent.wiring.opening import expect_data, place_of

PLAIN = re.compile(r"[^\s<>@,;]+@[^\s<>@,;]+")


def forget(config: Path, address: str) -> int:
    """Clear it, and say what was and what is left to the operator; returns 1 where there was nothing. Raises
    `ConfigurationError` while a daemon runs, and `typer.BadParameter` for what is no address.
    """
    settings = load_settings(config)
    if not PLAIN.fullmatch(address):
        raise typer.BadParameter(
            f"'{address}' is not a plain address, as tom@customer.example is; 'mailagent cases' lists them",
            param_hint="ADDRESS",
        )
    ours = {settings.admin, settings.review.queue, *(row.address for row in settings.mailbox)}
    if address.casefold() in ours.union(*(reviewer.addresses for reviewer in settings.reviewer)):
        raise ConfigurationError(
            f"{address} is one of your own; take it out of the configuration first", exit_code=FAILED
        )
    where = place_of(settings)
    expect_data(where)

    async def main() -> Forgotten:
        async with alone(settings, where) as sessions:
            return await forget_person(settings, sessions, where, address.casefold())

    done = asyncio.run(main())
    if not done.is_known:
        complain(f"Nothing is known of {address}; 'mailagent cases' shows addresses as they are known.")
        return 1
    noted = "and what was noted of the address"
    mails = counted(done.mails, "mail of ours", "mails of ours")
    say(f"Cleared: {counted(done.messages, 'message')}, {mails}, {counted(done.cases, 'case')}, {noted}.", "green")
    if done.others:
        others = counted(done.others, "message of others", "messages of others")
        say(f"Of {others} the words stay, without the address and without what is quoted there.")
    if done.left:
        left = counted(
            done.left,
            "mail to others that waits to be sent names them, and leaves as it is",
            "mails to others that wait to be sent name them, and leave as they are",
        )
        say(f"{left}.", "yellow")
    left = "The mailbox itself is not touched: delete the mail there, and in the mailboxes of reviewers."
    if isinstance(where, Path):
        backups = where.parent / FOLDER
        left += f" Backups keep what they hold: {backups}, and those that you made." if backups.exists() else ""
    else:
        left += " PostgreSQL frees the space at its next VACUUM; its backups keep what they hold."
    say(left, "yellow")
    return 0


def forget_all_again(config: Path) -> int:
    """After a backup was put back in another way than by `db restore`: clear it of whoever was forgotten since, and
    their paused cases. Returns 0; raises as `forget`.
    """
    settings = load_settings(config)
    where = place_of(settings)
    expect_data(where)

    async def main() -> int:
        async with alone(settings, where) as sessions:
            return await forget_again(settings, sessions, where)

    found = asyncio.run(main())
    tell_forgotten_again(found)
    return 0


def tell_forgotten_again(found: int) -> None:
    """How many people that a backup had brought back."""
    people = counted(found, "person who was", "people who were")
    say(f"Forgotten again: {people} forgotten after this backup was made.", "green")
