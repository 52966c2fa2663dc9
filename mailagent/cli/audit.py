"""``mailagent audit``: whether what was promised was kept, as far as the database can tell."""

import asyncio
from pathlib import Path

from mailagent.adapters.clock import SystemClock
from mailagent.adapters.signing_keys import read_chain_keys
from mailagent.cli.show import print_json, print_table, say
from mailagent.settings import load_settings
from mailagent.store.audit import Broken, Chained
from mailagent.wiring.opening import open_audit


def audit_promises(config: Path, *, verify: bool, as_json: bool) -> int:
    """Print each broken promise, those of the chain too with `verify`; returns 1 when there is one."""

    async def main() -> tuple[list[Broken], Chained | None]:
        settings = load_settings(config)
        async with open_audit(settings) as audit:
            chain = await audit.chain(read_chain_keys(settings.path(settings.data_dir))) if verify else None
            return [*await audit.broken(at=SystemClock().now()), *(chain.broken if chain else ())], chain

    broken, chain = asyncio.run(main())
    rows = [{"promise": row.promise, "where": list(row.where)} for row in broken]
    if as_json:
        checked = {"chain": {"entries": chain.entries, "head": chain.head}} if chain else {}
        print_json({"ok": not broken, "broken": rows, **checked})
    elif broken:
        print_table({"promise": "Broken promise", "where": "By"}, rows)
    else:
        say("Every promise that the database can tell of is kept.")
    if chain and chain.entries and not as_json:
        say(f"The chain has {chain.entries} entries; the last is {chain.head}.")
    return int(bool(broken))
