"""A list of questions: what it showed, and what became of the lines of an answer to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NewType, get_args

from mailagent.domain.case import CaseId
from mailagent.domain.commands import Verb
from mailagent.domain.outgoing import NewOutboxEntry

ListId = NewType("ListId", int)


def list_of(at: datetime) -> ListId:
    """The list of a time of day, in the zone of `at`, such as 202612010900."""
    return ListId(int(f"{at:%Y%m%d%H%M}"))


def list_key(list_id: ListId) -> str:
    """The key of a list in the outbox."""
    return f"list:{list_id}"


def listed_under(key: str) -> ListId:
    """The list that has this key."""
    return ListId(int(key.removeprefix("list:")))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewList:
    """A list about to be sent: the `mail`, and the revision of each case that it shows."""

    id: ListId
    shows: Mapping[CaseId, int]
    mail: NewOutboxEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One line of an answer to a list, as far as it is about one case of it: `text` is the whole line."""

    case_id: CaseId
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a line: about `case_id`, None where the line as a whole was not understood. `rule` is the word
    that was carried out, or the code of why none was; `detail` is what the code is about.
    """

    text: str
    case_id: CaseId | None
    rule: str
    detail: str = ""

    @property
    def done(self) -> bool:
        """Whether it was carried out."""
        return self.rule in get_args(Verb)
