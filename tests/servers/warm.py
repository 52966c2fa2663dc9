"""What every process of ours imports, reads and works out at its start: done once, before they are forked.

See `Forked`.
"""

import asyncio
import gc
from functools import partialmethod

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket

from mailagent.adapters.templates import JinjaTemplates
from mailagent.cli.trial import Trial
from mailagent.cli.trial_letter import letter_of
from mailagent.letters.samples import SAMPLES, WITHOUT_HTML
from mailagent.settings import load_settings
from mailagent.wiring import daemon  # noqa: F401 - what it imports is what takes long
from mailagent.wiring.trial import open_trial
from tests.shop import SHOP

SETTINGS = load_settings(SHOP / "config")


class Kept(BytecodeCache):
    """Templates as Jinja compiles them, which takes a fourth of the time of a short process."""

    def __init__(self) -> None:
        self._codes: dict[str, bytes] = {}

    def get_cache_key(self, name: str, filename: str | None = None) -> str:  # noqa: ARG002 - each process has its folder
        """See `BytecodeCache`; what was edited is told by a checksum."""
        return name

    def load_bytecode(self, bucket: Bucket) -> None:
        """See `BytecodeCache`."""
        if bucket.key in self._codes:
            bucket.bytecode_from_string(self._codes[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """See `BytecodeCache`."""
        self._codes[bucket.key] = bucket.bytecode_to_string()


async def _try(text: str) -> None:
    async with open_trial(SETTINGS) as engine:
        tried = await Trial(settings=SETTINGS, engine=engine).of_text("Payment", text, sender="tom@customer.example")
        letter_of(tried, SETTINGS)


Environment.__init__ = partialmethod(Environment.__init__, bytecode_cache=Kept())  # type: ignore[assignment]  # Jinja shares none
TEMPLATES = JinjaTemplates(SHOP / "templates")
for name, values in SAMPLES.items():
    (TEMPLATES.text if name in WITHOUT_HTML else TEMPLATES.body)(name, values)
for words in ("Which payment methods do you accept?", "This is UNACCEPTABLE!!! I am furious."):
    asyncio.run(_try(words))
gc.freeze()  # what is never looked at again is never copied
