"""The store on a real database: what is written whole, what is written once, and what comes back."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError

from mailagent.domain.case import CaseId
from mailagent.domain.escalation import NewEscalation
from mailagent.domain.message import MessageId, RawMail
from mailagent.domain.outgoing import MailKind, NewOutboxEntry
from mailagent.ports import BEGINNING, LONGEST_MAIL, Cursor, DecidedBy, Handled, Sorted, Turn
from mailagent.store.cases import StoredCases
from mailagent.store.database import open_database
from mailagent.store.health import StoredHealth
from mailagent.store.messages import REMEMBERED, StoredMessages
from mailagent.store.outbox import StoredOutbox
from mailagent.store.sending import StoredSending
from mailagent.store.sightings import StoredSightings
from mailagent.store.views import Views
from tests.fakes.chain import keys

AT = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FOUND = Sorted(
    intake="person",
    caution="",
    authenticated=True,
    sender="tom@customer.example",
    sender_name="Tom Weber",
    subject="Charged twice",
    text="Hello\n\N{PARTY POPPER}",
    message_id="<1@customer.example>",
    references=("<a@x>", "<b@x>"),
    attachments=("bill.pdf (3 KB)",),
    copied=(),
    defects=(),
    rating=None,
    case_id=None,
    review_revision=None,
)


@dataclass(frozen=True, kw_only=True)
class Store:
    """All repositories on one database."""

    sightings: StoredSightings
    messages: StoredMessages
    cases: StoredCases
    outbox: StoredOutbox
    sending: StoredSending
    health: StoredHealth
    views: Views

    async def message(self, uid: int = 1, *, raw: bytes = b"", at: datetime = AT) -> MessageId:
        """Receive one mail; returns its message."""
        await self.sightings.receive([raw_mail(uid, raw=raw or b"mail %d" % uid)], at=at)
        return (await self.messages.to_sort(at=at, limit=1000))[-1].id

    async def case(self, uid: int = 1, *, found: Sorted = FOUND, at: datetime = AT) -> tuple[MessageId, CaseId]:
        """A sorted message and its case."""
        message_id = await self.message(uid, at=at)
        case_id = await self.messages.sort(
            message_id, replace(found, message_id=found.message_id and f"<{uid}@customer.example>"), at=at
        )
        assert case_id is not None
        return message_id, case_id

    async def asked(self, uid: int = 1, *, due: timedelta = timedelta(hours=4)) -> tuple[MessageId, CaseId]:
        """A case with an open question."""
        message_id, case_id = await self.case(uid)
        opens = replace(question(case_id, message_id), due_at=AT + due)
        assert await self.cases.commit(handled(message_id, case_id, opens=opens, case_state="waiting", escalated=True))
        return message_id, case_id


def raw_mail(uid: int, *, raw: bytes = b"mail", uidvalidity: int = 7, mailbox: str = "support") -> RawMail:
    """One mail as the server gave it."""
    return RawMail(mailbox=mailbox, folder="INBOX", uidvalidity=uidvalidity, uid=uid, raw=raw, size=len(raw) + 5)


def letter(key: str, case_id: CaseId | None = None, *, kind: MailKind = "answer") -> NewOutboxEntry:
    """A mail to send."""
    return NewOutboxEntry(
        key=key,
        kind=kind,
        mailbox="support",
        case_id=case_id,
        recipient="tom@customer.example",
        message_id=f"<{key}@larkfield.example>",
        raw=b"\x00\xff " + key.encode(),
    )


def question(case_id: CaseId, message_id: MessageId, revision: int = 1) -> NewEscalation:
    """A question to a reviewer."""
    return NewEscalation(
        case_id=case_id,
        revision=revision,
        message_id=message_id,
        interrupt_id="abc",
        priority="urgent",
        reason="the customer is angry",
        draft="Hi Tom",
        due_at=AT + timedelta(hours=4),
        graph_state={"case_number": f"C-{case_id}", "score": -0.9, "list": [1, None, {"a": "b"}], "escalated": True},
    )


def handled(message_id: MessageId, case_id: CaseId, **rest: object) -> Handled:
    """Commit 2 with a log entry."""
    values: dict[str, object] = {"at": AT, "log": {message_id: {"rule": "reply"}}, **rest}
    return Handled(message_id=message_id, case_id=case_id, **values)  # type: ignore[arg-type]  # the names are its own


@pytest.fixture(name="store")
async def _store(database: Path | str) -> AsyncIterator[Store]:
    engine, sessions = await open_database(database, keys)
    yield Store(
        sightings=StoredSightings(sessions=sessions, content_key=lambda raw: raw.hex()),
        messages=StoredMessages(sessions=sessions),
        cases=StoredCases(sessions=sessions),
        outbox=StoredOutbox(sessions=sessions),
        sending=StoredSending(sessions=sessions),
        health=StoredHealth(sessions=sessions),
        views=Views(sessions=sessions),
    )
    await engine.dispose()


# --- received mail ----------------------------------------------------------------------------------------------------


async def test_a_mail_is_received_once(store: Store) -> None:
    """A crash after commit 1 brings the same batch again."""
    batch = [raw_mail(1, raw=b"one"), raw_mail(2, raw=b"two")]

    assert await store.sightings.receive(batch, at=AT) == 2
    assert await store.sightings.receive(batch, at=AT) == 0
    assert len(await store.messages.to_sort(at=AT, limit=10)) == 2


@pytest.mark.parametrize(
    "copy",
    [raw_mail(2), raw_mail(1, uidvalidity=8), raw_mail(1, mailbox="sales")],
    ids=["another UID", "another UIDVALIDITY", "another mailbox"],
)
async def test_the_same_mail_in_another_place_is_one_message(store: Store, copy: RawMail) -> None:
    """Duplicated delivery and a restored mailbox must not answer twice."""
    await store.sightings.receive([raw_mail(1)], at=AT)

    assert await store.sightings.receive([copy], at=AT) == 0
    assert len(await store.messages.to_sort(at=AT, limit=10)) == 1
    assert await store.sightings.unmarked(copy.mailbox, "INBOX", copy.uidvalidity) == sorted(
        {copy.uid, 1} if (copy.mailbox, copy.uidvalidity) == ("support", 7) else {copy.uid}
    )


async def test_bytes_come_back_as_they_came(store: Store) -> None:
    """They are what a person reads when nothing else could."""
    raw = bytes(range(256))
    message_id = await store.message(raw=raw)

    assert await store.messages.raw(message_id) == raw
    message = await store.messages.get(message_id)
    assert (message.state, message.size, message.received_at) == ("received", 261, AT)


async def test_a_batch_is_received_whole_or_not_at_all(store: Store) -> None:
    """Half a batch with a moved cursor would be a lost mail."""
    broken = replace(raw_mail(2), size=None)  # type: ignore[arg-type]  # the database refuses it
    with pytest.raises(IntegrityError):
        await store.sightings.receive([raw_mail(1, raw=b"good"), replace(broken, raw=b"bad")], at=AT)

    assert await store.messages.to_sort(at=AT, limit=10) == []
    assert await store.sightings.unrecorded("support", "INBOX", 7, [1, 2]) == [1, 2]


async def test_a_cursor_comes_back_as_it_was_set(store: Store) -> None:
    """It says from where on mail is ours."""
    assert await store.sightings.cursor("support", "INBOX") is None
    first = Cursor(uidvalidity=7, floor=3, since=AT)
    await store.sightings.start_cursor("support", "INBOX", first, settled=[5, 6])
    assert await store.sightings.cursor("support", "INBOX") == first

    again = Cursor(uidvalidity=4_294_967_295, floor=4_294_967_294, since=AT)
    await store.sightings.start_cursor("support", "INBOX", again)
    assert await store.sightings.cursor("support", "INBOX") == again
    assert await store.sightings.cursor("support", "Other") is None


async def test_what_is_settled_is_neither_fetched_nor_touched(store: Store) -> None:
    """Mail that was there before us stays as its owner left it."""
    cursor = Cursor(uidvalidity=7, floor=3, since=AT)
    for _ in range(2):
        await store.sightings.start_cursor("support", "INBOX", cursor, settled=[5, 6])

    assert await store.sightings.unrecorded("support", "INBOX", 7, [9, 6, 4]) == [4, 9]
    assert await store.sightings.unrecorded("support", "INBOX", 8, [5]) == [5]
    assert await store.sightings.unmarked("support", "INBOX", 7) == []


async def test_what_is_known_of_the_last_mail_is_of_this_folder_alone(store: Store) -> None:
    """By it a folder is told from an older copy of itself: mail of another one would have it read anew for ever."""
    store_of = ("support", "INBOX", 7)
    assert (await store.sightings.highest(*store_of), list(await store.sightings.latest(*store_of))) == (0, [])
    raws = {uid: b"Message-ID: <%d@x>\r\n" % uid + b"x" * 10_000 for uid in (4, 5, 6, 8)}
    await store.sightings.receive([raw_mail(uid, raw=raw) for uid, raw in raws.items()], at=AT)
    await store.sightings.receive([raw_mail(99, mailbox="sales")], at=AT)
    await store.sightings.refuse(*store_of, 9, at=AT, reason="withheld", notices=[])

    assert await store.sightings.highest(*store_of) == 9
    assert await store.sightings.latest(*store_of) == [(uid, raws[uid][:BEGINNING]) for uid in (8, 6, 5)]

    cursor = Cursor(uidvalidity=7, floor=20, since=AT)
    await store.sightings.start_cursor("support", "INBOX", cursor, settled=[22], anew=True)
    assert (await store.sightings.highest(*store_of), list(await store.sightings.latest(*store_of))) == (22, [])
    assert await store.sightings.unrecorded(*store_of, [8, 22]) == [8]
    await store.sightings.start_cursor("support", "INBOX", replace(cursor, uidvalidity=8))
    assert await store.sightings.highest("support", "INBOX", 8) == 20


async def test_thousands_of_numbers_can_be_asked_about(store: Store) -> None:
    """Databases limit the length of a question."""
    known = {1, 499, 500, 501, 1000, 1001, 2999}
    await store.sightings.receive([raw_mail(uid, raw=b"%d" % uid) for uid in known], at=AT)

    asked = range(1, 3001)
    assert await store.sightings.unrecorded("support", "INBOX", 7, asked) == [uid for uid in asked if uid not in known]


async def test_what_is_marked_is_remembered_by_place(store: Store) -> None:
    """The same number in another folder is another mail."""
    await store.sightings.receive([raw_mail(2), raw_mail(1, raw=b"x"), raw_mail(1, mailbox="sales")], at=AT)
    await store.sightings.marked("support", "INBOX", 7, [1])

    assert await store.sightings.unmarked("support", "INBOX", 7) == [2]
    assert await store.sightings.unmarked("sales", "INBOX", 7) == [1]


# --- sorting ----------------------------------------------------------------------------------------------------------


async def test_sorting_keeps_all_that_was_found(store: Store) -> None:
    """What is lost here is lost to the model, the reviewer and the rules."""
    found = replace(FOUND, authenticated=True, caution="a list", copied=("mo@customer.example",))
    message_id, case_id = await store.case(found=found)
    message = await store.messages.get(message_id)

    for name in (
        "intake",
        "caution",
        "copied",
        "authenticated",
        "sender",
        "sender_name",
        "subject",
        "text",
        "references",
    ):
        assert getattr(message, name) == getattr(found, name), name
    assert (message.attachments, message.rating, message.state) == (found.attachments, None, "ready")
    case = await store.cases.get(case_id)
    assert (case.customer, case.customer_name, case.subject) == (found.sender, "Tom Weber", "Charged twice")
    assert (case.state, case.opened_at, case.automatic_answers, case.acknowledged) == ("new", AT, 0, False)


async def test_a_person_without_a_case_gets_one_and_others_do_not(store: Store) -> None:
    """A case number for every newsletter would make the list of cases useless."""
    _, first = await store.case(1)
    entry = {"rule": "intake:automatic"}
    second = await store.messages.sort(
        await store.message(2), replace(FOUND, intake="automatic", log_entry=entry), at=AT
    )
    third = await store.messages.sort(await store.message(3), replace(FOUND, case_id=first), at=AT)

    assert (first, second, third) == (1, None, 1)
    assert (await store.messages.get(MessageId(2))).state == "handled"
    assert [dict(row)["rule"] async for row in store.views.log_entries()] == ["intake:automatic"]


async def test_case_numbers_are_never_used_again(store: Store) -> None:
    """A number that a customer holds must not lead to somebody else."""
    assert [(await store.case(uid))[1] for uid in (1, 2, 3)] == [1, 2, 3]
    async with store.cases.sessions.begin() as session:
        for table in ("known_id WHERE case_id", "sighting WHERE message_id", "raw_mail WHERE message_id"):
            await session.exec(text(f"DELETE FROM {table} = 3"))  # type: ignore[call-overload]  # noqa: S608 - fixed words
        for table in ("message", "support_case"):
            await session.exec(text(f"DELETE FROM {table} WHERE id = 3"))  # type: ignore[call-overload]  # noqa: S608
    with pytest.raises(KeyError):
        await store.cases.get(CaseId(3))

    assert (await store.case(4))[1] == 4


async def test_a_thread_is_found_by_its_ids(store: Store) -> None:
    """A reply names the mails it answers."""
    _, case_id = await store.case()

    assert await store.messages.cases_of(["<unknown@x>", "<1@customer.example>"]) == [case_id]
    assert await store.messages.cases_of(["<unknown@x>"]) == []
    assert await store.messages.cases_of([]) == []


async def test_an_id_that_two_people_used_leads_to_both_cases(store: Store) -> None:
    """A stranger who used a customer's Message-ID, before or after them, must not keep them from their case."""
    _, mine = await store.case()
    _, other = await store.case(2, found=replace(FOUND, sender="eve@evil.example"))
    third = await store.message(3)
    await store.messages.sort(third, replace(FOUND, message_id="<1@customer.example>", case_id=other), at=AT)

    assert await store.messages.cases_of(["<1@customer.example>"]) == [mine, other]


