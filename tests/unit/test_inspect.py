"""``mailagent inspect``: what is read in a mail, for people and programs that look into one."""

import json
from pathlib import Path

import pytest

from mailagent.cli.mails import inspect_mails

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
