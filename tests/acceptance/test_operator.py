"""What an operator is told of the daemon's work, by the real command line and a real daemon."""

import re
import signal
from typing import cast

import pytest

from tests.acceptance.world import ADMIN, QUEUE, Customer, World, text_of, words

CLOSED = 9
"""The discard port, where nobody listens on loopback."""
QUESTION = "Which payment methods do you accept?"


def heard(world: World) -> list[str]:
    """What the alarm told since this was last asked."""
    told = world.folder / "told"
    lines = told.read_text("utf-8").splitlines() if told.exists() else []
    told.unlink(missing_ok=True)
    return lines


def add_alarm(world: World) -> None:
    """A command that keeps what it is told."""
    with (world.config / "mailagent.toml").open("a") as file:
        file.write(f'\n[alarm]\ncommand = ["/bin/sh", "-c", "cat >> {world.folder}/told"]\n')


def quiet(world: World) -> int:
    """What whoever watches the process goes by."""
    return world.command("status", "--quiet").returncode


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_daemon_that_ended_is_told_at_once(world: World, customer: Customer, how: signal.Signals) -> None:
    """For fifteen minutes all that it wrote down looks as if it worked; a monitor must not believe it."""
    world.start()
    customer.writes("Payment methods", QUESTION)
    customer.receives("answer")
    assert re.search(r"^daemon +running since", world.command("status").stdout, re.MULTILINE)
    assert quiet(world) == 0
    assert "mailagent_healthy 1.0" in world.command("metrics").stdout

    world.stop(how)

    assert "mailagent_healthy 0.0" in world.command("metrics").stdout
    shown = world.command("status")
    assert (shown.returncode, quiet(world)) == (1, 1)
    assert "NOT RUNNING; last started at" in shown.stdout
    assert "the daemon is not running; start it with 'mailagent run'" in shown.stdout


def test_between_two_runs_of_a_schedule_nothing_is_wrong(world: World, customer: Customer) -> None:
    """Who runs it by cron is not told each minute that it is dead: the last good reading of the mailbox counts."""
    customer.writes("Payment methods", QUESTION)

    assert world.command("run", "--once").returncode == 0

    assert quiet(world) == 0
    shown = world.command("status")
    assert (shown.returncode, "run by a schedule, last at" in shown.stdout) == (0, True)


def test_whoever_runs_it_by_a_schedule_is_alarmed_too(world: World) -> None:
    """Each run is a new process: it tells a trouble once, and its end, as a daemon would."""
    world.configure(imap_port=CLOSED)
    add_alarm(world)

    codes = [world.command("run", "--once").returncode for _ in range(2)]

    (told,) = heard(world)
    assert codes == [75, 75]
    wanted = "mailagent at Larkfield Support: mailbox support was never read: mailbox support: imap 127.0.0.1:9: no"
    assert told.startswith(wanted)
    assert quiet(world) == 1
    world.configure()
    add_alarm(world)
    assert world.command("run", "--once").returncode == 0
    (over,) = heard(world)
    assert over.startswith("mailagent at Larkfield Support: over: mailbox support not read (since 20")


def test_a_mailbox_with_a_refused_password_is_told_of_by_another(world: World) -> None:
    """The password that reads the mailbox most often sends from it too: its own notice would never leave."""
    second = f"""[[mailbox]]
name = "shop"
address = "shop@larkfield.example"
imap = {{ host = "127.0.0.1", port = {world.dovecot.port}, security = "none" }}
smtp = {{ host = "127.0.0.1", port = {world.smtp.port}, security = "none" }}
user = "{world.user}2"
secret = "env:MAILAGENT_TEST_PASSWORD"
smtp_user = ""
"""
    first = (world.config / "mailboxes.toml").read_text("utf-8").replace("MAILAGENT_TEST_PASSWORD", "REFUSED")
    world.settings = {"REFUSED": "ended on Monday"}
    world.configure(mailboxes=first + second)

    assert world.command("run", "--once").returncode == 77

    (notice,) = world.mails_to(ADMIN)
    assert notice["Subject"] == "[Support] Mail cannot be read"
    assert "shop@larkfield.example" in notice["From"]


