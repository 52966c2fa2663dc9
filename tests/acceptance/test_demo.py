"""``mailagent demo`` with a person at the keyboard: what they try first of all."""

import os
import subprocess
import sys

ANSWERS = "NOTE I will look at it\n.\nCLOSE\n.\nSPAM\n.\n\n"
"""For the angry customer a word that decides nothing and one that ends the case; for the complaint another; Enter."""


def test_whoever_tries_the_demo_may_use_every_word() -> None:
    """A word that writes to nobody must not look like a failure: its first minute decides whether a tool is kept."""
    keyboard, terminal = os.openpty()
    os.write(keyboard, ANSWERS.encode())
    with subprocess.Popen(
        [sys.executable, "-m", "mailagent", "demo"], stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as demo:
        said = demo.communicate(timeout=120)[0].decode()
    os.close(keyboard)
    os.close(terminal)

    assert demo.returncode == 0, said
    assert said.count("Dana Kim replies") == 3
    assert said.count("─ customer gets ─") == 3  # an answer, and a confirmation for each of the others
