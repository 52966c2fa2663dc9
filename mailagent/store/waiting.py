"""The questions that wait for a reviewer, without their drafts and graph states."""

from typing import cast

from sqlalchemy import ColumnElement
from sqlalchemy import select as select_columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from mailagent.domain.case import CaseId
from mailagent.domain.escalation import Waiting
from mailagent.domain.listed import listed_under
from mailagent.domain.reminders import digest_key
from mailagent.domain.routing import Priority
from mailagent.store.tables import EscalationRow, ListedRow, MessageRow, OutboxRow


async def read_waiting(
    session: AsyncSession, *, after: Waiting | None = None, limit: int | None = None
) -> list[Waiting]:
    """See `ports.Cases.waiting`. Thousands may wait, and it is asked every minute: so these columns and no rows."""
    unreached = await _unreached(session)
    is_next: ColumnElement[bool] = col(EscalationRow.state) == "open"
    if after is not None:
        due_at, case_id = col(EscalationRow.due_at), col(EscalationRow.case_id)
        is_next &= (due_at > after.due_at) | ((due_at == after.due_at) & (case_id > after.case_id))
    connection = await session.connection()
    rows = await connection.execute(
        select_columns(
            col(EscalationRow.case_id),
            col(EscalationRow.revision),
            col(EscalationRow.priority),
            col(EscalationRow.graph_state)["category"].as_string(),
            col(EscalationRow.opened_at),
            col(EscalationRow.due_at),
            col(EscalationRow.assigned_to),
            col(EscalationRow.snoozed_until),
        )
        .where(is_next)
        .order_by(col(EscalationRow.due_at), col(EscalationRow.case_id))
        .limit(limit)
    )
    return [
        Waiting(
            case_id=CaseId(case_id),
            revision=revision,
            priority=cast("Priority", priority),
            category=category,
            opened_at=opened_at,
            due_at=due_at,
            unreached=unreached.get(digest_key(CaseId(case_id), revision), ""),
            assigned_to=read_owners(assigned_to),
            snoozed_until=snoozed_until,
        )
        for case_id, revision, priority, category, opened_at, due_at, assigned_to, snoozed_until in rows
    ]


def read_owners(stored: str | None) -> tuple[str, ...]:
    """The addresses that a column holds, a blank between them."""
    return tuple((stored or "").split())


async def _unreached(session: AsyncSession) -> dict[str, str]:
    """Why digests of cases with an open question found nobody, by the digest's key; the newest reason of each."""
    is_open = select(EscalationRow.case_id).where(EscalationRow.state == "open")
    away = await session.exec(
        select(MessageRow.case_id, MessageRow.review_revision, MessageRow.sender, MessageRow.subject)
        .where(
            MessageRow.intake == "auto_reply",
            col(MessageRow.review_revision).is_not(None),
            col(MessageRow.case_id).in_(is_open),
        )
        .order_by(col(MessageRow.id))
    )
    away_of_list = await session.exec(
        select(ListedRow.case_id, ListedRow.revision, MessageRow.sender, MessageRow.subject)
        .join(MessageRow, col(MessageRow.list_id) == ListedRow.list_id)
        .where(MessageRow.intake == "auto_reply", col(ListedRow.case_id).in_(is_open))
        .order_by(col(MessageRow.id))
    )
    found = {
        digest_key(CaseId(case_id or 0), revision or 0): f"{sender} answers by itself: {subject}"
        for case_id, revision, sender, subject in (*away_of_list, *away)
    }
    back = await session.exec(
        select(OutboxRow.key, OutboxRow.recipient, OutboxRow.error)
        .where(
            OutboxRow.kind == "digest",
            col(OutboxRow.state).in_(("failed", "returned")),
            col(OutboxRow.case_id).in_(is_open),
        )
        .order_by(col(OutboxRow.id))
    )
    found |= {
        ":".join(key.split(":")[:3]): f"the mail to {recipient} came back: {error}" for key, recipient, error in back
    }
    return found | await _unlisted(session)


async def _unlisted(session: AsyncSession) -> dict[str, str]:
    """Why lists that went in place of digests found nobody, by the key of each digest."""
    back = await session.exec(
        select(OutboxRow.key, OutboxRow.recipient, OutboxRow.error)
        .where(OutboxRow.kind == "list", col(OutboxRow.state).in_(("failed", "returned")))
        .order_by(col(OutboxRow.id))
    )
    found: dict[str, str] = {}
    for key, recipient, error in back:
        shown = await session.exec(select(ListedRow).where(ListedRow.list_id == listed_under(key)))
        keys = [digest_key(CaseId(row.case_id), row.revision) for row in shown]
        listed = await session.exec(
            select(OutboxRow.key).where(col(OutboxRow.key).in_(keys), OutboxRow.state == "listed")
        )
        found |= dict.fromkeys(listed, f"the list to {recipient} came back: {error}")
    return found
