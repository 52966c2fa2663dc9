"""Put questions again that nobody decided in time, or that reached nobody.

What was sent is known by the keys in the outbox, so a process that dies in between sends nothing twice. After days
without a process each question is put once, at the stage that it has reached by then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mailagent.domain.deadlines import Deadlines
from mailagent.domain.escalation import Waiting
from mailagent.domain.policy import Modes
from mailagent.domain.reminders import STAGES, Stage, next_stage, reminder_key
from mailagent.domain.working_time import WorkingTime
from mailagent.events import log
from mailagent.letters.notices import Notices
from mailagent.letters.review import ReviewLetters
from mailagent.ports import Cases, Clock, Messages, Outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """One question at one stage, and who get it."""

    question: Waiting
    stage: Stage
    recipients: tuple[str, ...]

    @property
    def key(self) -> str:
        """Of its mail in the outbox."""
        return reminder_key(self.question.case_id, self.question.revision, self.stage)


@dataclass(frozen=True, kw_only=True)
class RemindReviewers:
    """A `Job`. `escalate_to` gets what is overdue or reached nobody, the queue where it is None; `personal` are the
    working hours of addresses that have their own. Outside a recipient's hours only urgent questions go out.
    """

    cases: Cases
    messages: Messages
    outbox: Outbox
    review: ReviewLetters
    notices: Notices
    deadlines: Deadlines
    personal: Mapping[str, WorkingTime]
    escalate_to: str | None
    modes: Modes
    clock: Clock
    name: str = "remind_reviewers"
    _failed: dict[str, int] = field(default_factory=dict)
    _given_up: set[str] = field(default_factory=set)

    async def due(self) -> Sequence[Reminder]:
        """The questions that reached a stage of which nobody was told yet, the first due first."""
        found: list[Reminder] = []
        page = await self.cases.waiting()
        while page:
            found += await self._reached(page)
            page = await self.cases.waiting(after=page[-1])
        return found

    async def handle(self, reminder: Reminder) -> None:
        """Queue its mails, unless somebody has decided meanwhile."""
        row = reminder.question
        question = await self.cases.escalation(row.case_id, row.revision)
        if question is None or question.state != "open":
            return
        mails = self.review.reminders(
            await self.cases.get(row.case_id),
            await self.messages.get(question.message_id),
            question,
            stage=reminder.stage,
            recipients=reminder.recipients,
            unreached=row.unreached,
        )
        if await self.cases.remind(row, mails, at=self.clock.now()):
            log("review.reminded", case_id=row.case_id, revision=row.revision, stage=reminder.stage)

    def attempts(self, reminder: Reminder) -> int:
        """Since the start of this process."""
        return self._failed.get(reminder.key, 0)

    async def postpone(self, reminder: Reminder, reason: str) -> None:  # noqa: ARG002 - the runner has logged it
        """It is due again at the next round."""
        self._failed[reminder.key] = self.attempts(reminder) + 1

    async def set_aside(self, reminder: Reminder, error: Exception) -> None:
        """The question waits on without this reminder; the admin hears of it."""
        self._given_up.add(reminder.key)
        case = await self.cases.get(reminder.question.case_id)
        await self.outbox.write([self.notices.not_reminded(case, reminder.key, error)], at=self.clock.now())

    async def _reached(self, page: Sequence[Waiting]) -> list[Reminder]:
        waiting = [row for row in page if self.modes.of(row.category) != "shadow"]
        keys = [reminder_key(row.case_id, row.revision, stage) for row in waiting for stage in STAGES]
        written = await self.outbox.written(keys)
        found = [reminder for row in waiting if (reminder := self._reminder(row, written))]
        return [reminder for reminder in found if reminder.key not in self._given_up]

    def _reminder(self, row: Waiting, written: frozenset[str]) -> Reminder | None:
        now = self.clock.now()
        if row.snoozed_until is not None and row.snoozed_until > now:
            return None
        stage = next_stage(
            row,
            elapsed=self.deadlines.elapsed(row.priority, start=row.opened_at, due=row.due_at, now=now),
            done=[stage for stage in STAGES if reminder_key(row.case_id, row.revision, stage) in written],
            hands_on=self.escalate_to is not None,
        )
        if stage is None:
            return None
        asked = row.assigned_to or (self.review.queue,)
        wanted = asked if stage == "due_soon" or self.escalate_to is None else (self.escalate_to,)
        recipients = tuple(reader for reader in wanted if row.priority == "urgent" or self._works(reader))
        return Reminder(question=row, stage=stage, recipients=recipients) if recipients else None

    def _works(self, reader: str) -> bool:
        return self.personal.get(reader, self.deadlines.working).is_open(self.clock.now())
