"""The ways of an alarm, on the real things: a program, a web server, a mail server."""

import json
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mailagent.adapters.alarms import CommandAlarm, WebhookAlarm
from mailagent.cli.app import app
from mailagent.errors import ConfigurationError, TemporaryError
from tests.servers.certificate import Certificate
from tests.servers.smtp import SmtpServer
from tests.shop import SHOP

TEXT = "mailagent: größer"


@contextmanager
def chat(status: int, said: str = "") -> Iterator[tuple[str, list[bytes]]]:
    """A web server that answers with `status` and what it `said`; its address, and what it was sent."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hooks/very-secret", bodies
    finally:
        server.shutdown()
        server.server_close()


async def test_a_command_gets_the_text(tmp_path: Path) -> None:
    """Whatever pages people: it reads one line."""
    code = "import sys; open(sys.argv[1], 'wb').write(sys.stdin.buffer.read())"
    await CommandAlarm(words=(sys.executable, "-c", code, str(tmp_path / "told"))).sound(TEXT)

    assert (tmp_path / "told").read_text("utf-8") == f"{TEXT}\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("/nowhere/page-me",), "alarm command /nowhere/page-me: No such file or directory"),
        ((sys.executable, "-c", "raise SystemExit(3)"), "exit code 3$"),
        (
            ("/bin/sh", "-c", "echo try; echo 'curl: https://chat.example/hook/very-secret is gone' >&2; exit 22"),
            "exit code 22: curl: https://chat.example/... is gone$",
        ),
        (("/bin/sh", "-c", "head -c 99999 /dev/zero >&2; echo >&2; echo busy >&2; exit 4"), "exit code 4: busy$"),
        (("/bin/sh", "-c", "sleep 9 & echo no modem >&2; exit 1"), "exit code 1: no modem$"),
    ],
)
async def test_a_command_that_fails_told_nobody(words: tuple[str, ...], said: str) -> None:
    """It must be tried again, and the log says why."""
    with pytest.raises(TemporaryError, match=said):
        await CommandAlarm(words=words).sound(TEXT)


async def test_a_webhook_gets_what_team_chats_take() -> None:
    """A JSON object with the text."""
    with chat(200) as (url, bodies):
        await WebhookAlarm(url=url).sound(TEXT)

    assert [json.loads(body) for body in bodies] == [{"text": TEXT}]


async def test_a_webhook_that_fails_does_not_tell_its_secret() -> None:
    """The address is the password of the chat, and the error goes to the log, in the words of whoever gave it."""
    said = "cannot post to /hooks/very-secret: no_active_hooks"
    with chat(500, said) as (url, _), pytest.raises(TemporaryError, match=r"status 500: .*no_active_hooks") as failed:
        await WebhookAlarm(url=url).sound(TEXT)
    assert "very-secret" not in str(failed.value)
    with pytest.raises(TemporaryError, match=r"alarm webhook at 127\.0\.0\.1: Connection refused$") as failed:
        await WebhookAlarm(url=url).sound(TEXT)
    assert "very-secret" not in str(failed.value)


async def test_an_address_that_is_none_does_not_tell_its_secret() -> None:
    """A port that is no number: the rest of the line is still the password of the chat."""
    with pytest.raises(ConfigurationError, match="alarm webhook: this is no address") as failed:
        await WebhookAlarm(url="https://chat.example:port/very-secret").sound(TEXT)
    assert "very-secret" not in str(failed.value)


def try_alarm(folder: Path, alarm: str, port: int, login: str = "") -> Result:
    """``mailagent alarm`` of a shop with this `alarm`, and mail by the server at `port`."""
    config = folder / "config"
    shutil.copytree(SHOP / "config", config)
    with (config / "mailagent.toml").open("a", encoding="utf-8") as file:
        file.write(
            f'\n[alarm]\n{alarm}[alarm.mail]\nto = "ops@example.org"\nsender = "mailagent@example.org"\n{login}'
            f'smtp = {{ host = "127.0.0.1", port = {port}, security = "none" }}\n'
        )
    return CliRunner().invoke(app, ["alarm", "the printer burns", "--config", str(config)])


def test_an_admin_tries_every_way(tmp_path: Path, smtp_server: SmtpServer) -> None:
    """Whether an alarm reaches anybody is found out before the night in which it must."""
    with chat(404) as (url, _):
        command = f'command = ["{sys.executable}", "-c", "import sys; sys.stdin.read()"]\n'
        result = try_alarm(tmp_path, f'{command}webhook = "{url}"\n', smtp_server.port)

    assert result.exit_code == 1
    assert "alarm command: told." in result.output
    assert "alarm webhook at 127.0.0.1: status 404" in result.output
    assert "alarm mail: told." in result.output
    (mail,) = smtp_server.received
    assert b"the printer burns" in mail.raw


@pytest.mark.parametrize(
    ("offers_login", "remedy"),
    [(False, 'in mailagent.toml set user = "" if it takes'), (True, "correct user or secret in mailagent.toml")],
)
def test_the_keys_that_an_error_names_are_those_of_the_alarm(
    tmp_path: Path, *, offers_login: bool, remedy: str
) -> None:
    """A mailbox has other ones: whoever writes one of them here gets the next error."""
    with SmtpServer(offers_login=offers_login, login=("ops", "right")) as server:
        result = try_alarm(tmp_path, "", server.port, 'user = "ops"\nsecret = "wrong"\n')

    assert result.exit_code == 1
    assert remedy in " ".join(result.output.split())


async def test_an_untrusted_webhook_is_said_to_be_one(certificate: Certificate) -> None:
    """A proxy of the company stands between; "SSL error" would send the admin to the wrong team."""
    with SmtpServer(certificate=certificate, tls=True) as server:
        alarm = WebhookAlarm(url=f"https://localhost:{server.port}/hooks/very-secret")
        with pytest.raises(TemporaryError, match="its certificate is not trusted: self-signed certificate"):
            await alarm.reach()


def test_without_an_alarm_the_admin_is_told_where_to_write_one() -> None:
    """The shipped configuration has only an example."""
    result = CliRunner().invoke(app, ["alarm", "--config", str(SHOP / "config")])

    assert (result.exit_code, "there is no [alarm]" in result.output) == (1, True)
