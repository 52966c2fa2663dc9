"""What `status` would tell."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(kw_only=True)
class FakeHealth:
    """See `Health`. `state` is by name: empty where it worked, else the detail; `told` counts both."""

    state: dict[str, str] = field(default_factory=dict)
    told: int = 0

    async def worked(self, name: str, *, at: datetime) -> None:  # noqa: ARG002 - the port's
        """See `Health`."""
        self.state[name] = ""
        self.told += 1

    async def failed(self, name: str, detail: str, *, at: datetime) -> None:  # noqa: ARG002 - the port's
        """See `Health`."""
        self.state[name] = detail
        self.told += 1
