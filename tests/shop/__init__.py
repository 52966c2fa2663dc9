"""The shop that tests work for: a copy of config/, templates/ and knowledge/ as shipped.

Whoever runs mailagent edits those three, and ``make test`` must still pass. ``make check`` compares them with this
copy; after a change of what is shipped, ``make shop`` copies it here.
"""

from pathlib import Path

SHOP = Path(__file__).parent
