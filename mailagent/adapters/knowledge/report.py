"""How something is, as ``mailagent status`` shows it; a problem is told once."""

from dataclasses import dataclass

from mailagent.ports import Clock, Health


@dataclass(slots=True, kw_only=True)
class Report:
    """On `name`. `problem` is what was told last: empty for "it works", None before the first time."""

    name: str
    clock: Clock
    health: Health | None
    problem: str | None = None

    async def tell(self, problem: str) -> bool:
        """Returns whether it went from working, or from unknown, to failing or back."""
        before, self.problem = self.problem, problem
        if self.health is not None and not problem:
            await self.health.worked(self.name, at=self.clock.now())
        elif self.health is not None and problem != before:
            await self.health.failed(self.name, problem, at=self.clock.now())
        return bool(problem) != bool(before)
