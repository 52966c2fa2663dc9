"""``mailagent try``: it says of a mail what the daemon would do with it."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailagent.cli.app import app

ROOT = Path(__file__).parents[2]
PROOF = "Authentication-Results: mx.example.com; dmarc=pass header.from={domain}\r\n"
TEXT = "How long does shipping take to Germany and what does it cost?\r\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The shipped configuration in a folder of the test's own."""
    for folder in ("config", "templates", "knowledge"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path / "config"


def tried(config: Path, *, head: str = "", sender: str = "jo@example.org", text: str = TEXT) -> dict[str, object]:
    """What the command says of one mail."""
    file = config.parent / "mail.eml"
    file.write_bytes(f"{head}From: {sender}\r\nSubject: Shipping\r\n\r\n{text}".encode())
    result = CliRunner().invoke(app, ["try", str(file), "--config", str(config), "--json"])
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def test_a_sender_whom_nothing_proves_is_not_answered(config: Path) -> None:
    """An admin who reads "reply" here, and sees the daemon ask a person, trusts neither."""
    unproven = tried(config)
    proven = tried(config, head=PROOF.format(domain="example.org"))

    assert unproven["disposition"] == "escalate"
    assert "nothing proves that the sender's address is genuine" in str(unproven["reason"])
    assert unproven["sender"] == ("jo@example.org: not proven: nothing proves that the sender's address is genuine")
    assert (proven["disposition"], proven["sender"]) == ("reply", "jo@example.org: proven by mx.example.com")


def test_a_domain_that_looks_like_ours_is_not_answered(config: Path) -> None:
    """Its owner can prove the address, and still is not who a reader takes them for."""
    found = tried(config, head=PROOF.format(domain="exarnple.com"), sender="jo@exarnple.com")

    assert found["disposition"] == "escalate"
    assert "the sender's domain only looks like example.com" in str(found["reason"])


def test_the_mode_that_applies_is_named(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shadow mode sends nothing, whatever the rules decide: without it the answer is half of the truth."""
    assert tried(config)["mode"] == "shadow"

    monkeypatch.setenv("MAILAGENT__MODE", "suggest")

    assert tried(config)["mode"] == "suggest"


def test_senders_taken_at_their_word_are_said_to_be(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An admin who turned the check off must see that this is why the mail would be answered."""
    monkeypatch.setenv("MAILAGENT__REVIEW__AUTHENTICATION", "off")

    found = tried(config)

    assert found["disposition"] == "reply"
    assert found["sender"] == 'jo@example.org: taken at its word (authentication = "off" in review.toml)'