def test_a_hold_has_a_reason(world: World) -> None:
    """Whoever finds at night that nothing is sent must learn why, and whether it may go on."""
    world.command("run", "--once")

    codes = [world.command("hold", reason).returncode for reason in ("", " \n")]

    assert codes == [2, 2]
    assert world.status()["held"] == []


def test_two_operators_hold_beside_each_other(world: World) -> None:
    """The second hears of the first, and neither reason is lost: who lifts both is told of both."""
    world.command("run", "--once")
    first = world.command("hold", "customers were written to by hand")
    assert words(first.stdout) == "Nothing but notices is sent until 'mailagent resume'."

    second = world.command("hold", "the prices in the articles are wrong")

    assert ": customers were written to by hand." in second.stdout
    shown = world.command("status").stdout
    assert "mailagent_holds 2.0" in world.command("metrics").stdout
    assert ": customers were written to by hand." in shown
    assert ": the prices in the articles are wrong." in shown
    assert "'mailagent resume' lifts all 2 holds." in shown
    world.command("hold", "a dump was put back", "--restored")
    told = world.command("resume").stdout
    lifted = told.splitlines()
    assert [line.split(": ", 1)[1] for line in lifted if line.startswith("Lifted")] == [
        "customers were written to by hand.",
        "the prices in the articles are wrong.",
        "a dump was put back.",
    ]
    assert [re.split("[,)]", line)[0] for line in lifted[:3]] == ["Lifted (by hand"] * 2 + ["Lifted (after a restore"]
    assert "has not passed, hold again" in told
    assert words(world.command("resume").stdout) == "Sending was not held."


def test_of_two_backups_that_were_put_back_the_last_counts(world: World) -> None:
    """What came before it may have been answered; the operator is told that the first is over."""
    world.command("run", "--once")
    world.command("hold", "of Monday", "--restored")

    told = world.command("hold", "of Tuesday", "--restored").stdout

    assert ": of Monday; this takes its place." in told
    held = world.status()["held"]
    assert isinstance(held, list)
    assert [hold["reason"] for hold in held] == ["of Tuesday"]


def test_after_a_restore_the_admin_reads_what_to_look_at(world: World, customer: Customer) -> None:
    """An answer waited when the backup was made: it may have left since, and so it is told of, and not sent, also not
    when sending goes on. That word says that it was looked after: a monitor that stays red for it hides the next one.
    """
    file = world.folder / "saved.db"
    world.smtp.script["MAIL"] = "450 later"
    customer.writes("Payment methods", QUESTION)
    world.command("run", "--once")
    assert world.command("db", "backup", str(file)).returncode == 0
    world.smtp.script.clear()

    restored = world.command("db", "restore", str(file))

    assert "read the notices that it sends to the admin" in words(restored.stdout)
    world.start()
    (notice,) = world.wait_for(ADMIN, 1, "notice of the answer")
    assert notice["Subject"] == "[Support] A mail may not have been sent"
    assert "it may have left after the backup was made that was put back" in words(text_of(notice))
    (doubtful,) = cast("list[dict[str, object]]", world.status()["not_sent"])
    assert (doubtful["kind"], doubtful["state"]) == ("answer", "uncertain")
    shown = world.command("status").stdout
    assert "Nothing but notices is sent: the backup saved.db was put back." in shown
    assert "'mailagent resume' goes on." in shown
    resumed = world.command("resume").stdout
    assert ": the backup saved.db was put back." in resumed
    assert "hold again" not in resumed
    assert world.status()["ok"] is True
    assert world.command("audit", "--verify").returncode == 0
    customer.writes("Shipping", "How long does shipping take to Germany?")
    (digest,) = world.wait_for(QUEUE, 1, "digest of a mail that came at the same time")
    assert "it came before a backup was put back" in words(text_of(digest))
