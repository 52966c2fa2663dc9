"""``mailagent reviewer``: what replies of every mail program would do, and that our own mails decide nothing."""

import html
import json
import tomllib
from email.message import EmailMessage
from pathlib import Path

import pytest

from mailagent.cli.reviewers import list_reviewers, read_replies
from mailagent.domain.decision import Unclear
from mailagent.language.commands import vocabulary
from mailagent.letters.samples import SAMPLES, WITHOUT_HTML
from mailagent.mail.parse import parse
from mailagent.mail.reviewing import Style, read_reply, reply_text
from tests.shop import SHOP, TEMPLATES

ROOT = Path(__file__).parents[2]
STYLES = tomllib.loads((ROOT / "tests/unit/quoting_styles.toml").read_text("utf-8"))
DIGEST = TEMPLATES.body("review/digest", SAMPLES["review/digest"])
MARKED = "\n".join(f"> {line}".rstrip() for line in DIGEST.text.split("\n"))
LETTER = "Hi Tom,\n\nwe will:\n\n  - refund both\n  - write to your bank\n\nDana"
PLAIN = Style(words=vocabulary())
REPLIES = [
    ("APPROVE", "approve", None),
    ("Genehmigt, danke", "approve", None),
    ("Approve, but change the date", None, "REVIEW-03"),
    ("REJECT\nhe is a friend", "reject", None),
    (f"MODIFY\n\n{LETTER}", "modify", None),
    ("SNOOZE mon 9:00", "snooze", None),
    ("Aprrove", None, "REVIEW-02"),
]
OURS = sorted(name for name in SAMPLES if "/errors/" not in name and name not in WITHOUT_HTML)


def written(tmp_path: Path, text: str, *, subtype: str = "plain", **headers: str) -> Path:
    """A reviewer's mail as a file."""
    mail = EmailMessage()
    for name, value in {
        "From": "Dana Kim <dana@example.com>",
        "To": "support+r.c1042.2.aabcdefgh23456723@example.com",
        "Subject": "Re: [C-1042] Charged twice",
        "Message-ID": "<reply@example.com>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }.items():
        mail[name] = value
    mail.set_content(text, subtype=subtype)
    file = tmp_path / "reply.eml"
    file.write_bytes(mail.as_bytes())
    return file


def read(file: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """What the command answers for one file."""
    assert read_replies([file], file.parent / "no-config", as_json=True) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize("expected", REPLIES, ids=lambda row: row[0])
@pytest.mark.parametrize("style", STYLES["plain"])
def test_a_reply_is_read_whatever_program_quotes_below_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], style: str, expected: tuple[str, str | None, str | None]
) -> None:
    """A reviewer does not choose how their program quotes."""
    reply, verb, code = expected
    text = STYLES["plain"][style].format(reply=reply, quote=DIGEST.text, marked=MARKED)

    found = read(written(tmp_path, text), capsys)

    assert (None if found["held"] else found["verb"], found["code"], found["case"]) == (verb, code, "C-1042")
    assert found["held"] == (code == "REVIEW-03")
    assert found["verb"] == ("approve" if found["held"] else verb)
    assert found["text"] == (LETTER if verb == "modify" else "")


@pytest.mark.parametrize("expected", REPLIES, ids=lambda row: row[0])
@pytest.mark.parametrize("style", STYLES["html"])
def test_a_reply_in_html_alone_reads_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], style: str, expected: tuple[str, str | None, str | None]
) -> None:
    """Phones send no plain part."""
    reply, verb, code = expected
    rows = "".join(f"<div>{html.escape(line).replace('  ', '&nbsp; ') or '<br>'}</div>" for line in reply.split("\n"))
    text = STYLES["html"][style].format(reply=rows, quote=DIGEST.html)

    found = read(written(tmp_path, text, subtype="html"), capsys)

    assert (None if found["held"] else found["verb"], found["code"]) == (verb, code)


