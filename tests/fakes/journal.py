"""A folder of sent mail that keeps what it is told to keep."""

from dataclasses import dataclass, field


@dataclass(kw_only=True)
class FakeJournal:
    """See `Journal`. `errors` are raised one a look; `looks` counts them."""

    ids: set[str] = field(default_factory=set)
    errors: list[Exception] = field(default_factory=list)
    looks: int = 0

    async def holds(self, message_id: str) -> bool:
        """See `Journal`."""
        self.looks += 1
        if self.errors:
            raise self.errors.pop(0)
        return message_id in self.ids
