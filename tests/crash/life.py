"""One daemon after the other on one data folder, until nothing is left to do."""

import signal
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.acceptance.world import World
from tests.crash.matrix import Crash
from tests.crash.process import start
from tests.servers.dovecot import PASSWORD
from tests.servers.forked import Forked

ROUND = timedelta(minutes=20)
"""Longer than anything waits that is tried again."""
PATIENCE = 60.0
KILLED = -9
UNDONE = """
SELECT (SELECT count(*) FROM sighting WHERE marked) < :mails
    OR EXISTS (SELECT * FROM message WHERE state IN ('received', 'ready') AND due_at <= :at)
    OR EXISTS (SELECT * FROM outbox WHERE state IN ('sending', 'eod'))
    OR EXISTS (SELECT * FROM outbox WHERE state = 'ready' AND due_at <= :at)
    OR EXISTS (SELECT * FROM outbox WHERE state = 'uncertain' AND settled_at IS NULL AND due_at <= :at)
"""


@dataclass(kw_only=True)
class Life:
    """`mails` are in the mailbox; `ahead` is how much later than in truth it is; `crashed` once a daemon died."""

    world: World
    crash: Crash
    mails: int = 1
    ahead: timedelta = timedelta()
    crashed: bool = False

    def run(self, *, once: bool, may_crash: bool = True) -> None:
        """One daemon, until it dies or has nothing to do now; the next one comes twenty minutes later."""
        environment = {"MAILAGENT_TEST_PASSWORD": PASSWORD}
        if may_crash and not self.crashed:
            environment["MAILAGENT_CRASH"] = f"{self.crash.point}:{self.crash.passing}"
        log = self.world.folder / "daemon.log"
        process = start(self.world.config, log, environment, ahead=self.ahead, once=once)
        self._wait(process, once=once)
        self.crashed |= process.poll() == KILLED
        assert process.poll() in (0, KILLED), log.read_text()[-3000:]
        self.world.smtp.wait_until_left()
        self.ahead += ROUND

    def is_done(self, *, now: bool = False) -> bool:
        """Whether nothing is left to do; with `now`, nothing that is due."""
        path = self.world.folder / "data" / "mailagent.db"
        at = datetime.now(UTC) + (self.ahead if now else timedelta(days=365))
        if not path.exists():
            return False
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            try:
                (undone,) = database.execute(
                    UNDONE, {"mails": self.mails, "at": f"{at:%Y-%m-%d %H:%M:%S.%f}"}
                ).fetchone()
            except sqlite3.OperationalError:  # it is being made
                return False
        return not undone

    def _wait(self, process: Forked, *, once: bool) -> None:
        end = time.monotonic() + PATIENCE
        while process.poll() is None:
            process.process.join(PATIENCE if once else 0.05)
            if not once and self.is_done(now=True):
                process.send_signal(signal.SIGTERM)
                process.wait(PATIENCE)
            assert time.monotonic() < end, (self.world.folder / "daemon.log").read_text()[-3000:]
