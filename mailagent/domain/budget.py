"""How much the models may cost: a flood of mail must not empty an account."""

from dataclasses import dataclass
from typing import Literal

Purse = Literal["overall", "money", "sender", "case"]
NEARLY = 0.8
"""The part of a budget at which the admin hears that it will not last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The most tokens (in and out) within a day: for one sender, for one case, for all mail; and the most money, in the
    currency of the prices in ``model.toml``. None is no limit.
    """

    sender_day: int | None = 100_000
    case_day: int | None = 100_000
    overall_day: int | None = 5_000_000
    money_day: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What was spent in the day up to now."""

    sender_day: int = 0
    case_day: int = 0
    overall_day: int = 0
    money_day: float = 0.0


def used_up(budget: Budget, spent: Spent) -> tuple[Purse, str] | None:
    """The budget that allows no more, with the words for a person; the widest first, because it concerns everybody."""
    if budget.overall_day is not None and spent.overall_day >= budget.overall_day:
        return "overall", f"{spent.overall_day:,} tokens were used in the last day"
    if budget.money_day is not None and spent.money_day >= budget.money_day:
        return "money", f"models cost {spent.money_day:.2f} in the last day"
    if budget.sender_day is not None and spent.sender_day >= budget.sender_day:
        return "sender", f"mail of this sender used {spent.sender_day:,} tokens in the last day"
    if budget.case_day is not None and spent.case_day >= budget.case_day:
        return "case", f"this case used {spent.case_day:,} tokens in the last day"
    return None


def nearly_used_up(budget: Budget, spent: Spent) -> tuple[Purse, str] | None:
    """The budget for all mail of which eight tenths are gone."""
    if budget.overall_day is not None and spent.overall_day >= budget.overall_day * NEARLY:
        return "overall", f"{spent.overall_day:,} of {budget.overall_day:,} tokens were used in the last day"
    if budget.money_day is not None and spent.money_day >= budget.money_day * NEARLY:
        return "money", f"models cost {spent.money_day:.2f} of {budget.money_day:.2f} in the last day"
    return None
