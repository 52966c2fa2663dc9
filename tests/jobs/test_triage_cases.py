"""A customer's message: answered, put before a person, or left alone. Nothing of another customer in any of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mailagent.domain.case import CaseId
from mailagent.errors import TemporaryError
from mailagent.ports import Classification
from tests.fakes.knowledge import FOR_PEOPLE
from tests.fakes.mails import ADMIN, QUEUE, TOM, text_of, words
from tests.fakes.model import ANGRY, NEUTRAL, Step
from tests.jobs.office import Office, Outside, open_office


async def test_an_article_answers_a_question_in_auto_mode(outside: Outside, office: Office) -> None:
    """The reason for the whole program."""
    outside.customer_writes()

    await office.work()

    (answer,) = outside.mails_to(TOM)
    assert "Hi Tom," in text_of(answer)
    assert "We accept cards and PayPal." in text_of(answer)
    assert "Source: “Payment methods”" in text_of(answer)
    assert outside.mails_to(QUEUE) == []
    assert [(entry["case"], entry["disposition"], entry["rule"]) for entry in await office.log()] == [
        ("C-1", "reply", "reply")
    ]


async def test_an_angry_customer_is_answered_by_a_person(outside: Outside, office: Office) -> None:
    """They hear at once that somebody looks at it, and a reviewer is asked."""
    outside.model.mood = ANGRY
    outside.customer_writes("You charged me twice!")

    await office.work()

    (digest,) = outside.mails_to(QUEUE)
    (acknowledgment,) = outside.mails_to(TOM)
    assert "We are on it." in text_of(digest)
    assert "URGENT" in text_of(digest)
    assert "today by 17:00 (CET)" in words(acknowledgment)
    assert "charged me twice" not in text_of(acknowledgment)


async def test_suggest_sends_no_answer_before_a_person_saw_it(outside: Outside) -> None:
    """An admin's first week: every reply is reviewed."""
    outside.customer_writes()
    async with open_office(outside, mode="suggest") as office:
        await office.work()

        assert len(outside.mails_to(QUEUE)) == 1
        assert await office.mails_of() == [("digest", "sent"), ("acknowledgment", "sent")]


@pytest.mark.parametrize(("mood", "disposition"), [(NEUTRAL, "reply"), (ANGRY, "escalate")], ids=["reply", "escalate"])
async def test_shadow_sends_nothing_to_anybody(outside: Outside, mood: Classification, disposition: str) -> None:
    """Trying the program out on real mail must be safe; the log tells what it would have done."""
    outside.model.mood = mood
    outside.customer_writes()
    async with open_office(outside, mode="shadow") as office:
        await office.work()

        assert outside.sender.calls == 0
        assert await office.mails_of() == []
        (entry,) = await office.log()
        assert (entry["mode"], entry["disposition"]) == ("shadow", disposition)


async def test_what_a_rule_ignores_gets_no_mail(outside: Outside, office: Office) -> None:
    """Praise needs no answer; it is still in the log."""
    outside.model.mood = replace(NEUTRAL, sentiment="positive")
    outside.customer_writes("Lovely box!")

    await office.work()

    assert outside.sender.accepted == []
    assert await office.rules() == ["praise"]


async def test_a_case_is_acknowledged_once(outside: Outside, office: Office) -> None:
    """Five acknowledgments in an afternoon read like mockery."""
    outside.model.mood = ANGRY
    outside.customer_writes("You charged me twice!")
    await office.work()
    (first,) = outside.mails_to(TOM)

    outside.customer_writes("And nobody calls!", answering=first, subject="Re: Payment methods")
    await office.work()

    assert len(outside.mails_to(QUEUE)) == 2
    assert len(outside.mails_to(TOM)) == 1


async def test_a_sender_who_must_not_be_answered_is_not_acknowledged(outside: Outside, office: Office) -> None:
    """The answer would go to a list or a stranger; a person decides, and nothing leaves by itself."""
    outside.customer_writes(Reply_To="eve@elsewhere.example")

    await office.work()

    assert await office.rules() == ["not-answerable"]
    assert await office.mails_of() == [("digest", "sent")]


async def test_an_article_for_people_only_leads_to_a_person(outside: Outside, office: Office) -> None:
    """``answer: suggest``."""
    outside.knowledge.articles = (FOR_PEOPLE,)
    outside.customer_writes()

    await office.work()

    assert await office.rules() == ["no-article"]
    assert "respond" not in outside.model.calls


async def test_an_answer_without_ground_leads_to_a_person(outside: Outside, office: Office) -> None:
    """The model says that the articles do not answer it; a guess would be a lie."""
    outside.model.answer = None
    outside.customer_writes()

    await office.work()

    assert await office.rules() == ["no-grounded-answer"]
    assert len(outside.mails_to(QUEUE)) == 1


