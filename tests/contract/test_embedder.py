"""What becomes of everything that an embeddings server may answer."""

import json
import math
from array import array
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from mailagent.adapters.openai_model import EmbedderSettings, OpenAiEmbedder
from mailagent.errors import ConfigurationError, PermanentError, TemporaryError
from mailagent.ports import Vector
from tests.servers.model import ModelServer, Scripted, fails, vectors_in

KEY = "sk-test-77ab10"
SECONDS = 20.0


@pytest.fixture(name="server")
def _server() -> Iterator[ModelServer]:
    """Answers well until it is scripted otherwise."""
    with ModelServer() as server:
        yield server


def embedder_at(server: ModelServer, **changes: Any) -> OpenAiEmbedder:  # noqa: ANN401 (whatever the settings take)
    """Without retries of the client, so that each request is one of the script."""
    settings = EmbedderSettings(base_url=server.url, api_key=KEY, model="small", max_retries=0)
    return OpenAiEmbedder(replace(settings, **changes))


def numbers(vector: Vector) -> list[float]:
    """As a list."""
    return [round(number, 4) for number in array("f", bytes(vector))]


def row(index: int, *embedding: object) -> dict[str, object]:
    """One vector of an answer."""
    return {"object": "embedding", "index": index, "embedding": embedding}


async def test_texts_of_like_words_have_vectors_near_each_other(server: ModelServer) -> None:
    """One request for all, with the texts as they are: many servers know no other form."""
    one, same, other = await embedder_at(server).embed(["late parcel", "parcel late", "refund"], seconds=SECONDS)

    assert numbers(one) == numbers(same) != numbers(other)
    assert [(request["model"], request["input"]) for request in server.requests] == [
        ("small", ["late parcel", "parcel late", "refund"])
    ]
    assert server.requests[0]["encoding_format"] == "float"
    assert server.keys == [f"Bearer {KEY}"]


async def test_vectors_are_of_length_one_and_in_the_order_of_the_texts(server: ModelServer) -> None:
    """Servers may answer in any order and of any length; a mixed up one would be the wrong article's."""
    server.script(Scripted(body=vectors_in([row(1, 0, 2), row(0, 3, 4)])))

    assert [numbers(one) for one in await embedder_at(server).embed(["a", "b"], seconds=SECONDS)] == [
        [0.6, 0.8],
        [0.0, 1.0],
    ]


UNUSABLE = {
    "a vector too few": vectors_in([row(0, 1.0)]),
    "widths that differ": vectors_in([row(0, 1.0), row(1, 1.0, 0.0)]),
    "zeros": vectors_in([row(0, 0.0, 0.0), row(1, 1.0, 0.0)]),
    "no numbers": vectors_in([row(0), row(1)]),
    "what is no number": vectors_in([row(0, math.nan), row(1, 1.0)]),
    "a text for a number": vectors_in([row(0, "1"), row(1, 1.0)]),
    "an error with status 200": '{"error": {"message": "overloaded"}}',
    "a web page": "<html>Sign in</html>",
    "a bare list": json.dumps([[1.0], [1.0]]),
}


@pytest.mark.parametrize("body", UNUSABLE.values(), ids=UNUSABLE)
async def test_an_answer_that_cannot_be_used_is_refused(server: ModelServer, body: str) -> None:
    """Such a vector would be near everything or nothing, and an article found for no reason."""
    server.script(Scripted(body=body, content_type="text/html" if "html" in body else "application/json"))
    with pytest.raises(PermanentError):
        await embedder_at(server).embed(["a", "b"], seconds=SECONDS)


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (429, TemporaryError, "did not answer"),
        (503, TemporaryError, "did not answer"),
        (400, PermanentError, "too long"),
        (401, ConfigurationError, r"check secret under \[embeddings\] in model\.toml"),
        (404, ConfigurationError, r"check base_url and model under \[embeddings\] in model\.toml"),
    ],
)
async def test_an_error_says_whose_it_is(server: ModelServer, status: int, error: type[Exception], words: str) -> None:
    """What an admin must mend is told from what passes, and the key is never shown."""
    server.script(fails(status, f"too long {KEY}"))

    with pytest.raises(error, match=words) as raised:
        await embedder_at(server).embed(["a"], seconds=SECONDS)

    assert KEY not in str(raised.value)


async def test_a_server_that_is_busy_for_a_moment_is_asked_again(server: ModelServer) -> None:
    """A short pause is cheaper than a minute without it."""
    server.script(fails(429, retry_after="0.01"))
    assert await embedder_at(server, max_retries=1).embed(["a"], seconds=SECONDS)


async def test_a_server_that_hangs_is_given_up_in_time(server: ModelServer) -> None:
    """A mail waits for it."""
    server.script(Scripted(hang=True))
    with pytest.raises(TemporaryError, match="did not answer within"):
        await embedder_at(server).embed(["a"], seconds=0.2)


async def test_a_server_that_is_not_there_is_no_bug() -> None:
    """It restarts, and is there again later."""
    with ModelServer() as gone:
        embedder = embedder_at(gone)
    with pytest.raises(TemporaryError):
        await embedder.embed(["a"], seconds=SECONDS)
