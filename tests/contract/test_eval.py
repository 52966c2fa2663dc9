"""``mailagent eval`` on labelled mails, through the real graph with the offline model and the shipped articles."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from mailagent.cli.app import app
from tests.servers.model import TOKENS_IN, TOKENS_OUT, ModelServer
from tests.shop import SHOP

ROOT = Path(__file__).parents[2]
PROOF = b"Authentication-Results: mx.example.com; dmarc=pass header.from=example.org\r\n"
MAIL = PROOF + b"From: jo@example.org\r\nSubject: size\r\n\r\nWhich size fits me?\r\n"
BOUNCED = (ROOT / "tests" / "mail" / "bounce-delayed.eml").read_bytes()
LINES: list[dict[str, object]] = [
    {
        "id": "shipping", "split": "test", "text": "How long does shipping take to Germany and what does it cost?",
        "category": "product", "sentiment": "neutral", "language": "en", "route": "reply",
        "articles": ["product/shipping"], "asks": 2,
    },
    {"id": "size", "split": "test", "eml": "size.eml", "route": "reply", "articles": ["product/returns"]},
    {
        "id": "complaint", "split": "test", "text": "I wish to lodge a formal complaint about the way I was treated.",
        "category": "complaint", "route": "escalate",
    },
    {"id": "bounce", "split": "test", "eml": "bounce.eml", "route": "ignore"},
    {"id": "other", "split": "train", "text": "What is this?", "category": "billing"},
]  # fmt: skip


@pytest.fixture
def gold(tmp_path: Path) -> Iterator[Path]:
    """A file of five lines, beside the mails that lines may name. Logging is left as it was found."""
    (tmp_path / "size.eml").write_bytes(MAIL)
    (tmp_path / "bounce.eml").write_bytes(BOUNCED)
    (tmp_path / "broken.eml").write_bytes(b"\x00")
    file = tmp_path / "gold.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in LINES), "utf-8")
    yield file
    structlog.reset_defaults()


def evaluate(file: Path, *options: str) -> Result:
    """What the command says with the shipped configuration."""
    return CliRunner().invoke(app, ["eval", str(file), "--config", str(SHOP / "config"), *options])


def test_every_figure_comes_from_the_real_graph(gold: Path) -> None:
    """Two answers of which one is from the wrong article, a complaint passed on and a bounce ignored: cost 10."""
    result = evaluate(gold, "--split", "test", "--json", "--misses")

    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["mails"] == 4
    assert found["accuracy"]["route"] == {"right": 4, "all": 4, "value": 1.0}
    assert found["accuracy"]["category"]["right"] == found["accuracy"]["category"]["all"] == 2
    assert found["precision"] == {"right": 1, "all": 2, "value": 0.5}
    assert found["accuracy"]["asks"] == {"right": 1, "all": 1, "value": 1.0}
    assert found["coverage"]["value"] == 1.0
    assert found["cost"] == 10
    assert found["confusion"] == {"complaint": {"complaint": 1}, "product": {"product": 1}}
    assert found["misses"] == ["size: articles are product/sizing instead of product/returns"]
    assert found["calls"] == 6
    assert found["failures"] == 0


def test_people_see_tables_and_a_line_for_each_miss(gold: Path) -> None:
    """Without a split every line counts; whoever pipes it gets plain text."""
    result = evaluate(gold, "--misses")

    assert result.exit_code == 0
    words = [line.split() for line in result.stdout.splitlines()]
    assert ["route", "4", "of", "4", "(100.0%)", "100.0%"] in words
    assert ["automatic", "answers", "that", "are", "right", "1", "of", "2", "(50.0%)"] in words
    assert "size: articles are product/sizing instead of product/returns" in result.stdout.splitlines()
    assert "\x1b" not in result.stdout


def test_the_route_is_that_of_the_rules_whatever_the_mode(gold: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In suggest every answer waits for a person, and nothing could be told about the rules."""
    monkeypatch.setenv("MAILAGENT__MODE", "suggest")

    result = evaluate(gold, "--split", "test", "--json")

    assert json.loads(result.stdout)["coverage"]["value"] == 1.0


