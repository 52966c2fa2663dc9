"""What every mail looks like: ``python -m bench.pictures DIR [--only NAME]...``.

Renders the templates in ``templates/`` with the values that `mailagent check` tries them with, and writes PNG files to
DIR: on a phone (390 pixels) and in a window (640), light and dark. The README shows three of them, in ``docs/``:
``--only digest-en-phone-light --only digest-en-window-dark --only answer-en-phone-light``.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from bench.small_png import small
from mailagent.adapters.templates import JinjaTemplates
from mailagent.letters.receipts import BUTTONS, SETTLED
from mailagent.letters.samples import SAMPLES, WITHOUT_HTML
from mailagent.shipped import shipped_folder
from tests.servers.browser import Browser

LANGUAGES = ("en", "de", "fr", "es")
SCREENS = {"phone": 390, "window": 640}


def mails(templates: JinjaTemplates) -> Iterator[tuple[str, str]]:
    """The name of each picture, and the HTML that it shows."""
    for name in sorted(SAMPLES.keys() - WITHOUT_HTML):
        for language in LANGUAGES if name.startswith("customer/") else ("en",):
            values = {**SAMPLES[name], "language": language} if "language" in SAMPLES[name] else SAMPLES[name]
            yield f"{name.rpartition('/')[2]}-{language}", templates.body(name, values).html
    for name in sorted(name for name in SAMPLES if name.startswith(("review/errors/", "review/done/"))):
        heading, _, message = templates.text(name, SAMPLES[name]).partition("\n")
        word = name.rpartition("/")[2]
        receipt = {**SAMPLES["review/receipt"], "heading": heading.removeprefix("# "), "message": message.strip()}
        if name.startswith("review/done/"):
            receipt |= {"lines": [], "code": "", "over": "Larkfield Support", "buttons": []}
            receipt["offers"] = "all" if word == "help" else ""
        else:
            receipt |= {"code": word, "offers": "" if word in SETTLED else "decisions"}
            receipt["buttons"] = [{"label": label, "url": "mailto:"} for label, _ in BUTTONS.get(word, ())]
        yield word, templates.body("review/receipt", receipt).html


def main() -> None:
    """Write the pictures, and say how many."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", action="append", help="only those whose name holds this; may be repeated")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    written = 0
    with Browser() as browser:
        for name, html in mails(JinjaTemplates(shipped_folder() / "templates")):
            for screen, width in SCREENS.items():
                for look in ("light", "dark"):
                    picture = f"{name}-{screen}-{look}.png"
                    if any(part in picture for part in options.only or [""]):
                        browser.show(html, width=width, dark=look == "dark")
                        (options.folder / picture).write_bytes(small(browser, browser.picture()))
                        written += 1
    print(f"{written} pictures in {options.folder}")


if __name__ == "__main__":
    main()
