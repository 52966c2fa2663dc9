"""Who is known by address, to find those again who were forgotten once."""

from collections.abc import AsyncIterator, Callable

from sqlalchemy import LargeBinary
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from mailagent.mail.limits import LARGEST_HEADER
from mailagent.store.tables import AddressBlockRow, CaseRow, MessageRow, OutboxRow, RawMailRow, SpamSenderRow

AT_ONCE = 10
"""Mails of which the header is in memory."""
SenderOf = Callable[[bytes], str | None]
"""Who wrote a mail."""


async def known_people(session: AsyncSession, sender_of: SenderOf) -> set[str]:
    """Every address that somebody has in the database; reviewers' too."""
    found: set[str | None] = {address async for _, address in unread(session, sender_of)}
    wrote = await session.exec(select(MessageRow.sender).distinct())
    found.update(wrote)
    for addresses in (CaseRow.customer, OutboxRow.recipient, AddressBlockRow.address, SpamSenderRow.address):
        noted = await session.exec(select(addresses).distinct())
        found.update(noted)
    for copied in await session.exec(select(MessageRow.copied)):
        found.update(copied)
    return {address for address in found if address}


async def unread(session: AsyncSession, sender_of: SenderOf) -> AsyncIterator[tuple[int, str | None]]:
    """The mails whose sender nobody has noted, and who wrote them: there may be thousands, and large ones."""
    head = func.substr(RawMailRow.raw, 1, LARGEST_HEADER, type_=LargeBinary)
    some = (
        select(RawMailRow.message_id, head)
        .join(MessageRow, col(RawMailRow.message_id) == MessageRow.id)
        .where(col(MessageRow.sender).is_(None), func.length(RawMailRow.raw) > 0)
        .order_by(col(RawMailRow.message_id))
        .limit(AT_ONCE)
    )
    last = 0
    while rows := [*await session.exec(some.where(col(RawMailRow.message_id) > last))]:
        for message_id, raw in rows:
            yield message_id, sender_of(raw)
        last = rows[-1][0]