def test_a_model_that_fails_is_counted_and_does_not_spoil_the_output(
    gold: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The two mails that a rule would answer wait for a person. What the log says goes to standard error, or a program
    could not read the figures.
    """
    for key, value in {
        "PROVIDER": "openai",
        "BASE_URL": "http://127.0.0.1:9/v1",
        "SECRET": "env:MAILAGENT_TEST_KEY",
        "STEPS": '{"classify": "a", "respond": "a", "escalate": "a"}',
        "RETRIES": "0",
    }.items():
        monkeypatch.setenv(f"MAILAGENT__MODEL__{key}", value)
    monkeypatch.setenv("MAILAGENT_TEST_KEY", "none")

    result = evaluate(gold, "--split", "test", "--json")

    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert found["failures"] == 2
    assert found["confusion"] == {"complaint": {"complaint": 1}, "product": {"product": 1}}
    assert "model.failed" in result.stderr


def test_the_cost_of_a_message_is_told_in_tokens_and_by_the_prices(gold: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four mails, of which one is a bounce that no model sees; the calls for the other three are paid."""
    with ModelServer() as server:
        for key, value in {
            "PROVIDER": "openai",
            "BASE_URL": server.url,
            "SECRET": "env:MAILAGENT_TEST_KEY",
            "STEPS": '{"classify": "a", "respond": "a", "escalate": "a"}',
            "PRICES": '{"a": {"input": 2.0, "output": 10.0}}',
        }.items():
            monkeypatch.setenv(f"MAILAGENT__MODEL__{key}", value)
        monkeypatch.setenv("MAILAGENT_TEST_KEY", "none")

        found = json.loads(evaluate(gold, "--split", "test", "--json").stdout)
        calls = len(server.requests)
        told = evaluate(gold, "--split", "test").stdout

    tokens, money = calls * (TOKENS_IN + TOKENS_OUT) / 4, calls * (TOKENS_IN * 2 + TOKENS_OUT * 10) / 1_000_000 / 4
    assert (found["tokens_a_message"], found["money_a_message"]) == (tokens, pytest.approx(money))
    assert f"{tokens:.0f} tokens; {money:.6f} by [prices]" in told


def test_without_prices_the_cost_in_money_is_unknown(gold: Path) -> None:
    """Zero would be a lie about somebody's bill."""
    assert json.loads(evaluate(gold, "--json").stdout)["money_a_message"] is None
    assert "0 tokens; no [prices] given" in evaluate(gold).stdout


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("{not json", "this is no JSON object; write one object a line"),
        ('["a"]', "this is no JSON object; write one object a line"),
        ('{"subject": "hi"}', "either text or eml is needed"),
        ('{"text": "hi", "categry": "billing"}', "categry: unknown key; did you mean 'category'?"),
        ('{"text": "hi", "category": "biling"}', "category: there is no 'biling'; did you mean 'billing'?"),
        ('{"text": "hi", "sentiment": "sad"}', "sentiment: found \"sad\"; write 'positive', 'neutral', 'negative' or"),
        ('{"text": "hi", "articles": ["nothing/here"]}', "articles: there is no 'nothing/here'; use one of billing/"),
        (
            '{"text": "hi", "wants_human": "no"}',
            'wants_human: found "no"; write true or false without quotes, or leave',
        ),
        ('{"text": "hi", "articles": "a/b"}', 'articles: found "a/b"; write a list of texts in square brackets'),
        ('{"text": "hi", "articles": [5]}', "articles: found 5; write a text in quotes"),
        ('{"text": 5}', "text: found 5; write a text in quotes"),
        ('{"text": "hi", "asks": "two"}', 'asks: found "two"; write a whole number without quotes'),
        ('{"text": "hi", "asks": -1}', "asks: found -1; write 0 or more"),
        ('{"eml": "gone.eml"}', "eml: gone.eml: No such file or directory; correct the path"),
        ('{"eml": "broken.eml"}', "eml: broken.eml: "),
    ],
)
def test_a_bad_line_is_named_with_its_remedy_and_the_others_go_on(gold: Path, line: str, error: str) -> None:
    """One slip of the pen must not cost a run over a thousand mails, nor go unnoticed."""
    with gold.open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")

    result = evaluate(gold, "--json")

    assert result.exit_code == 1
    assert f"{gold}:7: {error}" in result.stderr
    assert json.loads(result.stdout)["mails"] == 5


def test_a_file_that_holds_no_mails_at_all_is_told_in_a_few_lines(gold: Path) -> None:
    """``mailagent eval README.md``: hundreds of lines would bury what to do."""
    gold.write_text("# A title\n" * 200, "utf-8")

    result = evaluate(gold)

    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 11
    assert "190 more errors; write one JSON object a line" in result.stderr


def test_a_file_without_such_mails_is_an_error(gold: Path, tmp_path: Path) -> None:
    """A misspelt split must not look like a run without misses."""
    nobody = evaluate(gold, "--split", "tset")
    missing = evaluate(tmp_path / "gone.jsonl")

    assert (nobody.exit_code, missing.exit_code) == (1, 1)
    assert f"{gold}: there is no mail with split 'tset'" in nobody.stderr
    assert "gone.jsonl: No such file or directory" in missing.stderr
