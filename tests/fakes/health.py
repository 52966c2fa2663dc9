"""What `status` would tell."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(kw_only=True)
class FakeHealth:
    """See `Health`. `state` is by name: empty where it worked, else the detail."""

    state: dict[str, str] = field(default_factory=dict)

    async def worked(self, name: str, *, at: datetime) -> None:  # noqa: ARG002 - the port's
        """See `Health`."""
        self.state[name] = ""

    async def failed(self, name: str, detail: str, *, at: datetime) -> None:  # noqa: ARG002 - the port's
        """See `Health`."""
        self.state[name] = detail
