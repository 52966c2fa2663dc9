"""Commit 2: everything that one message leads to, in the caller's transaction."""

from datetime import datetime

from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from mailagent.domain.escalation import NewEscalation
from mailagent.ports import RESTORED, Handled, QuestionChange
from mailagent.store.chain import outcome, record
from mailagent.store.messages import remember_id
from mailagent.store.outbox import enqueue, show, withdraw
from mailagent.store.tables import (
    CaseRow,
    CorrectionRow,
    EscalationRow,
    HoldRow,
    LogRow,
    MessageRow,
    RawMailRow,
    SpamSenderRow,
    SpendingRow,
)


async def write_handled(session: AsyncSession, handled: Handled) -> bool:
    """Write it all; False, and nothing is written, where `ports.Cases.commit` says so."""
    message = await session.get_one(MessageRow, handled.message_id)
    if message.state != "ready" or not await _settle_question(session, handled):
        return False
    message.state = "handled"
    message.reason = ""
    if handled.erases:
        message.text = message.quoted = message.subject = ""
        await session.exec(update(RawMailRow).where(col(RawMailRow.message_id) == message.id).values(raw=b""))
        await record(session, "forgotten", message=message.id)
    session.add(message)
    await _update_case(session, handled)
    if handled.opens is not None:
        session.add(_new_escalation(handled.opens, handled.at))
    await _log(session, handled)
    await _keep_what_was_learned(session, handled)
    if handled.answer is not None:
        answered = await session.get_one(MessageRow, handled.answer[0])
        answered.answer = handled.answer[1]
        session.add(answered)
    if handled.shows is not None:
        await show(session, handled.case_id, handled.shows, at=handled.at)
    for letter in handled.outbox:
        await remember_id(session, letter.message_id, handled.case_id)
    await enqueue(
        session,
        handled.outbox,
        at=handled.at,
        cause=handled.message_id,
        may_have_left=await _is_read_again(session, message),
    )
    return True


async def _log(session: AsyncSession, handled: Handled) -> None:
    """A decision may give the message that it is about another outcome: the chain tells of that too."""
    decides, opens = handled.decides, handled.opens
    for message_id, entry in handled.log.items():
        before = await session.get(LogRow, message_id)
        is_other = before is None or outcome(before.entry) != outcome(entry)
        if message_id != handled.message_id and is_other:
            await record(session, "handled", message=message_id, case=handled.case_id, facts=outcome(entry))
        await session.merge(LogRow(message_id=message_id, case_id=handled.case_id, at=handled.at, entry=dict(entry)))
    await record(
        session,
        "decided" if decides else "handled" if handled.undoes is None else "undone",
        message=handled.message_id,
        case=handled.case_id,
        of=(decides.reviewer, decides.verb) if decides else (),
        facts={
            **outcome(handled.log.get(handled.message_id, {})),
            "opens": opens and opens.revision,
            "revision": decides.revision if decides else handled.undoes,
            "supersedes": handled.supersedes,
            "verb": decides and decides.verb,
        },
    )


async def _is_read_again(session: AsyncSession, message: MessageRow) -> bool:
    """Whether it came before a backup was put back: then it may have been handled after that backup was made."""
    restored = await session.get(HoldRow, RESTORED)
    return restored is not None and (message.arrived_at or message.received_at) < restored.since


async def _settle_question(session: AsyncSession, handled: Handled) -> bool:
    """Compare and set: an open revision is decided or superseded once, by whoever comes first."""
    if handled.undoes is not None:
        return await _undo(session, handled, handled.undoes)
    change = handled.changes
    revision = handled.decides.revision if handled.decides else handled.supersedes
    revision = change.revision if change else revision
    if revision is None:
        return True
    row = await session.get(EscalationRow, (handled.case_id, revision))
    if row is None or not _may_settle(row, handled):
        return False
    if handled.decides and row.decision_id is not None:
        await withdraw(session, cause=row.decision_id, by=handled.message_id)  # "a person answers" is out of date now
    if change is not None:
        _change(row, change)
    else:
        row.state = "decided" if handled.decides else "superseded"
        row.decided_at = handled.at
    if handled.decides:
        row.decided_by = handled.decides.reviewer
        row.verb = handled.decides.verb
        row.decision_id = handled.message_id
    session.add(row)
    await session.flush()
    return True


