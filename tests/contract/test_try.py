"""``mailagent try``: it says of a mail what the daemon would do with it."""

import json
import os
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailagent.cli.app import app
from tests.shop import SHOP

PROOF = "Authentication-Results: mx.example.com; dmarc=pass header.from={domain}\r\n"
TEXT = "How long does shipping take to Germany and what does it cost?\r\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The shipped configuration in a folder of the test's own."""
    for folder in ("config", "templates", "knowledge"):
        shutil.copytree(SHOP / folder, tmp_path / folder)
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


def letter(found: dict[str, object]) -> dict[str, str]:
    """The mail that the daemon would write."""
    written = found["letter"]
    assert isinstance(written, dict)
    return written


def test_the_letter_is_shown_as_the_customer_would_get_it(config: Path) -> None:
    """The answer is judged as a whole: greeting, articles named, the way to a person."""
    written = letter(tried(config, head=PROOF.format(domain="example.org")))

    assert written["to"] == "jo@example.org"
    assert written["subject"] == "Re: Shipping"
    assert "Automatic answer from our help pages" in written["text"]
    assert "Larkfield Support" in written["text"]


def test_the_digest_is_shown_as_the_reviewer_would_get_it(config: Path) -> None:
    """What a reviewer must decide on, before the first one ever gets such a mail."""
    written = letter(tried(config, text="This is a SCANDAL! I am furious and I want to talk to a person!\r\n"))

    assert written["to"] == "support-review@example.com"
    assert all(verb in written["text"] for verb in ("MODIFY", "REJECT"))
    assert "This is a SCANDAL!" in written["text"]


def test_people_read_the_letter_below_the_facts(config: Path) -> None:
    """In shadow mode nothing leaves, and the heading says so."""
    file = config.parent / "mail.eml"
    file.write_text(f"{PROOF.format(domain='example.org')}From: jo@example.org\nSubject: Shipping\n\n{TEXT}")

    shown = CliRunner().invoke(app, ["try", str(file), "--config", str(config)]).stdout

    assert "shadow: nobody is mailed about mail; only the admin gets notices" in shown
    assert "Would be sent in another mode to jo@example.org\nSubject: Re: Shipping" in shown


def test_a_mail_from_a_pipe_is_read_once(config: Path) -> None:
    """``try <(command)`` gives the bytes one time only."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(f"From: jo@example.org\r\nSubject: Shipping\r\n\r\n{TEXT}".encode())

    result = CliRunner().invoke(app, ["try", f"/dev/fd/{reading}", "--config", str(config), "--json"])

    os.close(reading)
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["sender"].startswith("jo@example.org")
