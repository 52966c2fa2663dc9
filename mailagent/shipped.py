"""Where the files that come with mailagent lie: config/, templates/ and knowledge/ to start from."""

from pathlib import Path


def shipped_folder() -> Path:
    """The project's folder in a checkout, else the copy inside the installed package."""
    package = Path(__file__).parent
    return package / "shipped" if (package / "shipped").is_dir() else package.parent
