"""``mailagent status`` and ``mailagent log``."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from mailagent.adapters.clock import SystemClock
from mailagent.cli.holds import TO_A_PERSON
from mailagent.cli.show import local_time, print_facts, print_json, print_json_line, print_table, say
from mailagent.domain.caps import DAY
from mailagent.domain.vitals import LONG_AGO, Trouble, troubles
from mailagent.settings import Settings, load_settings
from mailagent.store.database import Sessions
from mailagent.store.terms import last_start, last_term
from mailagent.store.views import View, shown_time
from mailagent.wiring.lock import changed_since_start, is_running
from mailagent.wiring.opening import free_bytes, open_views, place_of, vitals_of

NO_COUNTS = frozenset({
    "ok", "daemon", "outbox", "outside", "unreached", "held", "not_sent", "broken", "budget", "to_look_at",
    "changed_since_start",
})  # fmt: skip
SHOWN_APART = frozenset({"held", "not-sent", "aside", "budget"})
"""Troubles that are shown with what they are about."""
OUTBOX_WORDS = {"ready": "to be sent", "held": "kept for a list"}
"""What a state says where a hold may be in force too, which keeps what is ready and has no part in what is `held`."""
MOST_LISTED = 20
"""Mails that were not sent; more have one cause."""


def is_broken(config: Path) -> int:
    """1 when the daemon does not do its work, with nothing printed: for whoever watches the process."""
    settings = load_settings(config)

    async def main() -> bool:
        async with open_views(settings) as views:
            return await broken_now(settings, views.sessions)

    return int(asyncio.run(main()))


async def broken_now(settings: Settings, sessions: Sessions) -> bool:
    """Whether the daemon does not do its work."""
    found = await _troubles(settings, sessions, await _daemon(settings, sessions))
    return any(trouble.broken for trouble in found)


async def _daemon(settings: Settings, sessions: Sessions) -> View:
    """Whether it runs, or a schedule runs it, and who began when."""
    is_at_work = await is_running(settings.path(settings.data_dir), place_of(settings))
    last = await (last_term if is_at_work else last_start)(sessions)
    by_schedule = last is not None and last.scheduled and not is_at_work
    return {
        "state": "running" if is_at_work else "by schedule" if by_schedule else "not running",
        "started_at": last and shown_time(last.since),
        "by": last and last.holder,
    }


async def _troubles(settings: Settings, sessions: Sessions, daemon: View) -> list[Trouble]:
    """What alarms tell too, and that the `daemon` does not run; `is_broken` tells of what is broken alone."""
    now = SystemClock().now()
    vitals = replace(
        await vitals_of(settings, sessions).vitals(at=now),
        free_bytes=free_bytes(settings),
        is_running=daemon["state"] != "not running",
    )
    return troubles(vitals, since=LONG_AGO, at=now)


def show_status(config: Path, *, as_json: bool) -> int:
    """Print it; returns 1 when something needs a person."""
    settings = load_settings(config)

    async def main() -> View:
        async with open_views(settings) as views:
            not_sent = await views.not_sent(since=SystemClock().now() - DAY)
            daemon = await _daemon(settings, views.sessions)
            found = await _troubles(settings, views.sessions, daemon)
            broken = [trouble.text for trouble in found if trouble.broken]
            budget = next((trouble.text for trouble in found if trouble.name == "budget"), "")
            return {
                "daemon": daemon,
                **await views.status(),
                "not_sent_today": len(not_sent),
                "not_sent": not_sent[:MOST_LISTED],
                "broken": broken,
                "budget": budget,
                "to_look_at": [
                    trouble.text for trouble in found if not trouble.broken and trouble.name not in SHOWN_APART
                ],
            }

    view = asyncio.run(main())
    outside = [row for row in _rows(view["outside"]) if _is_used(settings, str(row["name"]))]
    trouble = [str(row["name"]) for row in outside if not row["working"]]
    names = ("broken", "held", "set_aside", "not_sent_today", "budget", "to_look_at")
    signs = (trouble, *(view[name] for name in names))
    folders = (config, settings.path(settings.templates_dir))
    is_at_work = cast("View", view["daemon"])["state"] == "running"
    stale = changed_since_start(settings.path(settings.data_dir), folders) if is_at_work else []
    found = {
        "ok": not any(signs),
        "mode": settings.mode,
        "model": rung(settings, trouble),
        **view,
        "outside": outside,
        "changed_since_start": [str(file) for file in stale],
    }
    if as_json:
        print_json(found)
    else:
        times = {name: local_time(found[name], settings.zone) for name in ("oldest_pending", "next_due")}
        _print_counts({**found, "mode": settings.modes().told(), **times}, settings.zone)
        _print_trouble(found, settings.zone)
    return int(any(signs))


def _print_counts(found: View, zone: ZoneInfo) -> None:
    """What waits, and what was used when."""
    counts = {name.replace("_", " "): value for name, value in found.items() if name not in NO_COUNTS}
    outbox = cast("Mapping[str, int]", found["outbox"])
    sent = {f"outbox {OUTBOX_WORDS.get(state, state)}": count for state, count in outbox.items()}
    print_facts({"daemon": _told(cast("View", found["daemon"]), zone), **counts, **sent})
    rows = [
        {
            **row,
            "working": "yes" if row["working"] else "NO",
            **{name: local_time(row[name], zone) for name in ("checked_at", "worked_at")},
        }
        for row in _rows(found["outside"])
    ]
    if rows:
        say("")
        columns = {"name": "Outside", "working": "Worked", "checked_at": "When last used", "worked_at": "Last worked"}
        print_table({**columns, "detail": "Error"}, rows)


def _print_trouble(found: View, zone: ZoneInfo) -> None:
    """What a person should look at."""
    if unreached := _rows(found["unreached"]):
        say("")
        print_table({"case": "Case", "why": "May have reached no reviewer"}, unreached)
    _print_holds(_rows(found["held"]), zone)
    if stale := cast("list[str]", found["changed_since_start"]):
        say(
            f"\nChanged since the daemon was last started: {', '.join(stale)}. It works by what it read then,"
            " mode included, until it is started again.",
            "yellow",
        )
    if found["budget"]:
        say(f"\n{found['budget']}; until it is less, reviewers get every message, prepared offline.", "yellow")
    if found["set_aside"]:
        say("\nMail was set aside: 'mailagent aside list' shows it.", "yellow")
    if not_sent := _rows(found["not_sent"]):
        say("\nNot sent in the last day, or nobody knows (uncertain); 'mailagent case C-n' shows more:", "yellow")
        print_table({"case": "Case", "kind": "Mail", "state": "State", "error": "Error"}, not_sent)
    for text in cast("list[str]", found["to_look_at"]):
        say(f"\n{text[0].upper()}{text[1:]}.", "yellow")
    for text in cast("list[str]", found["broken"]):
        say(f"\nmailagent does not do its work: {text}.", "red")


def _print_holds(held: list[View], zone: ZoneInfo) -> None:
    """Why nothing is sent, and what goes on."""
    for hold in held:
        since = f"has been sent since {local_time(hold['since'], zone)}" if hold["since"] else "is sent"
        say(f"\nNothing but notices {since}: {hold['reason']}.", "yellow")
        if before := local_time(hold["to_a_person_before"], zone):
            say(TO_A_PERSON.format(before), "yellow")
    if held:
        say(f"'mailagent resume' {'goes on' if len(held) == 1 else f'lifts all {len(held)} holds'}.", "yellow")


def _rows(value: object) -> list[View]:
    return cast("list[View]", value)


def _told(daemon: View, zone: ZoneInfo) -> str:
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
