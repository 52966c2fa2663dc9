"""The list of all that waits for a decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from mailagent.domain.case import Case
from mailagent.domain.escalation import Escalation
from mailagent.domain.outgoing import NewOutboxEntry, Outgoing
from mailagent.domain.times import spoken_time
from mailagent.letters.desk import Stationery, mailto
from mailagent.letters.question import review_subject, time_left
from mailagent.triage.state import TriageState

LONGEST_LIST = 40
"""Cases that are shown; Gmail cuts mails at about 100 KB."""


@dataclass(frozen=True, kw_only=True)
class WaitingList:
    """Goes to `queue`. It shows no drafts, so its buttons open an empty mail to a case, and a reply to it decides
    nothing.
    """

    paper: Stationery
    queue: str

    def of(self, questions: Sequence[tuple[Case, Escalation]], *, waiting: int, at: datetime) -> NewOutboxEntry:
        """The list of the time `at`; `questions` are the most pressing of `waiting`, in that order."""
        case, _ = questions[0]
        desk = self.paper.desk(case.mailbox)
        now = self.paper.clock.now()
        rows = [self._row(case, question, now) for case, question in questions]
        heading = "1 case waits for a decision" if waiting == 1 else f"{waiting} cases wait for a decision"
        values = {
            "heading": heading,
            "overdue": sum(question.due_at < now for _, question in questions),
            "cases": rows,
            "more": waiting - len(rows),
            "company": self.paper.company,
        }
        body = self.paper.templates.body("review/list", values)
        key = list_key(at)
        return self.paper.seal(
            Outgoing(
                kind="list",
                recipient=self.queue,
                subject=f"[Support] {heading}",
                text=body.text,
                html=body.html,
                message_id=desk.tokens.notice_message_id(key),
                sender_address=desk.address,
                sender_name=f"Waiting: {self.paper.company}",
                headers=(
                    ("List-Id", f"{self.paper.company} review <review.{desk.address.partition('@')[2]}>"),
                    ("X-Mailagent-Kind", "list"),
                ),
            ),
            key=key,
            mailbox=case.mailbox,
            case_id=None,
        )

    def _row(self, case: Case, question: Escalation, now: datetime) -> dict[str, object]:
        state = cast("TriageState", question.graph_state)
        desk = self.paper.desk(case.mailbox)
        address = desk.tokens.review_address(desk.address, case.id, question.revision)
        return {
            "number": case.number,
            "subject": case.subject or "(no subject)",
            "customer": case.customer_name or case.customer,
            "summary": state["summary"],
            "due": spoken_time(question.due_at, now=now, zone=self.paper.zone),
            "time_left": time_left(question.due_at, now=now),
            "mood": state["sentiment"],
            "category": state["category"] or "unknown",
            "priority": question.priority,
            "decide_url": mailto(address, subject=f"Re: {review_subject(case)}", body=""),
        }


def list_key(at: datetime) -> str:
    """The key of the list of a time of day, in the zone of `at`."""
    return f"list:{at:%Y-%m-%dT%H:%M}"
