"""Very much mail at once: each has its outcome, and a flood of one sender keeps nobody else waiting."""

from collections import Counter
from datetime import timedelta

from mailagent.domain.caps import Caps
from tests.fakes.mails import ADMIN, QUEUE
from tests.jobs.office import Outside, open_office

CUSTOMERS, FLOOD = 20, 12
"""A small part of 10,000 and 500, which ``python -m bench.bounds`` measures."""
EVE = "eve@eve.example"


async def test_fault_53_a_backlog_with_a_flood_in_it_is_worked_off_once(outside: Outside) -> None:
    """After an outage of the provider everything comes together. Each customer gets one answer; whoever floods us gets
    what the caps allow, and one notice tells of it, not one a mail.
    """
    async with open_office(outside, caps=Caps(sender_hour=3, overall_hour=1000)) as office:
        await office.work()
        for number in range(FLOOD):
            outside.customer_writes(f"Which payment methods do you accept? {number}", sender=EVE)
        for number in range(CUSTOMERS):
            outside.customer_writes(sender=f"c{number}@c{number}.example")
        await office.receive()
        first = await office.triage_cases.messages.due_cases(at=outside.clock.now(), limit=CUSTOMERS)
        askers = [(await office.triage_cases.cases.get(case)).customer for case in first]
        assert askers.count(EVE) == 1, "the flood is served before others"

        for _ in range(3):
            await office.work()
            outside.clock.passes(timedelta(minutes=5))

        answered = Counter(recipient for recipient, _ in outside.sender.accepted if recipient not in (QUEUE, ADMIN))
        assert [answered.pop(f"c{number}@c{number}.example") for number in range(CUSTOMERS)] == [1] * CUSTOMERS
        assert answered == {EVE: 3}
        rules = Counter(await office.rules())
        assert rules == {"reply": CUSTOMERS + 3, "not-answerable": FLOOD - 3}
        assert len(outside.mails_to(ADMIN)) <= 1
        assert len(outside.mails_to(QUEUE)) < FLOOD - 3, "reviewers are flooded too"
        assert await office.broken() == []
