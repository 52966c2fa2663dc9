"""The mails that reviewers get: digest, receipt, confirmation."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mailagent.domain.case import Case
from mailagent.domain.decision import Decision
from mailagent.domain.escalation import NewEscalation
from mailagent.domain.message import Message
from mailagent.domain.outgoing import MailKind, NewOutboxEntry, Outgoing
from mailagent.domain.times import spoken_duration, spoken_time
from mailagent.letters.desk import MAILTO_LIMIT, Desk, Stationery, mailto
from mailagent.mail.compose import clean_header
from mailagent.triage.state import TriageState

CUSTOMER_TEXT_LIMIT = 2_000
QUOTED_LINES = 3
LINE_LIMIT = 200


@dataclass(frozen=True, kw_only=True)
class ReviewLetters:
    """`queue` gets the digests; receipts and confirmations go to the reviewer who wrote."""

    paper: Stationery
    queue: str
    reviewers: int

    def digest(
        self, case: Case, message: Message, question: NewEscalation, state: TriageState, *, earlier_messages: int
    ) -> NewOutboxEntry:
        """Put one escalation before the reviewers. The token travels in Reply-To, Message-ID and the Ref line."""
        desk = self.paper.desk(case.mailbox)
        now = self.paper.clock.now()
        address = desk.tokens.review_address(desk.address, case.id, question.revision)
        subject = self._subject(case)
        draft = state["response"]
        modify = f"MODIFY\n\n{draft or ''}\n"
        modify_url = mailto(address, subject=f"Re: {subject}", body=modify)
        if len(modify_url) > MAILTO_LIMIT:
            modify_url = mailto(address, subject=f"Re: {subject}", body="MODIFY\n\n")
        titles = {article["id"]: article["title"] for article in state["kb_results"]}
        values: dict[str, object] = {
            "case_number": case.number,
            "subject": case.subject or "(no subject)",
            "priority": question.priority,
            "due": spoken_time(question.due_at, now=now, zone=self.paper.zone),
            "time_left": spoken_duration(question.due_at - now),
            "category": state["category"] or "unknown",
            "confidence_percent": round(state["confidence"] * 100) if state["category"] else None,
            "sentiment": state["sentiment"],
            "sentiment_score": state["sentiment_score"],
            "mood_words": state["mood_words"],
            "summary": state["summary"],
            "why": question.reason,
            "rule": state["rule"],
            "draft": draft,
            "draft_missing": _why_no_draft(state),
            "approve_url": mailto(address, subject=f"Re: {subject}", body="APPROVE\n") if draft else None,
            "modify_url": modify_url,
            "reject_url": mailto(address, subject=f"Re: {subject}", body="REJECT\n"),
            "customer_name": message.sender_name,
            "customer_address": message.sender or "unknown sender",
            "received": spoken_time(message.received_at, now=now, zone=self.paper.zone),
            "customer_text": message.text[:CUSTOMER_TEXT_LIMIT],
            "customer_text_cut": len(message.text) > CUSTOMER_TEXT_LIMIT,
            "quoted_text": message.quoted[:CUSTOMER_TEXT_LIMIT],
            "earlier_messages": earlier_messages,
            "attachments": list(message.attachments),
            "suggested_fix": state["suggested_fix"],
            "sources": [titles.get(source, source) for source in state["sources"]],
            "queue": self.queue,
            "company": self.paper.company,
            "ref": desk.tokens.review_reference(case.id, question.revision),
            "reviewers": self.reviewers,
            "caution": message.caution,
            "because": state["because"],
            "claims": list(dict.fromkeys(claim["words"] for claim in state["claims"])) if draft else [],
            "open_asks": _open_asks(state),
        }
        key = f"{case.id}:{question.revision}:digest"
        return self._mail(
            "digest",
            desk,
            case,
            values,
            key=key,
            recipient=self.queue,
            message_id=desk.tokens.review_message_id(case.id, question.revision, key),
            reply_to=address,
            sender_name=f"{'Urgent' if question.priority == 'urgent' else 'Needs decision'}: {self.paper.company}",
            headers=(
                ("X-Mailagent-Category", state["category"] or "unknown"),
                ("X-Mailagent-Priority", question.priority),
            ),
        )

    def receipt(self, case: Case, reply: Message, *, code: str, values: Mapping[str, object]) -> NewOutboxEntry:
        """Nothing was sent, and why. `reply` is the reviewer's; `values` fill the text of `code`.

        One an hour for the same words: a program that answers for the reviewer would answer each receipt, for ever.
        """
        desk = self.paper.desk(case.mailbox)
        words = hashlib.sha256(f"{reply.sender}\n{reply.text}".encode()).hexdigest()[:16]
        heading, _, text = self.paper.templates.text(f"review/errors/{code}", values).partition("\n")
        revision = reply.review_revision
        return self._mail(
            "receipt",
            desk,
            case,
            {
                "heading": heading.removeprefix("#").strip(),
                "message": text.strip(),
                "lines": [line[:LINE_LIMIT] for line in reply.text.splitlines() if line.strip()][:QUOTED_LINES],
                "code": code,
                "case_number": case.number,
                "ref": desk.tokens.review_reference(case.id, revision) if revision else case.number,
                "company": self.paper.company,
            },
            key=f"{case.id}:{revision or 0}:{code}:{words}:{self.paper.clock.now():%Y-%m-%dT%H}:receipt",
            recipient=reply.sender or self.queue,
            reply=reply,
            reply_to=desk.tokens.review_address(desk.address, case.id, revision) if revision else None,
            sender_name=f"Nothing was sent: {self.paper.company}",
        )

    def confirmation(
        self, case: Case, message: Message, reply: Message, decision: Decision, *, reviewer: str, letter: str | None
    ) -> NewOutboxEntry:
        """What was done, to the reviewer who decided."""
        return self._mail(
            "confirmation",
            self.paper.desk(case.mailbox),
            case,
            {
                "case_number": case.number,
                "subject": case.subject or "(no subject)",
                "reviewer": reviewer,
                "verb": decision.verb,
                "letter": letter or "",
                "note": decision.note,
                "customer_name": message.sender_name or message.sender or "the customer",
                "company": self.paper.company,
            },
            key=f"{reply.id}:confirmation",
            recipient=reply.sender or self.queue,
            reply=reply,
            sender_name=f"{'Rejected' if decision.verb == 'reject' else 'Sent'}: {self.paper.company}",
        )

    def spoken(self, at: datetime) -> str:
        """A time for a reviewer."""
        return spoken_time(at, now=self.paper.clock.now(), zone=self.paper.zone)

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
        subject = self._subject(case)
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

    def _subject(self, case: Case) -> str:
        return f"[{case.number}] {clean_header(case.subject) or '(no subject)'}"


def _open_asks(state: TriageState) -> list[str]:
    """What the draft leaves out of what the customer asks; nothing where the draft was not made from articles alone."""
    if not any(ask["article"] for ask in state["asks"]):
        return []
    return [ask["text"] for ask in state["asks"] if ask["article"] is None]


def _why_no_draft(state: TriageState) -> str:
    if state["failure"]:
        return "the model gave no usable result."
    return "no article answers this message."
