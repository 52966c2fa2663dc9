"""What an admin sees who looks, or when something is wrong, by the real command line."""

import json

import pytest

from tests.acceptance.world import QUEUE, SUPPORT, Customer, World

ANGRY = "I am FURIOUS!!! You charged me TWICE, this is a SCANDAL!"
LONG_NAME = "a-long-name-of-somebody-who-writes-from-a-phone@customer-with-a-long-domain.example"
LONG_SUBJECT = "Charged twice for the subscription of March and nobody answers the telephone since Monday morning"


def spoil_smtp(world: World, place: str, login: str) -> None:
    """Point the mailbox's SMTP somewhere else."""
    path = world.config / "mailboxes.toml"
    text = path.read_text("utf-8").replace('smtp_user = ""', f'smtp_user = "{login}"')
    lines = [f"smtp = {{ {place} }}" if line.startswith("smtp = ") else line for line in text.splitlines()]
    path.write_text("\n".join(lines), "utf-8")


@pytest.mark.parametrize(
    ("port", "login", "code", "words"),
    [
        (9, "", 75, "mailbox support: smtp 127.0.0.1:9: no connection"),
        (None, "support", 77, "the server refused the login of support"),
    ],
)
def test_mail_that_cannot_leave_is_said_by_the_exit_code_and_the_log(  # noqa: PLR0917 - a table
    world: World, customer: Customer, port: int | None, login: str, code: int, words: str
) -> None:
    """A run that ends with 0 while every answer waits is believed to have worked."""
    spoil_smtp(world, f'host = "127.0.0.1", port = {port or world.smtp.port}, security = "none"', login)
    customer.writes("Charged twice", ANGRY)

    done = world.command("run", "--once")

    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    failed = [line for line in lines if line["event"] == "job.postponed"]
    assert done.returncode == code, done.stderr
    assert {line["level"] for line in failed} == {"warning"}
    assert all(words in line["reason"] for line in failed)
    assert words in done.stderr.splitlines()[-1]
    assert customer.address not in json.dumps(lines)
    assert "Charged" not in json.dumps(lines)


def test_a_piped_table_holds_every_word(world: World) -> None:
    """A script, a mail or a ticket gets what an admin pipes into it; half an address is none."""
    customer = Customer(world=world, address=LONG_NAME)
    customer.writes(LONG_SUBJECT, ANGRY)
    world.command("run", "--once")

    table = world.command("cases").stdout

    (row,) = [line for line in table.splitlines() if line.startswith("C-1 ")]
    assert LONG_NAME in row
    assert LONG_SUBJECT in row


def test_times_are_told_in_the_configured_zone(world: World, customer: Customer) -> None:
    """Deadlines are read by people in Vienna; programs get UTC."""
    customer.writes("Charged twice", ANGRY)
    world.command("run", "--once")

    (case,) = json.loads(world.command("cases", "--json").stdout)
    assert case["due_at"].endswith("+00:00")
    for words in (("cases",), ("status",), ("case", "C-1")):
        told = world.command(*words).stdout
        assert " CET" in told or " CEST" in told, words
        assert "+00:00" not in told, words


def test_the_first_line_and_status_say_what_leaves(world: World, customer: Customer) -> None:
    """Whoever starts it for the first time must know whether somebody is written to."""
    text = (world.config / "mailagent.toml").read_text("utf-8").replace('mode = "auto"', 'mode = "shadow"')
    (world.config / "mailagent.toml").write_text(text, "utf-8")
    customer.writes("Charged twice", ANGRY)

    first = json.loads(world.command("run", "--once").stderr.splitlines()[0])

    told = "shadow: nobody is mailed about mail; only the admin gets notices"
    assert (first["event"], first["mode"]) == ("daemon.configured", told)
    assert told in world.command("status").stdout
    assert world.status()["mode"] == "shadow"


def test_shadow_mode_still_gives_notices_to_the_admin(world: World) -> None:
    """It is said so wherever the mode is explained: a mail that nobody can read needs a person in every mode."""
    text = (world.config / "mailagent.toml").read_text("utf-8").replace('mode = "auto"', 'mode = "shadow"')
    (world.config / "mailagent.toml").write_text(text, "utf-8")
    world.dovecot.append(world.user, b"From: eve@evil.example\r\n" + b"X-Bomb: 1\r\n" * 9000 + b"\r\nhello\r\n")

    world.command("run", "--once")

    assert [mail.recipients for mail in world.smtp.received] == [("ops@larkfield.example",)]


@pytest.mark.parametrize("queue", [SUPPORT, SUPPORT.replace("@", "+review@")])
def test_check_refuses_digests_to_the_watched_mailbox(world: World, queue: str) -> None:
    """Found at the first check, and not when the first question was never seen."""
    path = world.config / "review.toml"
    path.write_text(path.read_text("utf-8").replace(QUEUE, queue), "utf-8")

    done = world.command("check")

    assert done.returncode == 78
    assert f"review.toml:1:1: error queue: {queue} is the watched mailbox 'support'" in done.stderr
