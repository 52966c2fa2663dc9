"""What the mode allows to leave without a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal

from mailagent.domain.routing import Disposition

Mode = Literal["shadow", "suggest", "auto"]
SENDS: Mapping[Mode, str] = {
    "shadow": "nobody is mailed about mail; only the admin gets notices",
    "suggest": "no answer leaves before a reviewer approves it; customers hear that a person looks at their mail",
    "auto": "what the rules let through is answered; about the rest a reviewer is asked, and customers hear of that",
}
"""Mode -> what leaves, in words for the admin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Modes:
    """The mode of the installation, and those of categories that have one of their own."""

    overall: Mode
    by_category: Mapping[str, Mode] = field(default_factory=dict)

    def of(self, category: str) -> Mode:
        """The mode for mail of `category`; that of the installation where there is none, or the category is unknown."""
        return self.by_category.get(category, self.overall)

    def told(self) -> str:
        """The mode and what leaves in it, and the categories that have another one."""
        others = [f"{category} is {mode}" for category, mode in self.by_category.items() if mode != self.overall]
        return f"{self.overall}: {SENDS[self.overall]}" + (f" (but {', '.join(others)})" if others else "")


def apply_mode(mode: Mode, disposition: Disposition) -> Disposition:
    """In ``suggest`` every reply waits for a reviewer; ``shadow`` and ``auto`` leave the disposition as it is
    (of a mail in shadow mode nothing is then sent to anybody).
    """
    if mode == "suggest" and disposition.action == "reply":
        return replace(
            disposition, action="escalate", why=f"{disposition.why}; mode is suggest, so every reply is reviewed"
        )
    return disposition


BURST = timedelta(minutes=2)
"""How long questions are counted together, and how long one of a burst waits for its list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPolicy:
    """Above `bundle_above` questions within `BURST` the next ones are put to the reviewers in one list.

    `undo_window` is how long a decision can be taken back: its mail to the customer waits for so long. `confirm`
    says who is told of a decision: everybody who got the digest, the reviewer who decided, or nobody.
    """

    undo_window: timedelta = timedelta(minutes=2)
    confirm: Literal["all", "actor", "none"] = "all"
    on_reject: Literal["holding", "silent"] = "holding"
    bundle_above: int = 5
