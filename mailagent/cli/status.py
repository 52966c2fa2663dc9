"""``mailagent status`` and ``mailagent log``."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from mailagent.adapters.clock import SystemClock
from mailagent.cli.show import local_time, print_facts, print_json, print_json_line, print_table, say
from mailagent.domain.caps import DAY
from mailagent.domain.vitals import Trouble, troubles
from mailagent.settings import Settings, load_settings
from mailagent.store.views import View
from mailagent.wiring import open_views, vitals_of

LISTS = ("outbox", "outside", "unreached", "held")


def is_broken(config: Path) -> int:
    """1 when the daemon does not do its work, with nothing printed: for whoever watches the process."""
    settings = load_settings(config)

    async def main() -> list[Trouble]:
        async with open_views(settings) as views:
            now = SystemClock().now()
            vitals = await vitals_of(settings, views.sessions).vitals(at=now)
            return troubles(vitals, since=datetime.min.replace(tzinfo=UTC), at=now)

    return int(any(trouble.broken for trouble in asyncio.run(main())))


def show_status(config: Path, *, as_json: bool) -> int:
    """Print it; returns 1 when something needs a person."""
    settings = load_settings(config)

    async def main() -> View:
        async with open_views(settings) as views:
            return {**await views.status(), "not_sent_today": await views.given_up(since=SystemClock().now() - DAY)}

    view = asyncio.run(main())
    unused = () if settings.model.embeddings else ("embeddings",)
    outside = [row for row in cast("list[Mapping[str, object]]", view["outside"]) if row["name"] not in unused]
    trouble = [str(row["name"]) for row in outside if not row["working"]]
    found = {"mode": settings.mode, "model": rung(settings, trouble), **view, "outside": outside}
    outbox = cast("Mapping[str, int]", found["outbox"])
    wrong = bool(trouble or view["held"] or found["set_aside"] or found["not_sent_today"])
    if as_json:
        print_json({"ok": not wrong, **found})
        return int(wrong)
    zone = settings.zone
    times = {name: local_time(found[name], zone) for name in ("oldest_pending", "next_due")}
    found = {**found, "mode": settings.modes().told(), **times}
    counts = {name.replace("_", " "): value for name, value in found.items() if name not in LISTS}
    print_facts({**counts, **{f"outbox {state}": count for state, count in outbox.items()}})
    if outside:
        say("")
        rows = [
            {**row, "working": "yes" if row["working"] else "NO", "worked_at": local_time(row["worked_at"], zone)}
            for row in outside
        ]
        print_table({"name": "Outside", "working": "Works", "worked_at": "Last worked", "detail": "Error"}, rows)
    unreached = cast("list[Mapping[str, object]]", view["unreached"])
    if unreached:
        say("")
        print_table({"case": "Case", "why": "May have reached no reviewer"}, unreached)
    for hold in cast("list[Mapping[str, object]]", view["held"]):
        since = local_time(hold["since"], zone)
        say(f"\nNothing is sent since {since}: {hold['reason']}. 'mailagent resume' goes on.", "yellow")
    if found["set_aside"]:
        say("\nMail was set aside: 'mailagent aside' lists it.", "yellow")
    if found["not_sent_today"]:
        say(
            "\nToday mail was not sent, or may not have been: 'mailagent cases' and 'mailagent case C-n' show which.",
            "yellow",
        )
    return int(wrong)


def rung(settings: Settings, failed: Collection[str]) -> str:
    """Which model answers now: ``model``, ``fallback`` or ``offline``, the first that is not among the `failed`."""
    if settings.model.provider == "offline":
        return "offline"
    names = ["model", *(["fallback"] if settings.model.fallback else [])]
    return next((name for name in names if f"model:{name}" not in failed), "offline")


def print_log(config: Path) -> None:
    """Print every entry."""

    async def main() -> None:
        async with open_views(load_settings(config)) as views:
            async for entry in views.log_entries():
                print_json_line(entry)

    asyncio.run(main())
