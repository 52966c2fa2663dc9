"""What the database must show, beside what `mailagent audit` finds: after each step, and when all is at rest."""

from collections.abc import Collection
from datetime import datetime, timedelta
from email.message import EmailMessage

from sqlalchemy import literal
from sqlmodel import col, select

from mailagent.domain.outgoing import OutboxState
from mailagent.domain.reminders import digest_key
from mailagent.mail.identity import content_key
from mailagent.store.audit import Audit
from mailagent.store.database import Sessions
from mailagent.store.tables import EscalationRow, LogRow, MessageRow, OutboxRow, RawMailRow
from tests.fakes.mailbox import CUT, FakeMailbox
from tests.fakes.mails import read
from tests.machine.witness import Witness

TOLD: dict[OutboxState, str] = {"failed": "not-sent", "uncertain": "uncertain"}
"""What the key of the notice ends with."""
QUIET = ("held", "withdrawn", "returned", "listed")


async def known_keys(sessions: Sessions) -> set[str]:
    """The mails that are recorded, as `content_key` tells them apart."""
    async with sessions.read() as session:
        return set(await session.exec(select(MessageRow.content_key)))


def key_of(mailbox: FakeMailbox, uid: int) -> str:
    """Of what the mailbox gives: the beginning of a mail over the limit."""
    raw = mailbox.mails[uid]
    return content_key(raw if len(raw) <= mailbox.size_limit else raw[:CUT])


def identity(mail: EmailMessage) -> tuple[str, ...]:
    """What stays of a mail that is written anew, with another Date, after a backup was put back."""
    return tuple(str(mail[name]) for name in ("To", "Message-ID", "In-Reply-To"))


async def pending(sessions: Sessions, *, at: datetime, held: bool) -> list[str]:
    """What a daemon would still do by `at`, but for mails that are `held`."""
    leaves = col(OutboxRow.state).in_(("sending", "eod")) | (
        col(OutboxRow.state).in_(("ready", "held")) & ((col(OutboxRow.kind) == "notice") | literal(not held))
    )
    async with sessions.read() as session:
        messages = await session.exec(select(MessageRow.id).where(col(MessageRow.state).in_(("received", "ready"))))
        mails = await session.exec(
            select(OutboxRow.id).where(
                (leaves & (col(OutboxRow.due_at) <= at))
                | ((col(OutboxRow.state) == "uncertain") & col(OutboxRow.settled_at).is_(None))
            )
        )
        return [*(f"message {row}" for row in messages), *(f"mail {row}" for row in mails)]


async def check_recorded(sessions: Sessions, mailbox: FakeMailbox, uids: Collection[int]) -> None:
    """P1: what is flagged on the server is ours already."""
    known = await known_keys(sessions)
    for uid in uids:
        if uid in mailbox.mails:
            assert key_of(mailbox, uid) in known, f"P1: UID {uid} is not recorded"


async def check_rest(sessions: Sessions, mailbox: FakeMailbox, witness: Witness, *, at: datetime, held: bool) -> None:
    """P1, P2, P4 and P5 where nothing is left to do, but for what is `held`."""
    assert await Audit(sessions=sessions).broken(at=at + timedelta(hours=1)) == []
    await check_recorded(sessions, mailbox, mailbox.mails)
    async with sessions.read() as session:
        logs = {row.message_id: row for row in await session.exec(select(LogRow))}
        raws = {row.message_id: row.raw for row in await session.exec(select(RawMailRow))}
        messages = {row.id: row for row in await session.exec(select(MessageRow))}
        questions = [*await session.exec(select(EscalationRow))]
        mails = {row.key: row for row in await session.exec(select(OutboxRow))}
    left = {identity(mail) for mail in witness.mails}
    sent = {row.raw for row in mails.values() if row.raw and identity(read(row.raw)) in left}
    asked = {row.message_id for row in questions if digest_key(row.case_id, row.revision) in mails}
    caused = {row.cause_id for row in mails.values()}
    told_of_aside = any("aside:" in key and (row.raw in sent or not row.raw) for key, row in mails.items())
    for message in messages.values():
        raw, log = raws.get(message.id or 0, b""), logs.get(message.id or 0)
        entry = log.entry if log else {}
        forgotten = bool(entry.get("forgotten")) or not raw
        assert forgotten or content_key(raw) == message.content_key, f"P1: message {message.id} has other bytes"
        assert (message.state == "handled") == (log is not None), f"P2: message {message.id} is {message.state}"
        assert message.state in ("handled", "aside"), f"P2: message {message.id} is {message.state}"
        assert message.state == "handled" or told_of_aside, f"P2: nobody was told of message {message.id}"
        if message.intake == "person" and not forgotten and entry.get("mode") != "shadow":
            answered = entry.get("disposition") != "reply" or message.id in caused
            escalated = entry.get("disposition") != "escalate" or message.id in asked
            assert (answered, escalated) == (True, True), f"P2: nothing came of message {message.id}"
    for key, row in mails.items():
        waits = row.state == "ready" and (held or row.due_at > at)
        assert row.state in ("sent", "failed", "uncertain", *QUIET) or waits, f"P4: {row.kind} {row.state}"
        assert row.state != "sent" or not row.raw or row.raw in sent, f"P4: {row.kind} is called sent and was not"
        if row.state in TOLD and row.kind != "notice":
            notice = mails.get(f"{key}:{TOLD[row.state]}")
            told = notice is not None and (notice.raw in sent or not notice.raw)
            assert told or not row.raw, f"P4: nobody was told of {row.kind} {row.state}"
    for question in questions:
        decision = messages.get(question.decision_id)
        if decision is not None and decision.part_of is not None:
            decision = messages[decision.part_of]
        known = decision is None or not raws[decision.id or 0] or decision.content_key in witness.genuine
        assert known, f"P5: case {question.case_id} was decided by a mail of no reviewer"
