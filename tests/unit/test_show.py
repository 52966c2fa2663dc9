"""What tables of commands make of the characters of a mail."""

import sys

import pytest

from mailagent.cli.show import print_facts, print_table


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("order\t4711", "order 4711"),
        ("3\xa0kg", "3 kg"),
        ("\U0001f469\u200d\U0001f373 thanks", "\U0001f469\u200d\U0001f373 thanks"),
        ("a\x1b[2Jb", "a�[2Jb"),
        ("a\rb\u2028c", "a�b�c"),
        ("pay\u202e gpj", "pay� gpj"),
    ],
    ids=["tab", "no-break space", "emoji of two", "escape", "line ends", "turned round"],
)
def test_text_of_a_mail_is_shown_as_it_reads(capsys: pytest.CaptureFixture[str], written: str, shown: str) -> None:
    """Ordinary mail has tabs and emoji; only what could take over a terminal is marked."""
    print_facts({"text": written})

    assert capsys.readouterr().out.strip() == f"text  {shown}"


def test_a_row_of_cases_is_one_line_of_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A subject of three lines pushes everything else out of its column."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    row = {"case": "C-1", "state": "waiting", "subject": "My parcel never came " * 9}

    print_table({"case": "Case", "state": "State", "subject": "Subject"}, [row], cut=("subject",))

    _, line = capsys.readouterr().out.splitlines()
    assert line.startswith("C-1   waiting  My parcel never came")
    assert line.rstrip().endswith("\u2026")
    assert len(line) <= 60
