"""The mails that reviewers get: digest, receipt, confirmation; and the notice to the admin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailagent.domain.case import Case, case_number
from mailagent.domain.decision import Decision
from mailagent.domain.escalation import NewEscalation
from mailagent.domain.message import Message
from mailagent.domain.outgoing import MailKind, NewOutboxEntry, OutboxEntry, Outgoing
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
    admin: str
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
            "earlier_messages": earlier_messages,
            "attachments": list(message.attachments),
            "suggested_fix": state["suggested_fix"],
            "sources": [titles.get(source, source) for source in state["sources"]],
            "queue": self.queue,
            "company": self.paper.company,
            "ref": desk.tokens.review_reference(case.id, question.revision),
            "reviewers": self.reviewers,
            "customer_unauthenticated": not message.authenticated,
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
        """Nothing was sent, and why. `reply` is the reviewer's; `values` fill the text of `code`."""
        desk = self.paper.desk(case.mailbox)
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
            key=f"{reply.id}:receipt",
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

    def set_aside(self, message: Message, error: Exception) -> NewOutboxEntry:
        """A message could not be read or handled; its bytes are kept. One a day, however often it is retried."""
        return self._notice(
            key=f"{message.id}:aside:{self.paper.clock.now():%Y-%m-%d}",
            mailbox=message.mailbox,
            heading="A mail was set aside",
            what="mailagent could not handle a mail. It is kept as it came, and nothing was sent about it.",
            remedy=f"Read it with 'mailagent aside {message.id}' or in the mailbox, and answer it yourself. Once the"
            f" cause is mended, 'mailagent aside {message.id} --retry' gives it another try.",
            facts=[
                ("Message", str(message.id)),
                ("Mailbox", message.mailbox),
                ("Reason", f"{type(error).__name__}: {error}"),
            ],
        )

    def refused(self, reply: Message, *, case: Case | None, reason: str) -> NewOutboxEntry:
        """Somebody who may not decide tried to. One a day for each question and reason: nobody can flood the admin."""
        number = case.number if case else "none"
        return self._notice(
            key=f"{number}:{reply.review_revision or 0}:refused:{reason}:{self.paper.clock.now():%Y-%m-%d}",
            mailbox=reply.mailbox,
            heading="A decision was refused",
            what="A mail that claims to decide a case was not obeyed. Nothing was sent to its sender.",
            remedy="If the sender should decide, add the address to config/reviewers.toml; if the address is listed,"
            " check 'authserv_id' in config/review.toml.",
            facts=[("Case", number), ("Sender", reply.sender or "not one address"), ("Reason", reason)],
        )

    def not_sent(self, entry: OutboxEntry, error: Exception, *, uncertain: bool) -> NewOutboxEntry:
        """A mail failed for good, or nobody knows whether it went."""
        case = case_number(entry.case_id) if entry.case_id is not None else "none"
        return self._notice(
            key=f"{entry.key}:not-sent",
            mailbox=entry.mailbox,
            heading="A mail may not have been sent" if uncertain else "A mail could not be sent",
            what="The server may have accepted it, so it is not sent again: nobody is answered twice."
            if uncertain
            else "The server refused it for good.",
            remedy="Look for it in the recipient's mailbox or the server's log, and write yourself if it is not there."
            if uncertain
            else "Check the address and the server's words, and write yourself if it matters.",
            facts=[
                ("Mail", entry.kind),
                ("Case", case),
                ("Recipient", entry.recipient),
                ("Server", str(error)),
            ],
        )

    def _notice(
        self, *, key: str, mailbox: str, heading: str, what: str, remedy: str, facts: Sequence[tuple[str, str]]
    ) -> NewOutboxEntry:
        """Tell the admin of something that only a person can mend."""
        desk = self.paper.desk(mailbox)
        values = {
            "heading": heading,
            "what": what,
            "remedy": remedy,
            "facts": [{"name": name, "value": value} for name, value in facts],
            "company": self.paper.company,
        }
        body = self.paper.templates.body("review/notice", values)
        return self.paper.seal(
            Outgoing(
                kind="notice",
                recipient=self.admin,
                subject=f"[Support] {heading}",
                text=body.text,
                html=body.html,
                message_id=desk.tokens.notice_message_id(key),
                sender_address=desk.address,
                sender_name=f"Notice: {self.paper.company}",
            ),
            key=key,
            mailbox=mailbox,
            case_id=None,
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


def _why_no_draft(state: TriageState) -> str:
    if state["failure"]:
        return "the model gave no usable result."
    return "no article answers this message."
