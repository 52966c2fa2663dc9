"""Make sure that the programs which the tests start are there; installs them where that is allowed.

Run by ``make test``. Exits with 1, and says what to do, when something is missing that it cannot install.
"""

import os
import shutil
import subprocess
import sys

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
"""What Chromium is called; the first that is there is used."""
POSTGRES = ("initdb", *(f"/usr/lib/postgresql/{version}/bin/initdb" for version in range(13, 31)))
"""Debian keeps a folder a version, outside of the path."""
PROGRAMS = {"dovecot": ("dovecot",), "openssl": ("openssl",), "chromium": BROWSERS, "postgresql": POSTGRES}
PACKAGES = {
    "dovecot": ("dovecot-imapd",),
    "openssl": ("openssl",),
    "chromium": ("chromium", "fonts-liberation"),
    "postgresql": ("postgresql",),
}
"""Of Debian; one package of fonts is enough to measure texts."""
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"


def missing() -> list[str]:
    """The programs that are not installed."""
    return [name for name, known in PROGRAMS.items() if not any(shutil.which(each, path=PATH) for each in known)]


def install() -> bool:
    """Try to install them; whether that was possible and worked."""
    apt = shutil.which("apt-get", path=PATH)
    if apt is None or os.geteuid() != 0:
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    packages = [package for name in missing() for package in PACKAGES[name]]
    for words in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        say(f"the tests need {', '.join(missing())}: apt-get {' '.join(words)}")
        done = subprocess.run([apt, *words], env=environment, check=False)  # fixed words
        if done.returncode:
            say(f"apt-get {words[0]} failed with {done.returncode}")
            return False
    return True


def say(text: str) -> None:
    """Tell the person at the terminal, at once."""
    print(f"tests: {text}", file=sys.stderr, flush=True)  # noqa: T201  # this is what the script is for


def main() -> int:
    """0 when everything is there."""
    if not missing():
        return 0
    if install() and not missing():
        say("installed")
        return 0
    say(f"not installed: {', '.join(missing())}. The tests start a mail server, a browser and a database of their own.")
    packages = " ".join(package for name in missing() for package in PACKAGES[name])
    say(f"Debian: sudo apt-get install --no-install-recommends {packages}    Ubuntu: Google Chrome serves as chromium")
    say(
        "Fedora: sudo dnf install dovecot openssl chromium postgresql-server"
        "    macOS: brew install dovecot openssl postgresql (Dovecot 2.3), Chrome"
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
