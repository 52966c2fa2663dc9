"""``mailagent corrections``: what reviewers corrected, as labelled mails for ``mailagent eval``."""

import asyncio
from pathlib import Path

from mailagent.cli.gold import GoldLine
from mailagent.cli.show import print_json_line
from mailagent.settings import load_settings
from mailagent.store.views import View
from mailagent.wiring.opening import open_lessons


def print_corrections(config: Path) -> None:
    """One JSON object a line, a line for each mail. A priority is no label: the rules give it, not the reading."""
    settings = load_settings(config)

    async def main() -> list[View]:
        async with open_lessons(settings) as lessons:
            return await lessons.corrections()

    lines: dict[object, dict[str, object]] = {}
    for row in asyncio.run(main()):
        if row["key"] in GoldLine.model_fields:
            name = f"{row['case']}/{row['message']}"
            line = lines.setdefault(name, {"id": name, "subject": row["subject"], "text": row["text"]})
            line[str(row["key"])] = row["value"]
    for line in lines.values():
        print_json_line(line)
