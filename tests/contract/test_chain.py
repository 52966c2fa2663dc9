"""``mailagent audit --verify``: whoever changes what was received, decided or sent is found out, without the key."""

from datetime import timedelta

import pytest
from sqlmodel import select

from mailagent.adapters.signing_keys import FILE, read_chain_keys, rotate_keys
from mailagent.domain.policy import ReviewPolicy
from mailagent.errors import PermanentError, UncertainError
from mailagent.mail.parse import sender_of
from mailagent.store.audit import Audit
from mailagent.store.database import open_database
from mailagent.store.erasure import Erasure
from mailagent.store.tables import ChainRow
from tests.fakes.mails import TOM
from tests.fakes.model import ANGRY, NEUTRAL
from tests.jobs.lived import Lived
from tests.jobs.office import Outside, open_office

SWAP = (
    "UPDATE chain SET seq = -1 WHERE seq = 3; UPDATE chain SET seq = 3 WHERE seq = 4;"
    " UPDATE chain SET seq = 4 WHERE seq = -1"
)
COLUMNS = "at, kind, message_id, case_id, outbox_id, facts, digest, key_id, mac"
FORGED = f"INSERT INTO chain (seq, {COLUMNS}) SELECT seq + 100, {COLUMNS} FROM chain WHERE seq = 3"  # noqa: S608 - ours
CHAIN = select(ChainRow)
SENT_BY_NOBODY = (
    "INSERT INTO outbox (key, kind, mailbox, case_id, recipient, message_id, automatic, raw, state, attempts,"
    " created_at, due_at, error) SELECT 'x', kind, mailbox, case_id, recipient, 'x', automatic, raw, 'sent', attempts,"
    " created_at, due_at, error FROM outbox WHERE id = 1"
)


@pytest.fixture(name="outside")
async def _outside(lived: Lived) -> Outside:
    """After a day: an answer, one that failed, one that is uncertain, a decision that was taken back, and another."""
    return await lived("day", live_through)


async def live_through(outside: Outside) -> None:
    """The day."""
    policy = ReviewPolicy(undo_window=timedelta(minutes=5), confirm="actor")
    async with open_office(outside, policy=policy) as office:
        for error in (None, PermanentError("550 no such user"), UncertainError("no answer")):
            outside.customer_writes(sender=f"Ann <ann{len(str(error))}@ann.example>")
            if isinstance(error, UncertainError):
                outside.sender.late_errors.append(error)
            elif error is not None:
                outside.sender.errors.append(error)
            await office.work()
        outside.model.mood = ANGRY
        outside.customer_writes()
        await office.work()
        for decision in ("REJECT", "UNDO", "APPROVE"):
            outside.reviewer_replies(decision)
            await office.work()
        outside.clock.time += timedelta(hours=1)
        await office.work()


async def verified(outside: Outside) -> list[str]:
    """What is found, as ``promise: what``."""
    engine, sessions = await open_database(outside.database())
    chain = await Audit(sessions=sessions).chain(read_chain_keys(outside.folder))
    await engine.dispose()
    return [f"{row.promise}: {what}" for row in chain.broken for what in row.where]


