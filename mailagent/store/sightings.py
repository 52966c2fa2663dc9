"""Copies of mail on the servers, and commit 1. See `ports.Sightings`."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement
from sqlmodel import col, delete, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from mailagent.domain.message import RawMail
from mailagent.domain.outgoing import NewOutboxEntry
from mailagent.ports import BEGINNING, Cursor
from mailagent.store.chain import record
from mailagent.store.database import Sessions
from mailagent.store.outbox import enqueue
from mailagent.store.tables import FolderRow, HoldRow, MessageRow, RawMailRow, SightingRow


@dataclass(frozen=True, kw_only=True)
class StoredSightings:
    """See `ports.Sightings`. `content_key` tells whether two mails are the same mail."""

    sessions: Sessions
    content_key: Callable[[bytes], str]

    async def cursor(self, mailbox: str, folder: str) -> Cursor | None:
        """See `ports.Sightings`."""
        async with self.sessions.read() as session:
            row = await session.get(FolderRow, (mailbox, folder))
            if row is None:
                return None
            return Cursor(uidvalidity=row.uidvalidity, floor=row.floor, since=row.since)

    async def highest(self, mailbox: str, folder: str, uidvalidity: int) -> int:
        """See `ports.Sightings`."""
        async with self.sessions.read() as session:
            row = await session.get(FolderRow, (mailbox, folder))
            floor = row.floor if row is not None and row.uidvalidity == uidvalidity else 0
            recorded = await session.exec(
                select(func.max(SightingRow.uid)).where(*_place(mailbox, folder, uidvalidity))
            )
            return max(floor, recorded.one() or 0)

    async def latest(self, mailbox: str, folder: str, uidvalidity: int) -> Sequence[tuple[int, bytes]]:
        """See `ports.Sightings`."""
        async with self.sessions.read() as session:
            found = await session.exec(
                select(SightingRow.uid, func.substr(RawMailRow.raw, 1, BEGINNING))
                .join(RawMailRow, col(RawMailRow.message_id) == SightingRow.message_id)
                .where(*_place(mailbox, folder, uidvalidity), func.length(RawMailRow.raw) > 0)
                .order_by(col(SightingRow.uid).desc())
                .limit(3)
            )
            return [(uid, bytes(beginning)) for uid, beginning in found]

    async def start_cursor(
        self, mailbox: str, folder: str, cursor: Cursor, *, settled: Sequence[int] = (), anew: bool = False
    ) -> None:
        """See `ports.Sightings`."""
        async with self.sessions.begin() as session:
            if anew:
                await session.exec(delete(SightingRow).where(*_place(mailbox, folder, cursor.uidvalidity)))
            await session.merge(
                FolderRow(
                    mailbox=mailbox,
                    folder=folder,
                    uidvalidity=cursor.uidvalidity,
                    floor=cursor.floor,
                    since=cursor.since,
                )
            )
            known = await _recorded(session, mailbox, folder, cursor.uidvalidity, settled)
            session.add_all(
                SightingRow(mailbox=mailbox, folder=folder, uidvalidity=cursor.uidvalidity, uid=uid, marked=True)
                for uid in settled
                if uid not in known
            )

    async def unrecorded(self, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> list[int]:
        """See `ports.Sightings`."""
        async with self.sessions.read() as session:
            known = await _recorded(session, mailbox, folder, uidvalidity, uids)
        return [uid for uid in sorted(uids) if uid not in known]

    async def receive(self, mails: Sequence[RawMail], *, at: datetime) -> int:
        """See `ports.Sightings`."""
        fresh = 0
        keys = await asyncio.to_thread(lambda: [self.content_key(mail.raw) for mail in mails])
        async with self.sessions.begin() as session:
            for mail, key in zip(mails, keys, strict=True):
                known = await _recorded(session, mail.mailbox, mail.folder, mail.uidvalidity, [mail.uid])
                if known:
                    continue
                row = (await session.exec(select(MessageRow).where(MessageRow.content_key == key))).first()
                if row is None:
                    row = MessageRow(
                        content_key=key,
                        mailbox=mail.mailbox,
                        received_at=at,
                        arrived_at=mail.arrived_at,
                        due_at=at,
                        size=mail.size,
                    )
                    await _add(session, row, mail.raw)
                    await record(session, "received", message=row.id, of=(mail.raw,) if mail.raw else ())
                    fresh += 1
                session.add(
                    SightingRow(
                        mailbox=mail.mailbox,
                        folder=mail.folder,
                        uidvalidity=mail.uidvalidity,
                        uid=mail.uid,
                        message_id=row.id,
                    )
                )
                await session.flush()
        return fresh

    async def refuse(
        self,
        mailbox: str,
        folder: str,
        uidvalidity: int,
        uid: int,
        *,
        at: datetime,
        reason: str,
        notices: Sequence[NewOutboxEntry],
    ) -> None:
        """See `ports.Sightings`."""
        key = f"{mailbox}:{folder}:{uidvalidity}:{uid}:{at.isoformat()}"  # another mail may have the number by then
        async with self.sessions.begin() as session:
            row = MessageRow(
                content_key=key, mailbox=mailbox, received_at=at, due_at=at, size=0, state="aside", reason=reason
            )
            await _add(session, row, b"")
            await record(session, "aside", message=row.id)
            session.add(
                SightingRow(
                    mailbox=mailbox, folder=folder, uidvalidity=uidvalidity, uid=uid, message_id=row.id, marked=True
                )
            )
            await enqueue(session, notices, at=at)

    async def taken_under(self, mailbox: str, hold: str) -> int:
        """See `ports.Sightings`."""
        async with self.sessions.read() as session:
            found = await session.exec(
                select(func.count())
                .select_from(MessageRow)
                .join(HoldRow, (col(HoldRow.name) == hold) & (col(MessageRow.id) > HoldRow.newest))
                .where(MessageRow.mailbox == mailbox, col(MessageRow.part_of).is_(None))
            )
            return found.one()

    async def unmarked(self, mailbox: str, folder: str, uidvalidity: int) -> list[int]:
        """See `ports.Sightings`."""
        async with self.sessions.read() as session:
            found = await session.exec(
                select(SightingRow.uid)
                .where(*_place(mailbox, folder, uidvalidity), col(SightingRow.marked).is_(False))
                .order_by(col(SightingRow.uid))
            )
            return list(found)

    async def marked(self, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> None:
        """See `ports.Sightings`."""
        async with self.sessions.begin() as session:
            await session.exec(
                update(SightingRow)
                .where(*_place(mailbox, folder, uidvalidity), col(SightingRow.uid).in_(uids))
                .values(marked=True)
            )


async def _add(session: AsyncSession, row: MessageRow, raw: bytes) -> None:
    session.add(row)
    await session.flush()
    session.add(RawMailRow(message_id=cast("int", row.id), raw=raw))


async def _recorded(
    session: AsyncSession, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int]
) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(uids), 500):
        part = uids[start : start + 500]
        rows = await session.exec(
            select(SightingRow.uid).where(*_place(mailbox, folder, uidvalidity), col(SightingRow.uid).in_(part))
        )
        found.update(rows)
    return found


def _place(mailbox: str, folder: str, uidvalidity: int) -> tuple[ColumnElement[bool], ...]:
    return (
        col(SightingRow.mailbox) == mailbox,
        col(SightingRow.folder) == folder,
        col(SightingRow.uidvalidity) == uidvalidity,
    )
