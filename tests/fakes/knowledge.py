"""A shelf of articles of which every search finds all."""

from dataclasses import dataclass, field

from mailagent.ports import Article

PAYMENT = Article(
    id="billing/payment-methods",
    title="Payment methods",
    category="billing",
    text="We accept cards, PayPal and Klarna.",
    score=4.0,
)
FOR_PEOPLE = Article(
    id="billing/double-charge",
    title="Charged twice",
    category="billing",
    text="Look at both entries.",
    score=9.0,
    automatic=False,
)


@dataclass(kw_only=True)
class FakeKnowledge:
    """See `Knowledge`."""

    articles: tuple[Article, ...] = (PAYMENT,)
    queries: list[str] = field(default_factory=list)
    free: list[bool] = field(default_factory=list)
    """For each query whether it had to be."""

    async def search(
        self,
        query: str,
        *,
        category: str,  # noqa: ARG002 - the port's
        limit: int,
        language: str | None = None,  # noqa: ARG002
        no_cost: bool = False,
    ) -> tuple[Article, ...]:
        """See `Knowledge`."""
        self.queries.append(query)
        self.free.append(no_cost)
        return self.articles[:limit]