async def test_an_id_may_be_of_any_length_and_kind(store: Store) -> None:
    """Senders choose it; lone surrogates and megabytes reach no index."""
    message_id = await store.message()
    await store.messages.sort(message_id, replace(FOUND, message_id="<" + "x" * 100_000 + "@y>"), at=AT)

    assert await store.messages.cases_of(["<" + "x" * 100_000 + "@y>"]) == [1]
    assert await store.messages.cases_of(["<\ud800@x>"]) == []


async def test_notices_are_queued_with_what_was_found(store: Store) -> None:
    """A refusal that nobody hears of is a silent skip."""
    message_id = await store.message()
    entry = {"rule": "intake:review"}
    await store.messages.sort(
        message_id, replace(FOUND, intake="review", log_entry=entry), at=AT, notices=[letter("n", kind="notice")]
    )

    assert [row.key for row in await store.sending.due(at=AT, limit=10)] == ["n"]


# --- what is due ------------------------------------------------------------------------------------------------------


async def test_the_case_that_waits_longest_comes_first(store: Store) -> None:
    """First come, first served, whatever their numbers."""
    _, first = await store.case(1)
    _, second = await store.case(2)
    await store.messages.sort(await store.message(3), replace(FOUND, case_id=first), at=AT)
    assert await store.messages.due_cases(at=AT, limit=10) == [first, second]
    assert await store.messages.due_cases(at=AT, limit=1) == [first]

    await store.cases.commit(handled(MessageId(1), first))
    assert await store.messages.due_cases(at=AT, limit=10) == [second, first]


