"""How often the offline model is right, on mails that it does not know: ``python bench/offline_quality.py``."""

import asyncio
import json
from pathlib import Path

from mailagent.adapters.offline_model import OfflineModel
from mailagent.ports import CustomerMail
from mailagent.settings import load_settings

HERE = Path(__file__).parent


async def main() -> None:
    """Print the share of right categories and moods, and every miss."""
    model = OfflineModel(load_settings(HERE.parent / "config").categories())
    mails = [json.loads(line) for line in (HERE / "mails.jsonl").read_text("utf-8").splitlines()]
    right = {"category": 0, "sentiment": 0}
    for mail in mails:
        found = await model.classify(CustomerMail(subject="", text=mail["text"]))
        for what in right:
            good = getattr(found, what) == mail[what]
            right[what] += good
            if not good:
                print(f"{what}: {getattr(found, what)} instead of {mail[what]}: {mail['text']}")
    for what, count in right.items():
        print(f"{what}: {count} of {len(mails)} right")


if __name__ == "__main__":
    asyncio.run(main())