@pytest.mark.parametrize("name", OURS)
def test_no_mail_of_ours_reads_as_a_decision(tmp_path: Path, name: str) -> None:
    """A program that quotes without any mark must not decide a case with our words."""
    body = TEMPLATES.body(name, SAMPLES[name])
    quoted = body.text.replace("\n", "\n> ")
    for text in (body.text, f"> {quoted}", *body.text.split("\n")):
        assert isinstance(read_reply(text, PLAIN.words), Unclear), text
    for part in (body.text, body.html, f"<blockquote>{body.html}</blockquote>", f"> {quoted}"):
        mail = parse(written(tmp_path, part, subtype="html" if "<" in part[:40] else "plain").read_bytes())
        assert isinstance(read_reply(reply_text(mail, PLAIN), PLAIN.words), Unclear), part[:80]


def test_mail_of_programs_decides_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An absence note that begins with "No" must not reject."""
    found = read(written(tmp_path, "No longer here.\n", Auto_Submitted="auto-replied"), capsys)

    assert (found["verb"], found["held"]) == (None, False)
    assert "auto_reply" in str(found["reason"])


@pytest.mark.parametrize(("text", "held"), [("yes", True), ("APPROVE C-1042", False), ("APPROVE C-1043", True)])
def test_a_decision_in_another_conversation_is_held(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    held: bool,  # noqa: FBT001 - a case of the test
) -> None:
    """Whoever tries a reply sees what the daemon would do with it; the number beside the word is enough."""
    to = "support+r.c1042.2.k3xq7a.aabcdefgh23456723@example.com"
    found = read(written(tmp_path, text, To=to, Subject="Re: lunch?"), capsys)

    assert (found["case"], found["verb"], found["held"]) == ("C-1042", "approve", held)


@pytest.mark.parametrize(
    ("html", "code"),
    [
        ("<p>MODIFY</p><p>Hi Tom, you get <s>500</s> 50 euro back today.</p>", "REVIEW-23"),
        ("<p style='text-decoration: line-through'>APPROVE</p>", "REVIEW-23"),
        ("<p>APPROVE</p><blockquote>you get <del>500</del> 50 euro</blockquote>", None),
    ],
)
def test_struck_text_is_held(tmp_path: Path, capsys: pytest.CaptureFixture[str], html: str, code: str | None) -> None:
    """In plain text nobody sees that it was struck through, and the customer would get both sums."""
    assert read(written(tmp_path, html, subtype="html"), capsys)["code"] == code


def test_two_versions_that_differ_are_held(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The reviewer saw only one of them."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "dana@example.com", "support@example.com", "Re: [C-1042] Charged twice"
    mail.set_content("APPROVE")
    mail.add_alternative("<p>I do not know, who is this?</p>", subtype="html")
    file = tmp_path / "two.eml"
    file.write_bytes(mail.as_bytes())

    assert (found := read(file, capsys))["code"] == "REVIEW-21"
    assert found["held"]


def test_a_file_that_is_missing_hides_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever checks a folder of replies gets an answer for each."""
    good = written(tmp_path, "APPROVE\n")

    assert read_replies([tmp_path / "none.eml", good], tmp_path / "no-config", as_json=True) == 1

    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["verb"] for row in rows] == [None, "approve"]


def test_the_words_and_signature_of_the_configuration_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A reviewer's own words and signature are what the admin wrote into review.toml and reviewers.toml."""
    config = tmp_path / "config"
    config.mkdir()
    for file in (SHOP / "config").iterdir():
        (config / file.name).write_text(file.read_text("utf-8"), encoding="utf-8")
    with (config / "review.toml").open("a", encoding="utf-8") as review:
        review.write('\n[commands.de]\napprove = ["kann raus"]\n')
    with (config / "reviewers.toml").open("a", encoding="utf-8") as people:
        people.write('language = "de"\nsignature = """\nDana Kim\nLarkfield"""\n')

    for text, expected in (("Kann raus!", "approve"), (f"MODIFY\n{LETTER}\n\nDana Kim\nLarkfield", "modify")):
        assert read_replies([written(tmp_path, text)], config, as_json=True) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["verb"] == expected
        assert found["text"] in ("", LETTER)
    list_reviewers(config, as_json=True)
    assert json.loads(capsys.readouterr().out)[0]["language"] == "de"
