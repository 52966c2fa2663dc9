"""The data files of a language: TOML, shipped beside the code, one a language and purpose."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

FALLBACK = "en"
"""Whose words are used for a language without a file."""


@cache
def table_of(purpose: str, language: str) -> dict[str, Any]:
    """What ``<purpose>/<language>.toml`` holds; the English file where that language has none."""
    folder = resources.files("mailagent.language").joinpath(purpose)
    file = folder.joinpath(f"{language}.toml")
    return tomllib.loads((file if file.is_file() else folder.joinpath(f"{FALLBACK}.toml")).read_text("utf-8"))
