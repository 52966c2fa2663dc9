"""The shop that tests work for: a copy of config/, templates/ and knowledge/ as shipped.

Whoever runs mailagent edits those three, and ``make test`` must still pass. ``make check`` compares them with this
copy; after a change of what is shipped, ``make shop`` copies it here.
"""

from pathlib import Path

from mailagent.adapters.templates import JinjaTemplates

SHOP = Path(__file__).parent
TEMPLATES = JinjaTemplates(SHOP / "templates")
"""For all tests of a process: it takes longer to compile the templates than most tests take."""
