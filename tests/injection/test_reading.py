"""What is meant for a machine is either left out of a mail when it is read, or found in it."""

from pathlib import Path

import pytest

from mailagent.language.injection import injection_of
from tests.injection.samples import ATTACKS, BURIED, HIDDEN, OPEN, read

KINDS = {
    "direct",
    "system",
    "reviewer",
    "admin",
    "hidden",
    "html",
    "encoded",
    "multilingual",
    "forward",
    "prompt",
    "link",
    "quoted",
}


@pytest.mark.parametrize("attack", OPEN, ids=lambda path: path.stem)
def test_an_attack_that_can_be_read_is_found(attack: Path) -> None:
    """Only what is found can be given to a person."""
    assert injection_of(read(attack))


@pytest.mark.parametrize("attack", HIDDEN, ids=lambda path: path.stem)
def test_words_that_a_person_would_not_see_do_not_come_out(attack: Path) -> None:
    """A reviewer must see all that a model sees."""
    assert BURIED not in read(attack)
    assert injection_of(read(attack)) == ()


def test_there_are_attacks_of_every_kind() -> None:
    """A kind that is not here is not defended."""
    assert len(ATTACKS) >= 60
    assert KINDS | {"output", "polite"} == {path.stem.partition("-")[0] for path in ATTACKS}