async def test_a_flood_of_one_customer_keeps_nobody_else_waiting(store: Store) -> None:
    """Somebody's program mails support five hundred times: another customer is the second to be answered."""
    flood = [await store.messages.sort(await store.message(uid), FOUND, at=AT) for uid in (1, 2, 3)]
    other = await store.messages.sort(await store.message(4), replace(FOUND, sender="ann@customer.example"), at=AT)

    assert await store.messages.due_cases(at=AT, limit=10) == [flood[0], other, *flood[1:]]


async def test_messages_of_a_case_come_in_the_order_they_arrived(store: Store) -> None:
    """The second mail makes no sense before the first."""
    first, case_id = await store.case(1)
    second = await store.messages.sort(await store.message(2), replace(FOUND, case_id=case_id), at=AT)
    assert second == case_id

    assert (await store.messages.next_in_case(case_id, at=AT)).id == first  # type: ignore[union-attr]
    await store.cases.commit(handled(first, case_id))
    assert (await store.messages.next_in_case(case_id, at=AT)).id == 2  # type: ignore[union-attr]
    await store.cases.commit(handled(MessageId(2), case_id))
    assert await store.messages.next_in_case(case_id, at=AT) is None
    assert await store.messages.due_cases(at=AT, limit=10) == []


async def test_a_postponed_message_holds_back_the_newer_ones_of_its_case(store: Store) -> None:
    """Else the answer to the second mail overtakes the first."""
    first, case_id = await store.case(1)
    await store.messages.sort(await store.message(2), replace(FOUND, case_id=case_id), at=AT)
    _, other = await store.case(3)
    await store.messages.postpone(first, until=AT + MINUTE, reason="busy")

    assert await store.messages.next_in_case(case_id, at=AT) is None
    assert await store.messages.due_cases(at=AT, limit=10) == [other]
    found = await store.messages.next_in_case(case_id, at=AT + MINUTE)
    assert found is not None
    assert (found.id, found.attempts, found.reason) == (first, 1, "busy")


