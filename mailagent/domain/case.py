"""A case: the messages about one matter with one customer."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NewType

CaseId = NewType("CaseId", int)
_IN_SUBJECT = re.compile(r"\[c-([1-9]\d{0,14})\]", re.ASCII | re.IGNORECASE)
CaseState = Literal["new", "waiting", "open", "asked", "answered", "closed"]
"""waiting: an escalation is open; open: a reviewer rejected the draft and writes by other means; asked: the customer
was asked something, and the clock stands still; answered: nothing to do for now; closed: a reviewer ended it."""

WITH_A_PERSON: tuple[CaseState, ...] = ("waiting", "open", "asked")
"""What a case is while a person has taken the matter on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`customer` is the address that wrote first; only mail from it is shown to the model as history.

    `escalated` says whether a person was asked and the question is still theirs; `settled_at` when the last answer went
    out, None while something is open.
    """

    id: CaseId
    mailbox: str
    customer: str
    customer_name: str
    subject: str
    state: CaseState
    opened_at: datetime
    automatic_answers: int = 0
    acknowledged: bool = False
    escalated: bool = False
    settled_at: datetime | None = None

    @property
    def with_a_person(self) -> bool:
        """Whether a person has taken the matter on, so that no automatic answer may come between."""
        return self.state in WITH_A_PERSON

    @property
    def number(self) -> str:
        """``C-1042``, as people see it."""
        return case_number(self.id)


def case_number(case_id: CaseId) -> str:
    """``C-1042``; the same string is LangGraph's ``thread_id``."""
    return f"C-{case_id}"


def case_in_subject(subject: str) -> CaseId | None:
    """The first case that a subject names as ``[C-1042]``, as those of all our mails to reviewers do; it proves
    nothing.
    """
    found = _IN_SUBJECT.search(subject)
    return None if found is None else CaseId(int(found.group(1)))


def read_case_number(text: str) -> CaseId | None:
    """The id that ``C-1042``, ``c1042`` or ``1042`` names; None if it names none."""
    found = re.fullmatch(r"(?:c-?)?(\d{1,15})", text.strip(), re.IGNORECASE | re.ASCII)
    return CaseId(int(found.group(1))) if found else None
