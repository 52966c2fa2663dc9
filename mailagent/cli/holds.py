"""``mailagent hold`` and ``mailagent resume``: whether anything is sent."""

import asyncio
from datetime import datetime
from itertools import count
from pathlib import Path

from mailagent.adapters.clock import SystemClock
from mailagent.cli.show import complain, local_time, say
from mailagent.domain.times import CLOCKS_APART
from mailagent.ports import RESTORED, Hold
from mailagent.settings import Settings, load_settings
from mailagent.wiring.opening import lost_keys, open_holds

TO_A_PERSON = "Mail that was in the mailbox before {} goes to a person: it may have been answered."
NOT_AFTER = (
    "The clock of this machine is behind that. If it is wrong, set it and give this command again, or what came between"
    " may be answered twice. If it is right, it was ahead before: start the daemon, and then give 'mailagent"
    " hold WHY --restored'."
)


def tell_restored(settings: Settings, since: datetime) -> None:
    """Which mail goes to a person after a restore, and whether that can be right."""
    say(TO_A_PERSON.format(local_time(since.isoformat(), settings.zone)), "yellow")
    if since > SystemClock().now() + CLOCKS_APART:
        say(NOT_AFTER, "red")


def put_hold(config: Path, reason: str, *, restored: bool) -> None:
    """Hold in the operator's name, or after they put a backup back, and say what holds already. Each operator's hold
    stays until all are lifted; of backups that were put back the last one counts.
    """
    settings = load_settings(config)

    async def main() -> None:
        async with open_holds(settings) as holds:
            found = await holds.all()
            taken = {hold.name for hold in found}
            ours = (f"operator:{number}" for number in count(1))
            name = RESTORED if restored else next(name for name in ours if name not in taken)
            await holds.put(Hold(name=name, reason=reason, since=SystemClock().now(), sure=True))
            since = await holds.restored_at()
        for hold in found:
            instead = "; this takes its place" if hold.name == name else ""
            say(f"Held already ({_told(hold, settings)}): {hold.reason}{instead}.", "yellow")
        say(f"Nothing but notices is sent until 'mailagent resume'{', which lifts every hold' if found else ''}.")
        if lost := await lost_keys(settings):
            complain(lost)
        if restored and since is not None:
            tell_restored(settings, since)

    asyncio.run(main())


def lift_holds(config: Path) -> None:
    """Lift every hold, and say which."""
    settings = load_settings(config)

    async def main() -> None:
        async with open_holds(settings) as holds:
            found = await holds.all()
            for hold in found:
                await holds.lift(hold.name)
                say(f"Lifted ({_told(hold, settings)}): {hold.reason}.")
                if hold.name == RESTORED:
                    say(TO_A_PERSON.format(_since(hold, settings)), "yellow")
        say("What waits is sent at the daemon's next round." if found else "Sending was not held.")
        if len(found) > 1:
            say("Where one of these causes has not passed, hold again: 'mailagent hold WHY'.", "yellow")

    asyncio.run(main())


def _told(hold: Hold, settings: Settings) -> str:
    """Who or what held, and since when; after a restore the time is another, see `ports.Hold`."""
    if hold.name == RESTORED:
        return "after a restore"
    kind, _, which = hold.name.partition(":")
    by = f"mailbox {which}{'' if hold.sure else ', whose mail is still compared'}" if kind == "mailbox" else "hand"
    return f"by {by}, in force since {_since(hold, settings)}"


def _since(hold: Hold, settings: Settings) -> str | None:
    return local_time(hold.since.isoformat(), settings.zone)