async def test_a_day_leaves_a_chain_without_a_fault(outside: Outside) -> None:
    """A check that cries wolf is not looked at; and each kind of event has its entry, with ids alone."""
    assert await verified(outside) == []

    engine, sessions = await open_database(outside.database())
    async with sessions.read() as session:
        rows = [*await session.exec(CHAIN)]
    await engine.dispose()
    kinds = {row.kind for row in rows}
    assert kinds == {
        "begun", "received", "handled", "decided", "undone", "queued", "sent", "failed", "uncertain", "settled",
        "withdrawn",
    }  # fmt: skip
    assert not [row for row in rows if "@" in row.facts]


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("UPDATE chain SET facts = '{}' WHERE seq = 2", "entry 2 (handled, 2"),
        ("UPDATE chain SET at = '2020-01-01 00:00:00' WHERE seq = 3", "entry 3 (queued, 2020-01-01 00:00:00 UTC)"),
        ("UPDATE chain SET facts = 'no JSON' WHERE kind IN ('begun', 'handled', 'decided')", "entry 0 (begun"),
        ("UPDATE chain SET kind = 'failed' WHERE seq = 4", "entry 4 (failed"),
        ("UPDATE chain SET outbox_id = 2 WHERE seq = 4", "entry 4 (sent"),
        ("UPDATE chain SET digest = '' WHERE seq = 1", "entry 1 (received"),
        ("UPDATE chain SET mac = 'x' WHERE seq = 5", "entry 5 (received"),
        ("UPDATE chain SET facts = '{}' WHERE seq = 0", "entry 0 (begun"),
        ("DELETE FROM chain WHERE seq = 3", "entry 3: removed"),
        ("DELETE FROM chain WHERE seq BETWEEN 3 AND 5", "entries 3 to 5: removed"),
        ("DELETE FROM chain WHERE seq = 0", "entry 0: removed"),
        ("DELETE FROM chain", "the chain is empty"),
        (SWAP, "entry 3: the order was changed, what stood here is entry 4 now"),
        (FORGED, "to 102: removed"),
    ],
)
async def test_a_changed_chain_is_found_out(outside: Outside, damage: str, found: str) -> None:
    """Whoever covers something up would begin here; the first broken entry is named."""
    outside.damage(damage)

    first = (await verified(outside))[0]

    assert first.startswith("chain is whole: ")
    assert found in first


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("DELETE FROM chain WHERE seq >= 4", "mail 1: sent, but by the chain queued"),
        ("DELETE FROM chain WHERE kind = 'settled'", "mail 4: settled, but by the chain uncertain"),
        (SENT_BY_NOBODY, "sent, but the chain has no entry"),
        ("UPDATE outbox SET state = 'failed' WHERE id = 1", "mail 1: failed, but by the chain sent"),
        ("UPDATE outbox SET recipient = 'eve@evil.example' WHERE id = 1", "mail 1, its recipient or text: other"),
        ("UPDATE outbox SET raw = 'other words' WHERE id = 1", "mail 1, its recipient or text: other"),
        ("UPDATE outbox SET raw = '' WHERE id = 1", "mail 1: it was cleared, but by no 'mailagent forget'"),
        ("UPDATE outbox SET sent_at = '2020-01-01 00:00:00' WHERE id = 1", "mail 1, when it was sent: other"),
        ("DELETE FROM outbox WHERE id = 1", "mail 1: in the chain, but not in its table"),
        ("UPDATE message SET state = 'ready' WHERE id = 1", "message 1: ready, but by the chain handled"),
        ("UPDATE raw_mail SET raw = 'other words' WHERE message_id = 1", "message 1, its bytes: other"),
        ("UPDATE raw_mail SET raw = '' WHERE message_id = 1", "message 1: its bytes were cleared, but by no"),
        ("DELETE FROM raw_mail WHERE message_id = 1", "message 1, its bytes: gone"),
        ("DELETE FROM message WHERE id = 1", "message 1: in the chain, but not in its table"),
        ("UPDATE log_entry SET entry = '{}' WHERE message_id = 1", "message 1: the log says rule nothing, the chain"),
        ("DELETE FROM log_entry WHERE message_id = 1", "message 1: the log says rule nothing, the chain reply"),
        ("UPDATE escalation SET decided_by = 'Eve'", "message 7, its decision: what or by whom: other"),
        ("UPDATE escalation SET decided_by = ''", "message 7, its decision: what or by whom: other"),
        ("UPDATE escalation SET verb = NULL", "message 7, its decision: what or by whom: other"),
        ("DELETE FROM chain WHERE kind = 'decided'", "its question 1 was decided by nobody"),
        ("UPDATE escalation SET verb = 'reject'", "message 7, its decision: what or by whom: other"),
        ("UPDATE escalation SET decision_id = NULL", "message 7, its decision: what or by whom: gone"),
    ],
)
async def test_rows_that_are_not_as_the_chain_tells_are_found_out(outside: Outside, damage: str, found: str) -> None:
    """The end of the chain may be cut off, and a row changed or put in; each without touching a seal."""
    outside.damage(damage)

    assert [what for what in await verified(outside) if found in what]


async def test_a_chain_that_cannot_be_read_is_a_finding_too(outside: Outside) -> None:
    """A monitor must hear of it, and not of a bug of ours."""
    outside.damage("DROP TABLE chain")

    (found,) = await verified(outside)

    assert found.startswith("chain is whole: it, or what it tells of, cannot be read: ")


async def test_a_person_is_forgotten_without_a_break(outside: Outside) -> None:
    """What is cleared was never in the chain; that it was cleared is."""
    engine, sessions = await open_database(outside.database(), lambda: read_chain_keys(outside.folder))
    await Erasure(sessions=sessions, sender_of=sender_of, remember=lambda *_: None).forget(TOM, at=outside.clock.now())
    async with sessions.read() as session:
        forgotten = [*await session.exec(CHAIN.where(ChainRow.kind == "forgotten"))]
    await engine.dispose()

    assert forgotten
    assert await verified(outside) == []


@pytest.mark.parametrize("forget", [False, True])
async def test_keys_are_changed_without_a_break(outside: Outside, *, forget: bool) -> None:
    """After a leak the old key signs no address any more; what it sealed can still be checked, and is sealed anew."""
    rotate_keys(outside.folder, forget=forget)
    assert await verified(outside) == []

    outside.model.mood = NEUTRAL
    outside.customer_writes(sender="Eva <eva@eva.example>")
    async with open_office(outside) as office:
        await office.work()

    assert await verified(outside) == []
    engine, sessions = await open_database(outside.database())
    async with sessions.read() as session:
        assert len({row.key_id for row in await session.exec(CHAIN)} - {""}) == 2
    await engine.dispose()


async def test_a_lost_key_is_no_charge_of_tampering(outside: Outside) -> None:
    """Somebody moved to a new machine and left the file behind: they are told what to put back."""
    (outside.folder / FILE).rename(outside.folder / "kept")

    (found,) = await verified(outside)

    assert found.startswith("chain can be checked: entries 1 to ")
    assert "data_dir/secrets; add its [[key]] to that file, from a backup" in found
    (outside.folder / "kept").rename(outside.folder / FILE)
    assert await verified(outside) == []
