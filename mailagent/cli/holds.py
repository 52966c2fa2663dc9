"""``mailagent hold`` and ``mailagent resume``: whether anything is sent."""

import asyncio
from pathlib import Path

from mailagent.adapters.clock import SystemClock
from mailagent.cli.show import local_time, say
from mailagent.ports import RESTORED, Hold
from mailagent.settings import load_settings
from mailagent.wiring.opening import open_holds


def put_hold(config: Path, reason: str, *, restored: bool) -> None:
    """Hold in the operator's name, or after they put a backup back; a second hold of the kind replaces the first."""

    async def main() -> None:
        async with open_holds(load_settings(config)) as holds:
            await holds.put(
                Hold(name=RESTORED if restored else "operator", reason=reason, since=SystemClock().now(), sure=True)
            )
        say("Nothing but notices is sent until 'mailagent resume'.")

    asyncio.run(main())


def lift_holds(config: Path) -> None:
    """Lift every hold, and say which."""
    settings = load_settings(config)

    async def main() -> None:
        async with open_holds(settings) as holds:
            found = await holds.all()
            for hold in found:
                await holds.lift(hold.name)
                say(f"No longer held since {local_time(hold.since.isoformat(), settings.zone)}: {hold.reason}.")
        say("What waits is sent at the daemon's next round." if found else "Sending was not held.")

    asyncio.run(main())
