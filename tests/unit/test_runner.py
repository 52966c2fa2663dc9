"""The one place that catches errors it does not know: one bad item stops nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from mailagent.errors import ConfigurationError, PermanentError, TemporaryError, UncertainError
from mailagent.runner import ASIDE_IN_A_ROW, CRASHES, Runner
from tests.fakes.clock import FakeClock
from tests.fakes.health import FakeHealth


@dataclass(kw_only=True)
class FakeJob:
    """A `Job` over names; `fails` says what handling one raises, each time; without `keeps` none can be set aside."""

    items: list[str] = field(default_factory=list)
    fails: dict[str, Exception] = field(default_factory=dict)
    name: str = "fake_job"
    done: list[str] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    postponed: list[tuple[str, str]] = field(default_factory=list)
    aside: list[tuple[str, str]] = field(default_factory=list)
    runner: Runner | None = None
    stops_at: str = ""
    keeps: bool = True

    async def due(self) -> Sequence[str]:
        """What is neither done nor set aside."""
        gone = {*self.done, *(item for item, _ in self.aside)}
        return [item for item in self.items if item not in gone]

    async def handle(self, item: str) -> None:
        """Do as the script says."""
        self.tried.append(item)
        if item in self.fails:
            raise self.fails[item]
        self.done.append(item)
        if self.runner and item == self.stops_at:
            self.runner.stopping.set()

    def attempts(self, item: str) -> int:
        """As the store counts them."""
        return [name for name, _ in self.postponed].count(item)

    async def postpone(self, item: str, reason: str) -> None:
        """Remember it."""
        self.postponed.append((item, reason))

    async def set_aside(self, item: str, error: Exception) -> None:
        """Remember it, unless that fails itself."""
        if not self.keeps:
            raise OSError("no space left")
        self.aside.append((item, str(error)))


@pytest.fixture(name="health")
def _health() -> FakeHealth:
    return FakeHealth()


@pytest.fixture(name="runner")
def _runner(health: FakeHealth) -> Runner:
    return Runner(health=health, clock=FakeClock())


async def test_one_bad_item_does_not_stop_the_others(runner: Runner) -> None:
    """One crafted mail must not keep all other customers waiting."""
    errors: list[Exception] = [ValueError("a bug"), PermanentError("no"), TemporaryError("busy")]
    job = FakeJob(items=["a", "b", "c", "d"], fails=dict(zip("abc", errors, strict=True)))

    assert await runner.run_due(job) == 4

    assert job.done == ["d"]


@pytest.mark.parametrize("error", [TemporaryError("450 later"), ConfigurationError("no such folder")])
async def test_what_may_work_later_is_postponed_for_as_long_as_it_takes(runner: Runner, error: Exception) -> None:
    """A server that is down for a night must not cost a mail."""
    job = FakeJob(items=["a"], fails={"a": error})
    for _ in range(CRASHES * 3):
        await runner.run_due(job)

    assert job.postponed == [("a", str(error))] * CRASHES * 3
    assert job.aside == []


async def test_what_an_admin_must_mend_shows_in_the_status_until_it_works(runner: Runner, health: FakeHealth) -> None:
    """A template with a mistake holds every answer back; the admin sees which file."""
    job = FakeJob(items=["a"], fails={"a": ConfigurationError("templates/customer/answer.txt.j2:3: error")})
    await runner.run_due(job)
    assert "answer.txt.j2:3" in health.state["job:fake_job"]

    job.fails.clear()
    await runner.run_due(job)
    assert health.state["job:fake_job"] == ""


async def test_each_item_that_works_is_told(runner: Runner, health: FakeHealth) -> None:
    """ "Last worked" in `status` is not when mailagent was started."""
    await runner.run_due(FakeJob(items=["a", "b"]))

    assert health.told == 2


@pytest.mark.parametrize("error", [PermanentError("too deep"), UncertainError("maybe")])
async def test_what_never_works_is_set_aside_at_once(runner: Runner, error: Exception) -> None:
    """Trying it again only delays the person who must look."""
    job = FakeJob(items=["a"], fails={"a": error})

    await runner.run_due(job)

    assert job.aside == [("a", str(error))]
    assert job.postponed == []


async def test_an_item_that_cannot_be_set_aside_does_not_stop_the_others(runner: Runner) -> None:
    """A full disk, or a broken template of the mail that should tell of it: the item comes back later."""
    job = FakeJob(items=["a", "b"], fails={"a": PermanentError("550")}, keeps=False)
    await runner.run_due(job)

    assert job.done == ["b"]
    assert job.postponed == [("a", "OSError: no space left")]


async def test_an_unknown_error_is_tried_again_and_then_set_aside(runner: Runner) -> None:
    """It may be a hiccup or a poison message: three tries tell."""
    job = FakeJob(items=["a"], fails={"a": ValueError("a bug")})
    for _ in range(CRASHES + 2):
        await runner.run_due(job)

    assert job.postponed == [("a", "ValueError: a bug")] * (CRASHES - 1)
    assert job.aside == [("a", "a bug")]
    assert job.tried == ["a"] * CRASHES


async def test_five_in_a_row_stop_the_job_and_say_so(runner: Runner, health: FakeHealth) -> None:
    """The fault is then ours, and the inbox must not be emptied by it."""
    items = [str(n) for n in range(9)]
    job = FakeJob(items=items, fails=dict.fromkeys(items, ValueError("a bug")))

    for _ in range(CRASHES):
        await runner.run_due(job)
    assert not await runner.run(job, "8")

    assert len(job.aside) == ASIDE_IN_A_ROW
    assert "restart mailagent" in health.state["job:fake_job"]
    other = FakeJob(items=["x"], name="other_job")
    await runner.run_due(other)
    assert other.done == ["x"]


async def test_a_success_in_between_breaks_the_row(runner: Runner) -> None:
    """Four bad mails a day are a bad day, not a fault of ours."""
    bad = [f"bad{n}" for n in range(8)]
    job = FakeJob(items=[*bad[:4], "good", *bad[4:], "last"], fails=dict.fromkeys(bad, PermanentError("no")))

    await runner.run_due(job)

    assert job.done == ["good", "last"]


async def test_a_stop_ends_after_the_item_in_hand(runner: Runner) -> None:
    """What is begun is finished, and nothing else is begun."""
    job = FakeJob(items=["a", "b", "c"], runner=runner, stops_at="b")

    await runner.run_due(job)

    assert job.done == ["a", "b"]


@pytest.mark.parametrize("error", [TemporaryError("refused"), ConfigurationError("login"), ValueError("a bug")])
async def test_what_cannot_be_reached_shows_in_the_status(runner: Runner, health: FakeHealth, error: Exception) -> None:
    """A mailbox that is away must not end the daemon, and somebody must be able to see it."""

    async def visit() -> None:
        raise error

    assert await runner.reach("imap:support", visit) is error
    assert health.state["imap:support"] in (str(error), "ValueError")

    async def works() -> None:
        pass

    assert await runner.reach("imap:support", works) is None
    assert health.state["imap:support"] == ""


async def test_a_loop_outlives_what_goes_wrong_in_it(runner: Runner) -> None:
    """A busy database for a second must not end the daemon."""

    async def work() -> None:
        raise RuntimeError("database is locked")

    await runner.guard(work)


async def test_a_stop_ends_a_run_for_good() -> None:
    """A loop that asks until nothing is left must not go round for ever on what it may not touch."""
    runner, job = Runner(health=FakeHealth(), clock=FakeClock()), FakeJob(items=["a", "b"])
    runner.stopping.set()

    assert await runner.run_due(job) == 0


async def test_mail_that_is_refused_as_it_should_be_stops_no_job() -> None:
    """A stranger could otherwise end all work with five bad mails."""
    items = [str(n) for n in range(9)]
    job = FakeJob(items=items, fails=dict.fromkeys(items[:8], PermanentError("over the limit")))

    await Runner(health=FakeHealth(), clock=FakeClock()).run_due(job)

    assert job.done == ["8"]
