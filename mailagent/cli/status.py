"""``mailagent status`` and ``mailagent log``."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from mailagent.adapters.clock import SystemClock
from mailagent.cli.show import local_time, print_facts, print_json, print_json_line, print_table, say
from mailagent.domain.caps import DAY
from mailagent.domain.vitals import LONG_AGO, Trouble, troubles
from mailagent.settings import Settings, load_settings
from mailagent.store.terms import last_term
from mailagent.store.views import View, Views, shown_time
from mailagent.wiring.lock import changed_since_start, is_running
from mailagent.wiring.opening import free_bytes, open_views, place_of, vitals_of

LISTS = ("outbox", "outside", "unreached", "held", "not_sent", "broken", "daemon")
MOST_LISTED = 20
"""Mails that were not sent; more have one cause."""


def is_broken(config: Path) -> int:
    """1 when the daemon does not do its work, with nothing printed: for whoever watches the process."""
    settings = load_settings(config)

    async def main() -> list[Trouble]:
        async with open_views(settings) as views:
            return await _broken(settings, views, await _daemon(settings, views))

    return int(bool(asyncio.run(main())))


async def _daemon(settings: Settings, views: Views) -> View:
    """Whether it runs, or a schedule runs it, and who began when."""
    last = await last_term(views.sessions)
    is_at_work = await is_running(settings.path(settings.data_dir), place_of(settings))
    by_schedule = last is not None and last.by_schedule and not is_at_work
    return {
        "state": "running" if is_at_work else "by schedule" if by_schedule else "not running",
        "started_at": last and shown_time(last.since),
        "by": last and last.holder,
    }


async def _broken(settings: Settings, views: Views, daemon: View) -> list[Trouble]:
    """What keeps the daemon from its work; it is all that `is_broken` tells of, and a part of `show_status`."""
    now = SystemClock().now()
    vitals = replace(
        await vitals_of(settings, views.sessions).vitals(at=now),
        free_bytes=free_bytes(settings),
        is_running=daemon["state"] != "not running",
    )
    return [trouble for trouble in troubles(vitals, since=LONG_AGO, at=now) if trouble.broken]


def show_status(config: Path, *, as_json: bool) -> int:
    """Print it; returns 1 when something needs a person."""
    settings = load_settings(config)

    async def main() -> View:
        async with open_views(settings) as views:
            not_sent = await views.not_sent(since=SystemClock().now() - DAY)
            daemon = await _daemon(settings, views)
            broken = [trouble.text for trouble in await _broken(settings, views, daemon)]
            counts = {**await views.status(), "not_sent_today": len(not_sent)}
            return {"daemon": daemon, **counts, "not_sent": not_sent[:MOST_LISTED], "broken": broken}

    view = asyncio.run(main())
    outside = [
        row for row in cast("list[Mapping[str, object]]", view["outside"]) if _is_used(settings, str(row["name"]))
    ]
    trouble = [str(row["name"]) for row in outside if not row["working"]]
    found = {"mode": settings.mode, "model": rung(settings, trouble), **view, "outside": outside}
    daemon = cast("Mapping[str, str | None]", view["daemon"])
    is_at_work = daemon["state"] == "running"
    folders = (config, settings.path(settings.templates_dir))
    stale = changed_since_start(settings.path(settings.data_dir), folders) if is_at_work else []
    outbox = cast("Mapping[str, int]", found["outbox"])
    wrong = bool(trouble or view["broken"] or view["held"] or found["set_aside"] or found["not_sent_today"])
    if as_json:
        print_json({"ok": not wrong, **found, "changed_since_start": [str(file) for file in stale]})
        return int(wrong)
    zone = settings.zone
    times = {name: local_time(found[name], zone) for name in ("oldest_pending", "next_due")}
    found = {**found, "mode": settings.modes().told(), **times}
    counts = {name.replace("_", " "): value for name, value in found.items() if name not in LISTS}
    sent = {f"outbox {state}": count for state, count in outbox.items()}
    print_facts({"daemon": _told(daemon, zone), **counts, **sent})
    if outside:
        say("")
        rows = [
            {
                **row,
                "working": "yes" if row["working"] else "NO",
                **{name: local_time(row[name], zone) for name in ("checked_at", "worked_at")},
            }
            for row in outside
        ]
        columns = {"name": "Outside", "working": "Worked", "checked_at": "When last used", "worked_at": "Last worked"}
        print_table({**columns, "detail": "Error"}, rows)
    unreached = cast("list[Mapping[str, object]]", view["unreached"])
    if unreached:
        say("")
        print_table({"case": "Case", "why": "May have reached no reviewer"}, unreached)
    for hold in cast("list[Mapping[str, object]]", view["held"]):
        since = local_time(hold["since"], zone)
        say(f"\nNothing is sent since {since}: {hold['reason']}. 'mailagent resume' goes on.", "yellow")
    if stale:
        say(
            f"\nChanged since the daemon was last started: {', '.join(map(str, stale))}. It works by what it read then,"
            " mode included, until it is started again.",
            "yellow",
        )
    if found["set_aside"]:
        say("\nMail was set aside: 'mailagent aside' lists it.", "yellow")
    not_sent = cast("list[Mapping[str, object]]", view["not_sent"])
    if not_sent:
        say("\nNot sent in the last day, or nobody knows (uncertain); 'mailagent case C-n' shows more:", "yellow")
        print_table({"case": "Case", "kind": "Mail", "state": "State", "error": "Error"}, not_sent)
    for text in cast("list[str]", view["broken"]):
        say(f"\nmailagent does not do its work: {text}.", "red")
    return int(wrong)


def _told(daemon: Mapping[str, str | None], zone: ZoneInfo) -> str:
    """As people read it."""
    at, by = local_time(daemon["started_at"], zone), daemon["by"]
    if daemon["state"] == "running":
        return f"running since {at} ({by})"
    if daemon["state"] == "by schedule":
        return f"run by a schedule, last at {at} ({by})"
    return f"NOT RUNNING; last started at {at} ({by})" if at else "NOT RUNNING"


def _is_used(settings: Settings, name: str) -> bool:
    """Not what was used by an earlier configuration."""
    kind, _, mailbox = name.partition(":")
    if kind in ("imap", "smtp"):
        return mailbox in {row.name for row in settings.mailbox}
    return name != "embeddings" or settings.model.embeddings is not None


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
