"""Processes of ours that are quick to start: a server process that has imported everything forks them.

To start Python and import what the daemon needs takes seconds, each time.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Self

from mailagent.__main__ import main

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.servers.warm"])


@dataclass(frozen=True, kw_only=True)
class Forked:
    """A process, asked and told as one of `subprocess` is."""

    process: ForkServerProcess
    pid: int

    @classmethod
    def start(
        cls, run: Callable[..., None], *arguments: object, out: Path, errors: Path, environment: Mapping[str, str]
    ) -> Self:
        """Call ``run(*arguments)`` in a new process that writes to these files."""
        process = CONTEXT.Process(
            target=_run, args=(run, arguments, out, errors, {**os.environ, **environment}), daemon=True
        )
        process.start()
        assert process.pid is not None
        return cls(process=process, pid=process.pid)

    @classmethod
    def mailagent(cls, *words: str, out: Path, errors: Path, environment: Mapping[str, str]) -> Self:
        """``mailagent WORDS``."""
        return cls.start(_mailagent, words, out=out, errors=errors, environment=environment)

    def poll(self) -> int | None:
        """The exit code, once it has ended."""
        return self.process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, within `timeout` seconds."""
        self.process.join(timeout)
        if self.process.exitcode is None:
            raise subprocess.TimeoutExpired("mailagent", timeout or 0)
        return self.process.exitcode

    def send_signal(self, how: signal.Signals) -> None:
        """To the process."""
        if self.process.is_alive():
            os.kill(self.pid, how)

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()


def _mailagent(words: Sequence[str]) -> None:
    sys.argv = ["mailagent", *words]
    main()


def _run(
    run: Callable[..., None], arguments: Sequence[object], out: Path, errors: Path, environment: Mapping[str, str]
) -> None:
    """In the new process: its output goes to the files also where a library writes it."""
    os.environ.clear()
    os.environ.update(environment)
    for stream, path in ((1, out), (2, errors)):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(handle, stream)
        os.close(handle)
    sys.stdout, sys.stderr = os.fdopen(1, "w", buffering=1), os.fdopen(2, "w", buffering=1)
    run(*arguments)
