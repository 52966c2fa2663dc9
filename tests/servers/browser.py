"""A real browser for the pages and mails that people look at: Chromium without a window.

It is driven through its debugging pipe, so no port is opened and no package is needed. It cannot reach any server.
"""

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TypedDict, cast

from tests.servers.require import BROWSERS

OPTIONS = (
    "--headless",
    "--no-sandbox",  # tests run as root too, and show nothing but what we wrote
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--hide-scrollbars",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--remote-debugging-pipe",
)
START = """\
import os, sys
inward, outward = (os.dup(int(number)) for number in sys.argv[1:3])
os.dup2(inward, 3)
os.dup2(outward, 4)
os.set_inheritable(3, True)
os.set_inheritable(4, True)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Puts our two pipes where Chromium looks for them: commands on descriptor 3, answers on 4."""
SHARPNESS = 1.5
"""Pixels of a picture for each CSS pixel."""
PATIENCE = 20.0
"""Seconds that it may take to answer, or to stop."""


class Told(TypedDict, total=False):
    """What the browser says: the answer to a command, or an event."""

    id: int
    method: str
    params: dict[str, object]
    result: dict[str, object]
    error: dict[str, object]


class Browser:
    """``with Browser() as browser``: shows one page at a time.

    Every method raises `RuntimeError` with the browser's words when it refuses a command or has stopped.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._home = Path()
        self._page = ""
        self._frame = ""
        self._commands = self._answers = -1
        self._number = 0
        self._unread = b""
        self.requests: list[str] = []
        """What the page that is shown has asked for."""

    def __enter__(self) -> Self:
        program = next(filter(None, map(shutil.which, BROWSERS)), None)
        if program is None:
            raise RuntimeError("Chromium is not installed; run tests/servers/require.py")
        self._home = Path(tempfile.mkdtemp(prefix="chromium-"))
        theirs_in, self._commands = os.pipe()
        self._answers, theirs_out = os.pipe()
        words = [program, *OPTIONS, f"--user-data-dir={self._home}", "about:blank"]
        self._process = subprocess.Popen(  # our own words
            [sys.executable, "-c", START, str(theirs_in), str(theirs_out), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(theirs_in, theirs_out),
        )
        os.close(theirs_in)
        os.close(theirs_out)
        try:
            self._open_page()
        except RuntimeError:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        with suppress(RuntimeError):
            self._page = ""
            self._ask("Browser.close")
        process, self._process = self._process, None
        if process is not None:
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        os.close(self._commands)
        os.close(self._answers)
        shutil.rmtree(self._home, ignore_errors=True)

    def show(self, html: str, *, width: int, dark: bool = False) -> None:
        """Lay out `html` on a screen of `width` CSS pixels, as a phone or a window of a mail program shows it."""
        self.requests.clear()
        screen = {"width": width, "height": 800, "deviceScaleFactor": SHARPNESS, "mobile": width < 600}
        self._ask("Emulation.setDeviceMetricsOverride", screen)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._ask("Emulation.setEmulatedMedia", {"features": [scheme]})
        self._ask("Page.setDocumentContent", {"frameId": self._frame, "html": html})

    def evaluate(self, script: str) -> object:
        """The value of a JavaScript expression on the page that is shown."""
        answer = self._ask("Runtime.evaluate", {"expression": script, "returnByValue": True, "awaitPromise": True})
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return cast("dict[str, object]", answer["result"]).get("value")

    def picture(self) -> bytes:
        """The whole page that is shown, as PNG."""
        options = {"format": "png", "captureBeyondViewport": True}
        size = cast("dict[str, float]", self._ask("Page.getLayoutMetrics")["cssContentSize"])
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        return base64.b64decode(str(self._ask("Page.captureScreenshot", {**options, "clip": clip})["data"]))

    def _open_page(self) -> None:
        target = self._ask("Target.createTarget", {"url": "about:blank"})["targetId"]
        self._page = str(self._ask("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"])
        for domain in ("Page", "Network"):
            self._ask(f"{domain}.enable")
        tree = cast("dict[str, dict[str, str]]", self._ask("Page.getFrameTree")["frameTree"])
        self._frame = tree["frame"]["id"]

    def _ask(self, method: str, values: Mapping[str, object] | None = None) -> dict[str, object]:
        self._number += 1
        words: dict[str, object] = {"id": self._number, "method": method, "params": dict(values or {})}
        if self._page:
            words["sessionId"] = self._page
        unsent = json.dumps(words).encode() + b"\0"
        try:
            while unsent:
                unsent = unsent[os.write(self._commands, unsent) :]
        except BrokenPipeError as error:
            raise RuntimeError("Chromium has stopped") from error
        while True:
            told = self._read()
            if told.get("method") == "Network.requestWillBeSent":
                request = cast("dict[str, dict[str, str]]", told["params"])["request"]
                self.requests.append(request["url"])
            if told.get("id") == self._number:
                if "error" in told:
                    raise RuntimeError(f"{method}: {told['error']}")
                return told["result"]

    def _read(self) -> Told:
        while b"\0" not in self._unread:
            ready, _, _ = select.select([self._answers], [], [], PATIENCE)
            part = os.read(self._answers, 1 << 16) if ready else b""
            if not part:
                raise RuntimeError("Chromium has stopped" if ready else "Chromium does not answer")
            self._unread += part
        line, _, self._unread = self._unread.partition(b"\0")
        return cast("Told", json.loads(line))
