"""Which model answers: the first that works, and never none."""

import asyncio
from dataclasses import dataclass, field

import pytest

from mailagent.adapters.model_ladder import FAILURES, LONGEST_REST, REST, Endpoint, Ladder
from mailagent.errors import ConfigurationError, PermanentError, TemporaryError
from mailagent.ports import CustomerMail, UnusableAnswerError, Usage
from tests.fakes.clock import FakeClock
from tests.fakes.health import FakeHealth
from tests.fakes.model import FakeModel

MAIL = CustomerMail(subject="Cards", text="Which cards do you take?")


@dataclass
class Rungs:
    """Two endpoints, the offline model, and a watch that the test turns."""

    first: FakeModel = field(default_factory=FakeModel)
    second: FakeModel = field(default_factory=FakeModel)
    offline: FakeModel = field(default_factory=FakeModel)
    health: FakeHealth = field(default_factory=FakeHealth)
    seconds: float = 1_000.0

    def ladder(self, *, offline_may_answer: bool = False) -> Ladder:
        """A ladder over them."""
        return Ladder(
            [Endpoint(name="model", model=self.first), Endpoint(name="fallback", model=self.second)],
            self.offline,
            offline_may_answer=offline_may_answer,
            clock=FakeClock(),
            health=self.health,
            monotonic=lambda: self.seconds,
        )


@pytest.fixture(name="rungs")
def _rungs() -> Rungs:
    return Rungs()


async def test_the_first_model_answers_while_it_works(rungs: Rungs) -> None:
    """The others cost more, or know less."""
    found = await rungs.ladder().classify(MAIL)

    assert found.usage.by == "model"
    assert (rungs.second.calls, rungs.offline.calls) == ([], [])


@pytest.mark.parametrize("error", [TemporaryError("503"), PermanentError("refused"), ConfigurationError("401")])
async def test_the_other_model_answers_when_the_first_fails(rungs: Rungs, error: Exception) -> None:
    """Whatever is wrong with one, the customer does not wait for it."""
    rungs.first.errors["classify"] = error

    assert (await rungs.ladder().classify(MAIL)).usage.by == "fallback"


async def test_signals_come_from_the_offline_model_when_no_server_answers(rungs: Rungs) -> None:
    """The rules go on: an angry customer is urgent also while the server is down."""
    rungs.first.errors["classify"] = rungs.second.errors["classify"] = TemporaryError("503")

    assert (await rungs.ladder().classify(MAIL)).usage.by == "offline"


async def test_the_offline_model_answers_customers_only_where_it_may(rungs: Rungs) -> None:
    """It quotes an article as it stands; an admin decides whether that is good enough without a look."""
    rungs.first.errors["respond"] = rungs.second.errors["respond"] = TemporaryError("503")

    with pytest.raises(PermanentError, match="model: 503; fallback: 503"):
        await rungs.ladder().respond(MAIL, [], asks=[], tone="neutral")
    allowed = await rungs.ladder(offline_may_answer=True).respond(MAIL, [], asks=[], tone="neutral")

    assert allowed.usage.by == "offline"


async def test_a_case_is_put_before_a_person_without_any_server(rungs: Rungs) -> None:
    """A reviewer gets a summary and a draft to begin with."""
    rungs.first.errors["brief"] = rungs.second.errors["brief"] = TemporaryError("503")

    assert (await rungs.ladder().brief(MAIL, [], tone="neutral", reason="angry")).usage.by == "offline"


async def test_no_server_is_asked_when_the_budget_is_used_up(rungs: Rungs) -> None:
    """The budget is there to hold."""
    spent = CustomerMail(subject="Cards", text="Which?", no_cost="5,000,000 tokens were used")

    assert (await rungs.ladder().classify(spent)).usage.by == "offline"
    with pytest.raises(PermanentError, match="5,000,000 tokens"):
        await rungs.ladder().respond(spent, [], asks=[], tone="neutral")
    assert (rungs.first.calls, rungs.second.calls) == ([], [])


async def test_an_endpoint_that_fails_again_and_again_rests(rungs: Rungs) -> None:
    """Each mail would wait for its deadlines: a queue of a hundred mails for hours."""
    rungs.first.errors["classify"] = TemporaryError("timeout")
    ladder = rungs.ladder()
    for _ in range(FAILURES + 5):
        await ladder.classify(MAIL)

    assert len(rungs.first.calls) == FAILURES


