"""The words of each shipped language, and what an admin is told about a wrong file."""

from pathlib import Path

import pytest

from mailagent.errors import ConfigurationError
from mailagent.mail.phrases import KEYS, read_language


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("wrote = ", "xx.toml: this is no TOML file"),
        ("\n".join(f"{key} = []" for key in KEYS - {"footers"}), "xx.toml: footers is missing"),
        ("\n".join(f"{key} = []" for key in KEYS | {"colours"}), "xx.toml: colours is not a known key"),
        ("\n".join(f"{key} = 1" if key == "from" else f"{key} = []" for key in KEYS), "xx.toml: from must be a list"),
        ("\n".join(f"{key} = ['']" for key in KEYS), "none of them empty"),
    ],
)
def test_a_wrong_language_file_is_named_with_its_key(tmp_path: Path, text: str, told: str) -> None:
    """Who adds a language must see at once where the slip is; an empty word would match every line."""
    file = tmp_path / "xx.toml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigurationError, match=told):
        read_language(file)


def test_words_are_compared_without_case(tmp_path: Path) -> None:
    """A translator writes "Von", as the mail programs do."""
    file = tmp_path / "xx.toml"
    file.write_text("\n".join(f"{key} = ['Von']" for key in KEYS), encoding="utf-8")

    assert read_language(file)["from"] == ("von",)
