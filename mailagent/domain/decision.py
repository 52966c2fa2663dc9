"""What a reviewer's reply means: a decision, or why it cannot be told. `domain/reply.py` reads them.

The codes are those of ``templates/review/errors/``.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Literal

from mailagent.domain.case import CaseId
from mailagent.domain.commands import Verb

UnclearCode = Literal[
    "REVIEW-01",
    "REVIEW-02",
    "REVIEW-03",
    "REVIEW-04",
    "REVIEW-05",
    "REVIEW-06",
    "REVIEW-07",
    "REVIEW-08",
    "REVIEW-09",
    "REVIEW-10",
    "REVIEW-11",
    "REVIEW-12",
    "REVIEW-13",
    "REVIEW-14",
    "REVIEW-15",
    "REVIEW-16",
    "REVIEW-17",
    "REVIEW-18",
    "REVIEW-19",
    "REVIEW-20",
    "REVIEW-21",
    "REVIEW-22",
    "REVIEW-23",
    "REVIEW-24",
    "REVIEW-25",
    "REVIEW-26",
    "REVIEW-27",
]
LONGEST_DETAIL = 80
"""Characters of a reply that its receipt repeats."""
SetKey = Literal["category", "priority", "sentiment", "language"]
Known = Mapping[SetKey, Collection[str]]
"""The values that SET may give; a key that is left out takes any value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekday:
    """The next time that it is this day, 0 for Monday; `at` is the reviewer's local time, None for the morning."""

    day: int
    at: time | None = None


Until = timedelta | Weekday


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do. `text` is for the customer or the next draft, exactly as written: the letter of modify, the question
    of ask, the instruction of revise. `note` stays internal: the text of note, the reason of reject, close and spam,
    what stands below any other verb.

    `who` is the argument of assign, `until` of snooze, `corrections` of set, each key once. `modifiers` are the SET,
    NOTE and ASSIGN lines above the decision, in their order; `cases` are the numbers that stand beside the verb: the
    caller knows which case it is about. `is_weak` is whether it rests on a word that other mail begins with too, such
    as "No", or that answers other mail, such as "yes".
    """

    verb: Verb
    text: str = ""
    note: str = ""
    who: str = ""
    until: Until | None = None
    corrections: tuple[tuple[SetKey, str], ...] = ()
    modifiers: tuple["Decision", ...] = ()
    cases: tuple[CaseId, ...] = ()
    is_weak: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """Why nothing was done. `detail` is the part of the reply that the code is about, `suggestion` what was probably
    meant, or what is known. `verb` is the first that was understood, None where none was. `text` is the letter of a
    modify that waits for a confirmation (REVIEW-07). `tokens` and `cost` are what a model took for it in vain.
    """

    code: UnclearCode
    detail: str = ""
    suggestion: str = ""
    verb: Verb | None = None
    text: str = ""
    tokens: int = 0
    cost: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLine:
    """A line of an answer to a list of cases. Without a case, or with a word that works only in a case's own mail
    (REVIEW-11), `reading` is unclear.
    """

    line: str
    cases: tuple[CaseId, ...]
    reading: Decision | Unclear
