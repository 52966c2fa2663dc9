"""How much automatic mail leaves: two programs that answer each other must stop by themselves."""

from datetime import timedelta

from mailagent.domain.caps import Caps
from tests.fakes.mails import ADMIN, QUEUE, TOM, words
from tests.jobs.office import Office, Outside, open_office


async def test_a_sender_gets_so_many_automatic_mails_in_an_hour(outside: Outside) -> None:
    """The sixth mail within the hour goes to a person; the hour after, machines answer again."""
    async with open_office(outside, caps=Caps()) as office:
        for _ in range(6):
            outside.customer_writes()
            await office.work()
        assert await office.rules() == ["reply"] * 5 + ["not-answerable"]
        assert (len(outside.mails_to(TOM)), len(outside.mails_to(QUEUE))) == (5, 1)
        assert "the sender got 5 automatic mails in the last hour" in words(outside.mails_to(QUEUE)[0])

        outside.clock.passes(timedelta(hours=1))
        outside.customer_writes()
        await office.work()

    assert len(outside.mails_to(TOM)) == 6
    assert outside.mails_to(ADMIN) == []


async def test_a_loop_of_two_programs_ends(outside: Outside) -> None:
    """A ticket system that marks its mail with no header opens a ticket for each answer, as slowly as it likes."""
    async with open_office(outside, caps=Caps(sender_day=3)) as office:
        for number in range(6):
            outside.customer_writes(f"Thank you for your mail. Ticket {number}.")
            await office.work()
            outside.clock.passes(timedelta(hours=2))
        assert len(outside.mails_to(TOM)) == 3
        assert "the sender got 3 automatic mails in the last day" in words(outside.mails_to(QUEUE)[0])

        outside.clock.passes(timedelta(hours=24))
        outside.customer_writes()
        await office.work()

    assert len(outside.mails_to(TOM)) == 4


async def test_what_a_person_decided_does_not_count(outside: Outside) -> None:
    """A reviewer's answers are no loop."""
    async with open_office(outside, caps=Caps(sender_hour=1), mode="suggest") as office:
        outside.customer_writes()
        await office.work()
        outside.reviewer_replies("APPROVE")
        await office.work()

    assert len(outside.mails_to(TOM)) == 2


async def test_a_case_gets_three_automatic_mails_a_day(outside: Outside) -> None:
    """A dialogue of machines stays in one thread."""
    async with open_office(outside, caps=Caps(case_day=1)) as office:
        outside.customer_writes()
        await office.work()
        (answer,) = outside.mails_to(TOM)
        outside.customer_writes("And Klarna?", answering=answer)
        outside.customer_writes("Something new")
        await office.work()

    assert sorted(str(entry["rule"]) for entry in await _log(outside)) == ["not-answerable", "reply", "reply"]


async def test_too_much_mail_in_all_is_held_and_the_admin_told_once(outside: Outside) -> None:
    """Something is wrong, and it concerns everybody; one notice an hour says so."""
    async with open_office(outside, caps=Caps(overall_hour=2)) as office:
        for number in range(5):
            outside.customer_writes(sender=f"Ann <ann@{number}.example>")
        await office.work()

    (notice,) = outside.mails_to(ADMIN)
    assert "2 automatic mails were written in the last hour" in words(notice)
    assert "[replies]" in words(notice)
    assert len(outside.mails_to(QUEUE)) == 3


async def test_a_domain_is_capped_as_a_whole(outside: Outside) -> None:
    """A loop may change its sender for each mail; a domain that only ends alike is another one."""
    async with open_office(outside, caps=Caps(domain_hour=2)) as office:
        for address in ("a@loop.example", "b@loop.example", "c@loop.example", "d@no-loop.example"):
            outside.customer_writes(sender=f"Ann <{address}>")
        await office.work()

    answered = [address for address, _ in outside.sender.accepted if address not in (QUEUE, ADMIN)]
    assert answered == ["a@loop.example", "b@loop.example", "d@no-loop.example"]


async def test_mails_over_a_limit_are_told_once_an_hour(outside: Outside, office: Office) -> None:
    """A sender of twenty broken mails must not fill the admin's mailbox; the list has them all."""
    for hour in range(2):
        for number in range(3):
            outside.mailbox.deliver(f"\x01 this is no mail at all: {hour} {number}".encode())
        await office.work()
        outside.clock.passes(timedelta(hours=1))

    first, second = outside.mails_to(ADMIN)
    assert "'mailagent aside show 1'" in words(first)
    assert "List all such mail with 'mailagent aside list'" in words(first)
    assert "'mailagent aside show 4'" in words(second)
    assert len(await office.views.set_aside()) == 6


async def _log(outside: Outside) -> list[dict[str, object]]:
    async with open_office(outside) as office:
        return await office.log()


async def test_what_speaks_against_an_answer_is_told_before_a_limit(outside: Outside) -> None:
    """A reviewer must see that an answer would go elsewhere, not that there were many."""
    async with open_office(outside, caps=Caps(sender_hour=0)) as office:
        outside.customer_writes(Reply_To="eve@elsewhere.example")
        await office.work()

    assert "answers would go to another organisation" in words(outside.mails_to(QUEUE)[0])
