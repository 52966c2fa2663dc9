"""Check the chain from its first entry to its last, and what it tells against the tables.

Entries are read some hundred at a time and mails one by one, in one transaction: what is checked is one moment of the
database, in whatever memory there is.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, NamedTuple

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from mailagent.domain.chain import BEFORE_ALL, ChainEntry, ChainKey, ChainPart, facts_in
from mailagent.store.chain_tables import differences
from mailagent.store.tables import ChainRow, EscalationRow, OutboxRow, RawMailRow

ChainPromise = Literal["chain is whole", "chain can be checked", "as the chain tells"]
AT_ONCE = 500
MOST_NAMED = 20
LETTERS_AT_ONCE = 50
Sealed = tuple[ChainEntry, str]
"""An entry and its seal."""


class Letter(NamedTuple):
    """What the chain has digests of, of a mail of ours."""

    recipient: str
    raw: bytes
    sent_at: datetime | None


@dataclass(kw_only=True)
class ChainFindings:
    """What was found wrong, the first of it by promise; `head` names the last entry, as ``812:SEAL``."""

    wrong: dict[ChainPromise, list[str]] = field(default_factory=dict)
    entries: int = 0
    head: str = ""

    def has_room(self, promise: ChainPromise) -> bool:
        """Whether one more of the kind would be named."""
        return len(self.wrong.get(promise, ())) < MOST_NAMED

    def add(self, promise: ChainPromise, what: str) -> None:
        """Name it, unless enough of the kind is named."""
        if self.has_room(promise):
            self.wrong.setdefault(promise, []).append(what)


async def check_chain(session: AsyncSession, keys: Sequence[ChainKey]) -> ChainFindings:
    """Within the caller's transaction: what is wrong with the chain, and where the tables are not as it tells."""
    found = ChainFindings()
    by_id = {key.id: key for key in keys}
    unknown: dict[str, tuple[int, int]] = {}
    number, previous = -1, BEFORE_ALL
    async for some in _entries(session):
        for place, (entry, mac) in enumerate(some):
            key = by_id.get(entry.key_id)
            if entry.seq != number + 1:
                found.add("chain is whole", _missing(number + 1, entry.seq - 1))
            elif key is None and entry.seq > 0:
                unknown[entry.key_id] = (unknown.get(entry.key_id, (entry.seq, 0))[0], entry.seq)
            elif entry.seal(key, previous) != mac and found.has_room("chain is whole"):
                found.add("chain is whole", _broken(entry, previous, some[place:], by_id))
            number, previous = entry.seq, mac
            found.entries += 1
        for what in await _altered(session, [entry for entry, _ in some], by_id):
            found.add("as the chain tells", what)
    found.head = f"{number}:{previous}"
    if number < 0:
        found.add("chain is whole", "the chain is empty: its beginning was removed")
    for key_id, (first, last) in unknown.items():
        found.add(
            "chain can be checked",
            f"{_named(first, last)}: sealed with the key {key_id}, which is not in data_dir/secrets; add its [[key]]"
            " to that file, from a backup",
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
    of = [(entry, keys[entry.key_id]) for entry in some if entry.digest and entry.key_id in keys]
    for start in range(0, len(of), LETTERS_AT_ONCE):
        part = of[start : start + LETTERS_AT_ONCE]
        rows = await session.exec(
            select(OutboxRow.id, OutboxRow.recipient, OutboxRow.raw, OutboxRow.sent_at).where(
                col(OutboxRow.id).in_({entry.outbox_id for entry, _ in part})
            )
        )
        letters = {number: Letter(*letter) for number, *letter in rows}
        for entry, key in part:
            content = await _content(session, entry, letters)
            if content is None:
                found.append(f"{_about(entry)}: gone, without an entry that says so (entry {entry.seq})")
            elif content and (all(content) or entry.kind == "decided") and key.digest(*content) != entry.digest:
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
            return f"message {entry.message_id}, its decision: what or by whom"


async def _content(
    session: AsyncSession, entry: ChainEntry, letters: Mapping[int | None, Letter]
) -> tuple[ChainPart, ...] | None:
    """What `entry` has a digest of, as it is now; empty where it was rightly replaced, None where it is gone."""
    if entry.kind == "received":
        raw = await session.exec(select(RawMailRow.raw).where(RawMailRow.message_id == entry.message_id))
        mail = raw.first()
        if mail is not None:
            return (mail,)
        refetched = select(ChainRow.seq).where(
            ChainRow.message_id == entry.message_id, ChainRow.seq > entry.seq, ChainRow.kind == "refetched"
        )
        return None if (await session.exec(refetched)).first() is None else ()
    if entry.kind == "decided":
        return await _decision(session, entry)
    letter = letters.get(entry.outbox_id)
    if letter is None:
        return None
    if entry.kind == "queued":
        return (letter.recipient, letter.raw)
    return None if letter.sent_at is None else (letter.sent_at,)


async def _decision(session: AsyncSession, entry: ChainEntry) -> tuple[ChainPart, ...] | None:
    """It is gone where it was taken back, or another took its place: then a later entry says so."""
    revision = facts_in(entry.facts).get("revision")
    row = await session.get(EscalationRow, (entry.case_id, revision))
    if row is not None and row.decision_id == entry.message_id:
        return (row.decided_by or "", row.verb or "")
    later = await session.exec(
        select(ChainRow.facts).where(
            ChainRow.case_id == entry.case_id,
            ChainRow.seq > entry.seq,
            col(ChainRow.kind).in_(("decided", "undone")),
        )
    )
    return () if any(facts_in(facts).get("revision") == revision for facts in later) else None
