"""What a message can be about, as ``config/categories.toml`` says."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """`says` describes it for a model; `examples` are whole mails or sentences of it; `words` point to it strongly.
    A person answers within `deadline` once one is asked.
    """

    id: str
    says: str
    examples: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    deadline: timedelta = timedelta(hours=8)
