"""What the mode allows to leave without a person."""

from dataclasses import replace
from typing import Literal

from mailagent.domain.routing import Disposition

Mode = Literal["shadow", "suggest", "auto"]


def apply_mode(mode: Mode, disposition: Disposition) -> Disposition:
    """In ``suggest`` every reply waits for a reviewer; ``shadow`` and ``auto`` leave the disposition as it is
    (shadow then sends nothing at all).
    """
    if mode == "suggest" and disposition.action == "reply":
        return replace(
            disposition, action="escalate", why=f"{disposition.why}; mode is suggest, so every reply is reviewed"
        )
    return disposition
