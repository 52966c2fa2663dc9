"""``mailagent audit``: whether what was promised was kept, as far as the database can tell."""

import asyncio
import re
from pathlib import Path

import typer

from mailagent.adapters.clock import SystemClock
from mailagent.adapters.signing_keys import read_chain_keys
from mailagent.cli.show import print_json, print_table, say
from mailagent.domain.numbers import counted
from mailagent.settings import load_settings
from mailagent.store.audit import Broken, Chained
from mailagent.wiring.opening import open_audit

ENTRY = re.compile(r"\d{1,18}:[0-9a-f]{64}")
"""As the last entry of the chain is printed."""


def audit_promises(config: Path, *, verify: bool, known: str, as_json: bool) -> int:
    """Print each broken promise, those of the chain too with `verify` or `known`, an entry that was its last once;
    returns 1 when there is one.
    """
    if known and not ENTRY.fullmatch(known):
        raise typer.BadParameter(
            f"'{known}' is no entry as 'mailagent audit --verify' prints the last: 812:SEAL", param_hint="--known"
        )

    async def main() -> tuple[list[Broken], Chained | None]:
        settings = load_settings(config)
        async with open_audit(settings) as audit:
            keys = read_chain_keys(settings.path(settings.data_dir))
            chain = await audit.chain(keys, known=known) if verify or known else None
            return [*await audit.broken(at=SystemClock().now()), *(chain.broken if chain else ())], chain

    broken, chain = asyncio.run(main())
    rows = [{"promise": row.promise, "where": list(row.where)} for row in broken]
    if as_json:
        checked = {"chain": {"entries": chain.entries, "head": chain.head}} if chain else {}
        print_json({"ok": not broken, "broken": rows, **checked})
    elif broken:
        findings = [{"promise": row.promise, "by": named} for row in broken for named in row.where]
        print_table({"promise": "Broken promise", "by": "By"}, findings)
    else:
        say("Every promise that the database can tell of is kept.")
    if chain and chain.entries and not as_json:
        say(f"The chain has {counted(chain.entries, 'entry', 'entries')}; the last is {chain.head}.")
    return int(bool(broken))