async def test_sorting_waits_for_what_was_postponed(store: Store) -> None:
    """A message that was postponed comes again, counted."""
    message_id = await store.message()
    await store.messages.postpone(message_id, until=AT + MINUTE, reason="locked")

    assert await store.messages.to_sort(at=AT, limit=10) == []
    (found,) = await store.messages.to_sort(at=AT + MINUTE, limit=10)
    assert (found.attempts, found.reason) == (1, "locked")


async def test_history_is_the_customers_texts_and_our_answers(store: Store) -> None:
    """Only what the customer of the case wrote and what they were sent for good, up to the message in hand."""
    first, case_id = await store.case(1)
    await store.cases.commit(handled(first, case_id, answer=(first, "Hi Tom, yes.")))
    for uid, changes in enumerate(
        (
            {"text": "second"},
            {"sender": "eve@evil.example", "text": "foreign"},
            {"intake": "review", "text": "APPROVE"},
        ),
        start=2,
    ):
        await store.messages.sort(await store.message(uid), replace(FOUND, case_id=case_id, **changes), at=AT)  # type: ignore[arg-type]  # the names are its own
    await store.messages.sort(await store.message(9), replace(FOUND, case_id=case_id, text="later"), at=AT)

    assert await store.messages.history(case_id, of="tom@customer.example", before=MessageId(5)) == (
        [
            Turn(who="customer", text=FOUND.text),
            Turn(who="us", text="Hi Tom, yes."),
            Turn(who="customer", text="second"),
        ],
        2,
    )
    assert await store.messages.history(case_id, of="tom@customer.example", before=first) == ([], 0)


