"""Which case a mail belongs to: ids choose, they do not authorise."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailagent.domain.case import CaseId
from mailagent.domain.placement import Asker, NamedCase, Placement, Verdict, place

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
TOM, MO, EVE = "tom@customer.example", "mo@customer.example", "eve@evil.example"
C1, C2 = CaseId(1), CaseId(2)


def case(case_id: CaseId = C1, *people: str, settled_days_ago: int | None = None, signed: bool = False) -> NamedCase:
    """A case of Tom's, unless others are named."""
    settled = None if settled_days_ago is None else AT - timedelta(days=settled_days_ago)
    return NamedCase(case_id=case_id, people=frozenset(people or (TOM,)), settled_at=settled, signed=signed)


def placed(*named: NamedCase, sender: str | None = TOM, verdict: Verdict = "pass") -> Placement:
    """Where a mail of `sender` goes."""
    return place(named, sender=sender, verdict=verdict, at=AT)


def test_a_mail_that_names_no_case_opens_one() -> None:
    """It is about something new."""
    assert placed() == Placement()


@pytest.mark.parametrize("sender", [TOM, MO])
def test_the_people_of_a_case_go_on_with_it(sender: str) -> None:
    """The customer, and the colleague whom the customer copied in."""
    assert placed(case(C1, TOM, MO), sender=sender) == Placement(case_id=C1)


@pytest.mark.parametrize("sender", [EVE, None, ""])
def test_a_stranger_gets_a_case_of_their_own(sender: str | None) -> None:
    """They know a Message-ID, from a list archive or a forwarded mail; a person sees both cases."""
    found = placed(case(signed=True), sender=sender)

    assert (found.case_id, found.linked) == (None, C1)
    assert "C-1, a case of somebody else" in found.caution


def test_a_sender_who_is_not_proven_needs_an_id_of_ours() -> None:
    """Anybody can write a From line and a customer's own id; ours only reached the customer."""
    unproven = placed(case(), verdict="none")

    assert (unproven.case_id, unproven.linked) == (None, C1)
    assert "nothing proves" in unproven.caution
    assert placed(case(signed=True), verdict="none") == Placement(case_id=C1)


@pytest.mark.parametrize("signed", [True, False])
def test_a_forged_sender_never_goes_on_with_a_case(*, signed: bool) -> None:
    """The mail server says so; an id of ours may have been forwarded."""
    assert placed(case(signed=signed), verdict="fail").case_id is None


def test_ones_own_case_goes_before_that_of_who_used_the_id_first() -> None:
    """A stranger who guesses and uses a Message-ID first must not cut the customer off."""
    assert placed(case(C1, EVE), case(C2, TOM)) == Placement(case_id=C2)
    assert placed(case(C1, EVE), case(C2, TOM), sender=EVE) == Placement(case_id=C1)


@pytest.mark.parametrize(("days", "found"), [(14, Placement(case_id=C1)), (15, Placement(linked=C1))])
def test_what_was_settled_long_ago_is_not_opened_again(days: int, found: Placement) -> None:
    """After two weeks it is another matter, linked to the old one."""
    assert placed(case(settled_days_ago=days)) == found


@pytest.mark.parametrize(
    ("sender", "verdict", "joins"),
    [(TOM, "pass", True), (MO, "pass", False), (TOM, "none", False)],
)
def test_only_who_put_a_question_replaces_it(sender: str, verdict: Verdict, *, joins: bool) -> None:
    """A colleague in copy, or whoever writes under the customer's name, must not make the first question vanish."""
    waiting = replace(case(C1, TOM, MO, signed=True), asker=Asker(address=TOM, authenticated=True))

    found = placed(waiting, sender=sender, verdict=verdict)

    assert (found.case_id == C1) == joins
    assert ("where somebody waits for an answer" in found.caution) == (not joins)


def test_a_customer_whom_nothing_proves_goes_on_with_a_question_of_their_own() -> None:
    """Small domains sign nothing; their people may still correct what they wrote."""
    waiting = replace(case(C1, TOM, signed=True), asker=Asker(address=TOM, authenticated=False))

    assert placed(waiting, verdict="none").case_id == C1


def test_what_is_still_open_stays_open_however_old() -> None:
    """The customer has waited long enough."""
    assert placed(case(settled_days_ago=None)) == Placement(case_id=C1)
