"""Check the chain from its first entry to its last, and what it tells against the tables.

Entries are read some hundred at a time and mails one by one, in one transaction: what is checked is one moment of the
database, in whatever memory there is.
"""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from mailagent.domain.chain import BEFORE_ALL, ChainEntry, ChainKey
from mailagent.store.chain_tables import differences
from mailagent.store.tables import ChainRow, EscalationRow, OutboxRow, RawMailRow

ChainPromise = Literal["chain is whole", "chain can be checked", "as the chain tells"]
AT_ONCE = 500
MOST_NAMED = 20
Sealed = tuple[ChainEntry, str]
"""An entry and its seal."""


@dataclass(kw_only=True)
class ChainFindings:
    """What was found wrong, the first of it by promise; `head` names the last entry, as ``812:SEAL``."""

    wrong: dict[ChainPromise, list[str]] = field(default_factory=dict)
    entries: int = 0
    head: str = ""

    def add(self, promise: ChainPromise, what: str) -> None:
        """Name it, unless enough of the kind is named."""
        named = self.wrong.setdefault(promise, [])
        if len(named) < MOST_NAMED:
            named.append(what)


async def check_chain(session: AsyncSession, keys: Sequence[ChainKey]) -> ChainFindings:
    """Within the caller's transaction: what is wrong with the chain, and where the tables are not as it tells."""
    found = ChainFindings()
    by_id = {key.id: key for key in keys}
    unknown: dict[str, list[int]] = {}
    number, previous = -1, BEFORE_ALL
    async for some in _entries(session):
        for place, (entry, mac) in enumerate(some):
            key = by_id.get(entry.key_id)
            if entry.seq != number + 1:
                found.add("chain is whole", _missing(number + 1, entry.seq - 1))
            elif key is None and entry.seq > 0:
                unknown.setdefault(entry.key_id, []).append(entry.seq)
            elif entry.seal(key, previous) != mac:
                found.add("chain is whole", _broken(entry, previous, some[place:], by_id))
            number, previous = entry.seq, mac
            found.entries += 1
        for what in await _altered(session, [entry for entry, _ in some], by_id):
            found.add("as the chain tells", what)
    found.head = f"{number}:{previous}"
    if number < 0:
        found.add("chain is whole", "the chain is empty: its beginning was removed")
    for key_id, sealed in unknown.items():
        found.add(
            "chain can be checked",
            f"{_named(sealed[0], sealed[-1])}: {len(sealed)} sealed with the key {key_id}, which is not in"
            " data_dir/secrets; put that file back from a backup",
        )
    for what in await differences(session, at_most=MOST_NAMED):
        found.add("as the chain tells", what)
    return found


async def _entries(session: AsyncSession) -> AsyncIterator[list[Sealed]]:
    """All of them in their order."""
    last = -1
    while True:
        rows = await session.exec(
            select(ChainRow).where(ChainRow.seq > last).order_by(col(ChainRow.seq)).limit(AT_ONCE)
        )
        some = [(_read(row), row.mac) for row in rows]
        session.expunge_all()
        if not some:
            return
        yield some
        last = some[-1][0].seq


def _read(row: ChainRow) -> ChainEntry:
    return ChainEntry(
        seq=row.seq,
        at=row.at,
        kind=row.kind,
        message_id=row.message_id,
        case_id=row.case_id,
        outbox_id=row.outbox_id,
        facts=row.facts,
        digest=row.digest,
        key_id=row.key_id,
    )


def _broken(entry: ChainEntry, previous: str, following: Sequence[Sealed], keys: Mapping[str, ChainKey]) -> str:
    """What was done to an entry whose seal does not fit: the one that belongs here may stand further down."""
    for other, mac in following[1:]:
        key = keys.get(other.key_id)
        if key is not None and replace(other, seq=entry.seq).seal(key, previous) == mac:
            return f"entry {entry.seq}: the order was changed, what stood here is entry {other.seq} now"
    return f"entry {entry.seq} ({entry.kind}, {entry.at:%Y-%m-%d %H:%M:%S} UTC): it was changed, or put here"


def _missing(first: int, last: int) -> str:
    return f"{_named(first, last)}: removed"


def _named(first: int, last: int) -> str:
    return f"entry {first}" if first == last else f"entries {first} to {last}"


async def _altered(session: AsyncSession, some: Sequence[ChainEntry], keys: Mapping[str, ChainKey]) -> list[str]:
    """Of what the entries keep a digest of, what is other than it was. What was forgotten is empty."""
    found = []
    for entry in some:
        key = keys.get(entry.key_id)
        content = await _content(session, entry) if entry.digest and key is not None else ()
        if content is None:
            found.append(f"{_about(entry)}: gone, without an entry that says so (entry {entry.seq})")
        elif key is not None and content and all(content) and key.digest(*content) != entry.digest:
            found.append(f"{_about(entry)}: other than it was (entry {entry.seq})")
    return found


def _about(entry: ChainEntry) -> str:
    match entry.kind:
        case "received":
            return f"message {entry.message_id}, its bytes"
        case "queued":
            return f"mail {entry.outbox_id}, its recipient or text"
        case "sent":
            return f"mail {entry.outbox_id}, when it was sent"
        case _:
            return f"message {entry.message_id}, its decision: what, when or by whom"


async def _content(session: AsyncSession, entry: ChainEntry) -> tuple[str | bytes, ...] | None:
    """What `entry` has a digest of, as it is now; empty where it was rightly replaced, None where it is gone."""
    if entry.kind == "received":
        raw = await session.exec(select(RawMailRow.raw).where(RawMailRow.message_id == entry.message_id))
        mail = raw.first()
        return None if mail is None else (mail,)
    row = OutboxRow.id == entry.outbox_id
    if entry.kind == "queued":
        letter = (await session.exec(select(OutboxRow.recipient, OutboxRow.raw).where(row))).first()
        return None if letter is None else (*letter,)
    if entry.kind == "sent":
        sent_at = (await session.exec(select(OutboxRow.sent_at).where(row))).first()
        return None if sent_at is None else (sent_at.isoformat(),)
    return await _decision(session, entry)


async def _decision(session: AsyncSession, entry: ChainEntry) -> tuple[str, ...] | None:
    """It is gone where it was taken back, or another took its place: then a later entry says so."""
    found = await session.exec(select(EscalationRow).where(EscalationRow.decision_id == entry.message_id))
    row = found.first()
    if row is not None and row.decided_at is not None:
        return (row.decided_by or "", row.verb or "", row.decided_at.isoformat())
    revision = json.loads(entry.facts).get("revision")
    later = await session.exec(
        select(ChainRow.facts).where(
            ChainRow.case_id == entry.case_id,
            ChainRow.seq > entry.seq,
            col(ChainRow.kind).in_(("decided", "undone")),
        )
    )
    return () if any(json.loads(facts).get("revision") == revision for facts in later) else None
