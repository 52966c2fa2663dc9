"""What every process of ours imports, reads and works out at its start: done once, before they are forked.

See `Forked`.
"""

import asyncio
import gc

from mailagent.cli.trial import Trial
from mailagent.cli.trial_letter import letter_of
from mailagent.settings import load_settings
from mailagent.wiring import daemon  # noqa: F401 - what it imports is what takes long
from mailagent.wiring.trial import open_trial
from tests.shop import SHOP

SETTINGS = load_settings(SHOP / "config")


async def _try(text: str) -> None:
    async with open_trial(SETTINGS) as engine:
        tried = await Trial(settings=SETTINGS, engine=engine).of_text("Payment", text, sender="tom@customer.example")
        letter_of(tried, SETTINGS)


for words in ("Which payment methods do you accept?", "This is UNACCEPTABLE!!! I am furious."):
    asyncio.run(_try(words))
gc.freeze()  # what is never looked at again is never copied
