"""Which case a customer's mail belongs to.

The ids that a mail names choose a case; they do not authorise. Whoever knows a Message-ID could otherwise read and
steer somebody else's case, so a mail joins a case only when its sender belongs to it and is who they say they are.
Never by subject.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from mailagent.domain.case import CaseId, case_number

Verdict = Literal["pass", "fail", "none"]
"""What our own mail server says of the sender's address; none: it cannot tell."""

REOPENS_WITHIN = timedelta(days=14)
"""A case that was settled longer ago is history: a new one is opened and linked to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who wrote the message of a case that waits for an answer, and whether that was proven."""

    address: str | None
    authenticated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCase:
    """A case that a mail names. `people` are the addresses that belong to it; `settled_at` is None while something is
    open in it; `signed` tells that an id of ours names it, which only who got our mail can know; `asker` has put a
    question that waits.
    """

    case_id: CaseId
    people: frozenset[str]
    settled_at: datetime | None
    signed: bool
    asker: Asker | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The case to go on with, or None for a new one; `linked` is the earlier case that the new one points to."""

    case_id: CaseId | None = None
    linked: CaseId | None = None
    caution: str = ""


def place(named: Sequence[NamedCase], *, sender: str | None, verdict: Verdict, at: datetime) -> Placement:
    """Choose among the cases that a mail names, the most telling first.

    A case that the sender belongs to goes before one that they do not: a stranger may have used their Message-ID first.
    A question that waits is replaced by a newer mail, so only who put it may go on: neither a colleague in copy nor
    somebody under the same address whom nothing proves.
    """
    if not named:
        return Placement()
    chosen = next((case for case in named if sender in case.people), None)
    if chosen is None:
        first = named[0].case_id
        return Placement(linked=first, caution=f"it names {case_number(first)}, a case of somebody else")
    if verdict == "fail" or (verdict == "none" and not chosen.signed):
        caution = f"it names {case_number(chosen.case_id)}, and nothing proves that its customer wrote it"
        return Placement(linked=chosen.case_id, caution=caution)
    if (asker := chosen.asker) is not None and (sender != asker.address or (asker.authenticated and verdict != "pass")):
        number = case_number(chosen.case_id)
        return Placement(linked=chosen.case_id, caution=f"it names {number}, where somebody waits for an answer")
    if chosen.settled_at is not None and at - chosen.settled_at > REOPENS_WITHIN:
        return Placement(linked=chosen.case_id)
    return Placement(case_id=chosen.case_id)
