"""``mailagent spam``: whose mail ends unanswered because a reviewer said so."""

import asyncio
from pathlib import Path

from mailagent.cli.show import complain, local_time, print_json, print_table, say
from mailagent.settings import load_settings
from mailagent.wiring.opening import open_lessons

COLUMNS = {"address": "Address", "reviewer": "Listed by", "at": "At", "case": "Case"}


def see_spam(config: Path, remove: str | None, *, as_json: bool) -> int:
    """List the senders, or take one off the list; returns the exit code."""
    settings = load_settings(config)

    async def main() -> int:
        async with open_lessons(settings) as lessons:
            if remove is not None:
                if not await lessons.remove_spam(remove.casefold()):
                    complain(f"{remove} is not listed; 'mailagent spam' shows who is.")
                    return 1
                say(f"{remove} is off the list: its next mail is read like any other.")
                return 0
            rows = await lessons.spam()
            if as_json:
                print_json(rows)
            elif rows:
                print_table(COLUMNS, [{**row, "at": local_time(row["at"], settings.zone)} for row in rows])
            else:
                say("No sender is listed.")
            return 0

    return asyncio.run(main())
