"""Take a reviewer's answer to a list apart, and tell what came of it.

Each line becomes, for each of its cases, a message of that case, which `ResumeReviews` handles like a reply to the
case's own mail: one bad line never stops the others, and a process that dies goes on where it was. When all are done,
one receipt tells line by line what was done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from mailagent.domain.case import CaseId
from mailagent.domain.decision import BatchLine, Unclear
from mailagent.domain.listed import ListId, Outcome, Part
from mailagent.domain.message import Message
from mailagent.domain.reply import read_batch
from mailagent.errors import spoken
from mailagent.events import log
from mailagent.jobs.resume_reviews.job import who_decides
from mailagent.letters.notices import Notices
from mailagent.letters.waiting_list import WaitingList
from mailagent.mail.reviewing import Styles
from mailagent.ports import Clock, Lists, Messages

RETRY = timedelta(seconds=30)
BATCH = 100
NOT_SHOWN = "not-listed"


@dataclass(frozen=True, kw_only=True)
class ResumeLists:
    """A `Job` over answers to lists. `reviewers` and `styles` are those of `ResumeReviews`."""

    lists: Lists
    messages: Messages
    letter: WaitingList
    notices: Notices
    reviewers: Mapping[str, str]
    styles: Styles
    clock: Clock
    name: str = "resume_lists"

    async def due(self) -> Sequence[Message]:
        """Answers that are not taken apart yet, or whose parts are all done."""
        return await self.lists.answers(at=self.clock.now(), limit=BATCH)

    async def handle(self, answer: Message) -> None:
        """Make its parts messages of their cases; when there is none left to make, tell what came of them."""
        now = self.clock.now()
        _, reason = who_decides(answer, self.reviewers)
        if reason:
            log("review.refused", case_id=None, message_id=answer.id, reason=reason)
            notice = self.notices.refused(answer, case=None, reason=reason)
            await self.lists.settle(answer, _entry(answer, rule="refused", reason=reason), [notice], at=now)
            return
        shown = await self.lists.shown(answer.list_id or ListId(0))
        lines = read_batch(answer.text, self.styles.of(answer.sender).words)
        wanted = {part: shown[part.case_id] for line in lines for part in _parts(line) if part.case_id in shown}
        found = await self.lists.outcomes(answer)
        if wanted.keys() - found.keys():
            await self.lists.split(answer, wanted)
            return
        outcomes = [outcome for line in lines for outcome in _outcomes(line, found)]
        done = sum(outcome.done for outcome in outcomes)
        receipt = self.letter.receipt(answer, outcomes)
        entry = _entry(answer, rule="list", reason=f"{done} of {len(outcomes)} decisions were carried out")
        await self.lists.settle(answer, entry, [receipt], at=now)
        log("review.list_decided", message_id=answer.id, done=done, lines=len(outcomes))

    def attempts(self, answer: Message) -> int:
        """See `Job`."""
        return answer.attempts

    async def postpone(self, answer: Message, reason: str) -> None:
        """See `Job`."""
        await self.messages.postpone(answer.id, until=self.clock.now() + RETRY, reason=reason)

    async def set_aside(self, answer: Message, error: Exception) -> None:
        """See `Job`."""
        log("mail.set_aside", message_id=answer.id, error=type(error).__name__, reason=spoken(error))
        await self.messages.set_aside(
            answer.id, reason=f"{type(error).__name__}: {error}", notices=[self.notices.set_aside(answer, error)]
        )


def _parts(line: BatchLine) -> list[Part]:
    """What a line asks for, by case; nothing where it is unclear."""
    return [] if isinstance(line.reading, Unclear) else [Part(case_id=case, text=line.line) for case in line.cases]


def _outcomes(line: BatchLine, found: Mapping[Part, Outcome]) -> list[Outcome]:
    """What came of a line, for each of its cases; once for all of them where it is unclear."""
    if isinstance(line.reading, Unclear):
        case: CaseId | None = line.cases[0] if len(line.cases) == 1 else None
        return [Outcome(text=line.line, case_id=case, rule=line.reading.code, detail=line.reading.detail)]
    return [found.get(part) or Outcome(text=part.text, case_id=part.case_id, rule=NOT_SHOWN) for part in _parts(line)]


def _entry(answer: Message, *, rule: str, reason: str) -> dict[str, object]:
    return {"case": None, "message": answer.id, "disposition": "review", "rule": rule, "reason": reason}