async def test_what_waits_is_read_page_by_page(store: Store) -> None:
    """Thousands may wait. None is left out where a page ends, nor read twice, also of those due at the same time."""
    cases = [(await store.asked(uid, due=MINUTE * (uid // 3)))[1] for uid in range(6, 0, -1)]
    stored = replace(store.cases, page=2)

    pages = [await stored.waiting()]
    while pages[-1]:
        pages.append(await stored.waiting(after=pages[-1][-1]))

    in_order = sorted(cases, key=lambda case_id: ((7 - case_id) // 3, case_id))
    assert [[row.case_id for row in page] for page in pages] == [in_order[:2], in_order[2:4], in_order[4:], []]


async def test_of_a_long_case_only_the_newest_is_read(store: Store) -> None:
    """A case of hundreds of long mails must not be taken into memory whole for each new one."""
    first, case_id = await store.case(1)
    for uid in range(2, 3 + REMEMBERED):
        found = replace(FOUND, case_id=case_id, text=f"{uid} " + "x" * LONGEST_MAIL)
        await store.messages.sort(await store.message(uid), found, at=AT)

    turns, written = await store.messages.history(
        case_id, of="tom@customer.example", before=MessageId(first + REMEMBERED + 2)
    )

    assert written == REMEMBERED + 2
    assert [turn.text.split()[0] for turn in turns] == [str(uid) for uid in range(3, 3 + REMEMBERED)]
    assert {len(turn.text) for turn in turns} == {LONGEST_MAIL}


async def test_what_is_set_aside_waits_for_a_person_and_can_be_retried(store: Store) -> None:
    """It is out of the way, listed with its reason, told of once, and comes back where it stopped."""
    unsorted, (ready, case_id) = await store.message(1), await store.case(2)
    await store.messages.postpone(unsorted, until=AT, reason="x")
    for message_id in (unsorted, ready):
        notice = letter(f"{message_id}:aside", kind="notice")
        await store.messages.set_aside(message_id, reason="too deep", notices=[notice])

    assert await store.messages.to_sort(at=AT, limit=10) == []
    assert await store.messages.due_cases(at=AT, limit=10) == []
    assert [(row["message"], row["reason"]) for row in await store.views.set_aside()] == [
        (unsorted, "too deep"),
        (ready, "too deep"),
    ]
    assert len(await store.sending.due(at=AT, limit=10)) == 2

    for message_id in (unsorted, ready):
        await store.views.retry_aside(message_id)
    (again,) = await store.messages.to_sort(at=AT, limit=10)
    assert (again.id, again.attempts) == (unsorted, 0)
    assert await store.messages.due_cases(at=AT, limit=10) == [case_id]


# --- commit 2 ---------------------------------------------------------------------------------------------------------


async def test_commit_2_writes_all_that_a_message_leads_to(store: Store) -> None:
    """Message, case, question, answer, log and mails: the next step finds them all."""
    message_id, case_id = await store.case()
    opens = question(case_id, message_id)
    done = handled(
        message_id,
        case_id,
        case_state="waiting",
        escalated=True,
        acknowledged=True,
        automatic_answer=True,
        opens=opens,
        answer=(message_id, "Hi Tom"),
        outbox=(letter("1:digest", case_id, kind="digest"), letter("1:reply", case_id)),
    )

    assert await store.cases.commit(done)

    case = await store.cases.get(case_id)
    assert (case.state, case.escalated, case.acknowledged, case.automatic_answers) == ("waiting", True, True, 1)
    found = await store.cases.open_escalation(case_id)
    assert found is not None
    for name in NewEscalation.__dataclass_fields__:
        assert getattr(found, name) == getattr(opens, name), name
    assert (found.state, found.opened_at, found.decided_at) == ("open", AT, None)
    assert found.due_at.tzinfo is UTC
    assert await store.cases.latest_revision(case_id) == 1
    assert [row.key for row in await store.sending.due(at=AT, limit=10)] == ["1:digest", "1:reply"]
    assert await store.messages.cases_of(["<1:reply@larkfield.example>"]) == [case_id]
    assert [row async for row in store.views.log_entries()] == [{"time": "2026-11-21T12:00:00+00:00", "rule": "reply"}]


async def test_a_message_is_handled_once(store: Store) -> None:
    """The same run again, after a crash that was none, must not send again or count again."""
    message_id, case_id = await store.case()
    done = handled(message_id, case_id, automatic_answer=True, outbox=(letter("1:reply", case_id),))

    assert await store.cases.commit(done)
    assert not await store.cases.commit(replace(done, outbox=(letter("1:other", case_id),), case_state="open"))
    assert len(await store.sending.due(at=AT, limit=10)) == 1
    case = await store.cases.get(case_id)
    assert (case.automatic_answers, case.state) == (1, "new")


async def test_what_cannot_be_written_whole_is_not_written_at_all(store: Store) -> None:
    """A handled message without its answer is a customer who waits for ever."""
    message_id, case_id = await store.case()
    broken = replace(letter("1:digest", case_id), recipient=None)  # type: ignore[arg-type]  # the database refuses it
    done = handled(
        message_id,
        case_id,
        case_state="answered",
        opens=question(case_id, message_id),
        outbox=(letter("1:reply", case_id), broken),
    )

    with pytest.raises(IntegrityError):
        await store.cases.commit(done)

    assert (await store.messages.get(message_id)).state == "ready"
    assert (await store.cases.get(case_id)).state == "new"
    assert await store.cases.open_escalation(case_id) is None
    assert await store.sending.due(at=AT, limit=10) == []
    assert [row async for row in store.views.log_entries()] == []
    assert await store.messages.cases_of(["<1:reply@larkfield.example>"]) == []


async def review_of(store: Store, case_id: CaseId, uid: int) -> MessageId:
    """A reviewer's reply."""
    message_id = await store.message(uid)
    await store.messages.sort(message_id, replace(FOUND, intake="review", case_id=case_id, review_revision=1), at=AT)
    return message_id


@pytest.mark.parametrize("at_once", [False, True], ids=["one after the other", "at once"])
async def test_of_two_decisions_one_counts(store: Store, *, at_once: bool) -> None:
    """Two reviewers answer the same digest: one answer goes out, and the other is told."""
    _, case_id = await store.asked()
    replies = [await review_of(store, case_id, uid) for uid in (2, 3)]
    decisions = [
        handled(
            reply,
            case_id,
            decides=DecidedBy(revision=1, reviewer=f"Reviewer {reply}", verb="approve"),
            outbox=(letter(f"{reply}:reply", case_id),),
        )
        for reply in replies
    ]
    if at_once:
        results = await asyncio.gather(*(store.cases.commit(decision) for decision in decisions))
    else:
        results = [await store.cases.commit(decision) for decision in decisions]

    assert sorted(results) == [False, True]
    winner, loser = (replies[results.index(True)], replies[results.index(False)])
    found = await store.cases.escalation(case_id, 1)
    assert found is not None
    assert (found.state, found.verb, found.decided_by, found.decided_at) == (
        "decided",
        "approve",
        f"Reviewer {winner}",
        AT,
    )
    assert [row.key for row in await store.sending.due(at=AT, limit=10)] == [f"{winner}:reply"]
    assert (await store.messages.get(loser)).state == "ready"


async def test_a_superseded_question_cannot_be_decided(store: Store) -> None:
    """The customer wrote again; the old draft answers what is no longer asked."""
    _, case_id = await store.asked()
    second = await store.message(2)
    await store.messages.sort(second, replace(FOUND, case_id=case_id), at=AT)
    reply = await review_of(store, case_id, 3)

    assert await store.cases.commit(handled(second, case_id, supersedes=1, opens=question(case_id, second, 2)))
    late = handled(reply, case_id, decides=DecidedBy(revision=1, reviewer="Dana", verb="approve"))
    assert not await store.cases.commit(late)

    old, new = await store.cases.escalation(case_id, 1), await store.cases.open_escalation(case_id)
    assert old is not None
    assert new is not None
    assert (old.state, old.verb, new.revision) == ("superseded", None, 2)
    assert await store.cases.latest_revision(case_id) == 2


async def test_a_question_that_was_never_asked_cannot_be_decided(store: Store) -> None:
    """A revision from a restored mailbox, newer than the database."""
    message_id, case_id = await store.case()
    done = handled(message_id, case_id, decides=DecidedBy(revision=9, reviewer="Dana", verb="approve"))

    assert not await store.cases.commit(done)
    assert await store.cases.escalation(case_id, 9) is None


# --- the outbox -------------------------------------------------------------------------------------------------------


async def queue(store: Store, *keys: str) -> None:
    """Queue mails."""
    await store.messages.set_aside(await store.message(), reason="", notices=[letter(key) for key in keys])


async def test_one_cause_makes_one_mail(store: Store) -> None:
    """The key is made from the cause; a second entry under it would be a second answer."""
    message_id, case_id = await store.case()
    await store.messages.set_aside(await store.message(2), reason="", notices=[letter("1:reply")])

    changed = replace(letter("1:reply", case_id), raw=b"other bytes")
    assert await store.cases.commit(handled(message_id, case_id, outbox=(changed, changed)))

    (entry,) = await store.sending.due(at=AT, limit=10)
    assert entry.raw == letter("1:reply").raw


async def test_an_entry_comes_back_as_it_was_queued(store: Store) -> None:
    """The bytes are frozen: they are what was shown to the reviewer."""
    await queue(store, "a", "b")
    first, second = await store.sending.due(at=AT, limit=10)

    for name in NewOutboxEntry.__dataclass_fields__:
        assert getattr(first, name) == getattr(letter("a"), name), name
    assert (first.state, first.attempts, first.due_at, first.sent_at, second.key) == ("ready", 0, AT, None, "b")
    assert await store.sending.due(at=AT, limit=1) == [first]


async def test_an_entry_is_claimed_once(store: Store) -> None:
    """Two rounds, or two processes by mistake: one sends."""
    await queue(store, "a")
    (entry,) = await store.sending.due(at=AT, limit=10)

    assert sorted(await asyncio.gather(*(store.sending.claim(entry) for _ in range(4)))) == [False, False, False, True]
    assert await store.sending.due(at=AT, limit=10) == []
    (left,) = await store.sending.recover(at=AT)
    assert (left.key, left.state, left.attempts) == ("a", "sending", 1)


async def test_the_fates_of_an_entry(store: Store) -> None:
    """Sent, due later, failed or uncertain: no fifth, and none is sent again but what surely did not go."""
    await queue(store, "sent", "later", "failed", "uncertain")
    entries = {entry.key: entry for entry in await store.sending.due(at=AT, limit=10)}
    for entry in entries.values():
        assert await store.sending.claim(entry)
        assert await store.sending.eod(entry)

    await store.sending.sent(entries["sent"], at=AT)
    await store.sending.postpone(entries["later"], until=AT + MINUTE, error="450")
    await store.sending.fail(entries["failed"], at=AT, error="550", notices=[letter("n1", kind="notice")])
    await store.sending.doubt(entries["uncertain"], at=AT, error="lost")

    assert await store.sending.recover(at=AT) == []
    assert [entry.key for entry in await store.sending.due(at=AT, limit=10)] == ["n1"]
    later = (await store.sending.due(at=AT + MINUTE, limit=10))[0]
    assert (later.key, later.attempts, later.error) == ("later", 1, "450")
    status = await store.views.status()
    assert status["outbox"] == {"ready": 2, "held": 0, "sending": 0, "sent": 1, "failed": 1, "uncertain": 1}


async def test_what_a_dead_process_left_may_be_sent_again_only_without_its_final_dot(store: Store) -> None:
    """The line between no answer and two: before the dot no server accepts a mail, after it every one may have."""
    await queue(store, "text", "dot")
    text, dot = await store.sending.due(at=AT, limit=10)
    for entry in (text, dot):
        assert await store.sending.claim(entry)
    assert await store.sending.eod(dot)

    left = await store.sending.recover(at=AT + MINUTE)

    assert [(entry.key, entry.state) for entry in left] == [("text", "sending"), ("dot", "eod")]
    assert [entry.key for entry in await store.sending.due(at=AT + MINUTE, limit=10)] == ["text"]
    (doubtful,) = await store.sending.doubtful(at=AT + MINUTE, limit=10)
    assert (doubtful.key, doubtful.uncertain_since) == ("dot", AT + MINUTE)


async def test_who_was_overtaken_does_not_write_the_dot(store: Store) -> None:
    """A process that slept while another took its mails over must neither send nor change what became of them."""
    await queue(store, "a")
    (slow,) = await store.sending.due(at=AT, limit=10)
    assert await store.sending.claim(slow)
    await store.sending.recover(at=AT)
    (other,) = await store.sending.due(at=AT, limit=10)
    assert await store.sending.claim(other)

    assert not await store.sending.eod(slow)
    await store.sending.postpone(slow, until=AT, error="slow")
    await store.sending.fail(slow, at=AT, error="slow", notices=[letter("n", kind="notice")])
    assert await store.sending.due(at=AT, limit=10) == []
    assert await store.sending.eod(other)


async def test_the_fates_of_an_uncertain_entry(store: Store) -> None:
    """Found, sent again, looked for later, or left to a person once."""
    await queue(store, "found", "again", "later", "told")
    for entry in await store.sending.due(at=AT, limit=10):
        assert await store.sending.claim(entry)
        assert await store.sending.eod(entry)
    await store.sending.recover(at=AT)
    doubtful = {entry.key: entry for entry in await store.sending.doubtful(at=AT, limit=10)}

    await store.sending.found(doubtful["found"], at=AT)
    await store.sending.resend(doubtful["again"], at=AT)
    await store.sending.look_again(doubtful["later"], until=AT + MINUTE)
    for _ in range(2):
        await store.sending.settle(doubtful["told"], at=AT, notices=[letter("n", kind="notice")])

    assert [entry.key for entry in await store.sending.due(at=AT, limit=10)] == ["again", "n"]
    assert await store.sending.doubtful(at=AT, limit=10) == []
    assert [entry.key for entry in await store.sending.doubtful(at=AT + MINUTE, limit=10)] == ["later"]
    status = await store.views.status()
    assert status["outbox"] == {"ready": 2, "held": 0, "sending": 0, "sent": 1, "failed": 0, "uncertain": 2}


# --- times, health, views ---------------------------------------------------------------------------------------------


async def test_times_come_back_in_utc_whatever_zone_they_were_given_in(store: Store) -> None:
    """SQLite forgets zones; an hour's error is a broken deadline."""
    vienna = AT.astimezone(timezone(timedelta(hours=1)))
    message_id = await store.message(at=vienna)
    found = (await store.messages.get(message_id)).received_at

    assert (found, found.utcoffset()) == (AT, timedelta(0))


async def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    """It would mean another instant on another machine."""
    with pytest.raises(StatementError, match="without a time zone"):
        await store.message(at=AT.replace(tzinfo=None))


async def test_what_goes_on_working_is_written_down_once_a_minute(store: Store) -> None:
    """ "Last worked" is true to a minute, and no mail costs a write for it; after a failure it is written at once."""

    async def shown() -> tuple[object, object]:
        (row,) = cast("list[dict[str, object]]", (await store.views.status())["outside"])
        return row["working"], row["worked_at"]

    for seconds in (0, 59):
        await store.health.worked("job:triage_cases", at=AT + timedelta(seconds=seconds))
    assert await shown() == (True, "2026-11-21T12:00:00+00:00")

    await store.health.worked("job:triage_cases", at=AT + MINUTE)
    assert await shown() == (True, "2026-11-21T12:01:00+00:00")

    await store.health.failed("job:triage_cases", "locked", at=AT + MINUTE)
    await store.health.worked("job:triage_cases", at=AT + timedelta(seconds=61))
    assert await shown() == (True, "2026-11-21T12:01:01+00:00")

    await store.health.worked("job:triage_cases", at=AT - MINUTE)  # the clock was ahead
    assert await shown() == (True, "2026-11-21T11:59:00+00:00")


async def test_health_remembers_when_it_last_worked(store: Store) -> None:
    """ "down since when" is the first question."""
    await store.health.worked("imap:support", at=AT)
    await store.health.failed("imap:support", "x" * 900, at=AT + MINUTE)
    await store.health.failed("smtp:support", "refused", at=AT)
    outside = (await store.views.status())["outside"]

    assert outside == [
        {
            "name": "imap:support",
            "working": False,
            "detail": "x" * 500,
            "checked_at": "2026-11-21T12:01:00+00:00",
            "worked_at": "2026-11-21T12:00:00+00:00",
        },
        {
            "name": "smtp:support",
            "working": False,
            "detail": "refused",
            "checked_at": "2026-11-21T12:00:00+00:00",
            "worked_at": None,
        },
    ]


async def test_status_counts_what_waits(store: Store) -> None:
    """An operator sees at a glance whether something is stuck, and since when."""
    await store.asked()
    await store.message(2, at=AT + MINUTE)
    await store.messages.set_aside(await store.message(3), reason="x", notices=[])
    status = await store.views.status()

    assert (status["pending"], status["handled"], status["set_aside"]) == (1, 1, 1)
    assert status["oldest_pending"] == "2026-11-21T12:01:00+00:00"
    assert (status["waiting_for_reviewers"], status["next_due"]) == (1, "2026-11-21T16:00:00+00:00")


async def test_an_empty_store_has_a_status(store: Store) -> None:
    """The first command after the installation."""
    status = await store.views.status()

    assert (status["pending"], status["oldest_pending"], status["next_due"]) == (0, None, None)
    assert await store.views.cases(to_decide=False, limit=10) == []
    assert await store.views.case(CaseId(1)) is None


async def test_cases_are_listed_newest_first_and_questions_by_deadline(store: Store) -> None:
    """What is most pressing stands on top."""
    await store.asked()
    message_id, second = await store.case(2)
    urgent = replace(question(second, message_id), due_at=AT + MINUTE)
    await store.cases.commit(handled(message_id, second, opens=urgent))
    await store.case(3)

    assert [row["case"] for row in await store.views.cases(to_decide=False, limit=10)] == ["C-3", "C-2", "C-1"]
    assert [row["case"] for row in await store.views.cases(to_decide=False, limit=1)] == ["C-3"]
    rows = await store.views.cases(to_decide=True, limit=10)
    assert [(row["case"], row["due_at"]) for row in rows] == [
        ("C-2", "2026-11-21T12:01:00+00:00"),
        ("C-1", "2026-11-21T16:00:00+00:00"),
    ]


async def test_a_case_is_shown_with_all_that_belongs_to_it(store: Store) -> None:
    """A person who takes over reads this first."""
    _, case_id = await store.asked()
    message_id, other = await store.case(2, found=replace(FOUND, linked_case_id=case_id))
    await store.cases.commit(handled(message_id, other, outbox=(letter("2:reply", other),)))

    asked, answered = await store.views.case(case_id), await store.views.case(other)
    assert asked is not None
    assert answered is not None
    assert [row["reason"] for row in asked["escalations"]] == ["the customer is angry"]  # type: ignore[attr-defined]
    assert (asked["mails"], asked["linked_case"], answered["linked_case"]) == ([], None, "C-1")
    assert [row["to"] for row in answered["mails"]] == ["tom@customer.example"]  # type: ignore[attr-defined]
    assert [row["log"] for row in answered["messages"]] == [{"rule": "reply"}]  # type: ignore[attr-defined]
