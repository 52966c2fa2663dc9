"""Every mail in a real browser: on a phone and in a window, in light and dark, with values that nobody chose."""

from collections.abc import Iterator

import pytest

from mailagent.letters.samples import SAMPLES, WITHOUT_HTML
from tests.servers.browser import Browser
from tests.shop import TEMPLATES

MAILS = sorted(SAMPLES.keys() - WITHOUT_HTML)
PHONE, WINDOW = 390, 640
CHOSEN = {"verb", "priority", "sentiment", "mood", "tone", "language", "stage", "code", "offers", "due", "url"}
OURS = {"case_number", "number", "name", "label"}
"""Values of a closed set, and those that no letter takes from outside."""
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmütze" * 6
HOSTILE = f"{LONG} https://pictures.example/{'a' * 300} <img src=https://pictures.example/1.png> <b>{'word ' * 90}"
WIDEST = """Math.max(...[...document.querySelectorAll('*')].map(one => one.getBoundingClientRect().right),
    document.documentElement.scrollWidth)"""
BUTTONS = """[...document.querySelectorAll('a')].map(one => {
    const box = one.getBoundingClientRect(), outer = one.closest('.stack') || one
    return {name: one.textContent, height: box.height, part: box.width / outer.getBoundingClientRect().width}
})"""
FAINT = """(() => {
    const light = colour => {
        const parts = colour.match(/[0-9.]+/g).slice(0, 3).map(one => one / 255)
        const [red, green, blue] = parts.map(one => one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
    const behind = one => {
        const colour = getComputedStyle(one).backgroundColor
        return colour.startsWith('rgba') && colour.endsWith(', 0)') && one.parentElement
            ? behind(one.parentElement) : colour
    }
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = []
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        if (!text.data.trim()) continue
        const both = [getComputedStyle(text.parentElement).color, behind(text.parentElement)].map(light)
        if ((Math.max(...both) + 0.05) / (Math.min(...both) + 0.05) < 4.5) found.push(text.data.slice(0, 60))
    }
    return found
})()"""
"""Texts with less contrast than 4.5 to 1 (WCAG 2.2, success criterion 1.4.3)."""


@pytest.fixture(name="browser", scope="module")
def _browser() -> Iterator[Browser]:
    with Browser() as browser:
        yield browser


def rendered(name: str, *, hostile: bool) -> str:
    """The HTML part of a mail of the samples."""

    def spoilt(key: str, value: object) -> object:
        if key in CHOSEN | OURS or key.endswith("_url"):
            return value
        if isinstance(value, dict):
            return {inner: spoilt(inner, each) for inner, each in value.items()}
        if isinstance(value, list):
            return [spoilt("", each) for each in value]
        return HOSTILE if isinstance(value, str) else value

    values = {key: spoilt(key, value) if hostile else value for key, value in SAMPLES[name].items()}
    return TEMPLATES.body(name, values).html


@pytest.mark.parametrize("name", MAILS)
def test_nothing_is_wider_than_the_screen_and_nothing_is_loaded(browser: Browser, name: str) -> None:
    """A digest that must be pushed sideways is not read, and a picture tells its server who reads the mail."""
    for width in (PHONE, WINDOW):
        browser.show(rendered(name, hostile=True), width=width)
        assert browser.evaluate(WIDEST) == width
        assert browser.requests == []


@pytest.mark.parametrize("name", MAILS)
def test_a_finger_meets_every_button(browser: Browser, name: str) -> None:
    """44 pixels is what a thumb needs; on a phone the buttons that decide are as wide as the text."""
    for width in (PHONE, WINDOW):
        browser.show(rendered(name, hostile=False), width=width)
        buttons = browser.evaluate(BUTTONS)
        assert isinstance(buttons, list)
        assert len(buttons) == rendered(name, hostile=False).count('href="')
        for button in buttons:
            assert button["height"] >= 44, button
            assert button["part"] > 0.97 or width == WINDOW, button


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", MAILS)
def test_every_text_stands_out_from_what_is_behind_it(browser: Browser, name: str, dark: bool) -> None:  # noqa: FBT001
    """Half of the phones are in dark mode; a text in the colour of its box is one that was not sent."""
    browser.show(rendered(name, hostile=False), width=PHONE, dark=dark)
    assert browser.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") == dark
    assert browser.evaluate(FAINT) == []


def test_what_a_page_asks_for_is_seen(browser: Browser) -> None:
    """The tests above are worth nothing if the browser keeps its requests to itself."""
    browser.show('<img src="https://pictures.example/1.png">', width=PHONE)
    assert browser.requests == ["https://pictures.example/1.png"]