def _may_settle(row: EscalationRow, handled: Handled) -> bool:
    if handled.decides and handled.decides.after_rejection:
        return row.state == "decided" and row.verb == "reject"
    return row.state == "open"


def _change(row: EscalationRow, change: QuestionChange) -> None:
    row.assigned_to = " ".join(change.assigned_to) if change.assigned_to else row.assigned_to
    row.snoozed_until = change.snoozed_until or row.snoozed_until
    row.priority = change.priority or row.priority
    row.due_at = change.due_at or row.due_at
    if change.graph_state is not None:
        row.graph_state = dict(change.graph_state)
        row.interrupt_id = ""  # the thread still waits with the old state, and is put where it waits with this one


async def _undo(session: AsyncSession, handled: Handled, revision: int) -> bool:
    row = await session.get(EscalationRow, (handled.case_id, revision))
    if row is None or row.state != "decided" or row.decision_id is None:
        return False
    if not await withdraw(session, cause=row.decision_id, by=handled.message_id):
        return False
    await session.exec(delete(SpamSenderRow).where(col(SpamSenderRow.decision_id) == row.decision_id))
    answered = await session.get_one(MessageRow, row.message_id)
    answered.answer = None
    newer = select(EscalationRow).where(EscalationRow.case_id == row.case_id, col(EscalationRow.revision) > revision)
    row.state = "superseded" if (await session.exec(newer)).first() else "open"
    row.decided_by = row.decided_at = row.verb = row.decision_id = None
    session.add_all([row, answered])
    await session.flush()
    return True


async def _update_case(session: AsyncSession, handled: Handled) -> None:
    case = await session.get_one(CaseRow, handled.case_id)
    if handled.case_state is not None:
        case.state = handled.case_state
        case.settled_at = handled.at if handled.case_state in {"answered", "closed"} else None
    case.escalated = case.escalated if handled.escalated is None else handled.escalated
    case.acknowledged = case.acknowledged or handled.acknowledged
    case.automatic_answers += int(handled.automatic_answer)
    session.add(case)


async def _keep_what_was_learned(session: AsyncSession, handled: Handled) -> None:
    """What it cost, who sends spam, and what was wrong."""
    if handled.spending is not None:
        spent = handled.spending
        await session.merge(
            SpendingRow(
                message_id=handled.message_id,
                case_id=handled.case_id,
                sender=spent.sender,
                at=handled.at,
                tokens=spent.tokens,
                cost=spent.cost,
            )
        )
    if handled.not_spam is not None:
        await session.exec(delete(SpamSenderRow).where(col(SpamSenderRow.address) == handled.not_spam))
    spam, decides = handled.spam, handled.decides
    if spam and decides and await session.get(SpamSenderRow, spam) is None:  # an earlier decision holds without this
        session.add(
            SpamSenderRow(address=spam, decision_id=handled.message_id, reviewer=decides.reviewer, at=handled.at)
        )
    if handled.corrections is not None:
        message_id, reviewer, values = handled.corrections
        for key, value in values.items():
            await session.merge(
                CorrectionRow(message_id=message_id, key=key, value=value, reviewer=reviewer, at=handled.at)
            )


def _new_escalation(new: NewEscalation, at: datetime) -> EscalationRow:
    return EscalationRow(
        case_id=new.case_id,
        revision=new.revision,
        message_id=new.message_id,
        interrupt_id=new.interrupt_id,
        priority=new.priority,
        reason=new.reason,
        draft=new.draft,
        due_at=new.due_at,
        graph_state=dict(new.graph_state),
        assigned_to=" ".join(new.assigned_to) or None,
        nonce=new.nonce,
        opened_at=at,
    )
