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
        "refused": [],
        "returned_ids": ["<reply-7@example.com>"],
    }
    assert (reply["kind"], reply["bounce"]) == ("person", None)
    assert aside["kind"] == "aside"


def test_every_mail_gets_an_answer_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One directory or broken file among a thousand must not hide what is said of the others."""
    good, short, broken = tmp_path / "good.eml", tmp_path / "short.eml", tmp_path / "broken.eml"
    good.write_bytes(f"From: jo@example.org\r\nSubject: Hallo\r\n\r\n{GERMAN}\r\n".encode())
    short.write_bytes(b"From: jo@example.org\r\n\r\nok\r\n")
    broken.write_bytes(b"\x00\x01\x02")
    files = [tmp_path, good, tmp_path / "missing.eml", broken, short]

    code = inspect_mails(files, as_json=True)

    said = capsys.readouterr()
    answers = [json.loads(line) for line in said.out.splitlines()]
    assert [answer["file"] for answer in answers] == [str(file) for file in (good, broken, short)]
    assert [answer["kind"] for answer in answers] == ["person", "aside", "person"]
    assert [answer.get("language") for answer in answers] == ["de", None, None]
    assert f"{tmp_path}: Is a directory" in said.err
    assert f"{tmp_path / 'missing.eml'}: No such file or directory" in said.err
    assert code == 1


def test_a_mail_that_is_no_mail_is_no_fault_of_the_command(tmp_path: Path) -> None:
    """The file was read: a program that sorts mails by their kind goes on."""
    (tmp_path / "broken.eml").write_bytes(b"\x00\x01\x02")

    assert inspect_mails([tmp_path / "broken.eml"], as_json=True) == 0
