"""A private PostgreSQL in a temporary folder. It refuses to run as root, so root starts it as the user of the package.

It forgets nothing a test can notice, but does not wait for the disk: it is gone after the tests.
"""

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from mailagent.domain.chain import BEFORE_ALL, ChainEntry, told

PATIENCE = 60
"""Seconds that it may take to start or stop."""
USER, PASSWORD = "mailagent", "larkfield"
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "16MB",
    "max_wal_size": "256MB",
    "max_connections": "60",
    "listen_addresses": "127.0.0.1",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
}

EMPTY = """
SET session_replication_role = replica;
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN
        ('alembic_version', 'checkpoint_migrations') LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
    PERFORM setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S';
END $$
"""
"""Without looking at foreign keys, so in any order."""
BEGUN = ChainEntry(seq=0, at=datetime(2026, 11, 1, tzinfo=UTC), kind="begun", facts=told({"messages": 0, "mails": 0}))
BEGIN = """
INSERT INTO chain (seq, at, kind, facts, digest, key_id, mac) VALUES (%s, %s, %s, %s, '', '', %s)
"""
"""The entry that the table is made with."""


class Postgres:
    """``with Postgres() as server``. It can be stopped, or killed, and started again with the same port and data."""

    def __init__(self) -> None:
        self.home = Path()
        self.port = 0
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        self.home = Path(tempfile.mkdtemp(prefix="postgres-"))
        self.port = _free_port()
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.home, owner.pw_uid, owner.pw_gid)
        password = self.home / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        self._run(
            "initdb",
            *("-U", USER, "-A", "md5", "--pwfile", str(password)),
            *("-E", "UTF8", "--no-locale", "--no-sync"),
        )
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop(how="immediate")
        shutil.rmtree(self.home, ignore_errors=True)

    def start(self) -> None:
        """Returns once it answers."""
        options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        options += f" -p {self.port} -k {self.home}"
        self._run("pg_ctl", "-w", "-t", str(PATIENCE), "-l", str(self.home / "log"), "-o", options, "start")

    def stop(self, *, how: str = "fast") -> None:
        """Returns once it is gone; ``immediate`` is a crash."""
        self._run("pg_ctl", "-w", "-t", str(PATIENCE), "-m", how, "stop")

    def url(self, database: str = "postgres") -> str:
        """The address of one of its databases."""
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def empty(self, name: str) -> None:
        """Delete what is in the tables of a database, and count from 1 again: quicker than a new database."""
        with psycopg.connect(self.url(name)) as connection:
            connection.execute(EMPTY)
            if connection.execute("SELECT to_regclass('chain')").fetchone() != (None,):
                values = (
                    BEGUN.seq,
                    BEGUN.at.replace(tzinfo=None),
                    BEGUN.kind,
                    BEGUN.facts,
                    BEGUN.seal(None, BEFORE_ALL),
                )
                connection.execute(BEGIN, values)

    def create(self, name: str | None = None, *, like: str = "template0") -> str:
        """A new database, under a name that no other has unless one is given, with what is in the one that it is made
        `like`; returns its address. One that has the name already is dropped.
        """
        name = name or f"made{next(self._numbers)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name}".encode())
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {like} STRATEGY file_copy".encode())
        return self.url(name)

    def cut_off(self, address: str) -> None:
        """End every connection to a database, as a network or an operator may."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            database = address.rpartition("/")[2]
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database])

    def _run(self, program: str, *words: str) -> None:
        as_owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        done = subprocess.run(
            [*as_owner, str(_binaries() / program), "-D", str(self.home / "data"), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,  # a server would hold the pipe open
            stderr=subprocess.STDOUT,
            cwd="/",
            check=False,
            timeout=PATIENCE + 10,
        )
        if done.returncode:
            log = self.home / "log"
            told = log.read_text() if log.exists() else (done.stdout or b"").decode()
            raise RuntimeError(f"{program} failed with {done.returncode}:\n{told}")


def _binaries() -> Path:
    """Debian keeps them outside of the path, a folder a version."""
    found = shutil.which("initdb")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    if found is None and not folders:
        raise RuntimeError("PostgreSQL is not installed; run tests/servers/require.py")
    return folders[-1] if folders else Path(found or "").parent


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
