"""How long 12,000 hostile characters take to read: ``PYTHONPATH=. .venv/bin/python bench/hostile_words.py``."""

import time
from collections.abc import Callable
from pathlib import Path

from mailagent.language.asks import asks_of, complexity_of
from mailagent.language.examples import Examples
from mailagent.language.mood import mood_of, wants_human
from mailagent.language.summary import summary_of
from mailagent.ports import LONGEST_MAIL
from mailagent.settings import load_settings

TEXTS = [
    *(
        "never ",
        "a ",
        "call ",
        "mit einem ",
        "speak to a ",
        "parler a un une ",
        "merci ",
        "Can I? ",
        "and when do ",
        "1. ",
    ),
    *(
        "!?",
        "\n",
        "'",
        "é",
        ". ",
        "Terrible! ",
        "please send it. ",
        "lo la los les os ",
        "x" * LONGEST_MAIL,
        "A" * 39 + " ",
    ),
]
UNIQUE = " ".join(f"zq{number}abungen" for number in range(1_200))


def main() -> None:
    """Print the slowest text of each function, in milliseconds."""
    examples = Examples(load_settings(Path(__file__).parents[1] / "config").categories())
    functions: dict[str, Callable[[str, str], object]] = {
        "mood_of": mood_of,
        "wants_human": wants_human,
        "asks_of": asks_of,
        "complexity_of": lambda text, _: complexity_of(text, ()),
        "nearest": lambda text, language: examples.nearest("", text, language),
        "summary_of": lambda text, language: summary_of("", text, language),
    }
    texts = [UNIQUE[:LONGEST_MAIL], *((text * LONGEST_MAIL)[:LONGEST_MAIL] for text in TEXTS)]
    for name, function in functions.items():
        taken = []
        for language in ("en", "de", "fr", "es"):
            function("warm", language)
            for text in texts:
                start = time.process_time()
                function(text, language)
                taken.append(((time.process_time() - start) * 1_000, language, text[:20]))
        slowest, language, text = max(taken)
        print(f"{name}: {slowest:.0f} ms at most ({language}, {text!r})")


if __name__ == "__main__":
    main()
