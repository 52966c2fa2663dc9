"""How much automatic mail may leave."""

import pytest

from mailagent.domain.caps import AutomaticMail, Cap, Caps, reached

CAPS = Caps(sender_hour=5, sender_day=8, domain_hour=10, case_day=3, overall_hour=20)


@pytest.mark.parametrize(
    ("written", "cap"),
    [
        (AutomaticMail(sender_hour=5), "sender"),
        (AutomaticMail(sender_day=8), "sender"),
        (AutomaticMail(domain_hour=10), "domain"),
        (AutomaticMail(case_day=3), "case"),
        (AutomaticMail(overall_hour=20), "overall"),
        (AutomaticMail(sender_hour=5, domain_hour=10, case_day=3, overall_hour=20), "overall"),
    ],
)
def test_a_cap_that_is_reached_allows_no_more(written: AutomaticMail, cap: Cap) -> None:
    """The widest is named: it concerns everybody."""
    found = reached(CAPS, written)

    assert found is not None
    assert found[0] == cap


def test_below_every_cap_mail_may_leave() -> None:
    """An ordinary day must not be disturbed."""
    assert reached(CAPS, AutomaticMail(sender_hour=4, sender_day=7, domain_hour=9, case_day=2, overall_hour=19)) is None