async def test_after_its_rest_one_mail_tries_it_and_the_others_do_not_wait(rungs: Rungs) -> None:
    """Sixteen mails at once would otherwise all wait for the dead server again."""
    rungs.first.errors["classify"] = TemporaryError("timeout")
    ladder = rungs.ladder()
    for _ in range(FAILURES):
        await ladder.classify(MAIL)
    rungs.seconds += REST + 1
    await asyncio.gather(*(ladder.classify(MAIL) for _ in range(16)))
    assert len(rungs.first.calls) == FAILURES + 1

    rungs.first.errors.clear()
    rungs.seconds += REST + 1
    assert (await ladder.classify(MAIL)).usage.by == "model"
    assert (await ladder.classify(MAIL)).usage.by == "model"


async def test_a_server_that_names_a_time_is_left_alone_so_long(rungs: Rungs) -> None:
    """Retry-After: asking before then only prolongs it; a time without end is not believed."""
    rungs.first.errors["classify"] = TemporaryError("429", retry_after=300)
    ladder = rungs.ladder()
    await ladder.classify(MAIL)
    rungs.seconds += 299
    await ladder.classify(MAIL)
    assert len(rungs.first.calls) == 1

    rungs.first.errors["classify"] = TemporaryError("429", retry_after=10**6)
    rungs.seconds += 2
    await ladder.classify(MAIL)
    rungs.seconds += LONGEST_REST + 1
    await ladder.classify(MAIL)
    assert len(rungs.first.calls) == 3


async def test_a_refused_mail_says_nothing_about_the_server(rungs: Rungs) -> None:
    """One mail that a model will not work on must not stop the others."""
    rungs.first.errors["classify"] = PermanentError("the model refused to work on this mail")
    ladder = rungs.ladder()
    for _ in range(FAILURES + 2):
        await ladder.classify(MAIL)

    assert len(rungs.first.calls) == FAILURES + 2


async def test_a_server_that_answers_again_is_asked_again_also_where_it_refuses_a_mail(rungs: Rungs) -> None:
    """One hostile mail a minute would otherwise keep a model off that works."""
    rungs.first.errors["classify"] = TemporaryError("timeout")
    ladder = rungs.ladder()
    for _ in range(FAILURES):
        await ladder.classify(MAIL)
    rungs.first.errors["classify"] = PermanentError("refused")
    rungs.seconds += REST + 1
    await ladder.classify(MAIL)
    assert rungs.health.state["model:model"] == ""

    rungs.first.errors.clear()
    assert (await ladder.classify(MAIL)).usage.by == "model"


async def test_what_an_unusable_answer_cost_counts(rungs: Rungs) -> None:
    """A mail that makes models answer badly would otherwise spend money that no budget sees."""
    rungs.first.errors["classify"] = rungs.first.errors["respond"] = UnusableAnswerError(
        "no JSON", Usage(calls=2, tokens_in=900, tokens_out=90, cost=0.5)
    )
    rungs.second.errors["respond"] = TemporaryError("503")

    usage = (await rungs.ladder().classify(MAIL)).usage
    with pytest.raises(UnusableAnswerError) as raised:
        await rungs.ladder().respond(MAIL, [], asks=[], tone="neutral")

    assert (usage.by, usage.calls, usage.tokens_in, usage.tokens_out, usage.cost) == ("fallback", 3, 1_000, 100, 0.5)
    assert usage.problems == "model: no JSON"
    assert (raised.value.usage.tokens_in, raised.value.usage.cost) == (900, 0.5)


async def test_status_tells_which_server_fails_and_when_it_is_back(rungs: Rungs) -> None:
    """An admin sees in one place why everything goes to reviewers."""
    rungs.first.errors["classify"] = TemporaryError("503")
    ladder = rungs.ladder()
    await ladder.classify(MAIL)
    assert rungs.health.state["model:model"] == "503"

    rungs.first.errors.clear()
    await ladder.classify(MAIL)
    assert rungs.health.state["model:model"] == ""


async def test_every_success_of_a_server_is_told(rungs: Rungs) -> None:
    """Else `status` would say that it last worked when mailagent was started."""
    ladder = rungs.ladder()
    for _ in range(3):
        await ladder.classify(MAIL)

    assert rungs.health.told == 3
