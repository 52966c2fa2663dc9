"""What the command line shows, as plain values ready for a table or JSON."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, delete, func, select

from mailagent.domain.case import CaseId, case_number
from mailagent.ports import RESTORED
from mailagent.store.chain import outcome, record
from mailagent.store.database import Sessions
from mailagent.store.outbox import given_up
from mailagent.store.tables import (
    CaseRow,
    ChainRow,
    EscalationRow,
    HealthRow,
    HoldRow,
    LogRow,
    MessageRow,
    OutboxRow,
    RawMailRow,
    SightingRow,
)
from mailagent.store.waiting import read_waiting

View = Mapping[str, object]
OUTBOX_STATES = ("ready", "held", "sending", "sent", "failed", "uncertain")
"""Those that `status` counts."""


@dataclass(frozen=True, kw_only=True)
class Views:
    """Each method is one question of an operator."""

    sessions: Sessions

    async def cases(self, *, to_decide: bool, limit: int) -> list[View]:
        """Cases, newest first; with `to_decide` those that wait for a reviewer, the most pressing first."""
        query = (
            select(CaseRow, EscalationRow)
            .join(
                EscalationRow,
                (col(EscalationRow.case_id) == CaseRow.id) & (col(EscalationRow.state) == "open"),
                isouter=not to_decide,
            )
            .order_by(col(EscalationRow.due_at) if to_decide else col(CaseRow.id).desc())
            .limit(limit)
        )
        async with self.sessions.read() as session:
            return [
                {
                    "case": case_number(CaseId(case.id or 0)),
                    "state": case.state,
                    "subject": case.subject,
                    "customer": case.customer,
                    "opened_at": shown_time(case.opened_at),
                    "priority": question and question.priority,
                    "reason": question and question.reason,
                    "due_at": question and shown_time(question.due_at),
                }
                for case, question in await session.exec(query)
            ]

    async def case(self, case_id: CaseId) -> View | None:
        """One case with its messages, questions and mails; None if there is none."""
        async with self.sessions.read() as session:
            case = await session.get(CaseRow, case_id)
            if case is None:
                return None
            messages = await session.exec(
                select(MessageRow, LogRow)
                .join(LogRow, col(LogRow.message_id) == MessageRow.id, isouter=True)
                .where(MessageRow.case_id == case_id)
                .order_by(col(MessageRow.id))
            )
            questions = await session.exec(
                select(EscalationRow).where(EscalationRow.case_id == case_id).order_by(col(EscalationRow.revision))
            )
            mails = await session.exec(
                select(OutboxRow).where(OutboxRow.case_id == case_id).order_by(col(OutboxRow.id))
            )
            return {
                "case": case_number(case_id),
                "state": case.state,
                "subject": case.subject,
                "customer": case.customer,
                "customer_name": case.customer_name,
                "opened_at": shown_time(case.opened_at),
                "escalated": case.escalated,
                "linked_case": case.linked_case_id and case_number(CaseId(case.linked_case_id)),
                "messages": [
                    {
                        "message": message.id,
                        "received_at": shown_time(message.received_at),
                        "mailbox": message.mailbox,
                        "from": message.sender,
                        "subject": message.subject,
                        "intake": message.intake,
                        "state": message.state,
                        "caution": message.caution,
                        "defects": message.defects,
                        "text": message.text,
                        "quoted": message.quoted,
                        "log": entry.entry if entry else None,
                    }
                    for message, entry in messages
                ],
                "escalations": [
                    {
                        "revision": row.revision,
                        "state": row.state,
                        "priority": row.priority,
                        "reason": row.reason,
                        "due_at": shown_time(row.due_at),
                        "draft": row.draft,
                        "verb": row.verb,
                        "decided_by": row.decided_by,
                        "decided_at": shown_time(row.decided_at),
                    }
                    for row in questions
                ],
                "mails": [
                    {
                        "kind": row.kind,
                        "to": row.recipient,
                        "state": row.state,
                        "attempts": row.attempts,
                        "sent_at": shown_time(row.sent_at),
                        "error": row.error,
                    }
                    for row in mails
                ],
            }

    async def status(self) -> View:
        """Counts of what waits, and when each server last worked."""
        async with self.sessions.read() as session:
            messages = await session.exec(
                select(MessageRow.state, func.count(), func.min(col(MessageRow.received_at))).group_by(
                    col(MessageRow.state)
                )
            )
            states = {state: (count, oldest) for state, count, oldest in messages}
            outbox = await session.exec(select(OutboxRow.state, func.count()).group_by(col(OutboxRow.state)))
            mails: dict[str, int] = dict(outbox.all())
            mails["sending"] = mails.get("sending", 0) + mails.get("eod", 0)
            waiting = (
                await session.exec(
                    select(func.count(), func.min(col(EscalationRow.due_at))).where(EscalationRow.state == "open")
                )
            ).one()
            unreached = [row for row in await read_waiting(session) if row.unreached]
            outside = await session.exec(select(HealthRow).order_by(col(HealthRow.name)))
            pending = [states[state] for state in ("received", "ready") if state in states]
            return {
                "pending": sum(count for count, _ in pending),
                "oldest_pending": shown_time(min((oldest for _, oldest in pending), default=None)),
                "handled": states.get("handled", (0, None))[0],
                "set_aside": states.get("aside", (0, None))[0],
                "waiting_for_reviewers": waiting[0],
                "next_due": shown_time(waiting[1]),
                "held": [
                    _held(row)
                    for row in await session.exec(
                        select(HoldRow).where(col(HoldRow.lifted).is_(False)).order_by(col(HoldRow.since))
                    )
                ],
                "outbox": {state: mails.get(state, 0) for state in OUTBOX_STATES},
                "unreached": [{"case": case_number(row.case_id), "why": row.unreached} for row in unreached],
                "outside": [
                    {
                        "name": row.name,
                        "working": row.working,
                        "detail": row.detail,
                        "checked_at": shown_time(row.checked_at),
                        "worked_at": shown_time(row.worked_at),
                    }
                    for row in outside
                ],
            }

    async def not_sent(self, *, since: datetime) -> list[View]:
        """Mails that failed or became uncertain after `since`, the newest first."""
        async with self.sessions.read() as session:
            rows = await session.exec(
                select(OutboxRow.case_id, OutboxRow.kind, OutboxRow.state, OutboxRow.error)
                .where(given_up(since=since))
                .order_by(col(OutboxRow.id).desc())
            )
            return [
                {"case": case and case_number(CaseId(case)), "kind": kind, "state": state, "error": error}
                for case, kind, state, error in rows
            ]

    async def set_aside(self) -> list[View]:
        """Messages kept for a person, oldest first."""
        async with self.sessions.read() as session:
            rows = await session.exec(
                select(MessageRow).where(MessageRow.state == "aside").order_by(col(MessageRow.id))
            )
            return [
                {
                    "message": row.id,
                    "mailbox": row.mailbox,
                    "received_at": shown_time(row.received_at),
                    "size": row.size,
                    "reason": row.reason,
                }
                for row in rows
            ]

    async def raw(self, message_id: int) -> bytes:
        """A message as it came; the whole answer to a list for one line of it."""
        async with self.sessions.read() as session:
            part_of = (await session.exec(select(MessageRow.part_of).where(MessageRow.id == message_id))).first()
            return (await session.get_one(RawMailRow, part_of or message_id)).raw

    async def retry_aside(self, message_id: int) -> bool:
        """Give a message that was set aside another try from the beginning. One that never had its bytes is fetched
        again; one that lost them when somebody was forgotten was read before, and goes on from there. False, and
        nothing is changed, where it is not set aside, or not any more.
        """
        cleared = select(ChainRow.seq).where(ChainRow.kind == "forgotten", ChainRow.message_id == message_id).limit(1)
        async with self.sessions.begin() as session:
            row = await session.get(MessageRow, message_id)
            if row is None or row.state != "aside":
                return False
            raw = await session.get(RawMailRow, message_id)
            was_read = row.case_id is not None or (await session.exec(cleared)).first() is not None
            if raw is not None and not raw.raw and not was_read:
                await session.exec(delete(SightingRow).where(col(SightingRow.message_id) == message_id))
                await session.delete(raw)
                await session.flush()
                await session.delete(row)
                await record(session, "refetched", message=message_id)
                return True
            row.state, row.reason = ("ready" if was_read else "received"), ""
            row.attempts = row.begun = 0
            session.add(row)
            await record(session, "retried", message=message_id, case=row.case_id)
            return True

    async def end_aside(self, message_id: int, *, at: datetime) -> bool:
        """A person has seen to a message that was set aside: that is its outcome. False, and nothing is changed, where
        it is not set aside, or not any more.
        """
        async with self.sessions.begin() as session:
            row = await session.get(MessageRow, message_id)
            if row is None or row.state != "aside":
                return False
            case = row.case_id and case_number(CaseId(row.case_id))
            entry = {
                "message": message_id,
                "case": case,
                "disposition": "aside",
                "rule": "by-hand",
                "reason": row.reason,
            }
            await session.merge(LogRow(message_id=message_id, case_id=row.case_id, at=at, entry=entry))
            await record(session, "handled", message=message_id, case=row.case_id, facts=outcome(entry))
            row.state = "handled"
            session.add(row)
            return True

    async def log_entries(self) -> AsyncIterator[View]:
        """Every log entry, oldest first."""
        last = 0
        while True:
            async with self.sessions.read() as session:
                rows = list(
                    await session.exec(
                        select(LogRow).where(LogRow.message_id > last).order_by(col(LogRow.message_id)).limit(500)
                    )
                )
            for row in rows:
                yield {"time": shown_time(row.at), **row.entry}
            if not rows:
                return
            last = rows[-1].message_id


def _held(row: HoldRow) -> View:
    """After a restore the row tells before when mail goes to a person, and not when the hold began."""
    at, is_restored = shown_time(row.since), row.name == RESTORED
    return {
        "since": None if is_restored else at,
        "to_a_person_before": at if is_restored else None,
        "reason": row.reason,
    }


def shown_time(at: datetime | None) -> str | None:
    """As programs read it, in UTC."""
    return None if at is None else at.isoformat(timespec="seconds")
