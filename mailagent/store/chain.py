"""Write entries of the chain, in the transaction of what they tell of: neither is there without the other.

Transactions that write take turns, so the last entry is still the last when the next is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from mailagent.domain.chain import BEFORE_ALL, ChainEntry, ChainKeys, ChainKind, ChainPart, told
from mailagent.store.tables import ChainRow

CHAIN = "chain"
"""Where a transaction that writes has its `ChainEnd`."""


@dataclass(kw_only=True)
class ChainEnd:
    """What the next entry of a transaction is sealed with; `last` is the number and the seal of the one before, None
    until it was looked up.
    """

    keys: ChainKeys
    last: tuple[int, str] | None = None


async def record(
    session: AsyncSession,
    kind: ChainKind,
    *,
    message: int | None = None,
    case: int | None = None,
    mail: int | None = None,
    of: tuple[ChainPart, ...] = (),
    facts: Mapping[str, object] | None = None,
) -> None:
    """Within the caller's transaction: add an entry with the time of now. `of` is what it is about, of which it keeps a
    keyed digest; `facts` are numbers and words of ours, None for those that do not apply.
    """
    end: ChainEnd = session.info[CHAIN]
    key = end.keys()[-1]
    number, previous = end.last or await _last(session)
    entry = ChainEntry(
        seq=number + 1,
        at=datetime.now(UTC),
        kind=kind,
        message_id=message,
        case_id=case,
        outbox_id=mail,
        facts=told(facts or {}),
        digest=key.digest(*of) if of else "",
        key_id=key.id,
    )
    mac = entry.seal(key, previous)
    session.add(
        ChainRow(
            seq=entry.seq,
            at=entry.at,
            kind=entry.kind,
            message_id=message,
            case_id=case,
            outbox_id=mail,
            facts=entry.facts,
            digest=entry.digest,
            key_id=entry.key_id,
            mac=mac,
        )
    )
    end.last = (entry.seq, mac)


def outcome(entry: Mapping[str, object]) -> dict[str, str | None]:
    """The facts of a message's log entry that stay when it is forgotten."""
    return {name: str(entry[name]) if entry.get(name) else None for name in ("disposition", "rule")}


async def is_sealed(session: AsyncSession) -> bool:
    """Whether a key of the installation has sealed an entry."""
    return (await session.exec(select(ChainRow.seq).where(ChainRow.key_id != "").limit(1))).first() is not None


async def last_entry(session: AsyncSession) -> str:
    """Within a transaction that may write: the last entry so far, as ``812:SEAL``."""
    end: ChainEnd = session.info[CHAIN]
    number, seal = end.last or await _last(session)
    return f"{number}:{seal}"


async def has_entry(session: AsyncSession, entry: str) -> bool:
    """Whether the chain has `entry`, which is ``812:SEAL``."""
    number, _, seal = entry.partition(":")
    found = select(ChainRow.seq).where(
        ChainRow.seq == (int(number) if number.isdecimal() else -1), ChainRow.mac == seal
    )
    return (await session.exec(found)).first() is not None


async def _last(session: AsyncSession) -> tuple[int, str]:
    found = await session.exec(select(ChainRow.seq, ChainRow.mac).order_by(col(ChainRow.seq).desc()).limit(1))
    return found.first() or (0, BEFORE_ALL)
