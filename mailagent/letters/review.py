"""The mails that reviewers get: digest, reminder, receipts, confirmation."""

from collections.abc import Collection, Mapping, Sequence
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
from mailagent.letters.desk import Stationery
from mailagent.letters.question import background, question_values, review_subject
from mailagent.letters.receipts import HEADS, answered, refusal, words_key
from mailagent.triage.state import TriageState


@dataclass(frozen=True, kw_only=True)
class ReviewLetters:
    """`queue` gets the digests, and who wrote the answers to it; REVISE is offered if a model `rewrites` drafts."""

    paper: Stationery
    queue: str
    reviewers: int
    rewrites: bool

    def digests(
        self,
        case: Case,
        message: Message,
        question: NewEscalation,
        state: TriageState,
        *,
        earlier_messages: int,
        cause: str = "",
    ) -> list[NewOutboxEntry]:
        """Put one escalation before the reviewers, or before those whose it is; `cause` tells apart how often."""
        return [
            self.digest(case, message, question, state, earlier_messages=earlier_messages, reader=reader, cause=cause)
            for reader in question.assigned_to or (None,)
        ]

    def digest(
        self,
        case: Case,
        message: Message,
        question: NewEscalation,
        state: TriageState,
        *,
        earlier_messages: int,
        reader: str | None = None,
        cause: str = "",
    ) -> NewOutboxEntry:
        """Put one escalation before the queue, or before one `reader`. The token travels in Reply-To, Message-ID and
        the Ref line.
        """
        values: dict[str, object] = {
            **question_values(self.paper, case, message, question, state),
            **background(message, state),
            "earlier_messages": earlier_messages,
            "queue": self.queue,
            "reviewers": self.reviewers,
            "rewrites": self.rewrites,
        }
        said = "Urgent" if question.priority == "urgent" else "Needs decision"
        key = ":".join(filter(None, [digest_key(case.id, question.revision), reader, cause]))
        return self._question("digest", case, question, values, key=key, recipient=reader or self.queue, said=said)

    def reminders(
        self,
        case: Case,
        message: Message,
        question: Escalation,
        *,
        stage: Stage,
        recipients: Sequence[str],
        unreached: str,
    ) -> list[NewOutboxEntry]:
        """Put it again, to whoever `recipients` are: a reply decides as one to the digest does. `unreached` says why
        the digest found nobody. The first one's key is that of the stage.
        """
        state = cast("TriageState", question.graph_state)
        values = {
            **question_values(self.paper, case, message, question, state),
            "stage": stage,
            "unreached": unreached if stage == "unreached" else "",
            "asked": self.spoken(question.opened_at),
            "queue": self.queue,
            "rewrites": self.rewrites,
        }
        key = reminder_key(case.id, question.revision, stage)
        return [
            self._question("reminder", case, question, values, key=own, recipient=recipient, said="Reminder")
            for recipient, own in zip(recipients, (key, *(f"{key}:{other}" for other in recipients[1:])), strict=True)
        ]

    def receipt(
        self, case: Case, reply: Message, question: NewEscalation | None, *, code: str, values: Mapping[str, object]
    ) -> NewOutboxEntry:
        """Nothing was sent, and why. `reply` is the reviewer's, about `question`; `values` fill the text of `code`.

        One an hour for the same words: a program that answers for the reviewer would answer each receipt, for ever.
        """
        now = self.paper.clock.now()
        given = {"case_number": case.number, "rewrites": self.rewrites, **values}
        return self._receipt(
            case,
            reply,
            question,
            self.paper.templates.text(f"review/errors/{code}", given),
            refusal(self.paper, case, reply, question, code=code, values=given),
            key=f"{case.id}:{question.revision if question else 0}:{code}:{words_key(reply)}:{now:%Y-%m-%dT%H}:receipt",
            recipient=reply.sender or self.queue,
        )

    def told(
        self,
        case: Case,
        reply: Message,
        question: NewEscalation,
        word: str,
        values: Mapping[str, object],
        *,
        readers: Collection[str] = (),
    ) -> list[NewOutboxEntry]:
        """What a word of the reviewer's did, or what they asked for: the text of ``review/done/<word>``. It goes to the
        reviewer who wrote, or to `readers`.
        """
        text = self.paper.templates.text(f"review/done/{word}", {"case_number": case.number, **values})
        return [
            self._receipt(
                case,
                reply,
                question,
                text,
                answered(self.paper, word),
                key=f"{reply.id}:{word}:receipt:{reader}",
                recipient=reader,
            )
            for reader in sorted(readers or {reply.sender or self.queue})
        ]

    def confirmations(
        self,
        case: Case,
        message: Message,
        reply: Message,
        question: NewEscalation,
        decision: Decision,
        *,
        reviewer: str,
        letter: str,
        readers: Collection[str],
        undo_until: datetime | None,
    ) -> list[NewOutboxEntry]:
        """What was decided, to each of `readers`; `letter` is what the customer gets, unless undone by `undo_until`."""
        desk = self.paper.desk(case.mailbox)
        values = {
            "case_number": case.number,
            "subject": case.subject or "(no subject)",
            "reviewer": reviewer,
            "verb": decision.verb,
            "letter": letter,
            "note": decision.note,
            "files": list(reply.attachments),
            "customer_name": message.sender_name or message.sender or "the customer",
            "is_proven": message.authenticated,
            "has_draft": question.draft is not None,
            "has_sender": message.sender is not None,
            "undo_for": undo_until and spoken_minutes(undo_until - self.paper.clock.now()),
            "undo_until": undo_until and self.spoken(undo_until),
            "ref": desk.review_reference(question),
            "company": self.paper.company,
        }
        return [
            self._mail(
                "confirmation",
                case,
                values,
                key=f"{reply.id}:confirmation:{reader}",
                recipient=reader,
                reply=reply,
                reply_to=desk.review_address(question),
                sender_name=f"{HEADS[decision.verb]}: {self.paper.company}",
            )
            for reader in sorted(readers)
        ]

    def spoken(self, at: datetime) -> str:
        """A time for a reviewer."""
        return spoken_time(at, now=self.paper.clock.now(), zone=self.paper.zone)

    def _receipt(
        self,
        case: Case,
        reply: Message,
        question: NewEscalation | None,
        told: str,
        shown: Mapping[str, object],
        *,
        key: str,
        recipient: str,
    ) -> NewOutboxEntry:
        """Answer a reviewer; `told` begins with a line for the heading."""
        desk, company = self.paper.desk(case.mailbox), self.paper.company
        heading, _, text = told.partition("\n")
        values = {
            "heading": heading.removeprefix("#").strip(),
            "message": text.strip(),
            "case_number": case.number,
            "ref": desk.review_reference(question) if question else case.number,
            "company": company,
            "rewrites": self.rewrites,
            **shown,
        }
        return self._mail(
            "receipt",
            case,
            values,
            key=key,
            recipient=recipient,
            reply=reply,
            reply_to=desk.review_address(question) if question else None,
            sender_name=company if shown["over"] == company else f"{shown['over']}: {company}",
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
            case,
            values,
            key=key,
            recipient=recipient,
            message_id=desk.review_message_id(question, key),
            reply_to=desk.review_address(question),
            sender_name=f"{said}: {self.paper.company}",
            headers=(
                ("X-Mailagent-Category", str(values["category"])),
                ("X-Mailagent-Priority", question.priority),
            ),
        )

    def _mail(
        self,
        kind: MailKind,
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
        """In the case's review thread: constant subject, common root. The time, since a restore gives keys again."""
        desk = self.paper.desk(case.mailbox)
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
                message_id=message_id or desk.tokens.message_id(case.id, f"{key}:{self.paper.clock.now().isoformat()}"),
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
