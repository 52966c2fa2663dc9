"""A mail server that accepts what it is told to accept."""

from dataclasses import dataclass, field

from mailagent.ports import AtEnd


@dataclass(kw_only=True)
class FakeSender:
    """See `MailSender`. `errors` are raised one a call before the final dot; `late_errors` after it was accepted."""

    accepted: list[tuple[str, bytes]] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)
    late_errors: list[BaseException] = field(default_factory=list)
    return_paths: list[str | None] = field(default_factory=list)
    calls: int = 0

    async def send(
        self, recipient: str, raw: bytes, *, return_path: str | None = None, at_end: AtEnd | None = None
    ) -> None:
        """See `MailSender`."""
        self.return_paths.append(return_path)
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        if at_end is not None:
            await at_end()
        self.accepted.append((recipient, raw))
        if self.late_errors:
            raise self.late_errors.pop(0)

    async def reach(self) -> None:
        """See `MailSender`."""

    async def close(self) -> None:
        """See `MailSender`."""