async def test_the_third_answer_comes_from_a_person(outside: Outside, office: Office) -> None:
    """Two articles did not help; a third will not."""
    for _ in range(3):
        previous = outside.mails_to(TOM)[-1] if outside.mails_to(TOM) else None
        outside.customer_writes(answering=previous)
        await office.work()

    assert await office.rules() == ["reply", "reply", "reply-cap"]
    assert len(outside.mails_to(QUEUE)) == 1


async def test_a_follow_up_to_a_case_with_a_person_goes_to_the_person(outside: Outside, office: Office) -> None:
    """A machine's answer in the middle of a colleague's conversation would embarrass both."""
    outside.model.mood = ANGRY
    outside.customer_writes("You charged me twice!")
    await office.work()
    outside.model.mood = NEUTRAL

    outside.customer_writes("Which cards do you take?", answering=outside.mails_to(TOM)[0])
    await office.work()

    assert await office.rules() == ["angry", "with-a-person"]
    assert len(outside.mails_to(QUEUE)) == 2
    assert len(outside.mails_to(TOM)) == 1


async def test_a_rating_is_recorded_and_gets_no_answer(outside: Outside, office: Office) -> None:
    """One click of the customer; no model, no mail."""
    outside.customer_writes()
    await office.work()
    before = list(outside.model.calls)

    outside.customer_writes("Rating: 4 of 5", answering=outside.mails_to(TOM)[0])
    await office.work()

    entry = (await office.log())[-1]
    assert (entry["rule"], entry["feedback_score"], entry["case"]) == ("rating", 4, "C-1")
    assert outside.model.calls == before
    assert len(outside.sender.accepted) == 1


async def test_a_rating_of_nothing_is_a_mail_like_any_other(outside: Outside, office: Office) -> None:
    """Without the case that it rates, somebody must look at what is meant."""
    outside.customer_writes("Rating: 1 of 5")
    await office.work()

    assert outside.model.classified == ["Rating: 1 of 5"]


async def test_a_rating_leaves_an_open_question_open(outside: Outside, office: Office) -> None:
    """A star must not answer what a reviewer was asked."""
    outside.customer_writes()
    await office.work()
    answer = outside.mails_to(TOM)[0]
    outside.model.mood = ANGRY
    outside.customer_writes("Wrong!!!", answering=answer)
    await office.work()

    outside.customer_writes("Rating: 1 of 5", answering=answer)
    outside.reviewer_replies("APPROVE")
    await office.work()

    assert await office.rules() == ["reply", "angry", "rating", "approve"]
    assert "We are on it." in text_of(outside.mails_to(TOM)[-1])


@pytest.mark.parametrize("step", ["classify", "respond", "brief"])
async def test_a_model_that_fails_leads_to_a_person(outside: Outside, office: Office, step: Step) -> None:
    """Never silence, never a guess."""
    if step == "brief":
        outside.model.mood = ANGRY
    outside.model.errors[step] = outside.model.errors["brief"] = TemporaryError("503 overloaded")
    outside.customer_writes()

    await office.work()

    (digest,) = outside.mails_to(QUEUE)
    assert "There is none" in words(digest)
    assert len(outside.mails_to(TOM)) == 1
    (entry,) = await office.log()
    assert "503 overloaded" in str(entry["failure"])


async def test_a_bug_in_one_case_sets_its_message_aside_and_tells(outside: Outside, office: Office) -> None:
    """A message that breaks the graph is kept for a person; the next customer is served."""
    outside.model.errors["classify"] = ZeroDivisionError("a bug")
    outside.customer_writes("poison")
    await office.receive()
    for _ in range(3):
        await office.decide()
        outside.clock.passes(timedelta(minutes=1))
    outside.model.errors.clear()

    outside.customer_writes("Which cards?", sender="Ann <ann@ann.example>")
    await office.work()

    assert len(outside.mails_to("ann@ann.example")) == 1
    (notice,) = outside.mails_to(ADMIN)
    assert "ZeroDivisionError" in text_of(notice)
    assert [row["message"] for row in await office.views.set_aside()] == [1]


async def test_the_next_message_of_a_case_waits_for_the_one_before(outside: Outside, office: Office) -> None:
    """An answer to the second mail that overtakes the first makes no sense to anybody."""
    outside.customer_writes("first")
    await office.work()
    answer = outside.mails_to(TOM)[0]
    outside.model.errors["classify"] = ZeroDivisionError("a bug")
    outside.customer_writes("second", answering=answer)
    await office.work()
    outside.model.errors.clear()
    outside.customer_writes("third", answering=answer)
    await office.receive()

    assert await office.triage_cases.messages.next_in_case(CaseId(1), at=outside.clock.now()) is None

    outside.clock.passes(timedelta(minutes=1))
    await office.work()
    assert [text.strip() for text in outside.model.classified] == ["first", "second", "second", "third"]
