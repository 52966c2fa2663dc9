"""``mailagent check`` looks whether alarms and journals are to be reached, and says no word to anybody."""

import socket
from pathlib import Path

from mailagent.cli.check_outside import look_outside
from mailagent.settings import load_settings
from tests.acceptance.world import World
from tests.contract.test_alarms import chat
from tests.servers.smtp import SmtpServer

CLOSED = 9
"""The discard port, where nobody listens on loopback."""


def add_alarm(world: World, *, command: Path | str = "/bin/true", webhook: str, port: int) -> None:
    """All three ways."""
    with (world.config / "mailagent.toml").open("a") as file:
        file.write(
            f'\n[alarm]\ncommand = ["{command}", "now"]\nwebhook = "{webhook}"\n'
            '[alarm.mail]\nto = "ops@example.org"\nsender = "mailagent@example.org"\n'
            f'smtp = {{ host = "127.0.0.1", port = {port}, security = "none" }}\n'
        )


def name_journal(world: World, folder: str) -> None:
    """As the key of the mailbox."""
    with (world.config / "mailboxes.toml").open("a") as file:
        file.write(f'journal = "{folder}"\n')


def test_what_can_be_reached_is_good_and_nobody_hears_of_it(world: World) -> None:
    """An admin checks after each edit; a pager must not go off for it, however the webhook takes a question."""
    told = world.folder / "told"
    page = world.folder / "page-me"
    page.write_text(f"#!/bin/sh\ntouch {told}\n")
    page.chmod(0o755)
    world.dovecot.client(world.user).create_folder("Copies")
    name_journal(world, "Copies")
    with chat(405) as (url, bodies), SmtpServer() as other:
        add_alarm(world, command=page, webhook=url, port=other.port)

        done = world.command("check")

        assert (done.returncode, done.stderr) == (0, "")
        assert "warning: alarm " not in done.stdout
        assert (bodies, other.reached, other.connections, told.exists()) == ([], [], 1, False)


def test_a_command_that_may_not_be_executed_is_an_error(world: World) -> None:
    """The commonest of all: a script without its bit. It would be found out in the night in which it must ring."""
    page = world.folder / "page-me"
    page.write_text("#!/bin/sh\n")
    with chat(405) as (url, _), SmtpServer() as other:
        add_alarm(world, command=page, webhook=url, port=other.port)

        done = world.command("check")

    assert done.returncode == 78
    assert f"alarm command {page}: there is no such program, or it may not be executed" in done.stderr
    assert "correct alarm.command in mailagent.toml, or make it executable (chmod +x)" in done.stderr


def test_what_is_away_just_now_is_warned_of_in_its_own_words(world: World) -> None:
    """It may be back in a minute, so the configuration is not wrong; the secret of the address is not told."""
    add_alarm(world, webhook=f"http://127.0.0.1:{CLOSED}/hooks/very-secret", port=CLOSED)

    done = world.command("check")

    assert done.returncode == 0, done.stderr
    assert "warning: alarm webhook at 127.0.0.1: Connection refused" in done.stdout
    assert f"warning: alarm mail: smtp 127.0.0.1:{CLOSED}: no connection" in done.stdout
    assert "check smtp.host and smtp.port in mailagent.toml" in done.stdout
    assert "very-secret" not in done.stdout


def test_an_address_that_is_none_is_an_error(world: World) -> None:
    """A word in the place of the address was copied from the wrong line."""
    with SmtpServer() as other:
        add_alarm(world, webhook="chat.example/very-secret", port=other.port)

        done = world.command("check")

    assert done.returncode == 78
    assert "alarm webhook: this is no address; correct alarm.webhook in mailagent.toml" in done.stderr
    assert "write it as in https://chat.example.com/hooks/..." in done.stderr
    assert "very-secret" not in done.stderr


def test_a_journal_that_is_not_there_is_an_error_that_names_the_folder_of_sent_mail(world: World) -> None:
    """Each provider has its own name for it; without the folder every doubtful mail waits for a person."""
    world.dovecot.client(world.user).create_folder("Sent Items")
    name_journal(world, "Gesendet")

    done = world.command("check")

    assert done.returncode == 78
    assert "there is no folder Gesendet, and the server keeps sent mail in Sent Items; correct the key" in done.stderr


async def test_a_server_that_says_nothing_is_waited_for_no_longer_than_the_others(world: World) -> None:
    """A firewall that swallows packets must not keep an admin before an empty screen."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        add_alarm(world, webhook=f"http://127.0.0.1:{port}/hooks/very-secret", port=port)

        found = await look_outside(load_settings(world.config), seconds=0.2)

    assert [str(error) for error in found] == [
        "alarm webhook: no answer within 0 seconds",
        "alarm mail: no answer within 0 seconds",
    ]
