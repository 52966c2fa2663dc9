"""A reviewer decides several cases by one reply to the list: each line by itself, and one receipt tells of all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage

from tests.fakes.mails import ADMIN, BEN, DANA, QUEUE, TOM, text_of, words
from tests.jobs.forged import bare
from tests.jobs.office import Office, Outside
from tests.jobs.test_list_waiting import asked, lists, opened
from tests.jobs.test_remind_reviewers import vienna


@asynccontextmanager
async def listed(outside: Outside, *subjects: str) -> AsyncIterator[tuple[Office, EmailMessage]]:
    """An office where `subjects`, each a case from 1 on, wait and were just listed; and that list."""
    async with opened(outside) as office:
        for minute, subject in enumerate(subjects):
            await asked(outside, office, vienna(16, 10, minute), subject)
        await lists(outside, office, vienna(16, 14))
        yield office, outside.mails_to(QUEUE)[-1]


async def answered(outside: Outside, office: Office, text: str, to: EmailMessage, **how: object) -> list[str]:
    """What Dana is told after a reply to the list."""
    before = len(outside.mails_to(DANA))
    outside.reviewer_replies(text, to=to, **how)  # type: ignore[arg-type]  # the names are those of reviewer_replies()
    await office.work()
    return [words(sent) for sent in outside.mails_to(DANA)[before:] if "[Support]" in str(sent["Subject"])]


async def states(office: Office) -> dict[object, object]:
    """The state of each case by its number."""
    return {row["case"]: row["state"] for row in await office.views.cases(to_decide=False, limit=10)}


async def test_one_reply_decides_several_cases(outside: Outside) -> None:
    """A morning's mail is decided at once, each case as by its own email."""
    async with listed(outside, "Mugs", "Towels", "Parcel", "Offer") as (office, sent):
        told = await answered(outside, office, "APPROVE C-1 C-2\nASSIGN C-3 ben\nSPAM C-4", sent)

        assert await states(office) == {"C-1": "answered", "C-2": "answered", "C-3": "waiting", "C-4": "closed"}
        assert len(told) == 1
        assert "All was carried out" in told[0]
        for line in ("Done, C-1: APPROVE.", "Done, C-2: APPROVE.", "Done, C-3: ASSIGN.", "Done, C-4: SPAM."):
            assert line in told[0]
        assert [str(mail["Subject"]) for mail in outside.mails_to(BEN)] == ["[C-3] Parcel"]


async def test_a_bad_line_stops_no_other(outside: Outside) -> None:
    """Who decides ten cases must not do it again for one slip, and must be told of the slip."""
    async with listed(outside, "Mugs", "Towels", "Parcel") as (office, sent):
        text = "APPROVE C-1\nMODIFY C-2\nAPPROVE all the rest\nREJECT C-77\nCLOSE C-3 too old"
        (told,) = await answered(outside, office, text, sent)

        assert await states(office) == {"C-1": "answered", "C-2": "waiting", "C-3": "closed"}
        assert "2 of 5 were carried out" in told
        assert "Not done, C-2: this word does not work in a list" in told
        assert 'Not done, "APPROVE all the rest": a line must begin with a word that I know' in told
        assert "Not done, C-77: it was not in that list" in told
        for code in ("REVIEW-11", "REVIEW-02"):
            assert f"Code {code}." in told


async def test_no_line_counts_where_one_is_struck_through(outside: Outside) -> None:
    """Nobody knows which of the lines was meant to be gone."""
    async with listed(outside, "Mugs", "Towels") as (office, sent):
        body = "MIME-Version: 1.0\nContent-Type: text/html\n\n<p>CLOSE C-1</p><p><s>SPAM C-2</s></p>"
        outside.mailbox.deliver(bare(sent, body=body, headers=[f"In-Reply-To: {sent['Message-ID']}"]))
        await office.work()

        assert await states(office) == {"C-1": "waiting", "C-2": "waiting"}
        assert "Not done, C-2: text in your reply is struck through" in words(outside.mails_to(DANA)[-1])


