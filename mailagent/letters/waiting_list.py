"""The list of all that waits for a decision, and what came of an answer to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from mailagent.domain.case import Case, case_number
from mailagent.domain.escalation import Escalation
from mailagent.domain.listed import ListId, NewList, Outcome, list_key
from mailagent.domain.message import Message
from mailagent.domain.outgoing import NewOutboxEntry, Outgoing
from mailagent.domain.times import spoken_time
from mailagent.letters.desk import Stationery, reply_subject
from mailagent.letters.question import UNKNOWN, review_subject, time_left
from mailagent.letters.receipts import answered, words_key
from mailagent.triage.state import TriageState

LINE_LIMIT = 80
LONGEST_LIST = 40
"""Cases that are shown; Gmail cuts mails at about 100 KB."""


@dataclass(frozen=True, kw_only=True)
class WaitingList:
    """Goes to `queue`. It shows no drafts; its buttons open an empty mail to a case, and a reply to it decides several
    cases, one line each. The token travels as that of a digest does.
    """

    paper: Stationery
    queue: str

    def of(
        self, questions: Sequence[tuple[Case, Escalation]], *, waiting: int, list_id: ListId, bundled: bool = False
    ) -> NewList:
        """`questions` are the most pressing of `waiting`, in that order. A `bundled` list comes in place of their
        digests, and its buttons ask for them.
        """
        case, _ = questions[0]
        desk = self.paper.desk(case.mailbox)
        now = self.paper.clock.now()
        key = list_key(list_id)
        rows = [self._row(case, question, now, bundled=bundled) for case, question in questions]
        heading = f"{waiting}{' new' if bundled else ''} cases wait for a decision"
        heading = "1 case waits for a decision" if waiting == 1 else heading
        values = {
            "heading": heading,
            "overdue": sum(question.due_at < now for _, question in questions),
            "cases": rows,
            "example": _example(questions),
            "bundled": bundled,
            "more": waiting - len(rows),
            "ref": desk.tokens.list_reference(list_id),
            "company": self.paper.company,
        }
        body = self.paper.templates.body("review/list", values)
        mail = self.paper.seal(
            Outgoing(
                kind="list",
                recipient=self.queue,
                subject=f"[Support] {heading}",
                text=body.text,
                html=body.html,
                message_id=desk.tokens.list_message_id(list_id, key),
                reply_to=desk.list_address(list_id),
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
        shows = {case.id: question.revision for case, question in questions}
        return NewList(id=list_id, shows=shows, mail=mail)

    def receipt(self, answer: Message, outcomes: Sequence[Outcome]) -> NewOutboxEntry:
        """What came of each line of a reviewer's `answer` to a list, to that reviewer.

        One an hour for the same words: a program that answers for the reviewer would answer each receipt, for ever.
        """
        desk = self.paper.desk(answer.mailbox)
        list_id = answer.list_id or ListId(0)
        done = [row for row in outcomes if row.done]
        values = {"done": [_spoken(row) for row in done], "held": [_spoken(row) for row in outcomes if not row.done]}
        heading, _, text = self.paper.templates.text("review/done/list", values).partition("\n")
        over = self.paper.company if done else "Nothing was sent"
        body = self.paper.templates.body(
            "review/receipt",
            {
                "heading": heading.removeprefix("#").strip(),
                "message": text.strip(),
                **answered(self.paper, "list"),
                "rewrites": False,
                "over": over,
                "case_number": "list",
                "ref": desk.tokens.list_reference(list_id),
                "company": self.paper.company,
            },
        )
        key = f"list:{list_id}:{words_key(answer)}:{self.paper.clock.now():%Y-%m-%dT%H}:receipt"
        above = (answer.message_id,) if answer.message_id else ()
        return self.paper.seal(
            Outgoing(
                kind="receipt",
                recipient=answer.sender or self.queue,
                subject=reply_subject(answer.subject),
                text=body.text,
                html=body.html,
                message_id=desk.tokens.list_message_id(list_id, key),
                in_reply_to=above[0] if above else None,
                references=above,
                reply_to=desk.list_address(list_id),
                sender_address=desk.address,
                sender_name=self.paper.company if done else f"Nothing was sent: {self.paper.company}",
                headers=(
                    ("List-Id", f"{self.paper.company} review <review.{desk.address.partition('@')[2]}>"),
                    ("X-Mailagent-Kind", "receipt"),
                ),
            ),
            key=key,
            mailbox=answer.mailbox,
            case_id=None,
        )

    def _row(self, case: Case, question: Escalation, now: datetime, *, bundled: bool) -> dict[str, object]:
        state = cast("TriageState", question.graph_state)
        desk = self.paper.desk(case.mailbox)
        return {
            "number": case.number,
            "subject": case.subject or "(no subject)",
            "customer": case.customer_name or case.customer or UNKNOWN,
            "summary": state["summary"],
            "due": spoken_time(question.due_at, now=now, zone=self.paper.zone),
            "time_left": time_left(question.due_at, now=now),
            "mood": state["sentiment"],
            "category": state["category"] or "unknown",
            "priority": question.priority,
            "decide_url": desk.decide_url(
                question,
                subject=f"Re: {review_subject(case)}",
                body="STATUS\n" if bundled else "",
            ),
        }


def _example(questions: Sequence[tuple[Case, Escalation]]) -> str:
    """A line that can be carried out: an approval needs a draft, and somebody who gets it."""
    answerable = [
        case.number for case, question in questions if question.draft is not None and question.graph_state["sender"]
    ]
    return " ".join(["APPROVE", *answerable[:2]]) if answerable else f"CLOSE {questions[0][0].number}"


def _spoken(row: Outcome) -> dict[str, str]:
    return {
        "number": case_number(row.case_id) if row.case_id is not None else "",
        "line": row.text[:LINE_LIMIT],
        "rule": row.rule,
        "detail": row.detail,
    }
