"""The keys of an installation: whoever reads them can decide every case, and without them nobody can."""

import stat
from pathlib import Path

import pytest

from mailagent.adapters.signing_keys import rotate_keys, signing_keys
from mailagent.errors import ConfigurationError


def test_a_key_is_made_once_and_only_for_us(tmp_path: Path) -> None:
    """A new one at each start would end every open question."""
    (key,) = signing_keys(tmp_path / "data")
    file = tmp_path / "data" / "secrets"

    assert (key.id, len(key.secret)) == ("a", 32)
    assert signing_keys(tmp_path / "data") == (key,)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) & 0o077 == 0
    assert [path.name for path in file.parent.iterdir()] == ["secrets"]
    assert signing_keys(tmp_path / "other") != (key,)


def test_a_key_is_not_shown_with_the_objects_that_hold_it(tmp_path: Path) -> None:
    """Tracebacks and logs print values."""
    keys = signing_keys(tmp_path)

    assert str(keys[0].secret) not in repr(keys)


def test_a_rotation_adds_a_key_and_keeps_the_older_ones(tmp_path: Path) -> None:
    """Digests that are out must stay answerable."""
    (old,) = signing_keys(tmp_path)

    rotated = rotate_keys(tmp_path, forget=False)

    assert rotated[0] == old
    assert [key.id for key in rotated] == ["a", "b"]
    assert rotated[1].secret != old.secret
    assert signing_keys(tmp_path) == rotated
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o600


def test_after_a_leak_the_older_keys_end(tmp_path: Path) -> None:
    """The new one has another letter, so that an old signature never fits."""
    signing_keys(tmp_path)

    (key,) = rotate_keys(tmp_path, forget=True)
    assert key.id == "b"
    assert [key.id for key in rotate_keys(tmp_path, forget=True)] == ["c"]


def test_there_are_as_many_keys_as_letters(tmp_path: Path) -> None:
    """A clear word is better than a key that replaces another."""
    for _ in range(25):
        rotate_keys(tmp_path, forget=False)

    with pytest.raises(ConfigurationError, match="no letter for another"):
        rotate_keys(tmp_path, forget=False)
    assert len(signing_keys(tmp_path)) == 26


@pytest.mark.parametrize(
    "text",
    [
        "",
        "key = 3",
        '[[key]]\nid = "a"',
        '[[key]]\nid = "a"\nsecret = "c2hvcnQ="',
        "\x00\xff",
        "[[key]]\nid = 1\nsecret = 2",
    ],
)
def test_fault_51_a_damaged_file_is_refused_and_left_as_it_is(tmp_path: Path, text: str) -> None:
    """A file that was cut off must not become a weak key, nor be written over."""
    file = tmp_path / "secrets"
    file.write_text(text)

    with pytest.raises(ConfigurationError, match="restore it from a backup"):
        signing_keys(tmp_path)
    assert file.read_text() == text
