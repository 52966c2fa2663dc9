"""Why nothing is sent at the moment. See `ports.Holds`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, func, select, update

from mailagent.domain.outgoing import ANSWERS, NewOutboxEntry
from mailagent.domain.times import CLOCKS_APART
from mailagent.errors import ConfigurationError
from mailagent.ports import RESTORED, Hold
from mailagent.store.chain import record
from mailagent.store.database import Sessions
from mailagent.store.outbox import LOOKED_AFTER, MAY_HAVE_LEFT, enqueue
from mailagent.store.tables import HoldRow, MessageRow, OutboxRow
from mailagent.store.times import newest


@dataclass(frozen=True, kw_only=True)
class StoredHolds:
    """See `ports.Holds`."""

    sessions: Sessions

    async def all(self) -> list[Hold]:
        """See `ports.Holds`."""
        async with self.sessions.read() as session:
            rows = await session.exec(
                select(HoldRow).where(col(HoldRow.lifted).is_(False)).order_by(col(HoldRow.since), col(HoldRow.name))
            )
            return [Hold(name=row.name, reason=row.reason, since=row.since, sure=row.sure) for row in rows]

    async def put(self, hold: Hold, *, notices: Sequence[NewOutboxEntry] = ()) -> None:
        """See `ports.Holds`."""
        async with self.sessions.begin() as session:
            since = hold.since
            if hold.name == RESTORED:
                since = max(since, await newest(session) or since) + CLOCKS_APART
                await session.exec(
                    update(OutboxRow)
                    .where(col(OutboxRow.state).in_(("ready", "sending")), col(OutboxRow.kind).in_(ANSWERS))
                    .values(state="eod", error=MAY_HAVE_LEFT)
                )
            try:
                await record(session, "restored" if hold.name == RESTORED else "held", facts={"name": hold.name})
            except ConfigurationError:  # there is no key to seal it with; sending must stop all the same
                if hold.name == RESTORED:
                    raise
            number = (await session.exec(select(func.max(MessageRow.id)))).one() or 0
            await session.merge(HoldRow(name=hold.name, reason=hold.reason, since=since, sure=hold.sure, newest=number))
            await enqueue(session, notices, at=hold.since)

    async def lift(self, name: str) -> None:
        """See `ports.Holds`."""
        async with self.sessions.begin() as session:
            await session.exec(update(HoldRow).where(col(HoldRow.name) == name).values(lifted=True))
            if name == RESTORED:
                told = col(OutboxRow.settled_at).is_not(None)
                await session.exec(
                    update(OutboxRow)
                    .where(col(OutboxRow.state) == "uncertain", col(OutboxRow.error) == MAY_HAVE_LEFT, told)
                    .values(error=LOOKED_AFTER)
                )
            await record(session, "resumed", facts={"name": name})

    async def newest_restored(self) -> int | None:
        """See `ports.Holds`."""
        async with self.sessions.read() as session:
            row = await session.get(HoldRow, RESTORED)
            return None if row is None else row.newest

    async def restored_at(self) -> datetime | None:
        """See `ports.Holds`."""
        async with self.sessions.read() as session:
            row = await session.get(HoldRow, RESTORED)
            return None if row is None else row.since
