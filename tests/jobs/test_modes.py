"""Modes by category: one answers by itself while another is still only watched."""

from dataclasses import replace

from mailagent.domain.policy import Modes
from tests.fakes.mails import DANA, QUEUE, TOM, text_of
from tests.fakes.model import ANGRY, NEUTRAL
from tests.jobs.office import Outside, open_office

ONE_BY_ONE = Modes(overall="shadow", by_category={"billing": "auto", "product": "suggest"})
ASKED = "Which payment methods do you accept?"


async def test_a_category_in_auto_answers_beside_one_in_shadow(outside: Outside) -> None:
    """An admin lets the safe category go first; nobody may hear of the other, which the log tells about."""
    async with open_office(outside, modes=ONE_BY_ONE) as office:
        for category, mood in (("billing", NEUTRAL), ("technical", NEUTRAL), ("technical", ANGRY)):
            outside.model.mood = replace(mood, category=category)
            outside.customer_writes(f"About {category}: {ASKED}")
            await office.work()

        (answer,) = outside.sender.accepted
        assert answer[0] == TOM
        assert [(entry["category"], entry["mode"], entry["disposition"]) for entry in await office.log()] == [
            ("billing", "auto", "reply"),
            ("technical", "shadow", "reply"),
            ("technical", "shadow", "escalate"),
        ]
        watched = (await office.log())[1]
        assert "We accept cards and PayPal." in str(watched["response_preview"])
        assert await office.mails_of(2) == await office.mails_of(3) == []


async def test_a_reply_in_suggest_waits_for_approve(outside: Outside) -> None:
    """The letter that the reviewer saw goes out, once they say so and not before."""
    outside.model.mood = replace(NEUTRAL, category="product")
    async with open_office(outside, modes=ONE_BY_ONE) as office:
        outside.customer_writes(ASKED)
        await office.work()
        (digest,) = outside.mails_to(QUEUE)
        (acknowledgment,) = outside.mails_to(TOM)
        assert "We accept cards and PayPal." in text_of(digest)
        assert "mode is suggest, so every reply is reviewed" in " ".join(text_of(digest).split())
        assert "We accept cards and PayPal." not in text_of(acknowledgment)

        outside.reviewer_replies("APPROVE")
        await office.work()

    assert "We accept cards and PayPal." in text_of(outside.mails_to(TOM)[1])
    assert len(outside.mails_to(DANA)) == 1


async def test_a_category_that_is_no_longer_configured_has_the_mode_of_the_installation(outside: Outside) -> None:
    """A mode that went with its category must not leave mail without any."""
    outside.model.mood = replace(NEUTRAL, category="gone")
    async with open_office(outside, modes=ONE_BY_ONE) as office:
        outside.customer_writes(ASKED)
        await office.work()

        assert outside.sender.accepted == []
        assert [entry["mode"] for entry in await office.log()] == ["shadow"]
