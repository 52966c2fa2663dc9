"""A private Dovecot 2.3 in a temporary folder. It runs as root and as an ordinary user.

Any user may log in with the password ``pass`` and finds an empty INBOX.
"""

import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from imapclient import IMAPClient

from tests.servers.certificate import make_certificate

PASSWORD = "pass"
PATIENCE = 20.0
"""Seconds that it may take to start or stop."""
CONFIG = """\
protocols = imap
listen = 127.0.0.1
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/dovecot.log
default_internal_user = {server_user}
default_internal_group = {server_group}
default_login_user = {login_user}
service anvil {{
  chroot =
  # no growing delay of logins from this machine after a wrong password
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={mail_uid} gid={mail_gid} home={home}/mail/%u allow_all_users=yes
}}
mail_location = maildir:~/Maildir
mail_max_userip_connections = 200
mail_fsync = never
first_valid_uid = 1
namespace inbox {{
  inbox = yes
  separator = /
}}
{extra}
"""


class Dovecot:
    """``with Dovecot() as server``: serves on `port` (plain, STARTTLS) and `tls_port`; `ca_file` is its certificate.

    `extra` is added to its configuration. It can be stopped and started again, with the same ports and mails.
    """

    def __init__(self, extra: str = "") -> None:
        self._extra = extra
        self._master: subprocess.Popen[bytes] | None = None
        self.home = Path()
        self.host = "localhost"
        self.port = self.tls_port = 0
        self.ca_file = ""

    def __enter__(self) -> Self:
        self.home = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self.home.chmod(0o755)
        for name in ("run", "state", "mail"):
            (self.home / name).mkdir()
        self.port, self.tls_port = _free_port(), _free_port()
        self._configure()
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def start(self) -> None:
        """Returns once it answers."""
        program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
        if program is None:
            raise RuntimeError("dovecot is not installed; run tests/servers/require.py")
        self._master = subprocess.Popen(  # our own words
            [program, "-F", "-c", str(self.home / "dovecot.conf")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(self.home / "start.log").open("wb"),
            start_new_session=True,
        )
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self._master.poll() is not None or time.monotonic() > deadline:
                told = "\n".join(log.read_text() for log in self.home.glob("*.log"))
                self.stop()
                raise RuntimeError(f"Dovecot did not start:\n{told}")

    def stop(self) -> None:
        """Returns once every process of it is gone."""
        master, self._master = self._master, None
        if master is None:
            return
        master.terminate()
        with suppress(subprocess.TimeoutExpired):
            master.wait(PATIENCE)
        with suppress(ProcessLookupError):
            os.killpg(master.pid, signal.SIGKILL)
        master.wait()

    def client(self, user: str) -> IMAPClient:
        """A logged-in connection, to close by the caller."""
        client = IMAPClient(self.host, self.port, ssl=False, timeout=PATIENCE)
        client.login(user, PASSWORD)
        return client

    def append(self, user: str, raw: bytes, folder: str = "INBOX") -> int:
        """Put a mail there, unread; returns its UID."""
        with self.client(user) as client:
            answer = client.append(folder, raw)
        return int(answer.rpartition(b"]")[0].split()[-1])  # [APPENDUID <uidvalidity> <uid>]

    def messages(self, user: str, folder: str = "INBOX") -> dict[int, tuple[bytes, tuple[bytes, ...]]]:
        """UID -> bytes and flags of what is in the folder; looking changes nothing."""
        with self.client(user) as client:
            client.select_folder(folder, readonly=True)
            found = client.fetch(client.search(), ["BODY.PEEK[]", "FLAGS"])
        return {uid: (mail[b"BODY[]"], mail[b"FLAGS"]) for uid, mail in found.items()}

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
                return connection.recv(4) == b"* OK"
        except OSError:
            time.sleep(0.02)  # a process is starting; there is nothing to wait on
            return False

    def _configure(self) -> None:
        made = make_certificate(self.home)
        self.ca_file = str(made.certificate)
        root = os.geteuid() == 0
        me = pwd.getpwuid(os.geteuid())
        server_user = pwd.getpwnam("dovecot") if root else me
        login_user = pwd.getpwnam("dovenull") if root else me
        mail_user = pwd.getpwnam("mail") if root else me
        if root:
            os.chown(self.home / "mail", mail_user.pw_uid, mail_user.pw_gid)
        config = CONFIG.format(
            home=self.home,
            port=self.port,
            tls_port=self.tls_port,
            server_user=server_user.pw_name,
            server_group=grp.getgrgid(server_user.pw_gid).gr_name,
            login_user=login_user.pw_name,
            mail_uid=mail_user.pw_uid,
            mail_gid=mail_user.pw_gid,
            certificate=made.certificate,
            key=made.key,
            password=PASSWORD,
            extra=self._extra,
        )
        (self.home / "dovecot.conf").write_text(config)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
