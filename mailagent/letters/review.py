"""The mails that reviewers get: digest, reminder, receipts, confirmation."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from mailagent.domain.case import Case
from mailagent.domain.decision import Decision
from mailagent.domain.escalation import Escalation, NewEscalation
from mailagent.domain.message import Message
from mailagent.domain.outgoing import MailKind, NewOutboxEntry, Outgoing
from mailagent.domain.reminders import Stage, digest_key, reminder_key
from mailagent.domain.times import spoken_minutes, spoken_time
from mailagent.letters.desk import Desk, Stationery
from mailagent.letters.question import CUSTOMER_TEXT_LIMIT, question_values, review_subject
from mailagent.letters.receipts import answered, refusal
from mailagent.triage.state import TriageState

HEADS = {"approve": "Sent", "modify": "Sent", "reject": "Rejected", "ask": "Asked", "close": "Closed", "spam": "Spam"}
"""How a confirmation begins its sender's name."""


@dataclass(frozen=True, kw_only=True)
class ReviewLetters:
    """`queue` gets the digests; receipts and confirmations go to the reviewer who wrote."""

    paper: Stationery
    queue: str
    reviewers: int

    def digest(
        self,
        case: Case,
        message: Message,
        question: NewEscalation,
        state: TriageState,
        *,
        earlier_messages: int,
        assignee: str | None = None,
    ) -> NewOutboxEntry:
        """Put one escalation before the reviewers, or before the one whose it is. The token travels in Reply-To,
        Message-ID and the Ref line.
        """
        assignee = assignee or question.assigned_to
        titles = {article["id"]: article["title"] for article in state["kb_results"]}
        values: dict[str, object] = {
            **question_values(self.paper, case, message, question, state),
            "confidence_percent": round(state["confidence"] * 100) if state["category"] else None,
            "sentiment_score": state["sentiment_score"],
            "mood_words": state["mood_words"],
            "customer_address": message.sender or "unknown sender",
            "quoted_text": message.quoted[:CUSTOMER_TEXT_LIMIT],
            "earlier_messages": earlier_messages,
            "attachments": list(message.attachments),
            "suggested_fix": state["suggested_fix"],
            "sources": [titles.get(source, source) for source in state["sources"]],
            "queue": self.queue,
            "reviewers": self.reviewers,
            "because": state["because"],
        }
        said = "Urgent" if question.priority == "urgent" else "Needs decision"
        key = digest_key(case.id, question.revision) + (f":{assignee}" if assignee else "")
        recipient = assignee or self.queue
        return self._question("digest", case, question, values, key=key, recipient=recipient, said=said)

    def reminder(
        self, case: Case, message: Message, question: Escalation, *, stage: Stage, recipient: str, unreached: str
    ) -> NewOutboxEntry:
        """Put it again, to whoever `recipient` is: a reply decides as one to the digest does. `unreached` says why the
        digest found nobody.
        """
        state = cast("TriageState", question.graph_state)
        values = {
            **question_values(self.paper, case, message, question, state),
            "stage": stage,
            "unreached": unreached if stage == "unreached" else "",
            "asked": self.spoken(question.opened_at),
            "queue": self.queue,
        }
        key = reminder_key(case.id, question.revision, stage)
        return self._question("reminder", case, question, values, key=key, recipient=recipient, said="Reminder")

    def receipt(self, case: Case, reply: Message, *, code: str, values: Mapping[str, object]) -> NewOutboxEntry:
        """Nothing was sent, and why. `reply` is the reviewer's; `values` fill the text of `code`.

        One an hour for the same words: a program that answers for the reviewer would answer each receipt, for ever.
        """
        words = hashlib.sha256(f"{reply.sender}\n{reply.text}".encode()).hexdigest()[:16]
        return self._receipt(
            case,
            reply,
            self.paper.templates.text(f"review/errors/{code}", values),
            refusal(self.paper, case, reply, code=code, detail=str(values["detail"])),
            key=f"{case.id}:{reply.review_revision or 0}:{code}:{words}:{self.paper.clock.now():%Y-%m-%dT%H}:receipt",
            recipient=reply.sender or self.queue,
            sender_name=f"Nothing was sent: {self.paper.company}",
        )

    def told(
        self, case: Case, reply: Message, word: str, values: Mapping[str, object], *, to_all: bool = False
    ) -> NewOutboxEntry:
        """What a word of the reviewer's did, or what they asked for: the text of ``review/done/<word>``."""
        return self._receipt(
            case,
            reply,
            self.paper.templates.text(f"review/done/{word}", {"case_number": case.number, **values}),
            answered(self.paper, word),
            key=f"{reply.id}:{word}:receipt",
            recipient=self.queue if to_all else reply.sender or self.queue,
            sender_name=self.paper.company,
        )

    def confirmations(
        self,
        case: Case,
        message: Message,
        reply: Message,
        decision: Decision,
        *,
        reviewer: str,
        letter: str,
        confirm: str,
        assigned_to: str | None,
        undo_until: datetime | None,
    ) -> list[NewOutboxEntry]:
        """What was decided, to everybody who got the digest ("all"), to the reviewer who decided ("actor"), or to
        nobody. `letter` is what the customer gets; until `undo_until` it can be taken back.
        """
        readers = {"all": {self.queue, assigned_to}, "actor": {reply.sender}}.get(confirm, set())
        desk, revision = self.paper.desk(case.mailbox), reply.review_revision or 0
        values = {
            "case_number": case.number,
            "subject": case.subject or "(no subject)",
            "reviewer": reviewer,
            "verb": decision.verb,
            "letter": letter,
            "note": decision.note,
            "customer_name": message.sender_name or message.sender or "the customer",
            "undo_for": undo_until and spoken_minutes(undo_until - self.paper.clock.now()),
            "undo_until": undo_until and self.spoken(undo_until),
            "ref": desk.tokens.review_reference(case.id, revision),
            "company": self.paper.company,
        }
        return [
            self._mail(
                "confirmation",
                desk,
                case,
                values,
                key=f"{reply.id}:confirmation:{reader}",
                recipient=reader,
                reply=reply,
                reply_to=desk.tokens.review_address(desk.address, case.id, revision),
                sender_name=f"{HEADS[decision.verb]}: {self.paper.company}",
            )
            for reader in sorted(filter(None, readers))
        ]

    def facts(self, case: Case, question: Escalation) -> dict[str, object]:
        """What WHY and STATUS tell of a case and its question."""
        state = cast("TriageState", question.graph_state)
        usage = state["usage"]
        return {
            "state": case.state,
            "subject": case.subject or "(no subject)",
            "customer": f"{case.customer_name or case.customer} <{case.customer}>",
            "opened": self.spoken(case.opened_at),
            "due": self.spoken(question.due_at),
            "priority": question.priority,
            "assigned_to": question.assigned_to,
            "decided": f"{question.decided_by}: {question.verb}" if question.verb else None,
            "category": state["category"] or "unknown",
            "confidence_percent": round(state["confidence"] * 100),
            "sentiment": state["sentiment"],
            "mood_words": state["mood_words"],
            "rule": state["rule"],
            "why": question.reason,
            "because": state["because"],
            "sources": state["sources"],
            "claims": [claim["words"] for claim in state["claims"]],
            "asks": [{"text": ask["text"], "article": ask["article"] or ask["found"]} for ask in state["asks"]],
            "model": usage["by"] or "offline",
            "tokens": usage["tokens_in"] + usage["tokens_out"],
            "cost": usage["cost"],
        }

    def spoken(self, at: datetime) -> str:
        """A time for a reviewer."""
        return spoken_time(at, now=self.paper.clock.now(), zone=self.paper.zone)

    def _receipt(
        self,
        case: Case,
        reply: Message,
        told: str,
        shown: Mapping[str, object],
        *,
        key: str,
        recipient: str,
        sender_name: str,
    ) -> NewOutboxEntry:
        """Answer a reviewer; `told` begins with a line for the heading."""
        desk, revision = self.paper.desk(case.mailbox), reply.review_revision
        heading, _, text = told.partition("\n")
        values = {
            "heading": heading.removeprefix("#").strip(),
            "message": text.strip(),
            "case_number": case.number,
            "ref": desk.tokens.review_reference(case.id, revision) if revision else case.number,
            "company": self.paper.company,
            **shown,
        }
        return self._mail(
            "receipt",
            desk,
            case,
            values,
            key=key,
            recipient=recipient,
            reply=reply,
            reply_to=desk.tokens.review_address(desk.address, case.id, revision) if revision else None,
            sender_name=sender_name,
        )

    def _question(
        self,
        kind: MailKind,
        case: Case,
        question: NewEscalation,
        values: Mapping[str, object],
        *,
        key: str,
        recipient: str,
        said: str,
    ) -> NewOutboxEntry:
        """A mail whose reply decides."""
        desk = self.paper.desk(case.mailbox)
        return self._mail(
            kind,
            desk,
            case,
            values,
            key=key,
            recipient=recipient,
            message_id=desk.tokens.review_message_id(case.id, question.revision, key),
            reply_to=desk.tokens.review_address(desk.address, case.id, question.revision),
            sender_name=f"{said}: {self.paper.company}",
            headers=(
                ("X-Mailagent-Category", str(values["category"])),
                ("X-Mailagent-Priority", question.priority),
            ),
        )

    def _mail(
        self,
        kind: MailKind,
        desk: Desk,
        case: Case,
        values: Mapping[str, object],
        *,
        key: str,
        recipient: str,
        sender_name: str,
        message_id: str | None = None,
        reply: Message | None = None,
        reply_to: str | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> NewOutboxEntry:
        """A mail in the case's review thread: constant subject, common root."""
        body = self.paper.templates.body(f"review/{kind}", values)
        answered = (reply.message_id,) if reply and reply.message_id else ()
        subject = review_subject(case)
        return self.paper.seal(
            Outgoing(
                kind=kind,
                recipient=recipient,
                subject=subject if kind == "digest" else f"Re: {subject}",
                text=body.text,
                html=body.html,
                message_id=message_id or desk.tokens.message_id(case.id, key),
                in_reply_to=answered[0] if answered else None,
                references=(desk.tokens.review_root(case.id), *answered),
                reply_to=reply_to,
                sender_address=desk.address,
                sender_name=sender_name,
                headers=(
                    ("List-Id", f"{self.paper.company} review <review.{desk.address.partition('@')[2]}>"),
                    ("X-Mailagent-Case", case.number),
                    ("X-Mailagent-Kind", kind),
                    *headers,
                ),
            ),
            key=key,
            mailbox=case.mailbox,
            case_id=case.id,
        )
