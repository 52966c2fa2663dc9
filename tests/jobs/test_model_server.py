"""A model server that fails in every way it can: the case reaches a person, and what was paid for is counted."""

from collections.abc import Iterator

import pytest

from mailagent.adapters.model_ladder import Endpoint, Ladder
from mailagent.adapters.offline_model import OfflineModel
from mailagent.adapters.openai_model import OpenAiModel, OpenAiSettings
from tests.fakes.mails import QUEUE, TOM, text_of
from tests.jobs.office import Outside
from tests.jobs.shipped import SETTINGS, open_shipped
from tests.servers.model import TOKENS_IN, TOKENS_OUT, ModelServer, Scripted, fails, says
from tests.shop import SHOP

STEPS = {"classify": "small", "respond": "strong", "escalate": "strong"}
SHIPPING = "How long does shipping take to Germany and what does it cost?"
VERDICT = {
    "category": "product",
    "sentiment": "neutral",
    "sentiment_score": 0.0,
    "language": "en",
    "wants_human": False,
    "mood_words": [],
    "asks": ["How long does shipping take to Germany?"],
    "complexity": 0.1,
    "injection_suspected": False,
    "confidence": 0.9,
    "search_query": SHIPPING,
}
REPLY: dict[str, object] = {"answered": True, "text": "", "sources": ["product/shipping"], "answers": []}
STEPS_TAKEN = 3
"""Classify, respond, escalate."""
FAULTS: dict[str, tuple[Scripted, int]] = {
    "busy, come back later": (fails(429, retry_after="120"), 0),
    "broken": (fails(500), 0),
    "no end in time": (says("", hang=True), 0),
    "cut connection": (says(VERDICT, cut=True), 0),
    "no JSON": (says("I think this is about shipping."), 2),
    "cut JSON": (says('{"category": "product", "sent'), 2),
    "nothing": (says(""), 2),
    "a category that nobody has": (says({**VERDICT, "category": "spaceships", "answered": "perhaps"}), 2),
    "cut at the limit": (says('{"category": "prod', finish_reason="length"), 1),
    "cut by a filter": (says("", finish_reason="content_filter"), 1),
    "refused": (says("", refusal="I cannot help with that."), 1),
    "a megabyte of words": (says("word " * 200_000), 1),
    "a letter as long as a book": (says({**REPLY, "text": "word " * 2_000}), 2),
}
"""What is answered to every request, and how many answers of a step are paid for."""


@pytest.fixture(name="server")
def _server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


def ladder(server: ModelServer, outside: Outside) -> Ladder:
    """As `wiring` builds it, with one endpoint."""
    settings = OpenAiSettings(base_url=server.url, api_key="sk-test", steps=STEPS, max_retries=0, timeout=1)
    model = OpenAiModel(settings, SETTINGS.categories(), prompts=SHOP / "templates" / "prompts")
    offline = OfflineModel(SETTINGS.categories())
    return Ladder([Endpoint(name="model", model=model)], offline, offline_may_answer=False, clock=outside.clock)


async def entry_of(outside: Outside, server: ModelServer) -> dict[str, object]:
    """The log entry of a customer's question; a person has it with all its words, and nobody answered it."""
    outside.customer_writes(SHIPPING, subject="A question")
    async with open_shipped(outside, model=ladder(server, outside)) as office:
        await office.work()
        (entry,) = await office.log()
        assert await office.mails_of() == [("digest", "sent"), ("acknowledgment", "sent")]
        assert await office.broken() == []
    (digest,) = outside.mails_to(QUEUE)
    assert SHIPPING in text_of(digest)
    assert len(outside.mails_to(TOM)) == 1
    return entry


@pytest.mark.parametrize(("fault", "paid"), FAULTS.values(), ids=FAULTS)
async def test_fault_21_22_a_server_that_never_gives_a_usable_answer_loses_no_mail(
    outside: Outside, server: ModelServer, fault: Scripted, paid: int
) -> None:
    """The offline model reads the mail and prepares the case; a person answers, and what was paid for is counted."""
    server.script(*[fault] * 12)

    entry = await entry_of(outside, server)

    assert (entry["rule"], entry["category"], entry["model"]) == ("model-failed", "product", "offline")
    assert entry["failure"]
    answers = STEPS_TAKEN * paid
    assert (entry["tokens_in"], entry["tokens_out"]) == (answers * TOKENS_IN, answers * TOKENS_OUT)


@pytest.mark.parametrize(("fault", "paid"), FAULTS.values(), ids=FAULTS)
async def test_fault_21_22_a_server_that_fails_at_the_reply_leaves_it_to_a_person(
    outside: Outside, server: ModelServer, fault: Scripted, paid: int
) -> None:
    """Half of an answer is none, however well the mail was read."""
    server.script(says(VERDICT), *[fault] * max(paid, 1))

    entry = await entry_of(outside, server)

    assert (entry["disposition"], entry["rule"]) == ("escalate", "model-failed")
    brief = len(server.requests) > 1 + max(paid, 1)
    assert entry["tokens_in"] == (1 + paid + brief) * TOKENS_IN
