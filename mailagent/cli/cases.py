"""``mailagent cases`` and ``mailagent case``."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from mailagent.cli.show import complain, local_time, print_facts, print_json, print_table, say
from mailagent.domain.case import read_case_number
from mailagent.settings import load_settings
from mailagent.store.views import View
from mailagent.wiring.opening import open_views

CASE_COLUMNS = {
    "case": "Case",
    "state": "State",
    "priority": "Priority",
    "due_at": "Due",
    "customer": "Customer",
    "subject": "Subject",
}


def list_cases(config: Path, *, to_decide: bool, limit: int, as_json: bool) -> None:
    """Print the cases."""
    settings = load_settings(config)

    async def main() -> list[View]:
        async with open_views(settings) as views:
            return await views.cases(to_decide=to_decide, limit=limit)

    rows = asyncio.run(main())
    if as_json:
        print_json(rows)
    elif rows:
        shown = [{**row, "due_at": local_time(row["due_at"], settings.zone)} for row in rows]
        print_table(CASE_COLUMNS, shown, cut=("customer", "subject"))
    else:
        say("No case waits for a decision." if to_decide else "There are no cases yet.")


def show_case(config: Path, number: str, *, as_json: bool) -> int:
    """Print one case; returns the exit code."""
    case_id = read_case_number(number)
    if case_id is None:
        complain(f"'{number}' is not a case number; write C-12")
        return 2

    settings = load_settings(config)

    async def main() -> View | None:
        async with open_views(settings) as views:
            return await views.case(case_id)

    found = asyncio.run(main())
    if found is None:
        complain(f"There is no case C-{case_id}; 'mailagent cases' lists them.")
        return 1
    if as_json:
        print_json(found)
        return 0
    zone = settings.zone
    lists = {key: cast("list[Mapping[str, object]]", found[key]) for key in ("messages", "escalations", "mails")}
    facts = {**found, "opened_at": local_time(found["opened_at"], zone)}
    print_facts({key: value for key, value in facts.items() if key not in lists})
    for message in lists["messages"]:
        who = f"{message['from'] or 'unknown'} ({message['intake']}, {message['state']})"
        say(f"\n{local_time(message['received_at'], zone)}  {who}", "bold")
        say(str(message["text"]).strip())
        say("".join(f"> {line}\n" for line in str(message["quoted"]).splitlines()), "dim")
        odd = "; ".join(filter(None, (str(message["caution"]), *cast("list[str]", message["defects"]))))
        say(f"odd: {odd}" if odd else "", "dim")
        entry = cast("Mapping[str, object] | None", message["log"])
        if entry:
            reason = f": {entry['reason']}" if entry.get("reason") else ""
            decided = f"{entry.get('disposition')} by rule {entry.get('rule')}{reason}"
            say(f"-> {entry.get('category') or 'no category'}, {decided}", "dim")
    for question in lists["escalations"]:
        answer = f"{question['verb']} by {question['decided_by']}" if question["verb"] else question["state"]
        say(f"\nQuestion {question['revision']}: {question['reason']} ({question['priority']}) -> {answer}", "bold")
        say(str(question["draft"] or "no draft"))
    if lists["mails"]:
        say("")
        mails = [{**mail, "sent_at": local_time(mail["sent_at"], zone)} for mail in lists["mails"]]
        print_table({"kind": "Mail", "to": "To", "state": "State", "sent_at": "Sent", "error": "Error"}, mails)
    return 0
