"""The mails that customers get: answer, acknowledgment, holding reply, question, each in the customer's `language`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailagent.domain.case import Case
from mailagent.domain.message import Message
from mailagent.domain.outgoing import MailKind, NewOutboxEntry, Outgoing
from mailagent.domain.person import greeting_name
from mailagent.domain.times import due_time
from mailagent.letters.desk import Stationery, mailto, reply_subject


@dataclass(frozen=True, kw_only=True)
class CustomerLetters:
    """Each letter answers one message, goes to its sender alone and stands in its thread.

    The keys hold the message's id, so a message gets one automatic answer and one acknowledgment at most, and one
    letter for each `revision`: a question about it that a reviewer decided.
    """

    paper: Stationery

    def answer(
        self,
        case: Case,
        message: Message,
        *,
        text: str,
        language: str,
        sources: Sequence[str] = (),
        revision: int | None = None,
    ) -> NewOutboxEntry:
        """A reply: `text` is the whole letter, written by a template or by a reviewer. Without `revision` it is
        automatic.
        """
        automatic = revision is None
        desk = self.paper.desk(case.mailbox)
        subject = f"{reply_subject(message.subject)} [{case.number}]"
        said = {"language": language, "reference": f"Ref {desk.tokens.case_reference(case.id)}"}

        def button(name: str, **values: object) -> str:
            body = self.paper.templates.text(f"customer/{name}", {**said, **values})
            return mailto(desk.address, subject=subject, body=body)

        values = {
            "letter": text,
            "automatic": automatic,
            "language": language,
            "sources": list(sources),
            "ratings": [{"n": n, "url": button("rating", n=n)} for n in range(1, 6)] if automatic else [],
            "person_url": button("person"),
            "case_number": case.number,
            "company": self.paper.company,
        }
        purpose = "reply" if automatic else f"reply:{revision}"
        return self._letter("answer", purpose, case, message, values, automatic=automatic)

    def acknowledgment(
        self, case: Case, message: Message, *, tone: str, language: str, due: datetime
    ) -> NewOutboxEntry:
        """A person looks at it; until when they answer. Never quotes the customer."""
        values = self._promise(case, message, tone, language, due)
        return self._letter("acknowledgment", "acknowledgment", case, message, values, automatic=True)

    def holding(
        self, case: Case, message: Message, *, tone: str, language: str, due: datetime, revision: int
    ) -> NewOutboxEntry:
        """We are still on it; a person writes by `due`."""
        values = self._promise(case, message, tone, language, due)
        return self._letter("holding", f"holding:{revision}", case, message, values, automatic=False)

    def ask(
        self, case: Case, message: Message, *, question: str, tone: str, language: str, cause: Message
    ) -> NewOutboxEntry:
        """A reviewer's `question`, word for word; `cause` is the reviewer's reply, and there may be several."""
        values = {
            "greeting_name": greeting_name(message.sender_name),
            "tone": tone,
            "language": language,
            "question": question,
            "case_number": case.number,
            "company": self.paper.company,
        }
        return self._letter("ask", f"ask:{cause.id}", case, message, values, automatic=False)

    def _promise(self, case: Case, message: Message, tone: str, language: str, due: datetime) -> dict[str, object]:
        return {
            "greeting_name": greeting_name(message.sender_name),
            "tone": tone,
            "language": language,
            "due": due_time(due, now=self.paper.clock.now(), zone=self.paper.zone),
            "case_number": case.number,
            "company": self.paper.company,
        }

    def _letter(
        self,
        kind: MailKind,
        purpose: str,
        case: Case,
        message: Message,
        values: Mapping[str, object],
        *,
        automatic: bool,
    ) -> NewOutboxEntry:
        """Its Message-ID tells of the time as well: after a restore the numbers are given again, and a copy of another
        mail would be taken for this one's.
        """
        desk = self.paper.desk(case.mailbox)
        body = self.paper.templates.body(f"customer/{kind}", values)
        key = f"{message.id}:{purpose}"
        return self.paper.seal(
            Outgoing(
                kind=kind,
                recipient=message.sender or case.customer,
                subject=reply_subject(message.subject),
                text=body.text,
                html=body.html,
                message_id=desk.tokens.message_id(case.id, f"{key}:{message.received_at.isoformat()}"),
                in_reply_to=message.message_id or None,
                references=(*message.references, *([message.message_id] if message.message_id else [])),
                sender_address=desk.address,
                sender_name=self.paper.company,
            ),
            key=key,
            mailbox=case.mailbox,
            case_id=case.id,
            automatic=automatic,
        )
