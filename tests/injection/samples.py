"""The mails of attackers, and what their reader sees of them."""

from pathlib import Path

from mailagent.mail.parse import parse

ATTACKS = sorted(Path(__file__).parent.glob("*.eml"))
HIDDEN = [path for path in ATTACKS if path.stem.startswith("hidden-")]
"""Their words never come out of the mail, so there is nothing to find."""
OPEN = [path for path in ATTACKS if path not in HIDDEN]
BAIT = "quillon"
"""What many of them want to be written."""
BURIED = "ferrule"
"""The same for those that are hidden."""


def read(path: Path) -> str:
    """All of it that a person or a model may get to see."""
    mail = parse(path.read_bytes())
    return f"{mail.subject}\n{mail.text or mail.full_text}\n{mail.quoted}"
