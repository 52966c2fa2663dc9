"""``mailagent aside``: mail that could not be handled, kept with its bytes."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from mailagent.adapters.clock import SystemClock
from mailagent.cli.show import complain, local_time, print_json, print_table, say
from mailagent.settings import load_settings
from mailagent.store.views import Views
from mailagent.wiring.opening import open_views


def list_aside(config: Path, *, as_json: bool) -> None:
    """Print what was set aside, and why."""
    settings = load_settings(config)

    async def main() -> None:
        async with open_views(settings) as views:
            rows = await views.set_aside()
        if as_json:
            print_json(rows)
        elif rows:
            columns = {"message": "Message", "received_at": "Received", "size": "Bytes", "reason": "Reason"}
            shown = [{**row, "received_at": local_time(row["received_at"], settings.zone)} for row in rows]
            print_table(columns, shown)
        else:
            say("Nothing is set aside.")

    asyncio.run(main())


def show_aside(config: Path, message: int) -> int:
    """Print the bytes of `message`; returns the exit code."""

    async def show(views: Views) -> bool:
        is_aside = message in [row["message"] for row in await views.set_aside()]
        if is_aside:
            sys.stdout.buffer.write(await views.raw(message))
        return is_aside

    return _see_to(config, message, show)


def retry_aside(config: Path, message: int) -> int:
    """Give `message` another try; returns the exit code."""
    told = f"Message {message} is tried again at the daemon's next round."
    return _see_to(config, message, lambda views: views.retry_aside(message), told=told)


def end_aside(config: Path, message: int) -> int:
    """Take `message` off the list; returns the exit code."""
    told = f"Message {message} is off the list; its bytes are kept."
    return _see_to(config, message, lambda views: views.end_aside(message, at=SystemClock().now()), told=told)


def _see_to(config: Path, message: int, done: Callable[[Views], Awaitable[bool]], *, told: str = "") -> int:
    settings = load_settings(config)

    async def main() -> bool:
        async with open_views(settings) as views:
            return await done(views)

    if not asyncio.run(main()):
        complain(f"Message {message} is not set aside; 'mailagent aside list' shows what is.")
        return 1
    if told:
        say(told)
    return 0