async def test_a_question_that_changed_since_is_left_alone(outside: Outside) -> None:
    """The list showed another draft, or somebody was quicker: that line is told, and nothing goes out by it."""
    async with listed(outside, "Mugs", "Towels", "Parcel") as (office, sent):
        digests = [mail for mail in outside.mails_to(QUEUE) if "[C-" in str(mail["Subject"])]
        outside.reviewer_replies("REVISE Say that it is free.", to=digests[0])
        outside.reviewer_replies("CLOSE", to=digests[1], sender=BEN)
        await office.work()
        outside.sender.accepted.clear()
        (told,) = await answered(outside, office, "APPROVE C-1 C-2 C-3", sent)

        assert "1 of 3 were carried out" in told
        assert "Not done, C-1: there is a newer email of the case, and it counts. Code REVIEW-09." in told
        assert "Not done, C-2: it is closed" in told
        assert [address for address, _ in outside.sender.accepted if address.endswith("@customer.example")] == [
            "x161002@customer.example"
        ]


async def test_each_decision_can_be_taken_back_by_itself(outside: Outside) -> None:
    """The confirmation of each case comes in its own thread, as after a reply to its own email."""
    async with listed(outside, "Mugs", "Towels") as (office, sent):
        await answered(outside, office, "CLOSE C-1 C-2", sent)
        confirmation = next(mail for mail in outside.mails_to(DANA) if "[C-1]" in str(mail["Subject"]))
        outside.reviewer_replies("UNDO", to=confirmation)
        await office.work()

        assert await states(office) == {"C-1": "waiting", "C-2": "closed"}


async def test_only_reviewers_decide_by_a_list(outside: Outside) -> None:
    """The token alone gives no right, and a sender whom nothing proves hears nothing."""
    async with listed(outside, "Mugs") as (office, sent):
        outside.reviewer_replies("APPROVE C-1", to=sent, sender=TOM)
        outside.reviewer_replies("APPROVE C-1", to=sent, authenticated=False)
        await office.work()

        assert await states(office) == {"C-1": "waiting"}
        assert (outside.mails_to(TOM), outside.mails_to(DANA)) == ([], [])
        assert ["not obeyed" in text_of(mail) for mail in outside.mails_to(ADMIN)] == [True, True]


async def test_a_corrected_reply_to_the_receipt_decides(outside: Outside) -> None:
    """Whoever got a line wrong sends that line again, where the receipt stands before them."""
    async with listed(outside, "Mugs") as (office, sent):
        await answered(outside, office, "Aprove C-1", sent)
        receipt = outside.mails_to(DANA)[-1]
        assert "Nothing was carried out" in words(receipt)
        await answered(outside, office, "APPROVE C-1", receipt)

        assert await states(office) == {"C-1": "answered"}


async def test_a_crash_in_between_does_nothing_twice(outside: Outside) -> None:
    """The process dies when half of the lines are done: the next one does the rest, and tells of all."""
    async with listed(outside, "Mugs", "Towels") as (office, sent):
        outside.reviewer_replies("CLOSE C-1\nCLOSE C-2", to=sent)
        await office.receive()
        (answer,) = await office.resume_lists.due()
        await office.resume_lists.handle(answer)
        await office.resume_lists.handle(answer)
        (first, *_) = await office.triage_cases.messages.due_cases(at=outside.clock.now(), limit=9)
        part = await office.triage_cases.messages.next_in_case(first, at=outside.clock.now())
        assert part is not None
        await office.resume_reviews.handle(part)
    async with opened(outside) as office:
        await office.work()

        assert await states(office) == {"C-1": "closed", "C-2": "closed"}
        receipts = [mail for mail in outside.mails_to(DANA) if "[Support]" in str(mail["Subject"])]
        assert [words(mail).count("Done, C-") for mail in receipts] == [2]


async def test_a_line_that_breaks_us_is_set_aside_alone(outside: Outside) -> None:
    """The receipt says that it was not done; the admin sees the mail that it stands in."""
    async with listed(outside, "Mugs", "Towels") as (office, sent):
        outside.reviewer_replies("CLOSE C-1\nCLOSE C-2", to=sent)
        await office.receive()
        (answer,) = await office.resume_lists.due()
        await office.resume_lists.handle(answer)
        (first, *_) = await office.triage_cases.messages.due_cases(at=outside.clock.now(), limit=9)
        part = await office.triage_cases.messages.next_in_case(first, at=outside.clock.now())
        assert part is not None
        await office.resume_reviews.set_aside(part, RuntimeError("a bug"))
        await office.work()

        (aside,) = await office.views.set_aside()
        assert b"CLOSE C-2" in await office.views.raw(int(str(aside["message"])))
        told = words(outside.mails_to(DANA)[-1])
        assert "Not done, C-1: something went wrong" in told
        assert "Done, C-2: CLOSE." in told
