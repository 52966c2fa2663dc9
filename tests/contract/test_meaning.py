"""What a search by meaning finds beside that by words, with a server, a store and files as in the daemon."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from mailagent.adapters.knowledge import LOOK_AGAIN, KnowledgeFolder
from mailagent.adapters.knowledge.meaning import BATCH, REST, Meaning
from mailagent.adapters.openai_model import EmbedderSettings, OpenAiEmbedder
from mailagent.store.database import open_database
from mailagent.store.vectors import StoredVectors
from tests.fakes.clock import FakeClock
from tests.fakes.health import FakeHealth
from tests.servers.model import WIDTH, ModelServer, Scripted, fails, vectors_in

SYNONYMS = {"jumper": "sweater", "shrank": "smaller", "wash": "laundry"}
"""What the server knows and the words do not tell."""
LAUNDRY = "My jumper shrank in the wash"


@dataclass(kw_only=True)
class World:
    """A server, articles, and what passes from one process to the next. `seconds` is the time that passed."""

    server: ModelServer
    folder: Path
    health: FakeHealth = field(default_factory=FakeHealth)
    seconds: float = 0.0

    def write(self, name: str, title: str, text: str, *, more: str = "") -> Path:
        """An article."""
        path = self.folder / "articles" / f"{name}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"---\ntitle: {title}\ncategory: general\n{more}---\n{text}\n", encoding="utf-8")
        os.utime(path, ns=(0, path.stat().st_mtime_ns + len(text)))
        return path

    @asynccontextmanager
    async def process(self, *, model: str = "small", least_similar: float = 0.5) -> AsyncIterator[KnowledgeFolder]:
        """From the start to the end of one."""
        settings = EmbedderSettings(base_url=self.server.url, api_key="", model=model, max_retries=0)
        engine, sessions = await open_database(self.folder / "mailagent.db")
        embedder, clock = OpenAiEmbedder(settings), FakeClock()
        meaning = Meaning(
            embedder,
            StoredVectors(sessions=sessions),
            least_similar=least_similar,
            clock=clock,
            health=self.health,
            monotonic=self.monotonic,
        )
        articles = self.folder / "articles"
        yield KnowledgeFolder(articles, clock=clock, meaning=meaning, health=self.health, monotonic=self.monotonic)
        await meaning.close()
        await embedder.close()
        await engine.dispose()

    def monotonic(self) -> float:
        """Seconds."""
        return self.seconds

    def made(self) -> list[str]:
        """The first lines of what the server was asked for since the last time, without the search itself."""
        found = [text.splitlines()[0] for text in self.server.embedded if "\n" in text]
        self.server.requests.clear()
        return found


@pytest.fixture(name="world")
def _world(tmp_path: Path) -> Iterator[World]:
    """Two articles; the first says what customers mean, in other words."""
    with ModelServer(synonyms=SYNONYMS) as server:
        world = World(server=server, folder=tmp_path)
        world.write("laundry", "Sweater smaller after laundry", "A cold programme keeps the size.")
        world.write("hours", "Opening hours", "We open at nine.")
        yield world


async def search(knowledge: KnowledgeFolder, text: str) -> dict[str, str]:
    """What is found, best first, and why."""
    hits = await knowledge.hits(text, category="general", limit=5, language="en")
    return {hit.article.id: hit.why for hit in hits}


async def test_an_article_is_found_that_shares_no_word_with_the_mail(world: World) -> None:
    """Customers do not know our words; the reason names the cosine, so that it is not taken for a shared word."""
    async with world.process() as knowledge:
        (found,) = (await search(knowledge, "jumper shrank wash")).items()

    assert found[0] == "laundry"
    assert found[1].startswith("similar meaning 0.")


async def test_what_both_searches_find_comes_first_and_once(world: World) -> None:
    """Being found in two ways says more than being the best in one."""
    world.write("sizes", "Jumper sizes", "See the table.")
    world.write("jumper", "Jumper shrank", "Wash it cold, smaller after laundry, sweater or not.")

    async with world.process() as knowledge:
        found = await search(knowledge, "jumper shrank wash smaller")

    assert next(iter(found)) == "jumper"
    assert "covers" in found["jumper"]
    assert "similar meaning" in found["jumper"]


async def test_an_article_that_is_only_a_little_similar_is_no_answer(world: World) -> None:
    """There is always a nearest one; finding nothing is what brings a mail to a person."""
    async with world.process() as knowledge:
        assert await search(knowledge, "wash basins for hotels") == {}

    async with world.process(least_similar=0.1) as knowledge:
        assert [*await search(knowledge, "wash basins for hotels")] == ["laundry"]


@pytest.mark.parametrize("more", ["answer: never\n", "valid_until: 2020-01-31\n"])
async def test_what_must_not_be_used_is_not_found_by_meaning_either(world: World, more: str) -> None:
    """Whoever ends an article ends it for every way of searching."""
    world.write("laundry", "Sweater smaller after laundry", "A cold programme keeps the size.", more=more)

    async with world.process() as knowledge:
        assert await search(knowledge, "jumper shrank wash") == {}


async def test_the_part_that_means_it_is_named(world: World) -> None:
    """A reviewer reads that one."""
    world.write("laundry", "Care", "Of wool.\n\n## Sweater smaller\n\nLaundry too hot.\n\n## Buttons\n\nWe send one.")

    async with world.process() as knowledge:
        (article,) = await knowledge.search("jumper shrank wash hot", category="general", limit=5, language="en")

    assert (article.id, article.section) == ("laundry", "Sweater smaller")


async def test_only_what_changed_is_asked_for_again(world: World) -> None:
    """Thousands of articles cost money and time; a restart, a move or one edit must not."""
    async with world.process() as knowledge:
        await search(knowledge, LAUNDRY)
    assert sorted(world.made()) == ["Opening hours", "Sweater smaller after laundry"]

    async with world.process() as knowledge:
        assert await search(knowledge, LAUNDRY)
        assert world.made() == []

        (world.folder / "articles/hours.md").rename(world.folder / "articles/times.md")
        world.write("laundry", "Sweater smaller after laundry", "A cold programme.\n\n## Wool\n\nBy hand.")
        world.seconds += LOOK_AGAIN
        await search(knowledge, LAUNDRY)

    assert world.made() == ["Sweater smaller after laundry"] * 2


async def test_another_model_makes_all_vectors_anew(world: World) -> None:
    """Those of two models cannot be compared."""
    async with world.process() as knowledge:
        await search(knowledge, LAUNDRY)
    world.made()

    async with world.process(model="large") as knowledge:
        assert "laundry" in await search(knowledge, LAUNDRY)

    assert len(world.made()) == 2


async def test_vectors_of_another_width_under_the_same_name_are_made_anew(world: World) -> None:
    """Small servers call whatever they run by one name."""
    rows = [{"object": "embedding", "index": index, "embedding": [1.0, 2.0]} for index in range(2)]
    world.server.script(Scripted(body=vectors_in(rows[:1])), Scripted(body=vectors_in(rows)))
    async with world.process() as knowledge:
        await search(knowledge, LAUNDRY)

    async with world.process() as knowledge:
        await search(knowledge, LAUNDRY)
        assert "laundry" in await search(knowledge, "jumper shrank wash")


async def test_without_the_server_the_words_go_on_and_it_is_said_once(world: World) -> None:
    """A mail never fails for it nor waits for it again and again; the admin sees it, in status and one line of log."""
    world.server.script(*[fails(503)] * 2)
    with capture_logs() as logged:
        async with world.process() as knowledge:
            for _ in range(3):
                assert [*await search(knowledge, "opening hours")] == ["hours"]
            assert len(world.server.requests) == 1
            assert "did not answer" in world.health.state["embeddings"]

            world.seconds += REST
            await search(knowledge, "opening hours")
            assert len(world.server.requests) == 2

            world.seconds += REST
            assert "similar meaning" in (await search(knowledge, LAUNDRY))["laundry"]
            assert world.health.state["embeddings"] == ""

    assert [line["event"] for line in logged] == ["embeddings.failed", "embeddings.restored"]


async def test_a_server_that_says_when_it_is_back_is_left_alone_until_then(world: World) -> None:
    """Who hammers is locked out for longer."""
    world.server.script(fails(429, retry_after="300"))

    async with world.process() as knowledge:
        for _ in range(3):
            await search(knowledge, LAUNDRY)
            world.seconds += REST

    assert len(world.server.requests) == 1


async def test_what_was_made_before_the_server_went_away_is_kept(world: World) -> None:
    """A long first run goes on where it was."""
    for number in range(BATCH):
        world.write(f"more-{number}", f"Article {number}", "It says something.")
    good = [{"object": "embedding", "index": index, "embedding": [1.0] * WIDTH} for index in range(BATCH)]
    world.server.script(
        Scripted(body=vectors_in(good[:1])), Scripted(body=vectors_in(good)), fails(503, "the second batch")
    )

    async with world.process() as knowledge:
        await search(knowledge, LAUNDRY)
    assert "the second batch" in world.health.state["embeddings"]
    world.made()

    async with world.process() as knowledge:
        await search(knowledge, LAUNDRY)
    assert len(world.made()) == 2


async def test_a_part_that_the_server_refuses_does_not_hold_up_the_others(world: World) -> None:
    """One may be too long for the model; it is found by its words, and not sent again and again."""
    world.server.script(Scripted(body=vectors_in([{"index": 0, "embedding": [1.0] * WIDTH}])), *[fails(400)] * 2)

    async with world.process() as knowledge:
        await search(knowledge, "opening hours")
        assert len(world.made()) == 4
        found = await search(knowledge, "jumper shrank wash")
        world.seconds += LOOK_AGAIN
        await search(knowledge, LAUNDRY)

    assert world.made() == []
    assert "laundry" in found
    assert world.health.state["embeddings"] == ""


async def test_an_article_that_breaks_while_running_is_seen_in_status(world: World) -> None:
    """Its last good version answers, so nobody else would notice."""
    path = world.folder / "articles/hours.md"
    good = path.read_text("utf-8")
    async with world.process() as knowledge:
        await search(knowledge, "opening hours")
        assert world.health.state["knowledge"] == ""

        path.write_text("half an edit", encoding="utf-8")
        world.seconds += LOOK_AGAIN
        await search(knowledge, "opening hours")
        assert "hours.md" in world.health.state["knowledge"]

        path.write_text(good, encoding="utf-8")
        world.seconds += LOOK_AGAIN
        await search(knowledge, "opening hours")
        assert world.health.state["knowledge"] == ""
