"""Whole mails as programs write them, each with an oddity in its name and what must come out beside it."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from mailagent.mail.automatic import kind_of
from mailagent.mail.bounce import read_bounce
from mailagent.mail.parse import parse

HERE = Path(__file__).parent
SAMPLES = sorted(HERE.glob("*.eml"))
OURS = frozenset({"support@example.com"})


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_reads_as_written_beside_it(sample: Path) -> None:
    """Each stands for mail that arrives every week in some program's own form."""
    expected = json.loads(sample.with_suffix(".json").read_text(encoding="utf-8"))
    raw = sample.read_bytes()
    mail = parse(raw)
    bounce = read_bounce(raw, mail)
    kind = kind_of(mail, ours=OURS, bounced=bounce is not None)
    found: dict[str, object] = {
        "kind": kind.kind,
        "answerable": kind.answerable,
        "degraded": bool(mail.defects),
        "attachments": [[attachment.name, attachment.type] for attachment in mail.attachments],
        "in_reply_to": list(mail.in_reply_to),
        "recipients": list(mail.recipients),
        "bounce": bounce and json.loads(json.dumps(asdict(bounce))),
    }
    for name, value in expected.items():
        assert (found[name] if name in found else getattr(mail, name)) == value, name


def test_every_sample_says_what_must_come_out() -> None:
    """A sample without its values tests nothing."""
    assert len(SAMPLES) >= 25
    assert {path.stem for path in SAMPLES} == {path.stem for path in HERE.glob("*.json")}
