"""What reviewers taught, for the command line: whose mail is spam, and what was read wrongly."""

from dataclasses import dataclass

from sqlmodel import col, select

from mailagent.domain.case import CaseId, case_number
from mailagent.store.database import Sessions
from mailagent.store.tables import CorrectionRow, MessageRow, SpamSenderRow
from mailagent.store.views import View, shown_time


@dataclass(frozen=True, kw_only=True)
class Lessons:
    """Each method is one question of an operator, as those of `Views`."""

    sessions: Sessions

    async def corrections(self) -> list[View]:
        """What reviewers corrected, with the mails' words, oldest message first."""
        async with self.sessions.read() as session:
            rows = await session.exec(
                select(CorrectionRow, MessageRow)
                .join(MessageRow, col(MessageRow.id) == CorrectionRow.message_id)
                .order_by(col(CorrectionRow.message_id), col(CorrectionRow.key))
            )
            return [
                {
                    "message": row.message_id,
                    "case": case_number(CaseId(mail.case_id or 0)),
                    "key": row.key,
                    "value": row.value,
                    "reviewer": row.reviewer,
                    "subject": mail.subject,
                    "text": mail.text,
                }
                for row, mail in rows
            ]

    async def spam(self) -> list[View]:
        """Senders whose mail ends unanswered, the newest first; the case is that of the reply which listed them."""
        async with self.sessions.read() as session:
            rows = await session.exec(
                select(SpamSenderRow, MessageRow.case_id)
                .join(MessageRow, col(MessageRow.id) == SpamSenderRow.decision_id)
                .order_by(col(SpamSenderRow.at).desc(), col(SpamSenderRow.address))
            )
            return [
                {
                    "address": row.address,
                    "reviewer": row.reviewer,
                    "at": shown_time(row.at),
                    "case": case_number(CaseId(case_id or 0)),
                }
                for row, case_id in rows
            ]

    async def remove_spam(self, address: str) -> bool:
        """Take a sender off the list; False if it is not there."""
        async with self.sessions.begin() as session:
            row = await session.get(SpamSenderRow, address)
            if row is not None:
                await session.delete(row)
            return row is not None
