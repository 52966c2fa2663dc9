"""What an admin sees of a search by meaning: ``check``, ``kb search``, ``try`` and ``status``."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner

from mailagent.cli.app import app
from mailagent.store.database import open_database
from mailagent.store.health import StoredHealth
from tests.servers.model import ModelServer, fails
from tests.shop import SHOP

ROOT = Path(__file__).parents[2]
SYNONYMS = {"charcoal": "bread"}
ARTICLE = "---\ntitle: Burnt bread\ncategory: general\n---\nTurn the oven down.\n"
MAIL = b"From: tom@customer.example\r\nTo: support@example.com\r\nSubject: charcoal burnt\r\n\r\ncharcoal, burnt\r\n"
WITHOUT_NUMPY = (
    "import sys; sys.modules['numpy'] = None; from mailagent.__main__ import main; sys.argv = sys.argv[1:]; main()"
)


@pytest.fixture(name="server")
def _server() -> Iterator[ModelServer]:
    """Knows that charcoal was bread."""
    with ModelServer(synonyms=SYNONYMS) as server:
        yield server
    structlog.reset_defaults()


@pytest.fixture(name="config")
def _config(tmp_path: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped files with one article and `server`."""
    for name in ("config", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge/bread.md").write_text(ARTICLE, encoding="utf-8")
    with (tmp_path / "config/model.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[embeddings]\nbase_url = "{server.url}"\nmodel = "small"\nsecret = "env:EMBEDDINGS_KEY"\n')
    monkeypatch.setenv("EMBEDDINGS_KEY", "sk-test-5521")
    monkeypatch.setenv("MAILAGENT_SUPPORT_PASSWORD", "unused")
    return tmp_path / "config"


def run(config: Path, *words: str) -> tuple[int, str, str]:
    """Exit code, output and errors of ``mailagent WORDS``."""
    result = CliRunner().invoke(app, [*words, "--config", str(config)])
    return result.exit_code, result.stdout, result.stderr


def test_a_search_shows_what_is_found_by_meaning_and_asks_once(config: Path, server: ModelServer) -> None:
    """Whoever sets `least_similar` sees the cosines; the vectors of the articles are stored."""
    for _ in range(2):
        code, shown, _ = run(config, "kb", "search", "charcoal oven down", "--json")
        (hit,) = json.loads(shown)
        assert (code, hit["article"]) == (0, "bread")
        assert hit["why"].startswith("similar meaning 0.")

    assert len([text for text in server.embedded if text.startswith("Burnt bread")]) == 1
    assert set(server.keys) == {"Bearer sk-test-5521"}


def test_a_search_without_the_server_goes_by_words_and_says_so(config: Path, server: ModelServer) -> None:
    """On standard error: a script reads the rest."""
    server.script(*[fails(401)] * 2)

    code, shown, errors = run(config, "kb", "search", "burnt bread", "--json")

    (hit,) = json.loads(shown)
    assert (code, "similar" in hit["why"], "embeddings.failed" in errors) == (0, False, True)


def test_a_mail_is_tried_with_the_search_that_the_daemon_has(config: Path, tmp_path: Path) -> None:
    """A trial that finds less than the daemon misleads."""
    mail = tmp_path / "one.eml"
    mail.write_bytes(MAIL.replace(b"burnt", b"oven"))

    code, shown, _ = run(config, "try", str(mail), "--json")

    assert (code, [row["id"] for row in json.loads(shown)["kb_results"]]) == (0, ["bread"])


def test_check_names_a_secret_that_is_missing(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first mail, not after it."""
    assert run(config, "check")[0] == 0
    monkeypatch.delenv("EMBEDDINGS_KEY")

    code, _, errors = run(config, "check")

    assert code == 78
    assert "model.toml: embeddings: secret: the environment variable EMBEDDINGS_KEY is not set" in " ".join(
        errors.split()
    )


def test_check_says_what_to_install(config: Path) -> None:
    """It is an optional extra; a daemon that dies at an import tells nobody what to do."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_NUMPY, "mailagent", "check", "--config", str(config)],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "500"},
        check=False,
    )

    assert done.returncode == 78
    assert "install mailagent[vectors]" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("table", ["kept", "removed"])
def test_status_tells_of_the_server_while_it_is_configured(config: Path, table: str) -> None:
    """An admin who removed it is not told of it for ever."""

    async def fail() -> None:
        engine, sessions = await open_database(config.parent / "data/mailagent.db")
        await StoredHealth(sessions=sessions).failed("embeddings", "away", at=datetime(2026, 11, 21, tzinfo=UTC))
        await engine.dispose()

    asyncio.run(fail())
    if table == "removed":
        shutil.copy(SHOP / "config/model.toml", config)

    _, shown, _ = run(config, "status", "--json")

    assert ("away" in shown) == (table == "kept")
