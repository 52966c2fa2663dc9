"""``mailagent audit``: whether what was promised was kept, as far as the database can tell."""

import asyncio
from pathlib import Path

from mailagent.adapters.clock import SystemClock
from mailagent.cli.show import print_json, print_table, say
from mailagent.settings import load_settings
from mailagent.store.audit import Broken
from mailagent.wiring.opening import open_audit


def audit_promises(config: Path, *, as_json: bool) -> int:
    """Print each broken promise; returns 1 when there is one."""

    async def main() -> list[Broken]:
        async with open_audit(load_settings(config)) as audit:
            return await audit.broken(at=SystemClock().now())

    broken = asyncio.run(main())
    rows = [{"promise": row.promise, "where": list(row.where)} for row in broken]
    if as_json:
        print_json({"ok": not broken, "broken": rows})
    elif broken:
        print_table({"promise": "Broken promise", "where": "By"}, rows)
    else:
        say("Every promise that the database can tell of is kept.")
    return int(bool(broken))
