"""``mailagent inspect``: what is read in a mail, for people and programs that look into one."""

import json
from pathlib import Path

import pytest

from mailagent.cli.mails import inspect_mails

GERMAN = "Guten Tag, meine Bestellung ist leider noch immer nicht angekommen. Wann wird sie geliefert?"
SAMPLES = Path(__file__).parents[1] / "mail"


def test_a_bounce_is_shown_with_whom_it_is_about(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Whoever cleans a list of addresses, or asks why a customer gets no mail, needs these."""
    broken = tmp_path / "no-mail.eml"
    broken.write_bytes(b"\x00")

    inspect_mails([SAMPLES / "bounce-delayed.eml", SAMPLES / "gmail-reply.eml", broken], as_json=True)

    bounce, reply, aside = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert bounce["kind"] == "bounce"
    assert bounce["bounce"] == {
        "recipients": ["pat@customer.example"],
        "permanent": False,
        "returned_ids": ["<reply-7@example.com>"],
    }
    assert (reply["kind"], reply["bounce"]) == ("person", None)
    assert aside["kind"] == "aside"


def test_every_file_gets_an_answer_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One directory or broken file among a thousand must not hide what is said of the others."""
    good, short, broken = tmp_path / "good.eml", tmp_path / "short.eml", tmp_path / "broken.eml"
    good.write_bytes(f"From: jo@example.org\r\nSubject: Hallo\r\n\r\n{GERMAN}\r\n".encode())
    short.write_bytes(b"From: jo@example.org\r\n\r\nok\r\n")
    broken.write_bytes(b"\x00\x01\x02")
    files = [tmp_path, good, tmp_path / "missing.eml", broken, short]

    inspect_mails(files, as_json=True)

    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["file"] for answer in answers] == [str(file) for file in files]
    assert [answer["kind"] for answer in answers] == ["aside", "person", "aside", "aside", "person"]
    assert [answer.get("language") for answer in answers] == [None, "de", None, None, None]
