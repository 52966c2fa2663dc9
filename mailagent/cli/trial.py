"""Mails taken through the real graph with nothing stored and nothing sent, for ``try`` and ``eval``."""

from dataclasses import dataclass
from datetime import UTC, datetime

from mailagent.domain.case import Case, CaseId
from mailagent.domain.message import Message, MessageId
from mailagent.mail.automatic import Kind, kind_of
from mailagent.mail.bounce import read_bounce
from mailagent.mail.cautions import cautions_of, sender_verdict
from mailagent.mail.parse import parse
from mailagent.settings import Settings
from mailagent.triage.engine import Engine
from mailagent.triage.state import TriageState, fresh


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """Where the graph ended, with the case and message that it was asked about."""

    state: TriageState
    case: Case
    message: Message


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Tries mails, several at once if each gets a `number` of its own. `engine` is that of `wiring.open_trial`."""

    settings: Settings
    engine: Engine

    async def of_mail(self, raw: bytes, *, number: int = 1) -> Tried | Kind:
        """Where the graph ends with a mail as it came, or the kind of one that no model sees.

        Raises `PermanentError` when the mail cannot be read.
        """
        mail = parse(raw)
        settings = self.settings
        ours = {row.address for row in settings.mailbox}
        kind = kind_of(mail, ours=ours, bounced=read_bounce(raw, mail) is not None)
        if kind.kind != "person":
            return kind
        cautions = cautions_of(
            mail,
            kind,
            sender_verdict(mail, settings.review.trusted_server()),
            requires_auth=settings.replies.requires_auth,
            known=ours.union(*(person.addresses for person in settings.reviewer)),
        )
        return await self.of_text(
            mail.subject,
            mail.full_text if mail.passes_on else mail.text or mail.full_text,
            quoted="" if mail.passes_on else mail.quoted,
            sender=mail.sender,
            sender_name=mail.sender_name,
            caution="; ".join(cautions),
            attachments=tuple(part.name for part in mail.attachments),
            number=number,
        )

    async def of_text(
        self,
        subject: str,
        text: str,
        *,
        sender: str | None = None,
        sender_name: str = "",
        caution: str = "",
        attachments: tuple[str, ...] = (),
        quoted: str = "",
        number: int = 1,
    ) -> Tried:
        """Where the graph ends with this as the first mail of a case."""
        now = datetime.now(UTC)
        message = Message(
            id=MessageId(number),
            mailbox=self.settings.mailbox[0].name,
            received_at=now,
            state="ready",
            caution=caution,
            sender=sender,
            sender_name=sender_name,
            subject=subject,
            text=text,
            quoted=quoted,
            attachments=attachments,
        )
        case = Case(
            id=CaseId(number),
            mailbox=message.mailbox,
            customer=sender or "",
            customer_name=sender_name,
            subject=subject,
            state="new",
            opened_at=now,
        )
        outcome = await self.engine.start(fresh(case, message, []))
        return Tried(state=outcome.state, case=case, message=message)
