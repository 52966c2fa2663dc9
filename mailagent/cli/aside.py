"""``mailagent aside``: mail that could not be handled, kept with its bytes."""

import asyncio
import sys
from pathlib import Path

from mailagent.adapters.clock import SystemClock
from mailagent.cli.show import complain, local_time, print_json, print_table, say
from mailagent.settings import load_settings
from mailagent.wiring.opening import open_views


def see_aside(config: Path, message: int | None, *, retry: bool, done: bool, as_json: bool) -> int:
    """List, print, retry or end; returns the exit code."""
    settings = load_settings(config)

    async def main() -> int:
        async with open_views(settings) as views:
            rows = await views.set_aside()
            if message is None:
                if as_json:
                    print_json(rows)
                elif rows:
                    columns = {"message": "Message", "received_at": "Received", "size": "Bytes", "reason": "Reason"}
                    shown = [{**row, "received_at": local_time(row["received_at"], settings.zone)} for row in rows]
                    print_table(columns, shown)
                else:
                    say("Nothing is set aside.")
                return 0
            is_aside = message in [row["message"] for row in rows]
            if retry:
                is_aside = await views.retry_aside(message)
            elif done:
                is_aside = await views.end_aside(message, at=SystemClock().now())
            if not is_aside:
                complain(f"Message {message} is not set aside; 'mailagent aside' lists what is.")
                return 1
            if retry:
                say(f"Message {message} is tried again at the daemon's next round.")
            elif done:
                say(f"Message {message} is off the list; its bytes are kept.")
            else:
                sys.stdout.buffer.write(await views.raw(message))
            return 0

    return asyncio.run(main())
