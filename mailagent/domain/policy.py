"""What the mode allows to leave without a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from mailagent.domain.routing import Disposition

Mode = Literal["shadow", "suggest", "auto"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Modes:
    """The mode of the installation, and those of categories that have one of their own."""

    overall: Mode
    by_category: Mapping[str, Mode] = field(default_factory=dict)

    def of(self, category: str) -> Mode:
        """The mode for mail of `category`; that of the installation where there is none, or the category is unknown."""
        return self.by_category.get(category, self.overall)


def apply_mode(mode: Mode, disposition: Disposition) -> Disposition:
    """In ``suggest`` every reply waits for a reviewer; ``shadow`` and ``auto`` leave the disposition as it is
    (shadow then sends nothing at all).
    """
    if mode == "suggest" and disposition.action == "reply":
        return replace(
            disposition, action="escalate", why=f"{disposition.why}; mode is suggest, so every reply is reviewed"
        )
    return disposition
