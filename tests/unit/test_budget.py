"""What models may cost."""

import pytest

from mailagent.domain.budget import Budget, Purse, Spent, nearly_used_up, used_up

BUDGET = Budget(sender_day=100, case_day=200, overall_day=1_000, money_day=5.0)


@pytest.mark.parametrize(
    ("spent", "purse"),
    [
        (Spent(sender_day=99, case_day=199, overall_day=999, money_day=4.99), None),
        (Spent(sender_day=100), "sender"),
        (Spent(case_day=200), "case"),
        (Spent(overall_day=1_000), "overall"),
        (Spent(money_day=5.0), "money"),
        (Spent(sender_day=100, case_day=200, overall_day=1_000, money_day=5.0), "overall"),
    ],
)
def test_a_budget_ends_where_it_says(spent: Spent, purse: Purse | None) -> None:
    """One mail more could cost anything; the widest budget is told first, because it concerns everybody."""
    found = used_up(BUDGET, spent)

    assert (found and found[0]) == purse


@pytest.mark.parametrize(
    ("spent", "purse"),
    [
        (Spent(overall_day=799, money_day=3.99), None),
        (Spent(overall_day=800), "overall"),
        (Spent(money_day=4.0), "money"),
        (Spent(sender_day=100, case_day=200), None),
    ],
)
def test_the_admin_hears_at_eight_tenths_of_what_is_for_all(spent: Spent, purse: Purse | None) -> None:
    """Early enough to look before every case waits for a person; one sender's flood is no reason to be woken."""
    found = nearly_used_up(BUDGET, spent)

    assert (found and found[0]) == purse


def test_no_limit_is_never_reached() -> None:
    """A team with a server of its own counts nothing."""
    unlimited = Budget(sender_day=None, case_day=None, overall_day=None, money_day=None)
    spent = Spent(sender_day=10**9, case_day=10**9, overall_day=10**9, money_day=1e9)

    assert used_up(unlimited, spent) is None
    assert nearly_used_up(unlimited, spent) is None


def test_a_budget_of_nothing_is_used_up() -> None:
    """Zero means: ask no model that costs."""
    assert used_up(Budget(overall_day=0), Spent()) is not None
